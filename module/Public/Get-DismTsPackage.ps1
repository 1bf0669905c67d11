function Get-DismTsPackage {
    <#
    .SYNOPSIS
    Gets the packages of an image: updates, language packs, features on demand.
    .DESCRIPTION
    Without a name it lists every package with its state. With -PackageName it gives everything that is known about a package; the name may have wildcards,
    then it does so for all that match.

    Off Windows it is read from the registry of the image and from the package files; the image need not be mounted by DismTs.

    -PackagePath tells the same of a package file, and whether the image has it; only the Native engine can.

    Stands for Get-WindowsPackage of the in-box module, with the same parameters, parameter sets and properties.
    .EXAMPLE
    Get-DismTsPackage -Path C:\mnt

    Lists the packages of the mounted image.
    .EXAMPLE
    Get-DismTsPackage -Path /mnt/image | Where-Object ReleaseType -EQ 'SecurityUpdate' | Sort-Object InstallTime

    Lists the security updates of the image, the latest at the end.
    .EXAMPLE
    Get-DismTsPackage -Path C:\mnt -PackageName *LanguagePack*

    Gives everything about the language packs of the image.
    .EXAMPLE
    Get-DismTsImage -Mounted | Get-DismTsPackage | Where-Object PackageState -NE 'Installed'

    Lists what is not fully installed in all mounted images; Path of each object tells the image.
    .EXAMPLE
    (Get-DismTsPackage -Path C:\mnt -PackagePath D:\updates\kb5043080.cab).Applicable

    Tells whether an update can be added to the image.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; with a property PackageName too, as this command gives.
    .OUTPUTS
    DismTs.BasicPackageObject; DismTs.AdvancedPackageObject with a name or a file.
    .NOTES
    Native functions: DismGetPackages, DismGetPackageInfoEx. Engines: Native, Portable.
    .LINK
    Add-DismTsPackage
    .LINK
    Get-DismTsOptionalFeature
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Get-ImageParameter takes them from the bound parameters')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, HelpUri = 'https://learn.microsoft.com/powershell/module/dism/get-windowspackage')]
    [OutputType('DismTs.BasicPackageObject[]', 'DismTs.AdvancedPackageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows; only the Native engine on Windows can.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # Name of a package, as the list has it. Wildcards stand for all that match.
        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [string] $PackageName,

        # A package file (.cab, or a folder that one was expanded to) instead of a name; only the Native engine can.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $PackagePath,

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
        if ($PackageName -and $PackagePath) {
            $message = 'Cannot tell which package is meant: -PackageName and -PackagePath exclude each other'
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $PackagePath)
            return
        }
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -PathName 'PackagePath')) {
            return
        }
        $request = @{ Method = 'package/get'; Params = $params; List = 'packages'; TypeName = 'BasicPackageObject'; Cmdlet = $PSCmdlet; Engine = $Engine; DismPath = $DismPath }
        if ($PackagePath) {
            $request['TypeName'] = 'AdvancedPackageObject'
        }
        if ($PackageName) {
            $request['TypeName'] = 'AdvancedPackageObject'
            Set-NameParameter -Request $request -Property 'PackageName' -Name $PackageName
        }
        Get-ImageItem @request
    }
}
