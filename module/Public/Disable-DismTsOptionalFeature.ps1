function Disable-DismTsOptionalFeature {
    <#
    .SYNOPSIS
    Disables optional features of an image, and drops their files where -Remove is given.
    .DESCRIPTION
    Each name is a request of its own. A feature that cannot be disabled is an error with its name as TargetObject; those before it are disabled, those behind it are
    not tried. Names that come down the pipeline are all tried. Features that need a disabled one are disabled with it.

    Windows is never restarted: RestartNeeded of the result, and one warning, tell that a restart completes the change. Ctrl+C cancels. -WhatIf checks what can be
    checked, and changes nothing.

    Stands for Disable-WindowsOptionalFeature of the in-box module, with the same parameters, parameter sets and properties. Only the Native engine can.
    .EXAMPLE
    Disable-DismTsOptionalFeature -Path C:\mnt -FeatureName SMB1Protocol -Remove

    Disables a feature of the mounted image and drops its files; its state is DisabledWithPayloadRemoved then.
    .EXAMPLE
    Get-DismTsOptionalFeature -Path C:\mnt -FeatureName *TIFF* | Where-Object State -EQ 'Enabled' | Disable-DismTsOptionalFeature

    Disables what a filter finds.
    .EXAMPLE
    Disable-DismTsOptionalFeature -Online -FeatureName WorkFolders-Client, Printing-XPSServices-Features -NoRestart

    Disables two features of the running Windows.
    .INPUTS
    Objects with the properties Path and FeatureName, as Get-DismTsOptionalFeature gives.
    .OUTPUTS
    DismTs.ImageObject, one for each feature.
    .NOTES
    Native function: DismDisableFeature. Engine: Native. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Enable-DismTsOptionalFeature
    .LINK
    Get-DismTsOptionalFeature
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/disable-windowsoptionalfeature')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows; only the Native engine on Windows can.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # Names of the features, as Get-DismTsOptionalFeature lists them.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string[]] $FeatureName,

        # Name of the package that the features are of. Default: the packages that Windows itself consists of.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $PackageName,

        # Also drop their files; to enable them again needs a source then.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $Remove,

        # Has no effect: DismTs never restarts Windows. Scripts for the in-box command give it.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $NoRestart,

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
        [string] $DismPath,

        # Cancel the operation after this many seconds; 0: never. Holds for each feature.
        [Parameter()]
        [ValidateRange(0, 2147483647)]
        [int] $TimeoutSec = 0
    )
    begin {
        Set-CallerPreference -Cmdlet $PSCmdlet
    }
    process {
        $params = Get-ImageParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters
        if ($null -eq $params) {
            return
        }
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'PackageName', 'Remove')) {
            return
        }
        foreach ($name in $FeatureName) {
            $params['featureName'] = $name
            $change = @{
                Cmdlet = $PSCmdlet
                Bound  = $PSBoundParameters
                Method = 'feature/disable'
                Params = $params
                Image  = Get-ImageTitle -Params $params
                Action = "Disable feature $name"
                Target = $name
            }
            Invoke-ImageChange @change
        }
    }
}
