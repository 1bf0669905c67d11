# What the tests on Windows share: the packaged module, and the double of DismApi.dll that is driven by a file.

$script:configuration = "$env:DISMTS_TEST_DOUBLE\DismApi.dll.conf"
$script:fixedModes = [System.IO.File]::ReadAllText($script:configuration)

function Import-Packaged {
    <#
    .SYNOPSIS
    Imports the module with dismts.exe.
    #>
    param(
        # Its manifest.
        [string] $Path = $env:DISMTS_TEST_MODULE
    )
    Remove-Module -Name DismTs -ErrorAction Ignore
    Import-Module -Name $Path -Global
    # Wine starts programs slowly, above all where much else runs.
    & (Get-Module -Name DismTs) { $script:startTimeoutMilliseconds = 200000 }
}

function Get-Importer {
    <#
    .SYNOPSIS
    Gives a script that imports the packaged module, for another runspace or process.
    #>
    param()
    return [scriptblock]::Create("Import-Module -Name '$env:DISMTS_TEST_MODULE'; & (Get-Module -Name DismTs) { `$script:startTimeoutMilliseconds = 200000 }")
}

function Start-TestHost {
    <#
    .SYNOPSIS
    Starts another PowerShell with a script file; gives its process.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A process of the test')]
    param(
        # The file.
        [Parameter(Mandatory)]
        [string] $Script
    )
    $program = [System.Diagnostics.Process]::GetCurrentProcess().MainModule.FileName
    return Start-Process -FilePath $program -ArgumentList "`"$Script`" `"$Script.log`"" -PassThru
}

function Write-DoubleMode {
    <#
    .SYNOPSIS
    Says what the double does from its next call on, and in one that it holds.
    #>
    param(
        # Keys and values; see test/double/hooks.c.
        [hashtable] $Modes = @{}
    )
    $lines = $Modes.Keys | ForEach-Object { "$_=$($Modes[$_])`n" }
    [System.IO.File]::WriteAllText("$script:configuration.new", $script:fixedModes + (-join $lines))
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    # A double that holds a call looks at the file again and again; while it does, Windows lets nobody replace it.
    while ($true) {
        try {
            [System.IO.File]::Move("$script:configuration.new", $script:configuration, $true)
            return
        } catch [System.UnauthorizedAccessException], [System.IO.IOException] {
            if ($clock.Elapsed.TotalSeconds -gt 60) {
                throw
            }
            Start-Sleep -Milliseconds 20
        }
    }
}

function Get-DoubleLine {
    <#
    .SYNOPSIS
    Gives what the double wrote since a line: calls, events, violations.
    #>
    param(
        # How many lines to leave out.
        [int] $Since
    )
    $path = "$env:DISMTS_TEST_DOUBLE\calls.jsonl"
    if (Test-Path -LiteralPath $path) {
        $stream = [System.IO.FileStream]::new($path, 'Open', 'Read', 'ReadWrite, Delete')
        $lines = [System.IO.StreamReader]::new($stream).ReadToEnd() -split "`n"
        $stream.Dispose()
        $lines | Select-Object -Skip $Since | Where-Object { $_.EndsWith('}') } | ConvertFrom-Json
    }
}
