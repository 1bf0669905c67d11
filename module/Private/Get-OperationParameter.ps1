function Get-OperationParameter {
    <#
    .SYNOPSIS
    Gives what every request takes of the parameters LogPath, LogLevel and ScratchDirectory that all commands have.
    .DESCRIPTION
    Objects carry the LogPath of the operation that they are from, and so bind it in the next command of a pipeline. The log of one operation is not that of the
    next, and DISM would have to be initialised anew for it; a log file on another machine is of no use here.
    .OUTPUTS
    A hash table; nothing where a path cannot be used, which is then reported.
    #>
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # Its parameter of this name. Objects that come down the pipeline may carry an empty one.
        [string] $LogPath,

        # Its parameter of this name. Objects that come down the pipeline may carry an empty one.
        [string] $ScratchDirectory,

        # Its parameter of this name, also as a number as dism.exe counts.
        [string] $LogLevel
    )
    $operation = @{}
    if (($LogPath -or $ScratchDirectory) -and $Cmdlet.MyInvocation.ExpectingInput) {
        $carried = @{ LogPath = @(); ScratchDirectory = @() }
        # The command itself may have called this, or a function that it called.
        foreach ($scope in 1, 2) {
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
    }
    if ($LogPath) {
        $operation['logPath'] = Resolve-DismTsPath -Path $LogPath -Cmdlet $Cmdlet -Parameter 'LogPath'
        if ($null -eq $operation['logPath']) {
            return
        }
    }
    if ($ScratchDirectory) {
        $operation['scratchDirectory'] = Resolve-DismTsPath -Path $ScratchDirectory -Cmdlet $Cmdlet -Parameter 'ScratchDirectory'
        if ($null -eq $operation['scratchDirectory']) {
            return
        }
    }
    if ($LogLevel) {
        $operation['logLevel'] = ConvertTo-LogLevel -LogLevel $LogLevel
    }
    return $operation
}
