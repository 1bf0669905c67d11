function Expand-DismTsImage {
    <#
    .SYNOPSIS
    Applies an image of a .wim, .esd or .swm file to a folder or volume.
    .DESCRIPTION
    Writes the files of the image into a folder that exists. What is there stays, unless the image has a file of the name; a folder that was empty is empty again
    where the command fails or is cancelled with Ctrl+C.

    On Linux a folder has no place for security descriptors, DOS attributes, short names, named streams and creation times: a warning tells of what gets lost before
    anything is written. An NTFS volume that is not mounted and was just formatted gets all of it: give its device, or a file that holds the volume.

    Names and links that would lead out of the target are refused before anything is written, and as root nothing outside of the target can be written to at all.
    The content of each file is checked against its hash. Of a split image give the first part; the others are found beside it.

    -WhatIf looks at everything that can fail beforehand, says how much would be written, and writes nothing.

    Stands for Expand-WindowsImage of the in-box module, with the same parameters.
    .EXAMPLE
    Expand-DismTsImage -ImagePath D:\sources\install.wim -Index 6 -ApplyPath W:\

    Applies an edition of Windows to a drive.
    .EXAMPLE
    Expand-DismTsImage -ImagePath ./install.esd -Name 'Windows 11 Pro' -ApplyPath /dev/nbd0p3

    On Linux, applies an image to the partition of a virtual disk, with permissions, streams, short names and links.
    .EXAMPLE
    Expand-DismTsImage -ImagePath ./install.swm -SplitImageFilePattern './install*.swm' -Index 1 -ApplyPath ./out -WhatIf

    Says how large the content of a split image is, and what a Linux folder has no place for.
    .INPUTS
    Objects with the properties ImagePath and ApplyPath, and Index or Name, such as those of Get-DismTsImage.
    .OUTPUTS
    DismTs.OfflineImageObject, with ImagePath, ImageIndex, SizeBefore and SizeAfter (bytes of the file).
    .NOTES
    Native function: WIMApplyImage of wimgapi.dll. Engines: Native, Portable; -Compact, -ConfirmTrustedFile, -SupportEa and -WIMBoot: Native.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    New-DismTsImage
    .LINK
    Mount-DismTsImage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', DefaultParameterSetName = 'InputByFilePathAndIndex', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/expand-windowsimage')]
    [OutputType('DismTs.OfflineImageObject[]')]
    param(
        # A .wim or .esd file, or the first part (.swm) of a split one.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('FullName', 'Image')]
        [string] $ImagePath,

        # Index of the image, from 1.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndIndex', ValueFromPipelineByPropertyName)]
        [Alias('ImageIndex')]
        [ValidateRange(1, 2147483647)]
        [uint32] $Index,

        # Name of the image; case counts only where two names differ in nothing else.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndName', ValueFromPipelineByPropertyName)]
        [string] $Name,

        # Folder to write to, which must exist. On Linux also an NTFS volume that is not mounted: its device, or a file that holds one.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $ApplyPath,

        # Where the parts of a split image are: a path with wildcards that fits all of them. Without it they are found beside the first.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $SplitImageFilePattern,

        # Compare the file with its integrity table first, where it has one.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $CheckIntegrity,

        # Check each file against its hash. The portable engine always does.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $Verify,

        # Leave the targets of links as the image has them.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $NoRpFix,

        # Have Windows store the files compressed (Compact OS). Native engine only.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $Compact,

        # Check the files for a trusted desktop; in Windows PE. Native engine only.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $ConfirmTrustedFile,

        # Set extended attributes. Native engine only.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $SupportEa,

        # Write pointers into the image file instead of files, for WIMBoot of Windows 8.1. Native engine only.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $WIMBoot,

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
        $request = @{
            Cmdlet   = $PSCmdlet
            Bound    = $PSBoundParameters
            Params   = $params
            Name     = 'CheckIntegrity', 'Verify', 'NoRpFix', 'Compact', 'ConfirmTrustedFile', 'SupportEa'
            PathName = 'ImagePath', 'ApplyPath', 'SplitImageFilePattern'
        }
        if (-not (Add-RequestParameter @request)) {
            return
        }
        if ($WIMBoot) {
            $params['wimBoot'] = $true
        }
        $image = $Name
        if ($PSCmdlet.ParameterSetName -eq 'InputByFilePathAndIndex') {
            $params['imageIndex'] = $Index
            $image = $Index
        } else {
            $params['imageName'] = $Name
        }
        $change = @{
            Cmdlet             = $PSCmdlet
            Bound              = $PSBoundParameters
            Method             = 'imageFile/apply'
            Params             = $params
            Image              = $params['applyPath']
            Action             = "Apply $($params['imagePath']):$image"
            Target             = $params['imagePath']
            TypeName           = 'OfflineImageObject'
            AdditionalProperty = 'ImagePath', 'ImageIndex', 'SizeBefore', 'SizeAfter'
            CheckFirst         = $true
        }
        Invoke-ImageChange @change
    }
}
