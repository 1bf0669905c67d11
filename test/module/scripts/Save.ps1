# The usual build: mount by name with a log of its own, change, save as a new image, save and dismount, look into the file.
param($ImagePath, $MountPath, $Folder)

$common = @{ LogPath = "$Folder/build.log"; ScratchDirectory = $Folder }
$null = Mount-WindowsImage -ImagePath $ImagePath -Name 'First' -Path $MountPath -CheckIntegrity @common -LogLevel 2 # renamed: $null = Mount-WindowsImage -ImagePath $ImagePath -Name 'First' -Path $MountPath -CheckIntegrity @common -LogLevel WarningsInfo
Set-Content -LiteralPath "$MountPath/Windows/new.txt" -Value 'new'
$saved = Save-WindowsImage -Path $MountPath -Append @common # piped: $saved = Get-WindowsImage -Mounted | Save-WindowsImage -Append @common
"level: $($saved.LogLevel), log: $(Split-Path -Path $saved.LogPath -Leaf)"
$result = Dismount-WindowsImage -Path $MountPath -Save -CheckIntegrity @common
"log: $(Split-Path -Path $result.LogPath -Leaf), written: $((Get-Item -LiteralPath "$Folder/build.log").Length -gt 0)"
"images: $(@(Get-WindowsImage -ImagePath $ImagePath).Count)"
$null = Mount-WindowsImage -ImagePath $ImagePath -Index 1 -Path $MountPath -ReadOnly
"content: $(Get-Content -LiteralPath "$MountPath/Windows/new.txt")"
$null = Dismount-WindowsImage -Path $MountPath -Discard
"left: $(@(Get-WindowsImage -Mounted).Count)"
