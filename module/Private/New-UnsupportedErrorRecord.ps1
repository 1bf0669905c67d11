function New-UnsupportedErrorRecord {
    <#
    .SYNOPSIS
    Makes the error record of what a parameter asks for and only DISM of Windows does; it is that of an engine which lacks something.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Makes an object')]
    param(
        # What cannot be done, one sentence without a full stop.
        [Parameter(Mandatory)]
        [string] $Message,

        # Name of the command in the in-box module, with the parameter.
        [Parameter(Mandatory)]
        [string] $InBox,

        # The image or file.
        [Parameter(Mandatory)]
        [string] $Target
    )
    $errorParameters = @{
        Message  = '{0}: only the Native engine on Windows can' -f $Message
        HResult  = 0x80070032
        Symbol   = 'ERROR_NOT_SUPPORTED'
        Category = 'NotImplemented'
        Target   = $Target
        Hint     = "Use $InBox on Windows."
    }
    return New-DismTsErrorRecord @errorParameters
}
