# Remediation script of Intune: repairs the component store of this Windows. Its pair is Intune-Detect.ps1.
#
# It writes one line, nothing as an error, and ends with 0 when the store is healthy, else with 1. It never restarts Windows; the line says where that is needed.
# Intune ends a remediation after 60 minutes. Nothing is lost then: the next repair finishes what this one has begun.
param(
    # Root folder of an offline image to repair instead of the running Windows.
    [string] $Path,

    # Where to take files from: a folder, WIM:file:index. Without one Windows Update is asked.
    [string[]] $Source
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = $WarningPreference = $InformationPreference = 'SilentlyContinue'
$parameters = @{ Online = $true; RestoreHealth = $true }
if ($Path) {
    $parameters = @{ Path = $Path; RestoreHealth = $true }
}
if ($Source) {
    $parameters['Source'] = $Source
}
try {
    if ($env:ProgramW6432) {
        # A 32-bit PowerShell looks for modules in the folder of 32-bit programs.
        $env:PSModulePath = "$env:ProgramW6432\WindowsPowerShell\Modules;$env:PSModulePath"
    }
    Import-Module -Name DismTs
    $result = Repair-DismTsImage @parameters
} catch {
    Write-Output "DismTs: not repaired: $_"
    exit 1
}
$restart = ''
if ($result.RestartNeeded) {
    $restart = ', a restart is needed'
}
Write-Output "DismTs: $($result.ImageHealthState)$restart"
exit [int] ($result.ImageHealthState -ne 'Healthy')
