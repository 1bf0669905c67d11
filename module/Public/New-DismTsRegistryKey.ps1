function New-DismTsRegistryKey {
    <#
    .SYNOPSIS
    Makes a key in the registry of an offline image.
    .DESCRIPTION
    Keys above it are made, too. It is no error that it exists: Changed of the result says so. Nothing is changed in part: a process that is killed at any point
    leaves all of the change or nothing of it. The hive grows by what was added, keys get the security descriptor of the key above them, and what was written is
    read back before it is in place. -WhatIf computes the change, and says what would become of it.
    .EXAMPLE
    New-DismTsRegistryKey -Path ./mnt -Hive SOFTWARE -Key 'Policies\Contoso\Edge'

    Makes the key, and those above it that are not there.
    .EXAMPLE
    (New-DismTsRegistryKey -Path ./mnt -Hive SYSTEM -Key 'CurrentControlSet\Services\Contoso' -WhatIf).Changed

    Tells whether the key would be a new one.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.RegistryChangeObject
    .NOTES
    Engine: Portable. On Windows, load the hive with reg.exe load.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Remove-DismTsRegistryKey
    .LINK
    Set-DismTsRegistryValue
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

        # Hive by name: SOFTWARE, SYSTEM, DEFAULT, SAM, SECURITY, COMPONENTS, DRIVERS, or NTUSER for what new users get; or the path of a hive file in the image,
        # such as Users\Default\NTUSER.DAT.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Hive,

        # Path of the key below the root of the hive.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Key,

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
        $edit = [ordered] @{ action = 'CreateKey'; hive = $Hive; key = $Key }
        $params['edits'] = @($edit)
        $null = Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'ReplayLog'
        Invoke-RegistryChange -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Method 'registry/change' -Params $params -Action "Create registry key $Hive\$Key" -Target $Key
    }
}
