function Remove-DismTsAppxProvisionedPackage {
    <#
    .SYNOPSIS
    Removes an app package from those that every new user of an image gets.
    .DESCRIPTION
    Users who have the app already keep it, unless -AllUsers is given, which removes it from them too.

    -DisplayName names an app, or several with wildcards; an app that is not there is no error: Changed of the result says so. The Portable engine does the same for
    -PackageName. It removes the app with all its packages from the list, the registry and the folder of apps of an image that was never started, and notes that an
    upgrade must not bring it back. Frameworks that other apps need stay, and apps that are part of Windows (SystemApps) are never touched.

    -WhatIf says which packages would be removed, as far as the Portable engine can tell, and changes nothing.

    Stands for Remove-AppxProvisionedPackage of the in-box module, with the same parameters and parameter sets, and under the same orders of words:
    Remove-DismTsAppProvisionedPackage, Remove-DismTsProvisionedAppxPackage, Remove-DismTsProvisionedAppPackage.
    .EXAMPLE
    Remove-DismTsAppxProvisionedPackage -Path C:\mnt -PackageName 'Contoso.App_1.2.3.4_neutral_~_abcdefghjkmnp'

    Removes the package of that full name from the mounted image.
    .EXAMPLE
    Get-DismTsAppxProvisionedPackage -Online | Where-Object DisplayName -EQ 'Contoso.App' | Remove-DismTsAppxProvisionedPackage -AllUsers

    Removes it from the running Windows, and from every user who has it.
    .EXAMPLE
    Remove-DismTsAppxProvisionedPackage -Path ./mnt -DisplayName 'Microsoft.Xbox*', 'Microsoft.BingNews'

    Removes all apps with such names, on Linux too. Run it twice, and the second time changes nothing.
    .INPUTS
    Objects with the properties Path or Online, and PackageName, as Get-DismTsAppxProvisionedPackage gives.
    .OUTPUTS
    DismTs.ImageObject with the properties Changed and RemovedPackages besides.
    .NOTES
    Native functions: _DismRemoveProvisionedAppxPackage, _DismRemoveProvisionedAppxPackageAllUsers. Engines: Native, Portable (offline images). Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsAppxProvisionedPackage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/remove-appxprovisionedpackage')]
    [Alias('Remove-DismTsAppProvisionedPackage', 'Remove-DismTsProvisionedAppxPackage', 'Remove-DismTsProvisionedAppPackage')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Parameter(Mandatory, ParameterSetName = 'OfflineDisplayName', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # Full name of the package, as Get-DismTsAppxProvisionedPackage gives it.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [string] $PackageName,

        # Names of apps, possibly with wildcards.
        [Parameter(Mandatory, ParameterSetName = 'OfflineDisplayName')]
        [string[]] $DisplayName,

        # Also remove the app from the users who have it.
        [Parameter()]
        [switch] $AllUsers,

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
        $null = Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'AllUsers'
        $names, $parameter = $PackageName, 'packageName'
        if ($DisplayName) {
            $names, $parameter = $DisplayName, 'displayName'
        }
        foreach ($name in $names) {
            if ($DisplayName -and -not (Test-Wildcard -Cmdlet $PSCmdlet -Pattern $name)) {
                continue
            }
            $params[$parameter] = $name
            $change = @{
                Cmdlet             = $PSCmdlet
                Bound              = $PSBoundParameters
                Method             = 'appx/remove'
                Params             = $params
                Image              = (Get-ImageTitle -Params $params)
                Action             = "Remove provisioned package $name"
                Target             = $name
                AdditionalProperty = 'Changed', 'RemovedPackages'
            }
            Invoke-ImageChange @change
        }
    }
}
