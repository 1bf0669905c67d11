function Get-DismTsAppxProvisionedPackage {
    <#
    .SYNOPSIS
    Gets the app packages of an image that every new user gets.
    .DESCRIPTION
    These are the packages that Windows installs for each user at the first logon. What a user has already is not among them.

    Stands for Get-AppxProvisionedPackage of the in-box module, with the same parameters, parameter sets and properties, and under the same orders of words:
    Get-DismTsAppProvisionedPackage, Get-DismTsProvisionedAppxPackage, Get-DismTsProvisionedAppPackage.
    .EXAMPLE
    Get-DismTsAppxProvisionedPackage -Path C:\mnt

    Lists the provisioned packages of the mounted image.
    .EXAMPLE
    Get-DismTsAppxProvisionedPackage -Path C:\mnt | Where-Object DisplayName -Like '*Solitaire*' | Remove-DismTsAppxProvisionedPackage

    Removes the packages with that name from the image.
    .EXAMPLE
    Get-DismTsAppxProvisionedPackage -Online | Sort-Object -Property DisplayName | Format-Table

    Shows those of the running Windows as a table.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.AppxPackageObject. Architecture is a number: 0 x86, 5 ARM, 9 x64, 11 neutral, 12 ARM64. The view composes Version from MajorVersion,
    MinorVersion, Build and Revision.
    .NOTES
    Native function: _DismGetProvisionedAppxPackages. Engines: Native, Portable (offline images). Needs elevation.
    .LINK
    Add-DismTsAppxProvisionedPackage
    .LINK
    Remove-DismTsAppxProvisionedPackage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Get-ImageParameter takes them from the bound parameters')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, HelpUri = 'https://learn.microsoft.com/powershell/module/dism/get-appxprovisionedpackage')]
    [Alias('Get-DismTsAppProvisionedPackage', 'Get-DismTsProvisionedAppxPackage', 'Get-DismTsProvisionedAppPackage')]
    [OutputType('DismTs.AppxPackageObject[]')]
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
        $request = @{ Method = 'appx/get'; Params = $params; List = 'packages'; TypeName = 'AppxPackageObject'; Cmdlet = $PSCmdlet; Engine = $Engine; DismPath = $DismPath }
        Get-ImageItem @request
    }
}
