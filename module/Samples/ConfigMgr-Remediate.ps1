# Remediation script of a ConfigMgr configuration item: repairs the component store of this Windows. ConfigMgr runs ConfigMgr-Discover.ps1 again afterwards.
#
# It writes one line and ends with 0 when the store is healthy, 3010 when it will be after a restart, 1618 (on Linux 75) busy, try again, or 1 failed.
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
    Import-Module -Name DismTs
} catch {
    Write-Output "DismTs: failed: $_"
    exit 1
}
try {
    $result = Repair-DismTsImage @parameters
    $line = "$($result.ImageHealthState)"
} catch {
    $result = $_
    $line = "failed: $_"
}
Write-Output "DismTs: $line"
exit ($result | ConvertTo-DismTsExitCode)
