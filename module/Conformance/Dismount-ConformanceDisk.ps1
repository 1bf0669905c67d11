# Never ran on a real Windows: it follows the documentation of diskpart.exe and of Directory.Delete.
function Dismount-ConformanceDisk {
    <#
    .SYNOPSIS
    Removes the mount folder of a disk, and detaches the disk, whether or not it is attached; says what went wrong, which only who made it can judge.
    #>
    param(
        # The file of the disk.
        [Parameter(Mandatory)]
        [string] $ImagePath,

        # The folder that it is mounted to, in a folder of its own.
        [Parameter(Mandatory)]
        [string] $MountPath
    )
    $problem = $null
    try {
        # A mount folder in a folder that is deleted: Windows forgets it, and what is on the volume stays. Of the mount folder itself .NET promises neither.
        $parent = [System.IO.Path]::GetDirectoryName($MountPath)
        if ([System.IO.Directory]::Exists($parent)) {
            [System.IO.Directory]::Delete($parent, $true)
        }
    } catch {
        $problem = 'its mount folder stays (0x{0:X8})' -f $_.Exception.GetBaseException().HResult
    }
    if ([System.IO.File]::Exists($ImagePath)) {
        $lines = (Get-ConformanceDiskScript -ImagePath $ImagePath -MountPath $MountPath)['Detach']
        $detach = Invoke-ConformanceDiskPart -Line $lines -ScriptPath "$ImagePath.$([guid]::NewGuid().ToString('N')).txt"
        if ($detach) {
            $problem = "it was not detached: $detach"
        }
    }
    return $problem
}
