function Set-DismTsEdition {
    <#
    .SYNOPSIS
    Changes an offline image to another edition of Windows.
    .DESCRIPTION
    Get-DismTsEdition -Target lists the editions that the image can be changed to. There is no way back: an edition can be changed to higher ones only.

    Ctrl+C cancels. -WhatIf checks what can be checked, and changes nothing.

    Stands for Set-WindowsEdition of the in-box module, with the same parameters and properties. As there the running Windows cannot be changed so. Only the Native
    engine can.
    .EXAMPLE
    Set-DismTsEdition -Path C:\mnt -Edition Professional

    Makes Windows Pro of the mounted image.
    .EXAMPLE
    Get-DismTsEdition -Path C:\mnt -Target | Where-Object Edition -Like '*Workstation' | Set-DismTsEdition -WhatIf

    Checks whether the image could be changed to the edition for workstations, and changes nothing.
    .INPUTS
    Objects with the properties Path and Edition, as Get-DismTsEdition -Target gives.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native function: _DismSetEdition. Engine: Native. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsEdition
    .LINK
    Set-DismTsProductKey
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/set-windowsedition')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to. The running Windows cannot be changed so.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [string] $Path,

        # The edition, such as Professional.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Edition,

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
        $params['edition'] = $Edition
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'edition/set'
            Params = $params
            Image  = Get-ImageTitle -Params $params
            Action = "Set edition $Edition"
            Target = $Edition
        }
        Invoke-ImageChange @change
    }
}
