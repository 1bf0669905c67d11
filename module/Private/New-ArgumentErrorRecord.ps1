function New-ArgumentErrorRecord {
    <#
    .SYNOPSIS
    Makes the error record of parameters that do not go together, or of which one is missing.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Makes an object')]
    param(
        # One sentence without a full stop.
        [Parameter(Mandatory)]
        [string] $Message,

        # What the command is about.
        [string] $Target
    )
    return New-DismTsErrorRecord -Message $Message -Symbol 'E_INVALIDARG' -Target $Target
}
