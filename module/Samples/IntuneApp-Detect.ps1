# Detection script of the Intune Win32 app that IntuneApp-Install.ps1 installs. Intune takes exit code 0 with a line for "installed", and 0 without one for "not".
param(
    # At least this version.
    [version] $Version = '0.1.0',

    # The folder of modules for all users.
    [string] $ModulesPath = $(if ($env:ProgramW6432) { "$env:ProgramW6432\WindowsPowerShell\Modules" } else { '/usr/local/share/powershell/Modules' })
)
$ErrorActionPreference = 'SilentlyContinue'
$found = Get-ChildItem -LiteralPath (Join-Path -Path $ModulesPath -ChildPath 'DismTs') -Directory |
    Where-Object { ($_.Name -replace '-.*') -as [version] -ge $Version -and (Test-Path -LiteralPath (Join-Path -Path $_.FullName -ChildPath 'DismTs.psd1')) } |
    Select-Object -Last 1
if ($found) {
    Write-Output "DismTs $($found.Name)"
}
exit 0
