function Set-DismTsAppxProvisionedDataFile {
    <#
    .SYNOPSIS
    Gives a provisioned app package of an image a file with data of its own.
    .DESCRIPTION
    The file becomes Custom.data in the folder of the app, where the app finds it when it starts for the first time. One that is there is replaced.

    -WhatIf checks the image and the file, and changes nothing.

    Stands for Set-AppXProvisionedDataFile of the in-box module, with the same parameters and parameter sets, and under the same orders of words:
    Set-DismTsAppProvisionedDataFile, Set-DismTsProvisionedAppxDataFile, Set-DismTsProvisionedAppDataFile.
    .EXAMPLE
    Set-DismTsAppxProvisionedDataFile -Path C:\mnt -PackageName 'Contoso.App_1.2.3.4_neutral_~_abcdefghjkmnp' -CustomDataPath C:\apps\custom.dat

    Puts the file beside the app in the mounted image.
    .EXAMPLE
    Get-DismTsAppxProvisionedPackage -Path C:\mnt | Where-Object DisplayName -EQ 'Contoso.App' | Set-DismTsAppxProvisionedDataFile -CustomDataPath custom.dat

    Does so for the package of that name.
    .INPUTS
    Objects with the properties Path or Online, and PackageName, as Get-DismTsAppxProvisionedPackage gives.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native function: _DismSetAppXProvisionedDataFile. Engine: Native. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsAppxProvisionedPackage
    .LINK
    Add-DismTsAppxProvisionedPackage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/set-appxprovisioneddatafile')]
    [Alias('Set-DismTsAppProvisionedDataFile', 'Set-DismTsProvisionedAppxDataFile', 'Set-DismTsProvisionedAppDataFile')]
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

        # Full name of the package, as Get-DismTsAppxProvisionedPackage gives it.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $PackageName,

        # The file with the data.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $CustomDataPath,

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
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'PackageName' -PathName 'CustomDataPath')) {
            return
        }
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'appx/setDataFile'
            Params = $params
            Image  = (Get-ImageTitle -Params $params)
            Action = "Set data file of provisioned package $PackageName"
            Target = $PackageName
        }
        Invoke-ImageChange @change
    }
}
