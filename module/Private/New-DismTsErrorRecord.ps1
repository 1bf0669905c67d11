function New-DismTsErrorRecord {
    <#
    .SYNOPSIS
    Makes the error record of a failure: a COMException with the HRESULT, as the in-box cmdlets give, and everything else that is known.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Makes an object')]
    param(
        # One sentence without a full stop; the code is appended.
        [Parameter(Mandatory)]
        [string] $Message,

        # Stable English name; the first part of FullyQualifiedErrorId.
        [Parameter(Mandatory)]
        [string] $Symbol,

        # Signed 32-bit HRESULT. Default: that of the symbol, which is then one of Get-ModuleError.
        [int] $HResult,

        # Name of an ErrorCategory. Default: that of the symbol.
        [string] $Category,

        # The file, folder or name at fault.
        [string] $Target,

        # What to do about it. Default, where no HResult is given: what the table says of the symbol.
        [string] $Hint,

        # The method that failed.
        [string] $Operation,

        # Log file of the operation.
        [string] $LogPath,

        # The end of the sidecar's stderr.
        [string] $LogExcerpt,

        # Processes that keep the target busy: objects with Pid and Program.
        [psobject[]] $Holders = @(),

        # The engine cannot be used at all: the command ends, not only the item.
        [switch] $Unusable
    )
    if (-not $PSBoundParameters.ContainsKey('HResult')) {
        $known = Get-ModuleError -Symbol $Symbol
        $HResult = $known.nativeCode
        $Category = $known.category
        if (-not $Hint) {
            $Hint = $known.hint
        }
    }
    $hex = '0x{0:X8}' -f $HResult
    $fullMessage = "$Message ($hex)"
    if ($inboxCall) {
        # As .NET writes it, which is what scripts for the in-box module look for in texts.
        $fullMessage = "$Message (Exception from HRESULT: $hex)"
    }
    $exception = New-Object -TypeName System.Runtime.InteropServices.COMException -ArgumentList $fullMessage, $HResult
    $details = [ordered] @{
        HResultHex = $hex
        Symbol     = $Symbol
        Operation  = $Operation
        Target     = $Target
        LogPath    = $LogPath
        LogExcerpt = $LogExcerpt
        Hint       = $Hint
        Holders    = $Holders
    }
    foreach ($detail in $details.GetEnumerator()) {
        Add-Member -InputObject $exception -MemberType NoteProperty -Name $detail.Key -Value $detail.Value
    }
    if ($Unusable) {
        $exception.Data['DismTs.Unusable'] = $true
    }
    $errorCategory = [System.Management.Automation.ErrorCategory]::NotSpecified
    $null = [System.Enum]::TryParse($Category, [ref] $errorCategory)
    $targetObject = $null
    if ($Target) {
        $targetObject = $Target
    }
    $record = New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList $exception, $Symbol, $errorCategory, $targetObject
    if ($Hint) {
        $record.ErrorDetails = New-Object -TypeName System.Management.Automation.ErrorDetails -ArgumentList $fullMessage
        $record.ErrorDetails.RecommendedAction = $Hint
    }
    return $record
}
