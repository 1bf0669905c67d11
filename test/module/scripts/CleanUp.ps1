# Clean-up before a build: whatever is mounted is dismounted, and what cannot be is cleared.
param($ImagePath, $MountPath, $Folder)

Copy-Item -LiteralPath $ImagePath -Destination "$Folder/gone.wim"
$null = New-Item -ItemType Directory -Path "$Folder/gone"
$null = Mount-WindowsImage -ImagePath $ImagePath -Index 1 -Path $MountPath
$null = Mount-WindowsImage -ImagePath "$Folder/gone.wim" -Index 1 -Path "$Folder/gone" -ReadOnly
Remove-Item -LiteralPath "$Folder/gone.wim"

$clear = $false
foreach ($image in Get-WindowsImage -Mounted | Sort-Object -Property Path) {
    "$(Split-Path -Path $image.Path -Leaf): $($image.MountStatus), $($image.MountMode)"
    if ($image.MountStatus -eq 2) { # renamed: if ($image.MountStatus -eq 'Invalid') {
        $clear = $true
        continue
    }
    if ($image.MountStatus -eq 'NeedsRemount') {
        $null = Mount-WindowsImage -Path $image.Path -Remount
    }
    $null = Dismount-WindowsImage -Path $image.MountPath -Discard # piped: $null = $image | Dismount-WindowsImage -Discard
}
if ($clear) {
    $null = Clear-WindowsCorruptMountPoint
}
"left: $((Get-WindowsImage -Mounted | Measure-Object).Count)"
