function Get-ErrorSubject {
    <#
    .SYNOPSIS
    Gives the error record where PowerShell wrapped it: -ErrorVariable has of an error that ended a statement only an exception around it. All else it gives back as it is.
    #>
    param(
        # What a caller took for the error.
        [Parameter(Mandatory)]
        [AllowNull()]
        [object] $InputObject
    )
    $wrappers = [System.Management.Automation.CmdletInvocationException], [System.Management.Automation.ActionPreferenceStopException]
    while ($null -ne $InputObject -and $InputObject.GetType() -in $wrappers -and $null -ne $InputObject.ErrorRecord) {
        $InputObject = $InputObject.ErrorRecord
    }
    return $InputObject
}
