function New-TimeoutErrorRecord {
    <#
    .SYNOPSIS
    Makes the error record of a request that was cancelled because it took too long.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Makes an object')]
    param(
        # The request's method.
        [Parameter(Mandatory)]
        [string] $Method,

        # What it was about.
        [string] $Target,

        # How long it was allowed to take.
        [Parameter(Mandatory)]
        [long] $TimeoutMilliseconds,

        # Member "error" of its answer; nothing where it did not answer.
        [psobject] $Refusal,

        # It may still be running: it was sent, and did not stop within the time that it was given to clean up.
        [switch] $MayRun
    )
    $errorParameters = @{
        Message   = "Cannot finish `"$Method`" within $($TimeoutMilliseconds / 1000) seconds: it was cancelled"
        Symbol    = 'DISMTS_E_TIMEOUT'
        Operation = $Method
        Target    = $Target
    }
    if ($null -ne $Refusal -and $Refusal.message -match '; (.+)$') {
        $errorParameters['Message'] += "; $($Matches[1])"
    } elseif ($MayRun) {
        $errorParameters['Message'] = "Cannot finish `"$Method`" within $($TimeoutMilliseconds / 1000) seconds: it did not stop when it was cancelled; " +
            'it may still be running, and its outcome is unknown'
        $errorParameters['Hint'] = 'Wait until it has ended, then look at the state of the image: DISM goes on with what cannot be stopped, and ' +
            'commands on that image are refused until it is through.'
    }
    return New-DismTsErrorRecord @errorParameters
}
