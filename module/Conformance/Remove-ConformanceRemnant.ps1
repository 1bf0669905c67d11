function Remove-ConformanceRemnant {
    <#
    .SYNOPSIS
    Dismounts and removes what a trial has made: its own folder, or those that killed ones have left.
    .DESCRIPTION
    A folder is taken for a trial's by its name and by a file in it; one that another run uses is left alone.
    .OUTPUTS
    A hashtable with Removed and Left, numbers of folders.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Only what a trial has made')]
    param(
        # Engine and DismPath for the commands, and what else all of them are given.
        [Parameter(Mandatory)]
        [hashtable] $Choice,

        # The folder that trials have theirs in.
        [Parameter(Mandatory)]
        [string] $Folder,

        # The folder of one trial. Default: those of all that do not run any more.
        [string] $Root
    )
    $found = @{ Removed = 0; Left = 0 }
    $roots = @($Root)
    if (-not $Root) {
        $roots = @([System.IO.Directory]::GetDirectories($Folder, 'dismts-conformance-*'))
    }
    foreach ($one in $roots) {
        $marker = [System.IO.Path]::Combine($one, 'running')
        if (-not [System.IO.File]::Exists($marker)) {
            # Of somebody else, or begun by a run that had no time to make anything.
            if ($Root -and [System.IO.Directory]::Exists($one)) {
                [System.IO.Directory]::Delete($one, $true)
            }
            continue
        }
        try {
            # Whoever uses it has this open.
            [System.IO.FileStream]::new($marker, 'Open', 'ReadWrite', 'None').Dispose()
            $inside = $one + [System.IO.Path]::DirectorySeparatorChar
            $mounts = @(Get-DismTsImage -Mounted @Choice | Where-Object { "$($_.Path)".StartsWith($inside, [System.StringComparison]::OrdinalIgnoreCase) })
            $problem = $null
            foreach ($mount in $mounts) {
                try {
                    $null = Dismount-DismTsImage -Path $mount.Path -Discard -Confirm:$false @Choice
                } catch {
                    $problem = $_
                }
            }
            if ($problem) {
                throw $problem
            }
            $disk = [System.IO.Path]::Combine($one, 'disk.vhdx')
            if ([System.IO.File]::Exists($disk) -and -not (Get-ConformanceDiskObstacle)) {
                # It may be attached. Whether it still is, its deletion shows.
                $null = Dismount-ConformanceDisk -ImagePath $disk -MountPath ([System.IO.Path]::Combine($one, 'volume', 'mount'))
            }
            # The marker goes last: without it the next run would not know the rest for what it is.
            foreach ($path in [System.IO.Directory]::GetFileSystemEntries($one) | Where-Object { $_ -ne $marker }) {
                if ([System.IO.Directory]::Exists($path)) {
                    [System.IO.Directory]::Delete($path, $true)
                } else {
                    [System.IO.File]::Delete($path)
                }
            }
            [System.IO.Directory]::Delete($one, $true)
            $found['Removed']++
        } catch {
            # The next run tries again.
            $found['Left']++
        }
    }
    return $found
}
