function Undo-DismTsPendingAction {
    <#
    .SYNOPSIS
    Takes back what waits for the next start of an offline Windows.
    .DESCRIPTION
    For a Windows that does not start any more after an update: run it from Windows PE, or on a machine that has the disk of the other one. What updates,
    features and capabilities left to be done at the next start is not done then; they are as they were before. It is for an image that does not start, and
    not for a running Windows: there is no -Online.

    Ctrl+C cancels. -WhatIf checks the image, and changes nothing.

    The in-box module has no such command; this is what dism.exe /Cleanup-Image /RevertPendingActions does. The function of DismApi.dll is not documented
    by Microsoft.
    .EXAMPLE
    Undo-DismTsPendingAction -Path D:\

    Takes back the pending actions of the Windows on drive D, which does not start, and asks first.
    .EXAMPLE
    Undo-DismTsPendingAction -Path D:\ -Confirm:$false -ErrorAction Stop

    Does so in a script: without a question, and an error ends it.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native function: _DismRevertPendingActions. Engine: Native. Needs elevation.
    Automation: a prompt comes by default, because updates are lost; -Confirm:$false prevents it. Without it a script that nobody watches fails.
    .LINK
    Repair-DismTsImage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [string] $Path,

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
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'pendingActions/revert'
            Params = $params
            Image  = (Get-ImageTitle -Params $params)
            Action = 'Revert the pending actions'
        }
        Invoke-ImageChange @change
    }
}
