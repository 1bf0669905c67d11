function Optimize-DismTsAppxProvisionedPackage {
    <#
    .SYNOPSIS
    Saves space in an image by making one file of equal files of its provisioned app packages.
    .DESCRIPTION
    Equal files of different packages become hard links to one file. Run it after packages were added.

    -WhatIf checks the image, and changes nothing.

    Stands for Optimize-AppXProvisionedPackages of the in-box module, with the same parameters and parameter sets. It also answers to the name in the
    plural, Optimize-DismTsAppxProvisionedPackages, and to the same orders of words: Optimize-DismTsAppProvisionedPackages,
    Optimize-DismTsProvisionedAppxPackages, Optimize-DismTsProvisionedAppPackages.
    .EXAMPLE
    Optimize-DismTsAppxProvisionedPackage -Path C:\mnt

    Makes hard links of equal files in the mounted image.
    .EXAMPLE
    Get-DismTsImage -Mounted | Optimize-DismTsAppxProvisionedPackage

    Does so in each mounted image.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native function: _DismOptimizeProvisionedAppxPackages. Engine: Native. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Add-DismTsAppxProvisionedPackage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/optimize-appxprovisionedpackages')]
    [Alias('Optimize-DismTsAppxProvisionedPackages', 'Optimize-DismTsAppProvisionedPackages', 'Optimize-DismTsProvisionedAppxPackages', 'Optimize-DismTsProvisionedAppPackages')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

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
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'appx/optimize'
            Params = $params
            Image  = (Get-ImageTitle -Params $params)
            Action = 'Optimize provisioned packages'
        }
        Invoke-ImageChange @change
    }
}
