function Convert-DismTsImage {
    <#
    .SYNOPSIS
    Makes a virtual disk of an image, or an image of a virtual disk, on Linux.
    .DESCRIPTION
    The name of the destination says which. A .vhdx or .vhd gets a partition table (GPT) with an EFI partition, a reserved partition, and the image on an NTFS volume,
    with its permissions, attributes, short names, streams and links. A .wim gets the Windows volume of a .vhdx or .vhd as its one image, with all of that.

    What goes into the EFI partition is made by Windows: it is empty, and a warning names the bcdboot command that fills it.

    The destination gets its name once it is whole, and must not be there before. The parts are made beside it first, so up to twice the size of the files has to be
    free. Ctrl+C cancels, and nothing is left. Disks that cannot be mounted for writing are refused, each with its reason. It needs no root.

    -WhatIf looks at everything that can fail beforehand, says how much would be written, and writes nothing.
    .EXAMPLE
    Convert-DismTsImage -ImagePath ./install.wim -Index 6 -DestinationImagePath ./windows.vhdx

    Makes a disk of 64 GiB with an edition of Windows. The file is as large as what is in it.
    .EXAMPLE
    Convert-DismTsImage -ImagePath ./install.esd -Name 'Windows 11 Pro' -DestinationImagePath ./windows.vhd -SizeBytes 127GB

    Makes a disk of another size, in the older format.
    .EXAMPLE
    Convert-DismTsImage -ImagePath ./golden.vhdx -Index 1 -DestinationImagePath ./golden.wim -DestinationName Golden -CompressionType Max

    Makes a WIM file of the Windows volume of a virtual machine that was shut down.
    .INPUTS
    Objects with the properties ImagePath, and Index or Name, such as those of Get-DismTsImage.
    .OUTPUTS
    DismTs.OfflineImageObject, with ImagePath (the file that was made), ImageIndex, SizeBefore and SizeAfter (bytes of that file).
    .NOTES
    Native function: none. Engines: Portable. Programs: qemu-img, mkntfs and mkfs.vfat; Test-DismTsEnvironment names what is missing.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Expand-DismTsImage
    .LINK
    New-DismTsImage
    .LINK
    Mount-DismTsImage
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', DefaultParameterSetName = 'InputByFilePathAndIndex')]
    [OutputType('DismTs.OfflineImageObject[]')]
    param(
        # A .wim, .esd or .swm file, or a .vhd or .vhdx.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $ImagePath,

        # Index of the image, from 1; that of a virtual disk is 1.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndIndex', ValueFromPipelineByPropertyName)]
        [Alias('ImageIndex')]
        [ValidateRange(1, 2147483647)]
        [uint32] $Index,

        # Name of the image in a WIM file.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndName', ValueFromPipelineByPropertyName)]
        [string] $Name,

        # File to make: .vhdx, .vhd or .wim.
        [Parameter(Mandatory)]
        [string] $DestinationImagePath,

        # Name of the image in the WIM file. Default: that of the disk file, without its extension.
        [Parameter()]
        [string] $DestinationName,

        # How the WIM file is compressed: None, Fast (XPRESS), Max (LZX), Recovery (LZMS, solid). Default: Fast.
        [Parameter()]
        [ValidateSet('None', 'Fast', 'Max', 'Recovery')]
        [string] $CompressionType,

        # Partition of the virtual disk, by its number; 0: a disk without partitions. Default: the one that holds Windows.
        [Parameter()]
        [ValidateRange(0, 65535)]
        [int] $Partition,

        # Size of the virtual disk in bytes, such as 127GB. Default: 64 GiB, or twice what the image needs.
        [Parameter()]
        [ValidateRange(1, 70368744177664)]
        [long] $SizeBytes,

        # Compare a WIM file that is read with its integrity table first, and give one that is made such a table.
        [Parameter()]
        [switch] $CheckIntegrity,

        # Read back what was written into a WIM file, and compare its hashes.
        [Parameter()]
        [switch] $Verify,

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
            Name     = 'DestinationName', 'CompressionType', 'SizeBytes', 'CheckIntegrity', 'Verify'
            PathName = 'ImagePath', 'DestinationImagePath'
        }
        if (-not (Add-RequestParameter @request)) {
            return
        }
        if ($PSBoundParameters.ContainsKey('Partition')) {
            $params['partition'] = $Partition
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
            Method             = 'imageFile/convert'
            Params             = $params
            Image              = $params['destinationImagePath']
            Action             = "Convert $($params['imagePath']):$image"
            Target             = $params['imagePath']
            TypeName           = 'OfflineImageObject'
            AdditionalProperty = 'ImagePath', 'ImageIndex', 'SizeBefore', 'SizeAfter'
        }
        Invoke-ImageChange @change
    }
}
