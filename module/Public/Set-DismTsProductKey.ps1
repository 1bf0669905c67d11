function Set-DismTsProductKey {
    <#
    .SYNOPSIS
    Sets the product key of an offline image.
    .DESCRIPTION
    The key has to fit the edition of the image. It is neither in messages nor in errors nor in logs of DismTs. PowerShell itself shows the line of a command that
    fails, and keeps it in its history: take the key from a variable.

    -WhatIf checks what can be checked, and changes nothing.

    Stands for Set-WindowsProductKey of the in-box module, with the same parameters and properties. As there the running Windows cannot be changed so. Only the Native
    engine can.
    .EXAMPLE
    Set-DismTsProductKey -Path C:\mnt -ProductKey $productKey

    Sets the product key of the mounted image.
    .EXAMPLE
    Get-DismTsImage -Mounted | Set-DismTsProductKey -ProductKey (Get-Content -LiteralPath key.txt)

    Sets the product key of all mounted images; one that it does not fit is an error with the symbol DISMAPI_E_INVALID_PRODUCT_KEY.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native functions: _DismValidateProductKey, _DismSetProductKey. Engine: Native. Needs elevation. It cannot be cancelled.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsEdition
    .LINK
    Set-DismTsEdition
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/set-windowsproductkey')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to. The running Windows cannot be changed so.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [string] $Path,

        # The key: five groups of five letters and digits with hyphens between them.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $ProductKey,

        # Windows folder below the root of the image. Default: Windows.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $WindowsDirectory,

        # Drive of the boot manager, where it is not that of the image.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $SystemDrive,

        # Log file of this operation, to which it appends; its folder must exist. Default: a file of its own in the log folder (see Test-DismTsEnvironment).
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('LP')]
        [string] $LogPath,

        # Folder for temporary files. Default: the engine's own choice.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $ScratchDirectory,

        # How much is logged, by name or as dism.exe counts: 1 Errors (also 0), 2 Warnings, 3 WarningsInfo (default), 4 Debug.
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('LL')]
        [ValidateSet('Errors', 'Warnings', 'WarningsInfo', 'Debug', '0', '1', '2', '3', '4')]
        [string] $LogLevel,

        # Engine to use: Native (DismApi.dll of Windows), Portable (anywhere), or Auto: native on Windows, portable elsewhere.
        [Parameter()]
        [ValidateSet('Auto', 'Native', 'Portable')]
        [string] $Engine = 'Auto',

        # DismApi.dll of the native engine, or its folder, such as that of an ADK. Default: that of Windows.
        [Parameter()]
        [string] $DismPath,

        # Cancel the operation after this many seconds; 0: never.
        [Parameter()]
        [ValidateRange(0, 2147483647)]
        [int] $TimeoutSec = 0
    )
    begin {
        Set-CallerPreference -Cmdlet $PSCmdlet
    }
    process {
        $params = Get-ImageParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters
        if ($null -eq $params) {
            return
        }
        $image = Get-ImageTitle -Params $params
        # Not by an attribute of the parameter: its message would show the key.
        if ($ProductKey -notmatch '^(?:[A-Z0-9]{5}-){4}[A-Z0-9]{5}\z') {
            $message = "Cannot set the product key of `"$image`": it has to be five groups of five letters and digits with hyphens between them"
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $image)
            return
        }
        $params['productKey'] = $ProductKey
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'productKey/set'
            Params = $params
            Image  = $image
            Action = 'Set product key'
        }
        Invoke-ImageChange @change
    }
}
