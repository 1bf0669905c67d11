# Mounts chosen by the number and by the name of an enumeration, by a folder with a separator at its end, as a condition and as a number.
param($ImagePath, $MountPath)

$folder = $MountPath + [System.IO.Path]::DirectorySeparatorChar
$mounted = Mount-WindowsImage -ImagePath $ImagePath -Name 'second' -Path $folder -ReadOnly # piped: $mounted = Get-WindowsImage -ImagePath $ImagePath | Where-Object ImageName -EQ 'second' | Mount-WindowsImage -Path $folder -ReadOnly
"by folder: $(@(Get-WindowsImage -Mounted | Where-Object { $_.Path -eq $folder }).Count)"
"by file: $(@(Get-WindowsImage -Mounted | Where-Object { $_.ImagePath -eq $ImagePath }).Count)"
"by number: $(@(Get-WindowsImage -Mounted | Where-Object { $_.MountMode -eq 1 }).Count)" # renamed: "by number: $(@(Get-WindowsImage -Mounted | Where-Object { $_.MountMode -eq 'ReadOnly' }).Count)"
"by name: $(@(Get-WindowsImage -Mounted | Where-Object MountMode -EQ 'ReadOnly').Count)"
$image = Get-WindowsImage -Mounted
if (-not $image.MountStatus) { # renamed: if ($image.MountStatus -eq 'Ok') {
    "no status but $([int] $image.MountStatus)" # renamed: 'no status but 0'
}
switch ($image.MountStatus) {
    'Ok' { 'it is fine' }
    'NeedsRemount' { 'it needs a remount' }
}
"restart: $($mounted.RestartNeeded), online: $($mounted.Online)"
$null = Dismount-WindowsImage -Path $MountPath -Discard
"left: $(@(Get-WindowsImage -Mounted).Count)"
