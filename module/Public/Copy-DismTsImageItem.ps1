function Copy-DismTsImageItem {
    <#
    .SYNOPSIS
    Copies a file or folder out of an image of a WIM, ESD or SWM file, or into one, without mounting it.
    .DESCRIPTION
    With -Destination the item is copied out of the image, to a path that must not exist. On Linux a folder holds no security descriptors, DOS attributes and named
    streams; a warning tells what is lost.

    With -Source a file or folder is put into the image, in a folder of it that exists. What has the name already stays, unless -Replace is given; a file that is
    replaced keeps its security descriptor, attributes, short name and creation time. The image file is the old one or the new one at every moment. One that has an
    image mounted for writing, or that another program writes to, is refused.

    The in-box module has no such command.
    .EXAMPLE
    Copy-DismTsImageItem -ImagePath install.wim -Index 1 -ItemPath \Windows\System32\config\SOFTWARE -Destination C:\temp\SOFTWARE

    Copies a file out of an image.
    .EXAMPLE
    Copy-DismTsImageItem -ImagePath boot.wim -Index 2 -ItemPath \Windows\System32\startnet.cmd -Source startnet.cmd -Replace

    Replaces a file of a boot image.
    .EXAMPLE
    Copy-DismTsImageItem -ImagePath install.wim -Name 'Windows 11 Pro' -ItemPath \Windows\Setup\Scripts -Source C:\build\Scripts -WhatIf

    Says how much would be put into the image, and how large the file gets at most.
    .INPUTS
    Objects with the properties ImagePath and ImageIndex, as Get-DismTsImage gives.
    .OUTPUTS
    DismTs.OfflineImageObject, with ImagePath, ImageIndex, SizeBefore and SizeAfter (bytes of the image file).
    .NOTES
    Native function: WIMExtractImagePath of wimgapi.dll. Engines: Native, Portable; with -Source Portable alone.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsImageContent
    .LINK
    Mount-DismTsImage
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('DismTs.OfflineImageObject[]')]
    param(
        # File with the image.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [string] $ImagePath,

        # Number of the image in the file; the first is 1.
        [Parameter(Mandatory, ParameterSetName = 'FromImageByIndex', ValueFromPipelineByPropertyName)]
        [Parameter(Mandatory, ParameterSetName = 'IntoImageByIndex', ValueFromPipelineByPropertyName)]
        [Alias('ImageIndex')]
        [ValidateRange(1, 2147483647)]
        [uint32] $Index,

        # Name of the image in the file.
        [Parameter(Mandatory, ParameterSetName = 'FromImageByName')]
        [Parameter(Mandatory, ParameterSetName = 'IntoImageByName')]
        [string] $Name,

        # Path in the image, from its root, with slashes of either kind.
        [Parameter(Mandatory)]
        [string] $ItemPath,

        # Path to copy the item to. It must not exist; its folder must.
        [Parameter(Mandatory, ParameterSetName = 'FromImageByIndex')]
        [Parameter(Mandatory, ParameterSetName = 'FromImageByName')]
        [string] $Destination,

        # The parts of a split file, as a path with wildcards, such as D:\install*.swm. Default: those beside the first.
        [Parameter(ParameterSetName = 'FromImageByIndex')]
        [Parameter(ParameterSetName = 'FromImageByName')]
        [SupportsWildcards()]
        [string] $SplitImageFilePattern,

        # File or folder to put into the image under the name that ItemPath ends with.
        [Parameter(Mandatory, ParameterSetName = 'IntoImageByIndex')]
        [Parameter(Mandatory, ParameterSetName = 'IntoImageByName')]
        [string] $Source,

        # Put it in the place of what has the name.
        [Parameter(ParameterSetName = 'IntoImageByIndex')]
        [Parameter(ParameterSetName = 'IntoImageByName')]
        [switch] $Replace,

        # Check the integrity table of the file first, and give it one.
        [Parameter(ParameterSetName = 'IntoImageByIndex')]
        [Parameter(ParameterSetName = 'IntoImageByName')]
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
        $request = @{
            Cmdlet   = $PSCmdlet
            Bound    = $PSBoundParameters
            Params   = $params
            Name     = 'Replace', 'CheckIntegrity'
            PathName = 'ImagePath', 'Destination', 'SplitImageFilePattern', 'Source'
        }
        if (-not (Add-RequestParameter @request)) {
            return
        }
        $params['itemPath'] = $ItemPath
        if ($PSCmdlet.ParameterSetName -like '*Index') {
            $params['imageIndex'] = $Index
            $image = $Index
        } else {
            $params['imageName'] = $Name
            $image = $Name
        }
        $change = @{
            Cmdlet             = $PSCmdlet
            Bound              = $PSBoundParameters
            Params             = $params
            TypeName           = 'OfflineImageObject'
            AdditionalProperty = 'ImagePath', 'ImageIndex', 'SizeBefore', 'SizeAfter'
        }
        $item = '{0}:{1}:{2}' -f $params['imagePath'], $image, $ItemPath
        if ($PSCmdlet.ParameterSetName -like 'From*') {
            Invoke-ImageChange @change -Method 'imageFile/extractItem' -Image $params['destination'] -Action "Copy $item" -Target $params['imagePath']
        } else {
            Invoke-ImageChange @change -Method 'imageFile/putItem' -Image $item -Action "Put $($params['source'])" -Target $params['source']
        }
    }
}
