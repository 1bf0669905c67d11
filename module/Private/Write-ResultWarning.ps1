function Write-ResultWarning {
    <#
    .SYNOPSIS
    Gives the warnings of a result, but for those that are known.
    #>
    param(
        # The command on whose behalf the request was sent.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # The request's method.
        [Parameter(Mandatory)]
        [string] $Method,

        # The warnings.
        [AllowEmptyCollection()]
        [string[]] $Warning,

        # Those that have been given already.
        [string[]] $KnownWarning
    )
    $warnings = @($Warning | Where-Object { $_ -cnotin $KnownWarning })
    if ($warnings -and $WarningPreference -eq 'Stop') {
        # The first of them ends the command, which would look as if nothing had been done.
        $warnings = "$($warnings -join '; ') (`"$Method`" is done; only its warning stops this command)"
    }
    foreach ($text in $warnings) {
        $Cmdlet.WriteWarning($text)
    }
}
