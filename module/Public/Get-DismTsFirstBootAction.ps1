function Get-DismTsFirstBootAction {
    <#
    .SYNOPSIS
    Lists what Windows is to do in an offline image when it is set up.
    .DESCRIPTION
    These are the packages, features and capabilities that Add-DismTsPackage, Enable-DismTsOptionalFeature and Add-DismTsCapability have put there with -AtFirstBoot.
    .EXAMPLE
    Get-DismTsFirstBootAction -Path ./mnt

    Lists what waits in the mounted image.
    .EXAMPLE
    Get-DismTsImage -Mounted | Get-DismTsFirstBootAction | Where-Object Kind -EQ 'Package'

    Lists the packages that wait in all mounted images.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.FirstBootActionObject
    .NOTES
    Engine: Portable.
    .LINK
    Remove-DismTsFirstBootAction
    .LINK
    Add-DismTsPackage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('DismTs.FirstBootActionObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [string] $Path,

        # Windows folder below the root of the image. Default: Windows.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $WindowsDirectory,

        # Drive of the boot manager, where it is not that of the image.
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
        Get-ImageItem -Method 'firstBoot/get' -Params $params -List 'items' -TypeName 'FirstBootActionObject' -Cmdlet $PSCmdlet -Engine $Engine -DismPath $DismPath
    }
}
