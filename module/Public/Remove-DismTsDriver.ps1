function Remove-DismTsDriver {
    <#
    .SYNOPSIS
    Removes a driver that was added to an offline image.
    .DESCRIPTION
    The driver is named by its published name, such as oem3.inf. Drivers that came with Windows cannot be removed. When a boot-critical driver is removed, the image
    may not start any more; off Windows one that is reflected is removed only with -Force. All that came with the driver goes: its files, its records and its
    services, but for what another version of it needs.

    -WhatIf checks what can be checked, says which packages would go where the Portable engine does it, and changes nothing.

    Stands for Remove-WindowsDriver of the in-box module, with the same parameters and properties. As there the running Windows cannot be changed so.
    .EXAMPLE
    Remove-DismTsDriver -Path C:\mnt -Driver oem3.inf

    Removes a driver from the mounted image.
    .EXAMPLE
    Get-DismTsDriver -Path C:\mnt | Where-Object ProviderName -EQ 'Contoso' | Remove-DismTsDriver -Confirm

    Removes all drivers of a provider, and asks before each.
    .INPUTS
    Objects with the properties Path and Driver, as Get-DismTsDriver gives.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native function: DismRemoveDriver. Engines: Native, Portable. The Native engine needs elevation, and cannot cancel it.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Add-DismTsDriver
    .LINK
    Get-DismTsDriver
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/remove-windowsdriver')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to. The running Windows cannot be changed so.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [string] $Path,

        # Published name of the driver, such as oem3.inf.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Driver,

        # Also a boot-critical driver that Windows may need to start. The Native engine removes it without being told so.
        [Parameter()]
        [switch] $Force,

        # Take the last changes of registry hives that were not closed properly from their log files, as Windows would at its start; only the Portable engine does.
        [Parameter()]
        [switch] $ReplayLog,

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
        $params['driver'] = $Driver
        $null = Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'Force', 'ReplayLog'
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'driver/remove'
            Params = $params
            Image  = Get-ImageTitle -Params $params
            Action = "Remove driver $Driver"
            Target = $Driver
        }
        Invoke-ImageChange @change
    }
}
