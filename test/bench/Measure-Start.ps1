<#
.SYNOPSIS
Imports a module and calls its first command in this PowerShell, which must be a new one, and writes the milliseconds of both as JSON.
#>
[CmdletBinding()]
param(
    # Manifest of DismTs, or another module to compare with.
    [Parameter(Mandatory)]
    [string] $ModulePath,

    # Name of the command. Without one the import alone is measured.
    [string] $CommandName
)
$clock = [System.Diagnostics.Stopwatch]::StartNew()
Import-Module -Name $ModulePath
$import = $clock.Elapsed.TotalMilliseconds
$first = 0
if ($CommandName) {
    $clock.Restart()
    $null = & $CommandName -Mounted
    $first = $clock.Elapsed.TotalMilliseconds
}
[Console]::Out.Write("{`"import`": $($import.ToString([cultureinfo]::InvariantCulture)), `"first`": $($first.ToString([cultureinfo]::InvariantCulture))}")
