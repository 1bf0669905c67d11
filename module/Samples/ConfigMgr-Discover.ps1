# Discovery script of a ConfigMgr configuration item, data type String: the health of the component store of this Windows. The rule: equals Healthy.
#
# It gives one value, Healthy, Repairable or NonRepairable, and nothing else. Where the check could not be made it gives "Unknown" and the code of the error, so
# that a rule can tell that from damage; it ends with 0, because ConfigMgr takes anything else for a script that is broken.
param(
    # Root folder of an offline image to check instead of the running Windows.
    [string] $Path
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = $WarningPreference = $InformationPreference = 'SilentlyContinue'
$image = @{ Online = $true }
if ($Path) {
    $image = @{ Path = $Path }
}
try {
    Import-Module -Name DismTs
    $value = (Repair-DismTsImage @image -CheckHealth).ImageHealthState
} catch {
    $value = 'Unknown (0x{0:X8})' -f $_.Exception.HResult
}
Write-Output "$value"
exit 0
