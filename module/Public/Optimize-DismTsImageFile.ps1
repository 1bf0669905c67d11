function Optimize-DismTsImageFile {
    <#
    .SYNOPSIS
    Writes an image file anew: without what no image needs any more, or with another compression.
    .DESCRIPTION
    Removed images, saves of mounted images and appended ones leave bytes in a file that nothing refers to. This writes the file anew without them, and on request
    compressed again or in another way. The old file stays until the new one is whole and on the disk, so there must be room for both, which is checked first;
    whatever happens, the file is the old one or the new one. Ctrl+C cancels within a second, and nothing is left behind.

    Images, their numbers, XML data and the boot index stay. A file that has an image mounted for writing, or that another program writes to, is refused.

    -WhatIf says how large the file gets at most. The in-box module has no such command.
    .EXAMPLE
    Optimize-DismTsImageFile -ImagePath install.wim

    Frees what removed and changed images have left; content is copied as it is, which takes seconds.
    .EXAMPLE
    Optimize-DismTsImageFile -ImagePath install.wim -CompressionType Recovery -CheckIntegrity

    Makes a solid file of it, about a third smaller, with an integrity table. It takes long, and cannot be mounted for writing then.
    .EXAMPLE
    Optimize-DismTsImageFile -ImagePath install.wim -Recompress

    Compresses everything anew, harder than most tools do.
    .INPUTS
    Files from Get-ChildItem, or any object with a property ImagePath.
    .OUTPUTS
    DismTs.OfflineImageObject, with ImagePath, SizeBefore and SizeAfter.
    .NOTES
    Native functions: WIMExportImage of wimgapi.dll, for each image. Engines: Native, Portable.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Remove-DismTsImage
    .LINK
    Export-DismTsImage
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('DismTs.OfflineImageObject[]')]
    param(
        # File to write anew.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [string] $ImagePath,

        # Compress everything anew, even where the compression stays as it is. Slow.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $Recompress,

        # None, Fast (XPRESS), Max (LZX), or Recovery (solid LZMS, as .esd files have it; slow, and needs 600 MB of memory a processor).
        # Default: as it is.
        [Parameter(ValueFromPipelineByPropertyName)]
        [ValidateSet('None', 'Fast', 'Max', 'Recovery', 'LZMS')]
        [string] $CompressionType,

        # Check the integrity table of the file first, and give it one.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $CheckIntegrity,

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
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'Recompress', 'CheckIntegrity' -PathName 'ImagePath')) {
            return
        }
        if ($CompressionType) {
            # dism.exe calls solid compression Recovery, and a cmdlet of Windows took the name LZMS for it.
            $types = @{ none = 'None'; fast = 'Fast'; max = 'Max'; recovery = 'Recovery'; lzms = 'Recovery' }
            $params['compressionType'] = $types[$CompressionType]
        }
        $change = @{
            Cmdlet             = $PSCmdlet
            Bound              = $PSBoundParameters
            Method             = 'imageFile/optimize'
            Params             = $params
            Image              = $params['imagePath']
            Action             = 'Write the file anew'
            TypeName           = 'OfflineImageObject'
            AdditionalProperty = 'ImagePath', 'SizeBefore', 'SizeAfter'
        }
        Invoke-ImageChange @change
    }
}
