function Get-OperationResult {
    <#
    .SYNOPSIS
    Gives what the in-box BaseDismObject holds of a request whose result does not say it all: logPath, scratchDirectory and logLevel.
    #>
    param(
        # Parameters of the request.
        [Parameter(Mandatory)]
        [hashtable] $Params,

        # The log file of its result.
        [AllowEmptyString()]
        [AllowNull()]
        [string] $LogPath
    )
    $level = 'WarningsInfo'
    if ($Params['logLevel']) {
        $level = $Params['logLevel']
    }
    [pscustomobject] @{ logPath = $LogPath; scratchDirectory = [string] $Params['scratchDirectory']; logLevel = $level }
}
