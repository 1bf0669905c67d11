function Import-DismTsRegistryFile {
    <#
    .SYNOPSIS
    Applies a .reg file to the registry of an offline image.
    .DESCRIPTION
    The file is one of regedit, in version 5.00 or REGEDIT4, with deletions and all types. Its keys go to the hives of the image: HKEY_LOCAL_MACHINE\SOFTWARE,
    SYSTEM and the like, HKEY_CLASSES_ROOT, HKEY_USERS\.DEFAULT, and HKEY_CURRENT_USER to what new users get. CurrentControlSet is the control set that Windows
    would start with. A file that is about anything else, or has a mistake, is refused with the number of the line.

    Nothing is changed in part: a process that is killed at any point leaves all of the change or nothing of it. The hive grows by what was added, keys get the
    security descriptor of the key above them, and what was written is read back before it is in place. -WhatIf computes the change, and says what would become of
    it. Changes that made no difference are not listed.
    .EXAMPLE
    Import-DismTsRegistryFile -Path ./mnt -RegistryFile ./policy.reg

    Applies the file, and lists what it changed.
    .EXAMPLE
    Get-DismTsImage -Mounted | Import-DismTsRegistryFile -RegistryFile ./policy.reg -WhatIf

    Lists what it would change in each mounted image.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.RegistryChangeObject
    .NOTES
    Engine: Portable. On Windows, load the hive with reg.exe load.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Set-DismTsRegistryValue
    .LINK
    Get-DismTsRegistryValue
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('DismTs.RegistryChangeObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [string] $Path,

        # The .reg file, as regedit exports it.
        [Parameter(Mandatory)]
        [string] $RegistryFile,

        # Replay the logs of a hive that was not closed properly. Without it, such a hive is refused.
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
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'ReplayLog' -PathName 'RegistryFile')) {
            return
        }
        Invoke-RegistryChange -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Method 'registry/importFile' -Params $params -Action "Import $RegistryFile" -Target $RegistryFile
    }
}
