function New-ProgressRecord {
    <#
    .SYNOPSIS
    Makes the record of a progress bar that says how far a request is.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Makes an object')]
    param(
        # What Start-Sidecar gave.
        [Parameter(Mandatory)]
        [hashtable] $Sidecar,

        # Title of the bar.
        [Parameter(Mandatory)]
        [string] $Activity,

        # The value of a progress notification.
        [Parameter(Mandatory)]
        [psobject] $Progress
    )
    # Runspaces that work at once each have a sidecar: its number keeps their bars apart, and away from those of the caller.
    $record = [System.Management.Automation.ProgressRecord]::new($Sidecar['Process'].Id, $Activity, (Get-ProgressStatus -Progress $Progress))
    $record.PercentComplete = Get-ProgressPercent -Current $Progress.current -Total $Progress.total
    return $record
}
