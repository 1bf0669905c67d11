function Write-DismTsError {
    <#
    .SYNOPSIS
    Reports an error of a command: one bad item lets the pipeline go on, an unusable engine ends the command.
    #>
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # The error.
        [Parameter(Mandatory)]
        [System.Management.Automation.ErrorRecord] $ErrorRecord
    )
    if ($ErrorRecord.Exception.Data['DismTs.Unusable']) {
        $Cmdlet.ThrowTerminatingError($ErrorRecord)
    }
    $Cmdlet.WriteError($ErrorRecord)
}
