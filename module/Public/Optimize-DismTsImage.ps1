function Optimize-DismTsImage {
    <#
    .SYNOPSIS
    Prepares an image for a way of booting.
    .DESCRIPTION
    -OptimizationTarget Boot makes the first start of the image faster: run it as the last step before the image is saved. WIMBoot prepares it for running
    out of its WIM file, as Windows 8.1 could.

    Ctrl+C cancels. -WhatIf checks the image, and changes nothing.

    Stands for Optimize-WindowsImage of the in-box module, with the same parameters. That knows WIMBoot only; Boot is what dism.exe /Optimize-Image /Boot
    does.
    .EXAMPLE
    Optimize-DismTsImage -Path C:\mnt -OptimizationTarget Boot

    Makes the mounted image start faster.
    .EXAMPLE
    Get-DismTsImage -Mounted | Optimize-DismTsImage -OptimizationTarget Boot | Dismount-DismTsImage -Save

    Does so in each mounted image, and saves and dismounts it.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native function: _DismOptimizeImage. Engine: Native. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Save-DismTsImage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/optimize-windowsimage')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [string] $Path,

        # What the image is prepared for.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [ValidateSet('WIMBoot', 'Boot')]
        [string] $OptimizationTarget,

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
        $null = Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'OptimizationTarget'
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'image/optimize'
            Params = $params
            Image  = (Get-ImageTitle -Params $params)
            Action = "Optimize image for $OptimizationTarget"
        }
        Invoke-ImageChange @change
    }
}
