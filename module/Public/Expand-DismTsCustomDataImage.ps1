function Expand-DismTsCustomDataImage {
    <#
    .SYNOPSIS
    Puts the content of a custom data image into an applied image.
    .DESCRIPTION
    A custom data image (.ppkg) holds what an OEM or administrator captured from a reference PC: programs and settings. With -SingleInstance files of the
    applied image become pointers into it, so that they take no space twice; the file has to stay where it is then.

    Ctrl+C cancels. -WhatIf checks that image and file are there, and changes nothing.

    Stands for Expand-WindowsCustomDataImage of the in-box module, with the same parameters.
    .EXAMPLE
    Expand-DismTsCustomDataImage -CustomDataImage C:\Recovery\Customizations\usmt.ppkg -ImagePath C:\ -SingleInstance

    Makes pointers into the custom data image of the files that it holds.
    .EXAMPLE
    Expand-DismTsCustomDataImage -CustomDataImage usmt.ppkg -ImagePath D:\

    Copies its content into the image that was applied to the drive.
    .INPUTS
    Objects with the properties CustomDataImage and ImagePath.
    .OUTPUTS
    DismTs.OfflineImageObject
    .NOTES
    Native function: _DismApplyCustomDataImage. Engine: Native. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Optimize-DismTsImage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/expand-windowscustomdataimage')]
    [OutputType('DismTs.OfflineImageObject[]')]
    param(
        # The custom data image, a .ppkg file.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $CustomDataImage,

        # Root folder of the applied image.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $ImagePath,

        # Make pointers into the custom data image instead of copies.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $SingleInstance,

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
        $params = Get-OperationParameter -Cmdlet $PSCmdlet -LogPath $LogPath -ScratchDirectory $ScratchDirectory -LogLevel $LogLevel
        if ($null -eq $params) {
            return
        }
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'SingleInstance' -PathName 'CustomDataImage', 'ImagePath')) {
            return
        }
        $change = @{
            Cmdlet   = $PSCmdlet
            Bound    = $PSBoundParameters
            Method   = 'image/applyCustomData'
            Params   = $params
            Image    = $params['imagePath']
            Action   = "Apply custom data $($params['customDataImage'])"
            Target   = $params['customDataImage']
            TypeName = 'OfflineImageObject'
        }
        Invoke-ImageChange @change
    }
}
