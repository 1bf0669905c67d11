function Test-DismTsImageFile {
    <#
    .SYNOPSIS
    Reads an image file to the last byte, and tells whether it is whole.
    .DESCRIPTION
    Compares the file with its integrity table, if it has one, the metadata of each image and everything that is stored with their hashes. Damage is a result, with the
    files of images that have it; only a file that cannot be read at all, or is none, is an error. Of a split file all parts are read. It changes nothing.

    The in-box module has no such command.
    .EXAMPLE
    Test-DismTsImageFile -ImagePath install.wim

    Tells whether a file that was downloaded or copied is whole.
    .EXAMPLE
    (Test-DismTsImageFile -ImagePath install.wim).Damage | Format-List

    Lists what is damaged, and the files that have it.
    .EXAMPLE
    Get-ChildItem -Path /srv/images -Filter *.wim | Test-DismTsImageFile | Where-Object { -not $_.Healthy }

    Finds the damaged files of a folder.
    .INPUTS
    Files from Get-ChildItem, or any object with a property ImagePath.
    .OUTPUTS
    DismTs.ImageFileTestObject, with ImagePath, Healthy, IntegrityTable (None, Ok, Damaged), ContentsChecked, BytesChecked and Damage (each with Kind, Reason, ImageIndex
    and Paths).
    .NOTES
    Native function: none; each image is applied to nowhere. Engines: Native, Portable.
    .LINK
    Get-DismTsImage
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('DismTs.ImageFileTestObject[]')]
    param(
        # File to read: .wim, .esd, or a part of a split file, .swm.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [string] $ImagePath,

        # The parts of a split file, as a path with wildcards, such as D:\install*.swm. Default: those beside the first.
        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [string] $SplitImageFilePattern,

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
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -PathName 'ImagePath', 'SplitImageFilePattern')) {
            return
        }
        $request = @{
            Method              = 'imageFile/test'
            Params              = $params
            Cmdlet              = $PSCmdlet
            Engine              = $Engine
            DismPath            = $DismPath
            Target              = $params['imagePath']
            Activity            = "Test $([System.IO.Path]::GetFileName($params['imagePath']))"
            TimeoutMilliseconds = 1000L * $TimeoutSec
        }
        $result = Invoke-SidecarRequest @request
        if ($null -ne $result) {
            $image = Get-OperationResult -Params $params -LogPath $result.logPath
            ConvertTo-DismTsObject -InputObject $result -TypeName 'ImageFileTestObject' -Image $image
        }
    }
}
