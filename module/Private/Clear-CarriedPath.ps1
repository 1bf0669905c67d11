function Clear-CarriedPath {
    <#
    .SYNOPSIS
    Gives LogPath and ScratchDirectory of a command that takes objects from the pipeline: each empty where it came with an object and is of no use any more.
    .DESCRIPTION
    Objects carry the LogPath of the operation that they are from, and so bind it in the next command of a pipeline. The log of one operation is not that of the
    next, and DISM would have to be initialised anew for it; a log file on another machine is of no use here.
    .OUTPUTS
    Both, in this order.
    #>
    param(
        # As it was bound.
        [string] $LogPath,

        # As it was bound.
        [string] $ScratchDirectory
    )
    $carried = @{ LogPath = @(); ScratchDirectory = @() }
    # The command itself may have called Get-OperationParameter, which calls this, or a function that it called.
    foreach ($scope in 2, 3) {
        $piped = Get-Variable -Name '_' -Scope $scope -ValueOnly -ErrorAction Ignore
        if ($null -ne $piped) {
            foreach ($name in @($carried.Keys)) {
                $carried[$name] += Get-NoteValue -InputObject $piped -Name $name
            }
        }
    }
    $end = $LogPath.LastIndexOfAny('/\')
    $isOwn = $LogPath.Substring($end + 1) -match '^\d{8}-\d{6}-.+-\d+-\d+\.log$'
    if ($LogPath -in $carried['LogPath'] -and ($isOwn -or -not [System.IO.Directory]::Exists($LogPath.Substring(0, [Math]::Max(0, $end))))) {
        $LogPath = ''
    }
    # It was there when the object was made; that it is gone since is no fault of this command.
    if ($ScratchDirectory -in $carried['ScratchDirectory'] -and -not [System.IO.Directory]::Exists($ScratchDirectory)) {
        $ScratchDirectory = ''
    }
    return $LogPath, $ScratchDirectory
}
