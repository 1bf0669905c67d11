# A step that fails in the middle: the clean-up runs, the caller sees the error, and nothing stays mounted.
param($ImagePath, $MountPath, $Folder)

function Update-Image {
    [CmdletBinding()]
    param($ImagePath, $MountPath, $Folder)
    $mounted = $false
    try {
        $null = Mount-WindowsImage -ImagePath $ImagePath -Index 1 -Path $MountPath
        $mounted = $true
        'mounted'
        $null = Get-WindowsImage -ImagePath "$Folder/none.wim"
        'not reached'
    } catch {
        "failed: $('{0:X8}' -f $_.Exception.HResult)"
        throw
    } finally {
        if ($mounted) {
            $null = Dismount-WindowsImage -Path $MountPath -Discard # piped: $null = Get-WindowsImage -Mounted | Dismount-WindowsImage -Discard
            'cleaned up'
        }
    }
}

try {
    Update-Image -ImagePath $ImagePath -MountPath $MountPath -Folder $Folder
} catch {
    "caller: $($_.Exception.GetType().Name)"
}
trap {
    "trapped: $('{0:X8}' -f $_.Exception.HResult)"
    continue
}
Dismount-WindowsImage -Path $MountPath -Save
"left: $(@(Get-WindowsImage -Mounted).Count)"
