# Puts the files of a folder into an image of a WIM file. For a scheduled task as SYSTEM, for cron or a systemd timer as root: nobody watches, and nothing is lost.
#
#   $action = New-ScheduledTaskAction -Execute powershell.exe -Argument '-NoProfile -ExecutionPolicy Bypass -File D:\scripts\Update-Image.ps1'
#   Register-ScheduledTask -TaskName 'Update image' -Action $action -Trigger (New-ScheduledTaskTrigger -Daily -At 2am) -User SYSTEM -RunLevel Highest
#
#   0 2 * * *  root  pwsh -NoProfile -NonInteractive -File /opt/scripts/Update-Image.ps1 -ImagePath /images/install.wim -PayloadPath /images/payload -MountPath /mnt/image
#
# It writes one line and ends with 0 done, 1618 (on Linux 75) busy, try again, or 1 failed. A run that overlaps another is busy. What a full disk kept from being
# saved stays staged, and the next run saves it first. It takes back no mount but its own.
param(
    # The image file.
    [string] $ImagePath = 'D:\images\install.wim',

    # Number of the image in it.
    [uint32] $Index = 1,

    # The folder whose content goes into the root of the image.
    [string] $PayloadPath = 'D:\images\payload',

    # An empty folder to mount in; it is made where it is missing. Beside it go the lock of this script, and its note of what it has mounted.
    [string] $MountPath = 'D:\images\mount'
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = $WarningPreference = $InformationPreference = 'SilentlyContinue'
try {
    Import-Module -Name DismTs
} catch {
    Write-Output "DismTs: failed: $_"
    exit 1
}

$mount = $lock = $result = $null
$saving = $false
$notePath = "$($MountPath.TrimEnd('/', '\')).note"
try {
    # Nobody else holds this file while a run is at work; it is a sharing violation for the next one, and so "busy".
    $lock = [System.IO.File]::Open("$($MountPath.TrimEnd('/', '\')).lock", 'OpenOrCreate', 'ReadWrite', 'None')
    $null = New-Item -ItemType Directory -Path $MountPath -Force

    # An earlier run may have ended before it had dismounted what it mounted. Whether that was whole, its note says.
    $stage, $mountId = "$(Get-Content -LiteralPath $notePath -TotalCount 1 -ErrorAction Ignore)" -split ' ', 2
    $left = Get-DismTsImage -Mounted | Where-Object { $mountId -and $_.MountId -eq $mountId }
    if ($left) {
        if ($left.MountStatus -eq 'NeedsRemount') {
            $null = $left | Mount-DismTsImage -Remount
        }
        if ($stage -eq 'whole') {
            $null = $left | Dismount-DismTsImage -Save
        } else {
            $null = $left | Dismount-DismTsImage -Discard
        }
    }

    $mount = Mount-DismTsImage -ImagePath $ImagePath -Index $Index -Path $MountPath
    Set-Content -LiteralPath $notePath -Value "begun $($mount.MountId)"
    Copy-Item -Path (Join-Path -Path $PayloadPath -ChildPath '*') -Destination $MountPath -Recurse -Force
    Set-Content -LiteralPath $notePath -Value "whole $($mount.MountId)"
    $saving = $true
    $result = $mount | Dismount-DismTsImage -Save
    Remove-Item -LiteralPath $notePath
    $line = "done: image $Index of $ImagePath"
} catch {
    $result = $_
    $line = "failed: $_"
    if ($saving) {
        $line = "$line; the changes stay staged, and the next run saves them"
    } elseif ($mount) {
        # Half of a payload is worth nothing. Only this mount goes, whatever else is mounted.
        try {
            $null = $mount | Dismount-DismTsImage -Discard
            Remove-Item -LiteralPath $notePath -ErrorAction Ignore
        } catch {
            $line = "$line; the next run dismounts it: $_"
        }
    }
} finally {
    if ($lock) {
        $lock.Dispose()
    }
}
Write-Output "DismTs: $line"
exit ($result | ConvertTo-DismTsExitCode)
