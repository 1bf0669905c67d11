function Get-DismTsNonRemovableAppsPolicy {
    <#
    .SYNOPSIS
    Gets the app package families that users of an image cannot remove.
    .DESCRIPTION
    It gives an object for each package family; its property PackageFamilyName is what Set-DismTsNonRemovableAppsPolicy takes.

    Stands for Get-NonRemovableAppsPolicy of the in-box module, with the same parameters and parameter sets. That gives bare names: compare the property
    PackageFamilyName instead.
    .EXAMPLE
    Get-DismTsNonRemovableAppsPolicy -Online

    Lists the package families that users of the running Windows cannot remove.
    .EXAMPLE
    (Get-DismTsNonRemovableAppsPolicy -Path C:\mnt).PackageFamilyName -contains 'Contoso.App_abcdefghjkmnp'

    Tells whether the family is among those of the mounted image.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.NonRemovableAppObject
    .NOTES
    Native function: _DismGetNonRemovableAppsPolicy. Engine: Native. Needs elevation.
    .LINK
    Set-DismTsNonRemovableAppsPolicy
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Get-ImageParameter takes them from the bound parameters')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, HelpUri = 'https://learn.microsoft.com/powershell/module/dism/get-nonremovableappspolicy')]
    [OutputType('DismTs.NonRemovableAppObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

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
        $image = Get-ImageTitle -Params $params
        $request = @{ Method = 'appsPolicy/getNonRemovable'; Params = $params; Cmdlet = $PSCmdlet; Engine = $Engine; DismPath = $DismPath; Target = $image }
        $result = Invoke-SidecarRequest @request
        if ($null -eq $result) {
            return
        }
        foreach ($name in $result.packageFamilyNames) {
            ConvertTo-DismTsObject -InputObject ([pscustomobject] @{ PackageFamilyName = $name }) -TypeName 'NonRemovableAppObject' -Image $result
        }
    }
}
