function Get-DismTsRegistryValue {
    <#
    .SYNOPSIS
    Gets values of the registry of an offline image.
    .DESCRIPTION
    Reads the hive files in the image; nothing is loaded anywhere. Value has the .NET type that the registry provider of PowerShell gives: a string, an array of strings
    for MultiString, a UInt32 for DWord, a UInt64 for QWord, and bytes for the others. An empty Name is the default value of the key.
    .EXAMPLE
    (Get-DismTsRegistryValue -Path ./mnt -Hive SOFTWARE -Key 'Microsoft\Windows NT\CurrentVersion' -Name CurrentBuild).Value

    Tells the build of the Windows in the image.
    .EXAMPLE
    Get-DismTsRegistryValue -Path ./mnt -Hive SYSTEM -Key 'CurrentControlSet\Services\*' -Name Start

    Gets how each service starts.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.RegistryValueObject
    .NOTES
    Engine: Portable. On Windows, load the hive with reg.exe load.
    .LINK
    Set-DismTsRegistryValue
    .LINK
    Get-DismTsRegistryKey
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('DismTs.RegistryValueObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [string] $Path,

        # Hive by name: SOFTWARE, SYSTEM, DEFAULT, SAM, SECURITY, COMPONENTS, DRIVERS, or NTUSER for what new users get; or the path of a hive file in the image,
        # such as Users\Default\NTUSER.DAT.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Hive,

        # Path of the key below the root of the hive; its parts may have wildcards. Default: the root.
        [Parameter(ValueFromPipelineByPropertyName)]
        [AllowEmptyString()]
        [string] $Key = '',

        # Name of the value, possibly with wildcards; (default) for the default value. Default: all.
        [Parameter()]
        [AllowEmptyString()]
        [string] $Name,

        # Also the values of all keys below.
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
        if ($PSBoundParameters.ContainsKey('Name')) {
            $params['name'] = $Name -replace '^\(default\)$'
        }
        $null = Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'Recurse', 'ReplayLog'
        foreach ($item in Get-ImageItem -Method 'registry/getValues' -Params $params -List 'values' -TypeName 'RegistryValueObject' -Cmdlet $PSCmdlet -Engine $Engine -DismPath $DismPath) {
            $item.Value = ConvertFrom-RegistryData -Type $item.Type -Value $item.Value
            $item
        }
    }
}
