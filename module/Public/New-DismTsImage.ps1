function New-DismTsImage {
    <#
    .SYNOPSIS
    Captures a folder or volume into a new image file.
    .DESCRIPTION
    The file appears under its name once it is whole and on the disk; one that exists is never overwritten (0x80070050). Ctrl+C cancels, and nothing is left behind.

    On Linux a folder has no security descriptors, DOS attributes, short names, named streams and creation times, of which a warning tells. An NTFS volume that is
    not mounted is captured with all of them: give its device, or a file that holds the volume. So is an image or a virtual disk that DismTs has mounted, with what
    is staged: give the mount folder. While a disk is captured nobody can write to its mount. Names that Windows cannot have, and names that differ in case only,
    are refused before anything is written.

    Without -ConfigFilePath the page file, the recycle bin and what else dism.exe leaves out by default is left out, of which a warning tells.

    -WhatIf reads the folder, and says how much it holds and how large the file gets at most.

    Stands for New-WindowsImage of the in-box module, with the same parameters.
    .EXAMPLE
    New-DismTsImage -CapturePath D:\ -ImagePath E:\images\golden.wim -Name Golden -CompressionType Max -CheckIntegrity -Verify

    Captures a drive, compressed well, with an integrity table, and reads the file back.
    .EXAMPLE
    Mount-DismTsImage -ImagePath /disks/golden.vhdx -Index 1 -Path /mnt/golden -ReadOnly
    New-DismTsImage -CapturePath /mnt/golden -ImagePath /images/golden.wim -Name Golden
    Dismount-DismTsImage -Path /mnt/golden -Discard

    On a build server, captures a golden disk with all that NTFS has: permissions, streams, short names, links.
    .EXAMPLE
    New-DismTsImage -CapturePath ./tree -ImagePath ./new.esd -Name Tree -CompressionType Recovery -WhatIf

    Says how many files would be captured and how large the solid file would get at most.
    .INPUTS
    Objects with the properties CapturePath, ImagePath and Name.
    .OUTPUTS
    DismTs.OfflineImageObject, with ImagePath, ImageIndex, SizeBefore and SizeAfter (bytes of the file).
    .NOTES
    Native function: WIMCaptureImage of wimgapi.dll. Engines: Native, Portable.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Add-DismTsImage
    .LINK
    Get-DismTsImage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/new-windowsimage')]
    [OutputType('DismTs.OfflineImageObject[]')]
    param(
        # Folder to capture. On Linux also an NTFS volume that is not mounted: its device, or a file that holds one.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $CapturePath,

        # File to make. It must not exist; its folder must.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $ImagePath,

        # Name of the new image.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Name,

        # Description of the new image.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $Description,

        # None, Fast (XPRESS, the default), Max (LZX), or Recovery (solid LZMS, for .esd files; slow, and needs 600 MB of memory a processor).
        [Parameter(ValueFromPipelineByPropertyName)]
        [ValidateSet('None', 'Fast', 'Max', 'Recovery', 'LZMS')]
        [string] $CompressionType,

        # A WimScript.ini: what is left out and what is not compressed. Its lists replace the default ones.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $ConfigFilePath,

        # Give the file an integrity table, which tells later whether it was damaged on its way.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $CheckIntegrity,

        # Keep the targets of links as they are. Without it absolute ones in the captured folder are made to fit, and links that lead out of it are left out.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $NoRpFix,

        # Make it the image that the file boots; for Windows PE.
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('SB')]
        [switch] $Setbootable,

        # Keep extended attributes. Native engine only.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $SupportEa,

        # Read back what was written, and compare it.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $Verify,

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
            Name     = 'Description', 'CheckIntegrity', 'NoRpFix', 'Setbootable', 'SupportEa', 'Verify'
            PathName = 'CapturePath', 'ImagePath', 'ConfigFilePath'
        }
        if (-not (Add-RequestParameter @request)) {
            return
        }
        $params['imageName'] = $Name
        if ($WIMBoot) {
            $params['wimBoot'] = $true
        }
        if ($CompressionType) {
            # dism.exe calls solid compression Recovery, and a cmdlet of Windows took the name LZMS for it.
            $types = @{ none = 'None'; fast = 'Fast'; max = 'Max'; recovery = 'Recovery'; lzms = 'Recovery' }
            $params['compressionType'] = $types[$CompressionType]
        }
        $change = @{
            Cmdlet             = $PSCmdlet
            Bound              = $PSBoundParameters
            Method             = 'imageFile/capture'
            Params             = $params
            Image              = $params['imagePath']
            Action             = "Capture $($params['capturePath'])"
            Target             = $params['capturePath']
            TypeName           = 'OfflineImageObject'
            AdditionalProperty = 'ImagePath', 'ImageIndex', 'SizeBefore', 'SizeAfter'
        }
        Invoke-ImageChange @change
    }
}
