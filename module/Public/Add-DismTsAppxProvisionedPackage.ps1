function Add-DismTsAppxProvisionedPackage {
    <#
    .SYNOPSIS
    Adds an app package to an image, for every new user.
    .DESCRIPTION
    -PackagePath is an .appx, .msix, .appxbundle or .msixbundle file, -FolderPath the folder of an unpacked one; give either. A package from the Store needs
    its licence file; -SkipLicense is for those that need none.

    -WhatIf checks the parameters and that the files are there, and changes nothing.

    Stands for Add-AppxProvisionedPackage of the in-box module, with the same parameters and parameter sets, and under the same orders of words:
    Add-DismTsAppProvisionedPackage, Add-DismTsProvisionedAppxPackage, Add-DismTsProvisionedAppPackage.
    .EXAMPLE
    Add-DismTsAppxProvisionedPackage -Path C:\mnt -PackagePath C:\apps\app.msixbundle -LicensePath C:\apps\license.xml -DependencyPackagePath C:\apps\vclibs.appx

    Provisions the app with its licence, and the framework that it needs.
    .EXAMPLE
    Get-Item -Path C:\apps\*.msix | Add-DismTsAppxProvisionedPackage -Path C:\mnt -SkipLicense

    Provisions each package of the folder. One that cannot be added is an error; the others still are.
    .EXAMPLE
    Add-DismTsAppxProvisionedPackage -Online -PackagePath app.msix -SkipLicense -Regions 'de;at' -StubPackageOption InstallFull

    Provisions the app in the running Windows for two regions, and in full where it has a stub.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; package files from Get-Item.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native function: _DismAddProvisionedAppxPackage. Engine: Native. Needs elevation. It cannot be cancelled: Ctrl+C waits for it, and ends its process when
    it takes too long.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsAppxProvisionedPackage
    .LINK
    Set-DismTsAppxProvisionedDataFile
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/add-appxprovisionedpackage')]
    [Alias('Add-DismTsAppProvisionedPackage', 'Add-DismTsProvisionedAppxPackage', 'Add-DismTsProvisionedAppPackage')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # The package file.
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [string] $PackagePath,

        # Folder of an unpacked package.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $FolderPath,

        # Packages that it needs, such as frameworks.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string[]] $DependencyPackagePath,

        # Optional packages that belong to it.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string[]] $OptionalPackagePath,

        # Licence files of the package.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string[]] $LicensePath,

        # The package needs no licence file.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $SkipLicense,

        # File with data for the app; it becomes Custom.data in its folder.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $CustomDataPath,

        # Regions for which it is provisioned, with semicolons between them, such as 'de;at', or all.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $Regions,

        # Which form of a package with a stub is installed.
        [Parameter(ValueFromPipelineByPropertyName)]
        [ValidateSet('None', 'InstallFull', 'InstallStub')]
        [string] $StubPackageOption,

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
        if ([bool] $PackagePath -eq [bool] $FolderPath) {
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message 'Cannot tell which package is meant: give either -PackagePath or -FolderPath')
            return
        }
        $source = "$PackagePath$FolderPath"
        if (-not $LicensePath -and -not $SkipLicense) {
            $message = "Cannot add `"$source`" without a licence: give -LicensePath, or -SkipLicense for a package that needs none"
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $source)
            return
        }
        $taken = @{
            Cmdlet   = $PSCmdlet
            Bound    = $PSBoundParameters
            Params   = $params
            Name     = 'SkipLicense', 'Regions', 'StubPackageOption'
            PathName = 'PackagePath', 'FolderPath', 'CustomDataPath', 'DependencyPackagePath', 'OptionalPackagePath', 'LicensePath'
        }
        if (-not (Add-RequestParameter @taken)) {
            return
        }
        $package = "$($params['packagePath'])$($params['folderPath'])"
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'appx/add'
            Params = $params
            Image  = (Get-ImageTitle -Params $params)
            Action = "Add provisioned package $package"
            Target = $package
        }
        Invoke-ImageChange @change
    }
}
