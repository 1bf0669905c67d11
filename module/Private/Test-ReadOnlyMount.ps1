function Test-ReadOnlyMount {
    <#
    .SYNOPSIS
    Tells whether a folder is a read-only mount, which has no changes that could be lost.
    #>
    param(
        # Folder of the mount, absolute.
        [Parameter(Mandatory)]
        [string] $Path,

        # What every request of the command takes.
        [Parameter(Mandatory)]
        [hashtable] $Params,

        # The command that wants to know.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # Engine choice.
        [Parameter(Mandatory)]
        [string] $Engine
    )
    $separators = [System.IO.Path]::DirectorySeparatorChar, [System.IO.Path]::AltDirectorySeparatorChar
    $folder = $Path.TrimEnd($separators)
    $result = Invoke-SidecarRequest -Method 'image/listMounted' -Params $Params -Cmdlet $Cmdlet -Engine $Engine
    if ($null -eq $result) {
        return $false
    }
    foreach ($mount in $result.mounts) {
        if ($mount.path.TrimEnd($separators) -ceq $folder) {
            return $mount.mountMode -eq 'ReadOnly'
        }
    }
    return $false
}
