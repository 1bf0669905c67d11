function Set-DismTsRegistryValue {
    <#
    .SYNOPSIS
    Sets a value in the registry of an offline image.
    .DESCRIPTION
    The key is made where it does not exist. Nothing is changed in part: a process that is killed at any point leaves all of the change or nothing of it. The hive
    grows by what was added, keys get the security descriptor of the key above them, and what was written is read back before it is in place. -WhatIf computes the
    change, and says what would become of it.
    .EXAMPLE
    Set-DismTsRegistryValue -Path ./mnt -Hive SOFTWARE -Key 'Policies\Contoso' -Name Enabled -Value 1 -Type DWord

    Sets a number, and shows the value before and after.
    .EXAMPLE
    Set-DismTsRegistryValue -Path ./mnt -Hive NTUSER -Key 'Software\Contoso' -Name Greeting -Value 'Hello' -WhatIf

    Tells what setting a value for all new users would change.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.RegistryChangeObject
    .NOTES
    Engine: Portable. On Windows, load the hive with reg.exe load.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsRegistryValue
    .LINK
    Remove-DismTsRegistryValue
    .LINK
    Import-DismTsRegistryFile
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

        # Path of the key below the root of the hive, such as Policies\Contoso.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Key,

        # Name of the value; (default) or an empty text for the default value of the key.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [AllowEmptyString()]
        [string] $Name,

        # What the value is to hold. Numbers may be given as 0x texts, bytes as an array or as hex digits.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [AllowEmptyString()]
        [AllowEmptyCollection()]
        [object] $Value,

        # Type of the value. Default: by the .NET type of -Value: DWord for an integer, QWord for a long one, Binary for bytes, MultiString for strings, else String.
        [Parameter(ValueFromPipelineByPropertyName)]
        [ValidateSet('String', 'ExpandString', 'Binary', 'DWord', 'MultiString', 'QWord', 'None')]
        [string] $Type,

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
        $data = ConvertTo-RegistryData -Type $Type -Value $Value
        $edit = [ordered] @{ action = 'SetValue'; hive = $Hive; key = $Key }
        $edit['name'] = $Name -replace '^\(default\)$'
        $edit['type'] = $data.Type
        $edit['value'] = $data.Value
        $params['edits'] = @($edit)
        $null = Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'ReplayLog'
        Invoke-RegistryChange -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Method 'registry/change' -Params $params -Action "Set registry value $Hive\$Key $Name" -Target $Name
    }
}
