# Program of a ConfigMgr package, or a step of a task sequence: adds the drivers in a folder to an image of a WIM file, such as a boot image.
#
#   powershell.exe -NoProfile -ExecutionPolicy Bypass -File ConfigMgr-Program.ps1 -ImagePath D:\boot\boot.wim -Index 2
#
# It writes one line and ends with 0 done, 1618 (on Linux 75) busy, which ConfigMgr tries again, or 1 failed. It takes back no mount but its own, and where one of
# the drivers fails the image stays as it was.
param(
    # The image file.
    [Parameter(Mandatory = $true)]
    [string] $ImagePath,

    # Number of the image in it.
    [uint32] $Index = 1,

    # Folder with drivers; all below it are added.
    [string] $DriverPath = (Join-Path -Path $PSScriptRoot -ChildPath 'drivers'),

    # An empty folder to mount in. Default: a new one for temporary files, which is removed.
    [string] $MountPath = (Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath "dismts-$PID")
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = $WarningPreference = $InformationPreference = 'SilentlyContinue'
try {
    Import-Module -Name DismTs
} catch {
    Write-Output "DismTs: failed: $_"
    exit 1
}
$mount = $null
$isOwnFolder = -not (Test-Path -LiteralPath $MountPath)
$stays = $false
try {
    $null = New-Item -ItemType Directory -Path $MountPath -Force
    $mount = Mount-DismTsImage -ImagePath $ImagePath -Index $Index -Path $MountPath
    # A driver that fails is an error of its own, after the others are added; it is caught below.
    $drivers = @(Add-DismTsDriver -Path $MountPath -Driver $DriverPath -Recurse)
    $stays = $true
    $result = $mount | Dismount-DismTsImage -Save
    $stays = $false
    $line = "done: $($drivers.Count) drivers in image $Index of $ImagePath"
} catch {
    $result = $_
    $line = "failed: $_"
    if ($stays) {
        $line = "$line; the changes stay staged: free space, then Dismount-DismTsImage -Path `"$MountPath`" -Save"
    } elseif ($mount) {
        try {
            $null = $mount | Dismount-DismTsImage -Discard
        } catch {
            $stays = $true
            $line = "$line; still mounted at $MountPath`: $_"
        }
    }
}
if ($isOwnFolder -and -not $stays) {
    Remove-Item -LiteralPath $MountPath -ErrorAction Ignore
}
Write-Output "DismTs: $line"
exit ($result | ConvertTo-DismTsExitCode)
