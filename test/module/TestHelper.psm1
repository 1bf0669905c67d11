# What the tests of the module share: a module that talks to the fake sidecar, what that received, and waiting with a deadline.

$script:repositoryRoot = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..'))
# Under Wine no program is found by PATH, and the module is the one that was packaged.
$script:node = $env:DISMTS_TEST_NODE
if (-not $script:node) {
    $script:node = (Get-Command -Name node -CommandType Application | Select-Object -First 1).Source
}
$script:manifest = $env:DISMTS_TEST_MODULE
if (-not $script:manifest) {
    $script:manifest = [System.IO.Path]::Combine($script:repositoryRoot, 'DismTs.psd1')
}

function Get-RepositoryRoot {
    <#
    .SYNOPSIS
    Gives the folder of DismTs.psd1.
    #>
    param()
    return $script:repositoryRoot
}

function Get-ModuleManifest {
    <#
    .SYNOPSIS
    Gives the path of the manifest of the module that is tested.
    #>
    param()
    return $script:manifest
}

function Get-FakeSidecarCommand {
    <#
    .SYNOPSIS
    Gives the command that starts the fake sidecar, for Import-Module -ArgumentList.
    #>
    param(
        # File that it writes what it receives to.
        [Parameter(Mandatory)]
        [string] $RecordPath,

        # How it behaves, and what it needs for that.
        [string[]] $Scenario = @()
    )
    return @($script:node, [System.IO.Path]::Combine($PSScriptRoot, 'fakeSidecar.mjs'), $RecordPath) + $Scenario
}

function Import-FakeModule {
    <#
    .SYNOPSIS
    Imports the module so that it talks to a fake sidecar.
    .OUTPUTS
    Path of the file with what the fake sidecar receives.
    #>
    param(
        # Folder for that file.
        [Parameter(Mandatory)]
        [string] $Folder,

        # How the sidecar behaves, and what it needs for that.
        [string[]] $Scenario = @()
    )
    $recordPath = [System.IO.Path]::Combine($Folder, [System.IO.Path]::GetRandomFileName())
    $null = New-Item -Path $recordPath -ItemType File
    Remove-Module -Name DismTs -ErrorAction Ignore
    $sidecarCommand = Get-FakeSidecarCommand -RecordPath $recordPath -Scenario $Scenario
    Import-Module -Name $script:manifest -Global -ArgumentList (, $sidecarCommand)
    return $recordPath
}

function Get-PowerShellProgram {
    <#
    .SYNOPSIS
    Gives the program to start another PowerShell of this kind with.
    .DESCRIPTION
    The pwsh that was fetched from NuGet starts, or becomes, "dotnet pwsh.dll": its own process names dotnet, which is no PowerShell.
    #>
    param()
    $path = (Get-Process -Id $PID).Path
    if ([System.IO.Path]::GetFileNameWithoutExtension($path) -eq 'dotnet') {
        return (Get-Command -Name pwsh -CommandType Application)[0].Source
    }
    return $path
}

function Get-NativePath {
    <#
    .SYNOPSIS
    Gives a path such as /fake/a.wim as the module sends it from this system: on Windows it is one of the current drive.
    #>
    [CmdletBinding()]
    param(
        # With slashes.
        [Parameter(Mandatory)]
        [string] $Path
    )
    # The current drive of PowerShell need not be that of the process.
    return $PSCmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
}

function Get-ReceivedMessage {
    <#
    .SYNOPSIS
    Gives what a fake sidecar received: ProcessId and Message.
    #>
    param(
        # What Import-FakeModule gave.
        [Parameter(Mandatory)]
        [string] $RecordPath,

        # Only messages of this method.
        [string] $Method
    )
    # On Windows a reader that does not share the file would keep the sidecar from writing to it.
    $stream = [System.IO.FileStream]::new($RecordPath, 'Open', 'Read', 'ReadWrite, Delete')
    try {
        $text = [System.IO.StreamReader]::new($stream).ReadToEnd()
    } finally {
        $stream.Dispose()
    }
    # What is being written has no end yet.
    foreach ($line in $text.Substring(0, $text.LastIndexOf("`n") + 1) -split "`n" | Where-Object { $_ }) {
        $processId, $json = $line -split ' ', 2
        $message = ConvertFrom-Json -InputObject $json
        if (-not $Method -or $message.method -eq $Method) {
            [pscustomobject] @{ ProcessId = [int] $processId; Message = $message }
        }
    }
}

function ConvertTo-SortedObject {
    <#
    .SYNOPSIS
    Gives what a fake sidecar received with all properties in alphabetical order, and without what is there for progress.
    #>
    param(
        # As from ConvertFrom-Json.
        $InputObject
    )
    if ($InputObject -is [array]) {
        return , @($InputObject | ForEach-Object { ConvertTo-SortedObject -InputObject $_ })
    }
    if ($InputObject -isnot [System.Management.Automation.PSCustomObject]) {
        return $InputObject
    }
    $sorted = [ordered] @{}
    $InputObject.PSObject.Properties | Where-Object { $_.Name -ne 'workDoneToken' } | Sort-Object -Property Name |
        ForEach-Object { $sorted[$_.Name] = ConvertTo-SortedObject -InputObject $_.Value }
    return $sorted
}

function Get-SentText {
    <#
    .SYNOPSIS
    Gives the requests that a fake sidecar received as text, in order: the method, and the parameters as ConvertTo-SortedObject gives them.
    #>
    param(
        # What Import-FakeModule gave.
        [Parameter(Mandatory)]
        [string] $RecordPath,

        # Regular expression for the methods that are looked for. Default: all but the handshake.
        [string] $Method = '^(?!initialize$)'
    )
    foreach ($received in Get-ReceivedMessage -RecordPath $RecordPath) {
        $message = $received.Message
        # Notifications have no id, and answers no method.
        if ($message.PSObject.Properties['method'] -and $message.PSObject.Properties['id'] -and $message.method -match $Method) {
            '{0} {1}' -f $message.method, (ConvertTo-Json -InputObject (ConvertTo-SortedObject -InputObject $message.params) -Compress -Depth 5)
        }
    }
}

function Get-RunningFake {
    <#
    .SYNOPSIS
    Gives the process ids of those fake sidecars of a record that still run.
    #>
    param(
        # What Import-FakeModule gave.
        [Parameter(Mandatory)]
        [string] $RecordPath
    )
    foreach ($id in Get-ReceivedMessage -RecordPath $RecordPath | ForEach-Object { $_.ProcessId } | Sort-Object -Unique) {
        if (Get-Process -Id $id -ErrorAction Ignore) {
            $id
        }
    }
}

function Get-StatementError {
    <#
    .SYNOPSIS
    Gives the error record with which a statement ends; throws where it does not fail.
    #>
    param(
        # The statement; what it gives is dropped.
        [Parameter(Mandatory)]
        [scriptblock] $Script
    )
    try {
        $null = & $Script
    } catch {
        return $_
    }
    throw "Did not fail: $Script"
}

function Wait-Until {
    <#
    .SYNOPSIS
    Waits until a condition is true; throws when that takes too long.
    #>
    param(
        # The condition.
        [Parameter(Mandatory)]
        [scriptblock] $Condition,

        # The deadline.
        [int] $Seconds = 150
    )
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($clock.Elapsed.TotalSeconds -gt $Seconds) {
            throw "Not true within $Seconds seconds: $Condition"
        }
        Start-Sleep -Milliseconds 20
    }
}

function New-TestPowerShell {
    <#
    .SYNOPSIS
    Gives a PowerShell with a runspace of its own and a script to run; its host cannot answer questions.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Makes an object')]
    param(
        # The script.
        [Parameter(Mandatory)]
        [string] $Script,

        # Variables of the script.
        [hashtable] $Variables = @{}
    )
    $runspace = [runspacefactory]::CreateRunspace()
    $runspace.Open()
    foreach ($name in $Variables.Keys) {
        $runspace.SessionStateProxy.SetVariable($name, $Variables[$name])
    }
    $powerShell = [powershell]::Create()
    $powerShell.Runspace = $runspace
    return $powerShell.AddScript($Script)
}
