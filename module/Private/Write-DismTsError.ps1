function Write-DismTsError {
    <#
    .SYNOPSIS
    Reports what a command failed with, and decides whether that ends the statement.
    .DESCRIPTION
    As with the in-box commands a failure is a terminating error: "catch" runs, and no -ErrorAction makes a failure look like a success. Only where the command
    takes its targets from the pipeline is it an error of one item, after which the others go on. An unusable engine ends the command there too, and so does any
    error of a command that is called by its in-box name: scripts for that one count on "catch".
    .OUTPUTS
    None. It returns only where the command may go on.
    #>
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # The error. Of several, of work that is done, all are reported, and the last may end the statement.
        [Parameter(Mandatory)]
        [System.Management.Automation.ErrorRecord[]] $ErrorRecord
    )
    $last = $ErrorRecord[-1]
    foreach ($record in $ErrorRecord) {
        if (-not [object]::ReferenceEquals($record, $last)) {
            $Cmdlet.WriteError($record)
        }
    }
    if ($last.Exception.Data['DismTs.Unusable'] -or $inboxCall -or -not $Cmdlet.MyInvocation.ExpectingInput) {
        $Cmdlet.ThrowTerminatingError($last)
    }
    $Cmdlet.WriteError($last)
}
