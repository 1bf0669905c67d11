function Get-Outcome {
    <#
    .SYNOPSIS
    Names what a result or an error comes to: done, restart, damaged, busy or failed.
    #>
    param(
        # A result, an exception or an error record.
        [Parameter(Mandatory)]
        [object] $InputObject,

        # What Get-ExitCodeTable gave.
        [Parameter(Mandatory)]
        [hashtable] $Table
    )
    $InputObject = Get-ErrorSubject -InputObject $InputObject
    $isRecord = $InputObject -is [System.Management.Automation.ErrorRecord]
    if (-not $isRecord -and $InputObject -isnot [System.Exception]) {
        # A line of Test-DismTsConformance.
        if ('Differs' -eq (Get-NoteValue -InputObject $InputObject -Name 'Verdict')) {
            return 'failed'
        }
        $health = Get-NoteValue -InputObject $InputObject -Name 'ImageHealthState'
        # Of an image, and of an image file.
        if (($health -and "$health" -ne 'Healthy') -or $false -eq (Get-NoteValue -InputObject $InputObject -Name 'Healthy')) {
            return 'damaged'
        }
        if ($true -eq (Get-NoteValue -InputObject $InputObject -Name 'RestartNeeded')) {
            return 'restart'
        }
        return 'done'
    }
    $code = [int] (ConvertTo-ErrorCode -InputObject $InputObject)
    if ($code -in $Table['Restart']) {
        return 'restart'
    }
    if ($code -in $Table['Busy'] -or ($isRecord -and $InputObject.CategoryInfo.Category -eq 'ResourceBusy')) {
        return 'busy'
    }
    $exception = $InputObject
    if ($isRecord) {
        $exception = $InputObject.Exception
    }
    # .NET on Linux puts the errno where Windows has the HRESULT: EAGAIN of a locked file, EBUSY.
    if ($exception.GetBaseException() -is [System.IO.IOException] -and $code -in 11, 16) {
        return 'busy'
    }
    return 'failed'
}
