function Remove-DismTsCapability {
    <#
    .SYNOPSIS
    Removes a capability from an image: a feature on demand such as a font, a language or a tool.
    .DESCRIPTION
    What other capabilities need cannot be removed before them.

    Windows is never restarted: RestartNeeded of the result, and a warning, tell that a restart completes the change. Ctrl+C cancels. -WhatIf checks what can be
    checked, and changes nothing.

    Stands for Remove-WindowsCapability of the in-box module, with the same parameters, parameter sets and properties. Only the Native engine can.
    .EXAMPLE
    Remove-DismTsCapability -Path C:\mnt -Name App.StepsRecorder~~~~0.0.1.0

    Removes a tool from the mounted image.
    .EXAMPLE
    Get-DismTsCapability -Online -Name Language.* | Where-Object State -EQ 'Installed' | Remove-DismTsCapability -WhatIf

    Shows which languages of the running Windows would be removed, and whether they could be.
    .INPUTS
    Objects with the properties Path and Name, as Get-DismTsCapability gives.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native function: DismRemoveCapability. Engine: Native. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Add-DismTsCapability
    .LINK
    Get-DismTsCapability
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/remove-windowscapability')]
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
        $params['name'] = $Name
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'capability/remove'
            Params = $params
            Image  = Get-ImageTitle -Params $params
            Action = "Remove capability $Name"
            Target = $Name
        }
        Invoke-ImageChange @change
    }
}
