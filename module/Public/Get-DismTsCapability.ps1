function Get-DismTsCapability {
    <#
    .SYNOPSIS
    Gets the capabilities of an image: features on demand such as fonts, languages and tools.
    .DESCRIPTION
    Without a name it lists each capability with its state. With -Name it gives everything that is known about a capability; the name may have wildcards, then it
    does so for all that match.

    The Native engine also lists what Windows Update could add, unless -LimitAccess is given, and what each -Source could. The Portable engine lists what is in the
    image.

    Stands for Get-WindowsCapability of the in-box module, with the same parameters, parameter sets and properties.
    .EXAMPLE
    Get-DismTsCapability -Path C:\mnt

    Lists the capabilities of the mounted image.
    .EXAMPLE
    Get-DismTsCapability -Path /mnt/image -Name Language.*

    Gives everything about the language capabilities of the image.
    .EXAMPLE
    (Get-DismTsCapability -Path C:\mnt -Name OpenSSH.Client~~~~0.0.1.0).State

    Gives Installed where the image has the OpenSSH client.
    .EXAMPLE
    Get-DismTsCapability -Path C:\mnt -Source E:\LanguagesAndOptionalFeatures -LimitAccess | Where-Object State -EQ 'NotPresent'

    Lists what the medium with features on demand could add to the image.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; with a property Name too, as this command gives.
    .OUTPUTS
    DismTs.BasicCapabilityObject; DismTs.AdvancedCapabilityObject with a name.
    .NOTES
    Native functions: DismGetCapabilities, DismGetCapabilityInfo, _DismGetCapabilitiesEx, _DismGetCapabilityInfoEx. Engines: Native, Portable.
    .LINK
    Add-DismTsCapability
    .LINK
    Get-DismTsOptionalFeature
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Get-ImageParameter takes them from the bound parameters')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, HelpUri = 'https://learn.microsoft.com/powershell/module/dism/get-windowscapability')]
    [OutputType('DismTs.BasicCapabilityObject[]', 'DismTs.AdvancedCapabilityObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows; only the Native engine on Windows can.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # Name of a capability, as the list has it. Wildcards stand for all that match.
        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [string] $Name,

        # Do not ask Windows Update. The portable engine never does.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $LimitAccess,

        # Folders with features on demand to list, too; relative paths and PSDrives may be used. Only the Native engine can.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string[]] $Source,

        # Windows folder below the root of the image. Default: Windows.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $WindowsDirectory,

        # Drive of the boot manager, where it is not that of the image. The portable engine has no use for it.
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
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'LimitAccess' -SourceName 'Source')) {
            return
        }
        $request = @{ Method = 'capability/get'; Params = $params; List = 'capabilities'; TypeName = 'BasicCapabilityObject'; Cmdlet = $PSCmdlet; Engine = $Engine; DismPath = $DismPath }
        if ($Name) {
            $request['TypeName'] = 'AdvancedCapabilityObject'
            Set-NameParameter -Request $request -Property 'Name' -Name $Name
            if ($inboxCall -and -not $request.ContainsKey('Like')) {
                # The in-box command gives an object without a name for a capability that is not there, and takes the name in front for the whole.
                $like = $Name
                if (-not $Name.Contains('~')) {
                    $like = "$Name~*"
                }
                $null = $params.Remove('name')
                Set-NameParameter -Request $request -Property 'Name' -Name $like -Match
                $request['Missing'] = [pscustomobject] @{ name = ''; state = 'NotPresent'; displayName = ''; description = ''; downloadSize = 0; installSize = 0 }
            }
        }
        Get-ImageItem @request
    }
}
