function Set-DismTsImage {
    <#
    .SYNOPSIS
    Changes what an image file says of an image: its name, description, display texts and flags, or which image the file boots.
    .DESCRIPTION
    What is not given stays as it is; an empty text takes the old one away. Only the XML data and the header of the file are written, so it takes no time however large
    the file is; and the file is the old one or the new one at every moment. One that has an image mounted for writing, or that another program writes to, is refused.

    The in-box module has no such command; dism.exe has none either.
    .EXAMPLE
    Set-DismTsImage -ImagePath install.wim -Index 1 -NewName 'Contoso Workplace' -Description 'With all updates of March'

    Gives an image another name and description.
    .EXAMPLE
    Set-DismTsImage -ImagePath install.wim -Index 1 -DisplayName 'Contoso' -DisplayDescription 'For all desks' -Flags Enterprise

    Sets what Windows Setup shows, and the edition that it looks for.
    .EXAMPLE
    Set-DismTsImage -ImagePath boot.wim -BootIndex 2

    Makes the second image the one that the file boots.
    .INPUTS
    Objects with the properties ImagePath and ImageIndex, as Get-DismTsImage gives.
    .OUTPUTS
    DismTs.OfflineImageObject, with ImagePath, ImageIndex, SizeBefore and SizeAfter.
    .NOTES
    Native functions: WIMSetImageInformation and WIMSetBootImage of wimgapi.dll. Engines: Native, Portable.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsImage
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', DefaultParameterSetName = 'InputByFilePath')]
    [OutputType('DismTs.OfflineImageObject[]')]
    param(
        # File with the image.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [string] $ImagePath,

        # Number of the image in the file; the first is 1.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndIndex', ValueFromPipelineByPropertyName)]
        [Alias('ImageIndex')]
        [ValidateRange(1, 2147483647)]
        [uint32] $Index,

        # Name of the image in the file.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndName', ValueFromPipelineByPropertyName)]
        [string] $Name,

        # Another name for the image. No other image of the file may have it.
        [Parameter(ParameterSetName = 'InputByFilePathAndIndex')]
        [Parameter(ParameterSetName = 'InputByFilePathAndName')]
        [ValidateNotNullOrEmpty()]
        [string] $NewName,

        # What the image is.
        [Parameter(ParameterSetName = 'InputByFilePathAndIndex')]
        [Parameter(ParameterSetName = 'InputByFilePathAndName')]
        [AllowEmptyString()]
        [string] $Description,

        # Name that Windows Setup shows.
        [Parameter(ParameterSetName = 'InputByFilePathAndIndex')]
        [Parameter(ParameterSetName = 'InputByFilePathAndName')]
        [AllowEmptyString()]
        [string] $DisplayName,

        # Description that Windows Setup shows.
        [Parameter(ParameterSetName = 'InputByFilePathAndIndex')]
        [Parameter(ParameterSetName = 'InputByFilePathAndName')]
        [AllowEmptyString()]
        [string] $DisplayDescription,

        # Edition by which Windows Setup chooses, such as Professional.
        [Parameter(ParameterSetName = 'InputByFilePathAndIndex')]
        [Parameter(ParameterSetName = 'InputByFilePathAndName')]
        [AllowEmptyString()]
        [string] $Flags,

        # Number of the image that the file boots; 0: none.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePath')]
        [Parameter(ParameterSetName = 'InputByFilePathAndIndex')]
        [Parameter(ParameterSetName = 'InputByFilePathAndName')]
        [ValidateRange(0, 2147483647)]
        [uint32] $BootIndex,

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
        # Empty ones count: they take a text away.
        $changed = @('NewName', 'Description', 'DisplayName', 'DisplayDescription', 'Flags', 'BootIndex' | Where-Object { $PSBoundParameters.ContainsKey($_) })
        foreach ($property in $changed) {
            $params[$property.Substring(0, 1).ToLowerInvariant() + $property.Substring(1)] = $PSBoundParameters[$property]
        }
        if (-not $changed) {
            $message = 'Cannot change the image: nothing is given to change'
            $hint = 'Give -NewName, -Description, -DisplayName, -DisplayDescription, -Flags or -BootIndex'
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message "$message. $hint" -Target $params['imagePath'])
            return
        }
        # The boot index is about the file.
        if ($PSCmdlet.ParameterSetName -eq 'InputByFilePathAndIndex' -and ($changed -ne 'BootIndex')) {
            $params['imageIndex'] = $Index
        } elseif ($PSCmdlet.ParameterSetName -eq 'InputByFilePathAndName' -and ($changed -ne 'BootIndex')) {
            $params['imageName'] = $Name
        }
        $change = @{
            Cmdlet             = $PSCmdlet
            Bound              = $PSBoundParameters
            Method             = 'imageFile/set'
            Params             = $params
            Image              = $params['imagePath']
            Action             = "Set $($changed -join ', ')"
            TypeName           = 'OfflineImageObject'
            AdditionalProperty = 'ImagePath', 'ImageIndex', 'SizeBefore', 'SizeAfter'
        }
        Invoke-ImageChange @change
    }
}
