function Join-DismTsImage {
    <#
    .SYNOPSIS
    Writes the parts of a split image file as one file.
    .DESCRIPTION
    The other parts are found beside the given one by what is in them, whatever they are called, or by -SplitImageFilePattern. A set of one part only, into which
    Split-DismTsImage writes a small file, is joined, too. The parts are not changed. The file appears under its name once it is whole; one that exists is never
    overwritten (0x80070050). Ctrl+C cancels within a second, and nothing is left behind.

    There is no such command in the in-box module, nor in dism.exe.
    .EXAMPLE
    Join-DismTsImage -ImagePath E:\sources\install.swm -DestinationImagePath install.wim

    Makes one file of all parts, which can be mounted for writing then.
    .EXAMPLE
    Join-DismTsImage -ImagePath /media/a/install.swm -SplitImageFilePattern '/media/a/install*.swm' -DestinationImagePath install.wim -CheckIntegrity

    Compares each part with its integrity table first, and gives the file one.
    .INPUTS
    Objects with the properties ImagePath and DestinationImagePath.
    .OUTPUTS
    DismTs.OfflineImageObject, with ImagePath (the new file) and SizeAfter.
    .NOTES
    Native function: WIMExportImage of wimgapi.dll, for each image. Engines: Native, Portable.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Split-DismTsImage
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('DismTs.OfflineImageObject[]')]
    param(
        # A part of the split file, .swm.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [string] $ImagePath,

        # File to make. It must not exist; its folder must.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('DIP')]
        [string] $DestinationImagePath,

        # All parts, as a path with wildcards, such as D:\install*.swm. Default: those beside the given one.
        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [string] $SplitImageFilePattern,

        # Check the integrity tables of the parts first, and give the file one.
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
        $request = @{
            Cmdlet   = $PSCmdlet
            Bound    = $PSBoundParameters
            Params   = $params
            Name     = 'CheckIntegrity'
            PathName = 'ImagePath', 'DestinationImagePath', 'SplitImageFilePattern'
        }
        if (-not (Add-RequestParameter @request)) {
            return
        }
        $change = @{
            Cmdlet             = $PSCmdlet
            Bound              = $PSBoundParameters
            Method             = 'imageFile/join'
            Params             = $params
            Image              = $params['destinationImagePath']
            Action             = "Join the parts of $($params['imagePath'])"
            Target             = $params['imagePath']
            TypeName           = 'OfflineImageObject'
            AdditionalProperty = 'ImagePath', 'SizeBefore', 'SizeAfter'
        }
        Invoke-ImageChange @change
    }
}
