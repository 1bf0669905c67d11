function Enable-DismTsOptionalFeature {
    <#
    .SYNOPSIS
    Enables optional features of an image, with what they need where -All is given.
    .DESCRIPTION
    Each name is a request of its own. A feature that cannot be enabled is an error with its name as TargetObject; those before it are enabled, those behind it are
    not tried. Names that come down the pipeline are all tried. A feature whose state is DisabledWithPayloadRemoved needs a -Source, or Windows Update.

    Windows is never restarted: RestartNeeded of the result, and one warning, tell that a restart completes the change. Ctrl+C cancels. -WhatIf checks what can be
    checked, and changes nothing.

    -AtFirstBoot works without Windows: it puts the request into the image, and Windows carries it out at the end of its set-up. The results are in
    Windows\Logs\DismTs-FirstBoot.log on the target then.

    Stands for Enable-WindowsOptionalFeature of the in-box module, with the same parameters, parameter sets and properties. Only the Native engine can.
    .EXAMPLE
    Enable-DismTsOptionalFeature -Path C:\mnt -FeatureName TelnetClient, TFTP

    Enables two features of the mounted image.
    .EXAMPLE
    Enable-DismTsOptionalFeature -Path C:\mnt -FeatureName NetFx3 -All -Source D:\sources\sxs -LimitAccess

    Enables .NET Framework 3.5 from the files of the installation medium, without asking Windows Update.
    .EXAMPLE
    Get-DismTsOptionalFeature -Path C:\mnt | Where-Object FeatureName -Like 'IIS-*' | Where-Object State -EQ 'Disabled' | Enable-DismTsOptionalFeature -All

    Enables all features of the web server that are disabled.
    .EXAMPLE
    (Enable-DismTsOptionalFeature -Online -FeatureName Microsoft-Hyper-V -All -NoRestart).RestartNeeded

    Enables Hyper-V in the running Windows, and tells whether a restart completes it.
    .INPUTS
    Objects with the properties Path and FeatureName, as Get-DismTsOptionalFeature gives.
    .OUTPUTS
    DismTs.ImageObject, one for each feature.
    .NOTES
    Native function: DismEnableFeature. Engine: Native; with -AtFirstBoot: Portable. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Disable-DismTsOptionalFeature
    .LINK
    Get-DismTsOptionalFeature
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/enable-windowsoptionalfeature')]
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

        # Also enable the features that they need.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $All,

        # Do not ask Windows Update for files that are missing.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $LimitAccess,

        # Folders with the files that are needed, looked into in this order; relative paths and PSDrives may be used.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string[]] $Source,

        # Has no effect: DismTs never restarts Windows. Scripts for the in-box command give it.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $NoRestart,

        # Have Windows do it when it is set up, rather than now: what it needs is put into the image, and SetupComplete.cmd calls it. Works off Windows, offline images
        # only. Get-DismTsFirstBootAction lists what waits.
        [Parameter()]
        [switch] $AtFirstBoot,

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
        $given = Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'PackageName', 'All', 'LimitAccess' -SourceName 'Source'
        if (-not $given) {
            return
        }
        foreach ($name in $FeatureName) {
            if ($AtFirstBoot) {
                Add-FirstBootAction -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Kind 'Feature' -Target $name
                continue
            }
            $params['featureName'] = $name
            $change = @{
                Cmdlet = $PSCmdlet
                Bound  = $PSBoundParameters
                Method = 'feature/enable'
                Params = $params
                Image  = Get-ImageTitle -Params $params
                Action = "Enable feature $name"
                Target = $name
            }
            Invoke-ImageChange @change
        }
    }
}
