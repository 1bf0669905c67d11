# Detection script of an Intune remediation: is the component store of this Windows damaged? Its pair is Intune-Remediate.ps1.
#
# It writes one line, which Intune shows, nothing as an error, and ends with
#   0  healthy
#   1  damaged: Intune runs the remediation
#   2  nobody knows, because the check could not be made; a remediation that runs all the same scans first
# Intune runs it as SYSTEM in Windows PowerShell, 32-bit by default; the module has to be on the machine (IntuneApp-Install.ps1 brings it there).
param(
    # Root folder of an offline image to check instead of the running Windows.
    [string] $Path,

    # Compare every file. Takes minutes; without it the markers of earlier scans are read.
    [switch] $Scan
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = $WarningPreference = $InformationPreference = 'SilentlyContinue'
$image = @{ Online = $true }
if ($Path) {
    $image = @{ Path = $Path }
}
$kind = @{ CheckHealth = $true }
if ($Scan) {
    $kind = @{ ScanHealth = $true }
}
try {
    if ($env:ProgramW6432) {
        # A 32-bit PowerShell looks for modules in the folder of 32-bit programs.
        $env:PSModulePath = "$env:ProgramW6432\WindowsPowerShell\Modules;$env:PSModulePath"
    }
    Import-Module -Name DismTs
    $result = Repair-DismTsImage @image @kind
} catch {
    Write-Output "DismTs: not checked: $_"
    exit 2
}
Write-Output "DismTs: $($result.ImageHealthState)"
exit [int] ($result.ImageHealthState -ne 'Healthy')
