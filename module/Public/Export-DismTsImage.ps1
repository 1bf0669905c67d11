function Export-DismTsImage {
    <#
    .SYNOPSIS
    Copies images of a WIM, ESD or SWM file into another file.
    .DESCRIPTION
    A destination that does not exist is made, and appears under its name once it is whole and on the disk. To one that exists the images are added; content that it
    has already is not stored again. Either all images arrive, or the destination stays as it was. Ctrl+C cancels within a second, and nothing is left behind.

    Name, description, flags and everything else that the file says of an image go along. The image that the source boots is the one that the destination boots, unless
    that has one already; where it is not among those that are exported a warning tells. A solid file boots none.

    Without -CompressionType a new file gets that of the source, and content is copied without being compressed anew, which takes seconds instead of minutes.

    -WhatIf says how much would be read, and how large the destination gets at most.

    Stands for Export-WindowsImage of the in-box module, with the same parameters. Beyond it, -SourceIndex takes several numbers or *, and -CompressionType Recovery
    makes solid .esd files, which in-box cannot.
    .EXAMPLE
    Export-DismTsImage -SourceImagePath install.esd -SourceIndex 6 -DestinationImagePath install.wim -CompressionType Max

    Makes a WIM file of one edition of an ESD file: a file that can be mounted for writing.
    .EXAMPLE
    Export-DismTsImage -SourceImagePath boot.wim -SourceIndex * -DestinationImagePath small.wim

    Copies all images of a file, and which of them it boots, without what was removed or replaced in it.
    .EXAMPLE
    Export-DismTsImage -SourceImagePath D:\sources\install.swm -SplitImageFilePattern D:\sources\install*.swm -SourceName 'Windows 11 Pro' -DestinationImagePath pro.wim

    Takes one edition out of a split file. Without -SplitImageFilePattern the parts beside the first are found by what is in them.
    .EXAMPLE
    Get-DismTsImage -ImagePath install.wim | Where-Object ImageName -Like '*Pro*' | Export-DismTsImage -DestinationImagePath pro.esd -CompressionType Recovery

    Puts the editions that a filter finds into a solid file, one after the other.
    .INPUTS
    Objects with the properties ImagePath and ImageIndex, as Get-DismTsImage gives.
    .OUTPUTS
    DismTs.OfflineImageObject, with ImagePath, ImageIndex, ImageIndexes (all images that were made), SizeBefore and SizeAfter (bytes of the destination).
    .NOTES
    Native function: WIMExportImage of wimgapi.dll. Engines: Native, Portable.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Split-DismTsImage
    .LINK
    Optimize-DismTsImageFile
    .LINK
    Get-DismTsImage
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', DefaultParameterSetName = 'InputByFilePathAndIndex', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/export-windowsimage')]
    [OutputType('DismTs.OfflineImageObject[]')]
    param(
        # File to copy from: .wim, .esd, or the first part of a split file, .swm.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('SIP', 'ImagePath', 'FullName')]
        [string] $SourceImagePath,

        # Numbers of the images to copy, in the order that they get; the first is 1. * stands for all.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndIndex', ValueFromPipelineByPropertyName)]
        [Alias('SI', 'Index', 'ImageIndex')]
        [ValidatePattern('^(\*|[1-9][0-9]{0,8})$')]
        [SupportsWildcards()]
        [string[]] $SourceIndex,

        # Name of the image to copy.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndName', ValueFromPipelineByPropertyName)]
        [Alias('SN')]
        [string] $SourceName,

        # File to copy into. Its folder must exist.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('DIP')]
        [string] $DestinationImagePath,

        # Name of the image in the destination. Default: that in the source. For one image only.
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('DN')]
        [string] $DestinationName,

        # None, Fast (XPRESS), Max (LZX), or Recovery (solid LZMS, as .esd files have it; slow, and needs 600 MB of memory a processor).
        # Of a new file; default: that of the source. A file that exists keeps its own.
        [Parameter(ValueFromPipelineByPropertyName)]
        [ValidateSet('None', 'Fast', 'Max', 'Recovery', 'LZMS')]
        [string] $CompressionType,

        # Check the integrity tables of both files first, and give the destination one.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $CheckIntegrity,

        # Make the image, the first of several, the one that the destination boots; for Windows PE.
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('SB')]
        [switch] $Setbootable,

        # The parts of a split source, as a path with wildcards, such as D:\install*.swm. Default: those beside the first.
        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [string] $SplitImageFilePattern,

        # Make the file fit for WIMBoot of Windows 8.1.
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
            Name     = 'DestinationName', 'CheckIntegrity', 'Setbootable'
            PathName = 'SourceImagePath', 'DestinationImagePath', 'SplitImageFilePattern'
        }
        if (-not (Add-RequestParameter @request)) {
            return
        }
        if ($WIMBoot) {
            $params['wimBoot'] = $true
        }
        if ($CompressionType) {
            # dism.exe calls solid compression Recovery, and a cmdlet of Windows took the name LZMS for it.
            $types = @{ none = 'None'; fast = 'Fast'; max = 'Max'; recovery = 'Recovery'; lzms = 'Recovery' }
            $params['compressionType'] = $types[$CompressionType]
        }
        if ($PSCmdlet.ParameterSetName -eq 'InputByFilePathAndName') {
            $params['sourceName'] = $SourceName
            $image = $SourceName
        } elseif ($SourceIndex -contains '*') {
            $params['sourceIndexes'] = '*'
            $image = '*'
        } else {
            $params['sourceIndexes'] = @($SourceIndex | ForEach-Object { [uint32] $_ })
            $image = $SourceIndex -join ','
        }
        if ($DestinationName -and ($params['sourceIndexes'] -eq '*' -or @($params['sourceIndexes']).Count -gt 1)) {
            $message = "Cannot give the images $image of `"$SourceImagePath`" one -DestinationName: it is for a single image; several keep their names"
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message)
            return
        }
        $change = @{
            Cmdlet             = $PSCmdlet
            Bound              = $PSBoundParameters
            Method             = 'imageFile/export'
            Params             = $params
            Image              = $params['destinationImagePath']
            Action             = "Export $($params['sourceImagePath']):$image"
            Target             = $params['sourceImagePath']
            TypeName           = 'OfflineImageObject'
            AdditionalProperty = 'ImagePath', 'ImageIndex', 'ImageIndexes', 'SizeBefore', 'SizeAfter'
        }
        Invoke-ImageChange @change
    }
}
