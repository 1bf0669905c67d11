function Set-DismTsNonRemovableAppsPolicy {
    <#
    .SYNOPSIS
    Keeps users of an image from removing an app package family, or allows it again.
    .DESCRIPTION
    -NonRemovable 1 puts the package family on the list of those that users cannot remove, -NonRemovable 0 takes it off.

    -WhatIf checks the image, and changes nothing.

    Stands for Set-NonRemovableAppsPolicy of the in-box module, with the same parameters and parameter sets.
    .EXAMPLE
    Set-DismTsNonRemovableAppsPolicy -Online -PackageFamilyName Contoso.App_abcdefghjkmnp -NonRemovable 1

    Users of the running Windows cannot remove the app any more.
    .EXAMPLE
    Get-DismTsNonRemovableAppsPolicy -Path C:\mnt | Set-DismTsNonRemovableAppsPolicy -NonRemovable 0

    Empties the list of the mounted image.
    .INPUTS
    Objects with the properties Path or Online, and PackageFamilyName, as Get-DismTsNonRemovableAppsPolicy gives.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native functions: _DismAddPackageFamilyToUninstallBlocklist, _DismRemovePackageFamilyFromUninstallBlocklist. Engine: Native. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsNonRemovableAppsPolicy
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/set-nonremovableappspolicy')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # The package family, such as Contoso.App_abcdefghjkmnp.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $PackageFamilyName,

        # 1: users cannot remove it. 0: they can.
        [Parameter(Mandatory)]
        [ValidateRange(0, 1)]
        [int] $NonRemovable,

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
        [string] $DismPath
    )
    begin {
        Set-CallerPreference -Cmdlet $PSCmdlet
    }
    process {
        $params = Get-ImageParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters
        if ($null -eq $params) {
            return
        }
        $params['packageFamilyName'] = $PackageFamilyName
        $params['nonRemovable'] = $NonRemovable -eq 1
        $action = "Let users remove $PackageFamilyName"
        if ($NonRemovable) {
            $action = "Keep users from removing $PackageFamilyName"
        }
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'appsPolicy/setNonRemovable'
            Params = $params
            Image  = (Get-ImageTitle -Params $params)
            Action = $action
            Target = $PackageFamilyName
        }
        Invoke-ImageChange @change
    }
}
