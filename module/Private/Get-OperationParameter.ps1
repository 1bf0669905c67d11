function Get-OperationParameter {
    <#
    .SYNOPSIS
    Gives what every request takes of the parameters LogPath, LogLevel and ScratchDirectory that all commands have.
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
        $LogPath, $ScratchDirectory = Clear-CarriedPath -LogPath $LogPath -ScratchDirectory $ScratchDirectory
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
