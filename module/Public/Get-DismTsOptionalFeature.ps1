function Get-DismTsOptionalFeature {
    <#
    .SYNOPSIS
    Gets the optional features of an image and whether they are enabled.
    .DESCRIPTION
    Without a name it lists every feature with its state. With -FeatureName it gives everything that is known about a feature; the name may have wildcards, then
    it does so for all that match.

    Off Windows it is read from the registry of the image and from the package files; the image need not be mounted by DismTs.

    -Parent lists what has to be enabled before a feature can be, and -PackagePath the features of a package file; only the Native engine can.

    Stands for Get-WindowsOptionalFeature of the in-box module, with the same parameters, parameter sets and properties. -Parent is an addition.
    .EXAMPLE
    Get-DismTsOptionalFeature -Path C:\mnt | Where-Object State -EQ 'Enabled'

    Lists the features of the mounted image that are enabled.
    .EXAMPLE
    Get-DismTsOptionalFeature -Path /mnt/image -FeatureName NetFx3

    Gives state, names and restart behaviour of .NET Framework 3.5; its State is DisabledWithPayloadRemoved where a source is needed to enable it.
    .EXAMPLE
    Get-DismTsOptionalFeature -Path C:\mnt -FeatureName *Hyper-V*

    Gives everything about the features with Hyper-V in their name.
    .EXAMPLE
    Get-DismTsOptionalFeature -Online -FeatureName IIS-ASPNET45 -Parent | Where-Object State -NE 'Enabled'

    Lists the features that have to be enabled before ASP.NET can be.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; with a property FeatureName or PackageName too, as this command and
    Get-DismTsPackage give.
    .OUTPUTS
    DismTs.BasicFeatureObject; DismTs.AdvancedFeatureObject with a name.
    .NOTES
    Native functions: DismGetFeatures, DismGetFeatureInfo, DismGetFeatureParent. Engines: Native, Portable.
    .LINK
    Enable-DismTsOptionalFeature
    .LINK
    Get-DismTsCapability
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Get-ImageParameter takes them from the bound parameters')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, HelpUri = 'https://learn.microsoft.com/powershell/module/dism/get-windowsoptionalfeature')]
    [OutputType('DismTs.BasicFeatureObject[]', 'DismTs.AdvancedFeatureObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows; only the Native engine on Windows can.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # Name of a feature, as the list has it. Wildcards stand for all that match.
        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [string] $FeatureName,

        # Only features of the package with this name. Default: the packages that Windows itself consists of.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $PackageName,

        # Only features of this package file; only the Native engine can.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $PackagePath,

        # The features that have to be enabled before the one of that name can be; only the Native engine can tell.
        [Parameter()]
        [switch] $Parent,

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
        if ($Parent -and -not $FeatureName) {
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message 'Cannot tell whose parents are meant: -Parent needs -FeatureName')
            return
        }
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'PackageName' -PathName 'PackagePath')) {
            return
        }
        $request = @{ Method = 'feature/get'; Params = $params; List = 'features'; TypeName = 'BasicFeatureObject'; Cmdlet = $PSCmdlet; Engine = $Engine; DismPath = $DismPath }
        if ($Parent) {
            $names = @($FeatureName)
            if ([System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($FeatureName)) {
                # Parents are given for one feature at a time.
                $names = @(Get-ImageItem @request -Property 'FeatureName' -Like $FeatureName | ForEach-Object { $_.FeatureName })
            }
            $request['Method'] = 'feature/getParent'
            foreach ($name in $names) {
                $params['featureName'] = $name
                Get-ImageItem @request
            }
            return
        }
        if ($FeatureName) {
            $request['TypeName'] = 'AdvancedFeatureObject'
            # Scripts for the in-box command ask whether it gives something.
            Set-NameParameter -Request $request -Property 'FeatureName' -Name $FeatureName -Match:$inboxCall
        }
        Get-ImageItem @request
    }
}
