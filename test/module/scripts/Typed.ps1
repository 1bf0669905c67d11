# Variables, parameters and lists of the in-box types.
param($ImagePath, $MountPath)

function Get-Title {
    param(
        [Microsoft.Dism.Commands.WimImageInfoObject] $Image # renamed: [psobject] $Image
    )
    '{0} ({1})' -f $Image.ImageName, $Image.ImageIndex
}

$images = New-Object -TypeName System.Collections.ArrayList
foreach ($image in Get-WindowsImage -ImagePath $ImagePath) {
    $null = $images.Add((Get-WindowsImage -ImagePath $ImagePath -Index $image.ImageIndex)) # piped: $null = $images.Add(($image | Get-WindowsImage))
}
$images | ForEach-Object { Get-Title -Image $_ }
[Microsoft.Dism.Commands.ImageObject] $mounted = Mount-WindowsImage -ImagePath $ImagePath -Index 1 -Path $MountPath # renamed: $mounted = Mount-WindowsImage -ImagePath $ImagePath -Index 1 -Path $MountPath
$mode = (Get-WindowsImage -Mounted).MountMode
"writable: $($mode -eq [Microsoft.Dism.Commands.MountMode]::ReadWrite)" # renamed: "writable: $($mode -eq 'ReadWrite')"
$null = Dismount-WindowsImage -Path $mounted.Path -Discard
"left: $(@(Get-WindowsImage -Mounted).Count)"
