function ConvertTo-LostSidecarError {
    <#
    .SYNOPSIS
    Makes the error record of a request whose sidecar ended, or sent what cannot be understood; ends the sidecar for good.
    #>
    param(
        # What Start-Sidecar gave; its property Failure says what reading or writing failed with.
        [Parameter(Mandatory)]
        [hashtable] $Sidecar,

        # The request's method.
        [Parameter(Mandatory)]
        [string] $Method,

        # The request's parameters.
        [Parameter(Mandatory)]
        [hashtable] $Params
    )
    $cause = $Sidecar['Failure']
    $errorParameters = @{
        Symbol    = 'DISMTS_E_SIDECAR_LOST'
        Operation = $Method
        Target    = $Sidecar['Executable']
    }
    if ($Params['logPath']) {
        $errorParameters['LogPath'] = $Params['logPath']
    }
    if ($cause -is [System.IO.InvalidDataException]) {
        $errorParameters['Symbol'] = 'DISMTS_E_SIDECAR_PROTOCOL'
        $reason = "the sidecar does not speak the protocol: $($cause.Message)"
    } else {
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        while (-not $Sidecar['Process'].WaitForExit(100) -and $clock.ElapsedMilliseconds -lt 2000) {
            continue
        }
        $reason = "the connection to the sidecar broke: $($cause.Message)"
        if ($Sidecar['Process'].HasExited) {
            $reason = "the sidecar ended with exit code $($Sidecar['Process'].ExitCode)"
        }
    }
    Update-SidecarErrorTail -Sidecar $Sidecar -WaitMilliseconds 500
    Stop-Sidecar -Sidecar $Sidecar -Force
    $lastWords = $Sidecar['ErrorTail'].Trim()
    if ($lastWords) {
        $errorParameters['LogExcerpt'] = $lastWords
        $reason += "; its last words: $lastWords"
    }
    return New-DismTsErrorRecord @errorParameters -Message "Cannot finish `"$Method`": $reason"
}
