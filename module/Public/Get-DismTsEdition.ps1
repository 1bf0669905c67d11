function Get-DismTsEdition {
    <#
    .SYNOPSIS
    Gets the edition of an image, and what else the image says of itself.
    .DESCRIPTION
    Edition is the name that Set-WindowsEdition and answer files use, such as Professional. Version, DisplayVersion, Architecture and DefaultLanguage are those of
    the Windows in the image, not what the image file says about it.

    -Target lists the editions that the image could be changed to instead; only the Native engine can.

    Stands for Get-WindowsEdition of the in-box module, with the same parameters and parameter sets.
    .EXAMPLE
    Get-DismTsEdition -Path C:\mnt

    Shows edition and version of the mounted image.
    .EXAMPLE
    Get-DismTsImage -Mounted | Get-DismTsEdition | Where-Object Edition -NE 'Enterprise'

    Shows the mounted images that are of another edition.
    .EXAMPLE
    (Get-DismTsEdition -Path C:\mnt -Target).Edition

    Lists the names that Set-DismTsEdition takes for this image.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give.
    .OUTPUTS
    DismTs.EditionObject, with -Target one for each edition. Without -Target it has CompositionEditionId, ProductName, InstallationType, DisplayVersion, Version,
    Architecture and DefaultLanguage beside the in-box properties.
    .NOTES
    Native functions: _DismGetCurrentEdition, _DismGetTargetEditions. Engines: Native, Portable.
    .LINK
    Set-DismTsEdition
    .LINK
    Get-DismTsImage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Get-ImageParameter takes them from the bound parameters')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, HelpUri = 'https://learn.microsoft.com/powershell/module/dism/get-windowsedition')]
    [OutputType('DismTs.EditionObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows; only the Native engine on Windows can.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # The editions that the image could be changed to; only the Native engine can tell.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $Target,

        # Windows folder below the root of the image. Default: Windows.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $WindowsDirectory,

        # Drive of the boot manager, where it is not that of the image. The portable engine has no use for it.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $SystemDrive,

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
        [string] $DismPath
    )
    begin {
        Set-CallerPreference -Cmdlet $PSCmdlet
    }
    process {
        $params = Get-ImageParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters
        if ($null -eq $params) {
            return
        }
        $request = @{ Method = 'edition/get'; Params = $params; Cmdlet = $PSCmdlet; Engine = $Engine; DismPath = $DismPath; Target = Get-ImageTitle -Params $params }
        if ($Target) {
            $request['Method'] = 'edition/getTargets'
        }
        $result = Invoke-SidecarRequest @request
        if ($null -ne $result -and $Target) {
            foreach ($name in $result.editions) {
                ConvertTo-DismTsObject -InputObject ([pscustomobject] @{ edition = $name }) -TypeName 'EditionObject' -Image $result
            }
        } elseif ($null -ne $result) {
            $additional = 'CompositionEditionId', 'ProductName', 'InstallationType', 'DisplayVersion', 'Version', 'Architecture', 'DefaultLanguage'
            ConvertTo-DismTsObject -InputObject $result -TypeName 'EditionObject' -AdditionalProperty $additional
        }
    }
}
