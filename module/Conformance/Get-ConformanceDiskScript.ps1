# Never ran on a real Windows: it follows the documentation of diskpart.exe.
function Get-ConformanceDiskScript {
    <#
    .SYNOPSIS
    Gives the scripts for diskpart.exe: Make creates, attaches, formats and mounts a disk; Detach detaches it. They name no other disk, and no drive letter.
    .DESCRIPTION
    diskpart.exe stops at the first command that fails, so that nothing is formatted where the file could not be created or attached.
    .OUTPUTS
    A hashtable of lists of lines. Fails with an ArgumentException where a path cannot stand in a script: it has a quote, a control character, one that is not ASCII
    (diskpart.exe reads scripts in a code page), or more than 255 characters.
    #>
    param(
        # The file of the disk; it does not exist yet.
        [Parameter(Mandatory)]
        [string] $ImagePath,

        # The empty folder to mount it to.
        [Parameter(Mandatory)]
        [string] $MountPath
    )
    foreach ($path in $ImagePath, $MountPath) {
        if ($path.Length -gt 255) {
            throw [System.ArgumentException]::new('the path has more than 255 characters')
        }
        if ($path -cmatch '[^\x20-\x7E]|"') {
            throw [System.ArgumentException]::new('the path has characters that a script of diskpart.exe cannot have')
        }
    }
    $select = "select vdisk file=`"$ImagePath`""
    @{
        Make   = @(
            "create vdisk file=`"$ImagePath`" maximum=64 type=expandable"
            $select
            'attach vdisk'
            'create partition primary'
            'format quick fs=ntfs label=DismTs'
            "assign mount=`"$MountPath`""
        )
        Detach = @($select, 'detach vdisk')
    }
}
