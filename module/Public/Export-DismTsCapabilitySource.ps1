function Export-DismTsCapabilitySource {
    <#
    .SYNOPSIS
    Copies what a capability is made of out of a repository of features on demand into another.
    .DESCRIPTION
    The new repository holds the packages that the capability needs on the Windows in the image, so that it can be added without Windows Update and without
    the whole repository.

    Ctrl+C cancels. -WhatIf checks the image and the folders, and changes nothing.

    Stands for Export-WindowsCapabilitySource of the in-box module, with the same parameters.
    .EXAMPLE
    Export-DismTsCapabilitySource -Path C:\mnt -Name OpenSSH.Client~~~~0.0.1.0 -Source D:\LanguagesAndOptionalFeatures -Target C:\fod

    Copies the packages of the OpenSSH client.
    .EXAMPLE
    Get-DismTsCapability -Path C:\mnt -Name 'Rsat.*' | Export-DismTsCapabilitySource -Source D:\LanguagesAndOptionalFeatures -Target C:\fod

    Does so for each capability of that name; one that fails does not keep the others from being copied.
    .INPUTS
    Objects with the properties Path and Name, as Get-DismTsCapability gives.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native function: _DismExportSource. Engine: Native. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsCapability
    .LINK
    Add-DismTsCapability
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/export-windowscapabilitysource')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath')]
        [string] $Path,

        # Name of the capability, as Get-DismTsCapability gives it.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Name,

        # Folder of the repository to copy from.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Source,

        # Folder of the repository to copy into.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Target,

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
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'Name' -PathName 'Source', 'Target')) {
            return
        }
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'capability/exportSource'
            Params = $params
            Image  = (Get-ImageTitle -Params $params)
            Action = "Export source of capability $Name"
            Target = $Name
        }
        Invoke-ImageChange @change
    }
}
