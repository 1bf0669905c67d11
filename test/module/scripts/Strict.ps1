# StrictMode and errors that stop, as careful scripts begin; every property of the results is read.
param($ImagePath, $MountPath, $Folder)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$images = @(Get-WindowsImage -ImagePath $ImagePath)
"images: $($images.Count), $($images[0].ImageName) to $($images[-1].ImageName), $($images[0].ImageSize -gt 0)"
$null = Mount-WindowsImage -ImagePath $ImagePath -Index 1 -Path $MountPath
try {
    foreach ($mount in Get-WindowsImage -Mounted) {
        $read = foreach ($property in $mount.PSObject.Properties) { $property.Name }
        "index: $($mount.ImageIndex), reads: $(@($read | Where-Object { $_ -in 'Path', 'ImagePath', 'ImageIndex', 'MountMode', 'MountStatus' }).Count)"
    }
    $saved = Save-WindowsImage -Path $MountPath # piped: $saved = Get-WindowsImage -Mounted | Save-WindowsImage
    "log: $($null -ne $saved.LogPath), restart: $($saved.RestartNeeded)"
    try {
        Save-WindowsImage -Path $Folder # piped: [pscustomobject] @{ Path = $Folder } | Save-WindowsImage
    } catch {
        "refused: $('{0:X8}' -f $_.Exception.HResult)"
    }
} finally {
    $null = Dismount-WindowsImage -Path $MountPath -Discard
}
"left: $(@(Get-WindowsImage -Mounted).Count)"
