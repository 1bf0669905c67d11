# Lists or scans what is mounted on other machines, through PowerShell remoting (WinRM, SSH): one object for each machine, and one exit code for all.
#
#   .\Invoke-RemoteImage.ps1 -Session (New-PSSession -ComputerName build1, build2) | Format-Table
#   pwsh -File Invoke-RemoteImage.ps1 -ComputerName build1, build2
#
# DismTs works on the other machine; only objects come back. A network logon may not ask Windows Update and has no second hop to a share: give sources and images
# that are on that machine. It ends with 0 all healthy, 65 damage found, 1618 (on Linux 75) busy, or 1 failed.
param(
    # Machines to connect to.
    [string[]] $ComputerName,

    # Sessions that are open already; they stay open.
    [System.Management.Automation.Runspaces.PSSession[]] $Session,

    # Compare every file of each image.
    [switch] $Scan
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$work = {
    param([bool] $Scan)
    $ProgressPreference = $WarningPreference = 'SilentlyContinue'
    $report = [pscustomobject] @{ Machine = [System.Environment]::MachineName; Mounts = 0; Worst = 'Healthy'; ExitCode = 1; Message = '' }
    try {
        Import-Module -Name DismTs -ErrorAction Stop
        $mounts = @(Get-DismTsImage -Mounted)
        $report.Mounts = $mounts.Count
        $results = @()
        if ($Scan) {
            # An image that cannot be scanned does not keep the others from it.
            $results = @($mounts | Repair-DismTsImage -ScanHealth -ErrorAction SilentlyContinue -ErrorVariable problems) + @($problems)
        }
        $report.ExitCode = $results | ConvertTo-DismTsExitCode -AllowEmpty
        $states = @($results | ForEach-Object { "$($_.ImageHealthState)" })
        foreach ($state in 'NonRepairable', 'Repairable') {
            if ($report.Worst -eq 'Healthy' -and $state -in $states) {
                $report.Worst = $state
            }
        }
        $report.Message = ($results | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | ForEach-Object { "$_" }) -join '; '
    } catch {
        $report.Worst = 'Unknown'
        $report.Message = "$_"
    }
    $report
}
$target = @{}
if ($Session) {
    $target['Session'] = $Session
} elseif ($ComputerName) {
    $target['ComputerName'] = $ComputerName
}
$reports = @()
try {
    $reports += Invoke-Command @target -ScriptBlock $work -ArgumentList $Scan.IsPresent -ErrorAction SilentlyContinue -ErrorVariable unreachable |
        Select-Object -Property Machine, Mounts, Worst, ExitCode, Message
    foreach ($problem in $unreachable) {
        $reports += [pscustomobject] @{ Machine = "$($problem.TargetObject)"; Mounts = 0; Worst = 'Unknown'; ExitCode = 1; Message = "$problem" }
    }
} catch {
    # Not one machine was asked, as where this one has no WinRM.
    $message = "$_"
    $reports += @($ComputerName) + @($Session.ComputerName) -ne $null | ForEach-Object {
        [pscustomobject] @{ Machine = $_; Mounts = 0; Worst = 'Unknown'; ExitCode = 1; Message = $message }
    }
}
$reports
$codes = @($reports.ExitCode)
foreach ($code in 1, 75, 1618, 65, 3010) {
    if ($code -in $codes) {
        exit $code
    }
}
exit 0
