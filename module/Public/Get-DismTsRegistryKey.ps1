function Get-DismTsRegistryKey {
    <#
    .SYNOPSIS
    Gets keys of the registry of an offline image.
    .DESCRIPTION
    Reads the hive files in the image; nothing is loaded anywhere. In the hive SYSTEM, a path that begins with CurrentControlSet is about the control set that Windows
    would start with.
    .EXAMPLE
    Get-DismTsRegistryKey -Path ./mnt -Hive SOFTWARE -Key 'Microsoft\Windows NT\CurrentVersion'

    Gets the key, with its time and how much is in it.
    .EXAMPLE
    Get-DismTsRegistryKey -Path ./mnt -Hive SYSTEM -Key 'CurrentControlSet\Services\vio*'

    Gets the keys of the services whose names begin so.
    .EXAMPLE
    Get-DismTsRegistryKey -Path ./mnt -Hive SOFTWARE -Key Contoso -Child -Recurse | Get-DismTsRegistryValue

    Gets all values below a key.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.RegistryKeyObject
    .NOTES
    Engine: Portable. On Windows, load the hive with reg.exe load.
    .LINK
    Get-DismTsRegistryValue
    .LINK
    New-DismTsRegistryKey
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('DismTs.RegistryKeyObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [string] $Path,

        # Hive by name: SOFTWARE, SYSTEM, DEFAULT, SAM, SECURITY, COMPONENTS, DRIVERS, or NTUSER for what new users get; or the path of a hive file in the image,
        # such as Users\Default\NTUSER.DAT.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Hive,

        # Path of the key below the root of the hive, such as Microsoft\Windows; its parts may have wildcards. Default: the root.
        [Parameter(ValueFromPipelineByPropertyName)]
        [AllowEmptyString()]
        [string] $Key = '',

        # Give the keys directly below instead.
        [Parameter()]
        [switch] $Child,

        # With -Child: all keys below, at any depth.
        [Parameter()]
        [switch] $Recurse,

        # Show what the logs of a hive that was not closed properly hold, too. Nothing is written.
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
        $params['hive'] = $Hive
        $params['key'] = $Key
        if ($Child) {
            $params['children'] = $true
        }
        $null = Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'Recurse', 'ReplayLog'
        Get-ImageItem -Method 'registry/getKeys' -Params $params -List 'keys' -TypeName 'RegistryKeyObject' -Cmdlet $PSCmdlet -Engine $Engine -DismPath $DismPath
    }
}
