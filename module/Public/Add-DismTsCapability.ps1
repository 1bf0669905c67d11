function Add-DismTsCapability {
    <#
    .SYNOPSIS
    Adds a capability to an image: a feature on demand such as a font, a language or a tool.
    .DESCRIPTION
    Its files come from each -Source in order, and from Windows Update unless -LimitAccess is given.

    Windows is never restarted: RestartNeeded of the result, and a warning, tell that a restart completes the change. Ctrl+C cancels. -WhatIf checks what can be
    checked, and changes nothing.

    -AtFirstBoot works without Windows: it puts the request into the image, and Windows carries it out at the end of its set-up. The results are in
    Windows\Logs\DismTs-FirstBoot.log on the target then.

    Stands for Add-WindowsCapability of the in-box module, with the same parameters, parameter sets and properties. Only the Native engine can.
    .EXAMPLE
    Add-DismTsCapability -Online -Name OpenSSH.Server~~~~0.0.1.0

    Adds the OpenSSH server to the running Windows, from Windows Update.
    .EXAMPLE
    Add-DismTsCapability -Path C:\mnt -Name Language.Basic~~~de-DE~0.0.1.0 -Source E:\LanguagesAndOptionalFeatures -LimitAccess

    Adds a language to the mounted image, from the medium with features on demand only.
    .EXAMPLE
    Get-DismTsCapability -Online -Name Rsat.* | Where-Object State -EQ 'NotPresent' | Add-DismTsCapability

    Adds all administration tools that are not there. One that cannot be added is an error, and the others are added all the same.
    .INPUTS
    Objects with the properties Path and Name, as Get-DismTsCapability gives.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native function: DismAddCapability. Engine: Native; with -AtFirstBoot: Portable. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Remove-DismTsCapability
    .LINK
    Get-DismTsCapability
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/add-windowscapability')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows; only the Native engine on Windows can.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # Name of the capability, as Get-DismTsCapability lists it.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Name,

        # Do not ask Windows Update for it.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $LimitAccess,

        # Folders with the files that are needed, looked into in this order; relative paths and PSDrives may be used.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string[]] $Source,

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

        # Cancel the operation after this many seconds; 0: never.
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
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'Name', 'LimitAccess' -SourceName 'Source')) {
            return
        }
        if ($AtFirstBoot) {
            Add-FirstBootAction -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Kind 'Capability' -Target $Name
            return
        }
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'capability/add'
            Params = $params
            Image  = Get-ImageTitle -Params $params
            Action = "Add capability $Name"
            Target = $Name
        }
        Invoke-ImageChange @change
    }
}
