function Remove-DismTsImage {
    <#
    .SYNOPSIS
    Removes an image from a WIM or ESD file.
    .DESCRIPTION
    The images behind it get the number before theirs. The file does not get smaller: what only this image had stays in it until Optimize-DismTsImageFile writes the
    file anew; UnusedBytes of the result says how much that would free. The only image of a file is never removed (0x80070005).

    The file is the old one or the new one at every moment, whatever happens. One that has an image mounted for writing, or that another program writes to, is refused.

    Stands for Remove-WindowsImage of the in-box module, with the same parameters.
    .EXAMPLE
    Remove-DismTsImage -ImagePath install.wim -Name 'Windows 11 Home'

    Removes an edition by its name.
    .EXAMPLE
    Get-DismTsImage -ImagePath install.wim | Where-Object ImageName -NotLike '*Pro*' | Sort-Object ImageIndex -Descending | Remove-DismTsImage
    Optimize-DismTsImageFile -ImagePath install.wim

    Keeps the editions with Pro in their names, and then frees the space of the others. From the last to the first, for the numbers of those behind change.
    .INPUTS
    Objects with the properties ImagePath and ImageIndex, as Get-DismTsImage gives.
    .OUTPUTS
    DismTs.ImageObject, with ImagePath, RemovedIndex, RemovedName, SizeBefore, SizeAfter and UnusedBytes.
    .NOTES
    Native function: WIMDeleteImage of wimgapi.dll. Engines: Native, Portable.
    Automation: no prompt comes by default, as in-box; -Confirm asks.
    .LINK
    Optimize-DismTsImageFile
    .LINK
    Get-DismTsImage
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', DefaultParameterSetName = 'InputByFilePathAndIndex', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/remove-windowsimage')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # File with the image.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('FullName', 'Image')]
        [string] $ImagePath,

        # Number of the image in the file; the first is 1.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndIndex', ValueFromPipelineByPropertyName)]
        [Alias('ImageIndex')]
        [ValidateRange(1, 2147483647)]
        [uint32] $Index,

        # Name of the image in the file.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndName', ValueFromPipelineByPropertyName)]
        [string] $Name,

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
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'CheckIntegrity' -PathName 'ImagePath')) {
            return
        }
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
            Method             = 'imageFile/remove'
            Params             = $params
            Image              = $params['imagePath']
            Action             = "Remove image $image"
            TypeName           = 'ImageObject'
            AdditionalProperty = 'ImagePath', 'RemovedIndex', 'RemovedName', 'SizeBefore', 'SizeAfter', 'UnusedBytes'
        }
        Invoke-ImageChange @change
    }
}
