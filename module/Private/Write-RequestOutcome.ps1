function Write-RequestOutcome {
    <#
    .SYNOPSIS
    Says with -Verbose how long a request took, and where its log is.
    #>
    param(
        # The request's method.
        [Parameter(Mandatory)]
        [string] $Method,

        # Runs since it was sent.
        [Parameter(Mandatory)]
        [System.Diagnostics.Stopwatch] $Clock,

        # The error record of one that failed.
        [System.Management.Automation.ErrorRecord] $Problem,

        # The answer, where there is one.
        [psobject] $Response
    )
    $wroteTo = ''
    $took = 'took'
    if ($null -ne $Problem) {
        $took = 'failed after'
        $wroteTo = $Problem.Exception.LogPath
    } elseif ($null -ne $Response) {
        $wroteTo = Get-NoteValue -InputObject $Response.result -Name 'logPath'
    }
    $said = 'Log: none, for nothing had to be logged'
    if ($wroteTo) {
        $said = "Log: $wroteTo"
    } elseif ($null -ne $Problem -and $Problem.Exception.Symbol -eq 'DISMTS_E_SIDECAR_LOST') {
        $said = 'Log: Get-DismTsLog shows how far it came'
    }
    Write-Verbose -Message ('{0} {1} {2:0.000} s. {3}' -f $Method, $took, $Clock.Elapsed.TotalSeconds, $said)
}
