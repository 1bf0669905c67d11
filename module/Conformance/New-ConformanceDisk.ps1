# Never ran on a real Windows: it follows the documentation of diskpart.exe.
# So a disk that is not made is a line "not tried", and no difference.
function New-ConformanceDisk {
    <#
    .SYNOPSIS
    Makes a virtual disk of 64 MB at most with one NTFS volume and one file in it, and detaches it; says why there is none, nothing where there is one.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'In the folder of a trial')]
    param(
        # The file of the disk; it must not exist.
        [Parameter(Mandatory)]
        [string] $ImagePath,

        # A folder to mount it to meanwhile, in a folder of its own; neither exists, before and after.
        [Parameter(Mandatory)]
        [string] $MountPath,

        # The file to copy into it.
        [Parameter(Mandatory)]
        [string] $Source,

        # The folder of the volume that it goes to.
        [Parameter(Mandatory)]
        [string] $Folder
    )
    $problem = Get-ConformanceDiskObstacle
    if ($problem) {
        return $problem
    }
    try {
        $lines = (Get-ConformanceDiskScript -ImagePath $ImagePath -MountPath $MountPath)['Make']
    } catch [System.ArgumentException] {
        return $_.Exception.Message
    }
    if ([System.IO.File]::Exists($ImagePath) -or [System.IO.Directory]::Exists([System.IO.Path]::GetDirectoryName($MountPath))) {
        return 'its file or folder exists'
    }
    try {
        $null = [System.IO.Directory]::CreateDirectory($MountPath)
        $problem = Invoke-ConformanceDiskPart -Line $lines -ScriptPath "$ImagePath.txt"
        if (-not $problem) {
            # Else the file would go into a plain folder.
            if (-not ([System.IO.File]::GetAttributes($MountPath) -band [System.IO.FileAttributes]::ReparsePoint)) {
                $problem = 'its volume is not in its folder'
            } else {
                $target = [System.IO.Path]::Combine($MountPath, $Folder)
                $null = [System.IO.Directory]::CreateDirectory($target)
                [System.IO.File]::Copy($Source, [System.IO.Path]::Combine($target, [System.IO.Path]::GetFileName($Source)))
            }
        }
    } catch {
        $problem = 'it failed with 0x{0:X8}' -f $_.Exception.GetBaseException().HResult
    } finally {
        # Also after Ctrl+C.
        $left = Dismount-ConformanceDisk -ImagePath $ImagePath -MountPath $MountPath
    }
    if ($problem) {
        return $problem
    }
    return $left
}
