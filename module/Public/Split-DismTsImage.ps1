function Split-DismTsImage {
    <#
    .SYNOPSIS
    Writes an image file anew as parts that fit on a FAT32 stick or other media.
    .DESCRIPTION
    The parts are called name.swm, name2.swm and so on; Windows Setup finds them as sources\install.swm. The file itself is not changed, and the parts appear under
    their names once all of them are whole. No part that is there is overwritten (0x80070050).

    No part gets larger than -FileSize, unless one file of an image alone is larger than that: a file is never divided, of which a warning tells before the work begins.
    Where the size is too small for what cannot be divided the error names the least (0x800700EA). Solid files (.esd) are refused: export them with
    -CompressionType Max first.

    -WhatIf lists the parts that would be made, and how large each gets at most. Ctrl+C cancels within a second, and nothing is left behind.

    Stands for Split-WindowsImage of the in-box module, with the same parameters.
    .EXAMPLE
    Split-DismTsImage -ImagePath install.wim -SplitImagePath E:\sources\install.swm -FileSize 3800

    Makes parts that fit on a FAT32 stick, which takes no file of 4 GiB and more.
    .EXAMPLE
    (Split-DismTsImage -ImagePath install.wim -SplitImagePath /media/usb/sources/install.swm -FileSize 3800).Parts

    Lists the parts that were made, with their sizes.
    .INPUTS
    Objects with the properties ImagePath, SplitImagePath and FileSize.
    .OUTPUTS
    DismTs.OfflineImageObject, with ImagePath (the first part), SizeAfter (bytes of all parts) and Parts (each with Path and Bytes).
    .NOTES
    Native function: WIMSplitFile of wimgapi.dll. Engines: Native, Portable.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Join-DismTsImage
    .LINK
    Export-DismTsImage
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/split-windowsimage')]
    [OutputType('DismTs.OfflineImageObject[]')]
    param(
        # File to split, which stays as it is.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [string] $ImagePath,

        # The first part; ends with .swm. Its folder must exist.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $SplitImagePath,

        # How large a part may get, in MB. 3800 is right for FAT32.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [ValidateRange(1, 8589934591)]
        [uint64] $FileSize,

        # Check the integrity table of the file first, and give each part one.
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
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'CheckIntegrity' -PathName 'ImagePath', 'SplitImagePath')) {
            return
        }
        if ($params['splitImagePath'] -notmatch '[^\\/]\.swm$') {
            $message = "Cannot use -SplitImagePath `"$SplitImagePath`": the name of the first part has to end with .swm, as in install.swm"
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $SplitImagePath)
            return
        }
        $params['fileSize'] = $FileSize
        $change = @{
            Cmdlet             = $PSCmdlet
            Bound              = $PSBoundParameters
            Method             = 'imageFile/split'
            Params             = $params
            Image              = $params['splitImagePath']
            Action             = "Split $($params['imagePath']) into parts of $FileSize MB"
            Target             = $params['imagePath']
            TypeName           = 'OfflineImageObject'
            AdditionalProperty = 'ImagePath', 'SizeBefore', 'SizeAfter', 'Parts'
        }
        Invoke-ImageChange @change
    }
}
