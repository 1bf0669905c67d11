function Use-DismTsUnattend {
    <#
    .SYNOPSIS
    Applies an answer file to an image.
    .DESCRIPTION
    Packages, drivers and settings of the pass offlineServicing of the answer file are applied to the image; other passes are left for Windows Setup.

    Windows is never restarted: RestartNeeded of the result, and a warning, tell that a restart completes the change. -WhatIf checks what can be checked, says
    what would become of each value, driver and file where the Portable engine does it, and changes nothing.

    The Portable engine applies drivers, and settings of that pass that are one documented value of the registry: EnableLUA, SanPolicy, PreventDeviceEncryption,
    fDenyTSConnections, EnableVirtualizationBasedSecurity, LsaCfgFlags, ConvertibleSlateMode, RegisteredOwner, RegisteredOrganization, and the texts of
    OEMInformation. A file that asks for anything else in that pass, such as packages, is refused by name before anything is changed. All of it is one change: a
    process that is killed at any point leaves all of it or nothing. What is left for Windows Setup is a warning. Drivers are staged; those that Windows may need
    to start are reflected with -BootCritical, and are a warning without it.

    Stands for Use-WindowsUnattend of the in-box module, with the same parameters, parameter sets and properties; it also answers to Apply-DismTsUnattend.
    .EXAMPLE
    Use-DismTsUnattend -Path C:\mnt -UnattendPath D:\answers\unattend.xml

    Applies an answer file to the mounted image.
    .EXAMPLE
    Get-DismTsImage -Mounted | Use-DismTsUnattend -UnattendPath D:\answers\unattend.xml

    Applies an answer file to all mounted images; Path of each object tells the image.
    .EXAMPLE
    Use-DismTsUnattend -Path ./mnt -UnattendPath ./unattend.xml -CopyToPanther

    Also puts the file where Windows Setup looks for its other passes.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give.
    .OUTPUTS
    DismTs.ImageObject with the property Changed besides.
    .NOTES
    Native function: DismApplyUnattend. Engines: Native, Portable (offline images). Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Mount-DismTsImage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/use-windowsunattend')]
    [Alias('Apply-DismTsUnattend')]
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

        # The answer file, such as unattend.xml.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $UnattendPath,

        # Also copy the file to Windows\Panther\unattend.xml of the image; one that is there is kept as unattend.xml.bak (.bak2, and so on). Passwords in it can be read by everybody who
        # can read the image. Portable engine.
        [Parameter()]
        [switch] $CopyToPanther,

        # Reflect drivers that Windows may need to start, as Add-DismTsDriver does with it; without it they are only staged. The Native engine always does.
        [Parameter()]
        [switch] $BootCritical,

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
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'CopyToPanther', 'BootCritical' -PathName 'UnattendPath')) {
            return
        }
        $change = @{
            Cmdlet             = $PSCmdlet
            Bound              = $PSBoundParameters
            Method             = 'unattend/apply'
            Params             = $params
            Image              = Get-ImageTitle -Params $params
            Action             = "Apply answer file $($params['unattendPath'])"
            Target             = $params['unattendPath']
            AdditionalProperty = 'Changed'
        }
        Invoke-ImageChange @change
    }
}
