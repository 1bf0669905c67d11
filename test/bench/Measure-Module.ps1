<#
.SYNOPSIS
Measures warm commands of the module in this PowerShell, and writes the milliseconds of each as JSON.
.DESCRIPTION
Each command has a peer that runs in turn with it: a native program, or the bare exchange of the same request over the pipes of another sidecar.
#>
[CmdletBinding()]
param(
    # The sidecar to start: a JSON array of the program and its arguments.
    [Parameter(Mandatory)]
    [string] $Sidecar,

    # The image file to read.
    [Parameter(Mandatory, ParameterSetName = 'Image')]
    [string] $ImagePath,

    # To list packages instead: how many there are at least.
    [Parameter(Mandatory, ParameterSetName = 'Packages')]
    [int] $PackageCount,

    # How many rounds count.
    [Parameter(Mandatory)]
    [int] $RoundCount
)
$ErrorActionPreference = 'Stop'

function Measure-Batch {
    <#
    .SYNOPSIS
    Gives the mean milliseconds of one call of a script block.
    #>
    param(
        # What to call.
        [Parameter(Mandatory)]
        [scriptblock] $Call,

        # How often.
        [Parameter(Mandatory)]
        [int] $Count
    )
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    for ($index = 0; $index -lt $Count; $index++) {
        $null = & $Call
    }
    return $clock.Elapsed.TotalMilliseconds / $Count
}

function ConvertTo-Frame {
    <#
    .SYNOPSIS
    Gives the bytes of a request.
    #>
    param(
        # Name of the method.
        [Parameter(Mandatory)]
        [string] $Method,

        # Its parameters.
        [Parameter(Mandatory)]
        [hashtable] $Params
    )
    $json = ConvertTo-Json -InputObject @{ jsonrpc = '2.0'; id = 1; method = $Method; params = $Params } -Compress
    $length = [System.Text.Encoding]::UTF8.GetByteCount($json)
    return , [System.Text.Encoding]::UTF8.GetBytes("Content-Length: $length`r`n`r`n$json")
}

$command = @(ConvertFrom-Json -InputObject $Sidecar)
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../DismTs.psd1') -ArgumentList @(, [string[]] $command)
$startInfo = New-Object -TypeName System.Diagnostics.ProcessStartInfo -ArgumentList $command[0]
foreach ($argument in $command | Select-Object -Skip 1) {
    $startInfo.ArgumentList.Add($argument)
}
$startInfo.RedirectStandardInput = $true
$startInfo.RedirectStandardOutput = $true
$process = [System.Diagnostics.Process]::Start($startInfo)
$toSidecar = $process.StandardInput.BaseStream
$fromSidecar = $process.StandardOutput.BaseStream
# The largest message there is.
$buffer = New-Object -TypeName byte[] -ArgumentList 16MB
# Reads one answer, whose first read brings at least its header.
$exchange = {
    $toSidecar.Write($frame, 0, $frame.Length)
    $toSidecar.Flush()
    $received = $fromSidecar.Read($buffer, 0, $buffer.Length)
    $text = [System.Text.Encoding]::ASCII.GetString($buffer, 0, [Math]::Min($received, 100))
    $bodyStart = $text.IndexOf("`r`n`r`n") + 4
    $size = $bodyStart + [int] $text.Substring(16, $bodyStart - 20)
    while ($received -lt $size) {
        $received += $fromSidecar.Read($buffer, $received, $buffer.Length - $received)
    }
}
$frame = ConvertTo-Frame -Method 'initialize' -Params @{ client = @{ name = 'bench'; version = '1' }; protocolVersion = '1.0' }
& $exchange

$comparisons = if ($PSCmdlet.ParameterSetName -eq 'Packages') {
    $listed = @(Get-DismTsPackage -Online).Count
    if ($listed -lt $PackageCount) {
        throw "Of $PackageCount packages $listed were listed"
    }
    @{
        Name  = 'Get-DismTsPackage'
        Count = 1
        Call  = { Get-DismTsPackage -Online }
        Peer  = $exchange
        Frame = ConvertTo-Frame -Method 'package/get' -Params @{ online = $true }
    }
} else {
    @{
        Name  = 'information'
        Count = 10
        Call  = { Get-DismTsImage -ImagePath $ImagePath -Index 1 }
        Peer  = { wiminfo $ImagePath 1 }
        Frame = $null
    }
    @{
        Name  = 'Resolve-DismTsError'
        Count = 50
        Call  = { Resolve-DismTsError -InputObject 0x80070002 }
        Peer  = $exchange
        Frame = ConvertTo-Frame -Method 'error/resolve' -Params @{ code = -2147024894 }
    }
    @{
        Name  = 'Get-DismTsImage -Mounted'
        Count = 50
        Call  = { Get-DismTsImage -Mounted }
        Peer  = $exchange
        Frame = ConvertTo-Frame -Method 'image/listMounted' -Params @{}
    }
    @{
        Name  = 'Get-DismTsImage -Index'
        Count = 20
        Call  = { Get-DismTsImage -ImagePath $ImagePath -Index 1 }
        Peer  = $exchange
        Frame = ConvertTo-Frame -Method 'image/getInfo' -Params @{ imagePath = $ImagePath; imageIndex = 1 }
    }
}
$figures = foreach ($comparison in $comparisons) {
    $frame = $comparison.Frame
    $ours = @()
    $peer = @()
    # PowerShell and .NET compile what runs often once more, so the first rounds do not count.
    for ($round = -3; $round -lt $RoundCount; $round++) {
        $own = Measure-Batch -Call $comparison.Call -Count $comparison.Count
        $other = Measure-Batch -Call $comparison.Peer -Count $comparison.Count
        if ($round -ge 0) {
            $ours += $own
            $peer += $other
        }
    }
    @{ name = $comparison.Name; ours = $ours; peer = $peer }
}
$process.StandardInput.Close()
$process.WaitForExit()
ConvertTo-Json -InputObject @($figures) -Depth 3 -Compress
