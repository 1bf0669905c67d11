function Remove-DismTsPackage {
    <#
    .SYNOPSIS
    Removes a package from an image: an update, a language pack or a feature on demand.
    .DESCRIPTION
    The package is named as Get-DismTsPackage lists it, or by its file. What Windows itself consists of cannot be removed.

    Windows is never restarted: RestartNeeded of the result, and a warning, tell that a restart completes the change. Ctrl+C cancels. -WhatIf checks what can be
    checked, and changes nothing.

    Stands for Remove-WindowsPackage of the in-box module, with the same parameters, parameter sets and properties. Only the Native engine can.
    .EXAMPLE
    Remove-DismTsPackage -Path C:\mnt -PackageName Package_for_KB5043080~31bf3856ad364e35~amd64~~10.0.1.2

    Removes an update from the mounted image.
    .EXAMPLE
    Get-DismTsPackage -Path C:\mnt | Where-Object ReleaseType -EQ 'LanguagePack' | Remove-DismTsPackage

    Removes all language packs; one that cannot be removed is an error, and the others are removed all the same.
    .EXAMPLE
    Remove-DismTsPackage -Path C:\mnt -PackagePath D:\updates\kb5043080.cab -WhatIf

    Checks whether the package of that file could be removed, and changes nothing.
    .INPUTS
    Objects with the properties Path and PackageName, as Get-DismTsPackage gives; package files from Get-ChildItem.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native function: DismRemovePackage. Engine: Native. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Add-DismTsPackage
    .LINK
    Get-DismTsPackage
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/remove-windowspackage')]
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

        # Name of the package, as Get-DismTsPackage lists it.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $PackageName,

        # Package file (.cab), or the folder that it was expanded to, instead of a name.
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [string] $PackagePath,

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
        $image = Get-ImageTitle -Params $params
        if ([bool] $PackageName -eq [bool] $PackagePath) {
            $message = "Cannot tell which package of `"$image`" to remove: give either -PackageName or -PackagePath"
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $image)
            return
        }
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -PathName 'PackagePath' -Name 'PackageName')) {
            return
        }
        $package = "$($params['packageName'])$($params['packagePath'])"
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'package/remove'
            Params = $params
            Image  = $image
            Action = "Remove package $package"
            Target = $package
        }
        Invoke-ImageChange @change
    }
}
