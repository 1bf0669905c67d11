function Get-DismTsDriver {
    <#
    .SYNOPSIS
    Gets the driver packages of an image.
    .DESCRIPTION
    Without -Driver it lists the drivers that were added to Windows, with -All also those that came with it. With -Driver it gives one object for each device that
    the driver is for; the name may have wildcards, then it does so for all that match. A path stands for a driver package that is not in the image: what its INF
    file has for this image. In a folder those that are no drivers of the image are left out.

    Off Windows it is read from the driver databases of the image, and what a driver is for from its INF file in the driver store. DriverSignature is what was
    recorded when the driver came in; nothing is verified anew. BootCritical is what Windows recorded, or that the driver is of a class that Windows may need to start.

    Stands for Get-WindowsDriver of the in-box module, with the same parameters, parameter sets and properties.
    .EXAMPLE
    Get-DismTsDriver -Path C:\mnt | Sort-Object ProviderName, ClassName

    Lists the drivers that were added to the mounted image.
    .EXAMPLE
    Get-DismTsDriver -Path /mnt/image -Driver oem3.inf | Format-Table HardwareId, HardwareDescription

    Shows the devices that a driver is for.
    .EXAMPLE
    Get-DismTsDriver -Path C:\mnt -All | Where-Object BootCritical

    Lists the boot-critical drivers, also those that came with Windows.
    .EXAMPLE
    Get-DismTsDriver -Path C:\mnt -Driver D:\drivers\net.inf | Format-Table HardwareId, HardwareDescription

    Shows what a driver package would be for in the image, before it is added.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; with a property Driver too, as this command gives.
    .OUTPUTS
    DismTs.BasicDriverObject; DismTs.AdvancedDriverObject with a driver, one for each hardware id.
    .NOTES
    Native functions: DismGetDrivers, DismGetDriverInfo. Engines: Native, Portable.
    .LINK
    Add-DismTsDriver
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Get-ImageParameter takes them from the bound parameters')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, HelpUri = 'https://learn.microsoft.com/powershell/module/dism/get-windowsdriver')]
    [OutputType('DismTs.BasicDriverObject[]', 'DismTs.AdvancedDriverObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows; only the Native engine on Windows can.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # Published name of a driver, such as oem3.inf; wildcards stand for all that match. Or the path of an INF file or a folder, as ./drivers.
        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [string] $Driver,

        # Also list the drivers that came with Windows.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $All,

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
        if ($All) {
            $params['all'] = $true
        }
        $request = @{ Method = 'driver/get'; Params = $params; List = 'drivers'; TypeName = 'BasicDriverObject'; Cmdlet = $PSCmdlet; Engine = $Engine; DismPath = $DismPath }
        if ($Driver -match '[/\\:]') {
            # No published name has one of these.
            $params['infPath'] = Resolve-DismTsPath -Path $Driver -Cmdlet $PSCmdlet -Parameter 'Driver'
            if ($null -eq $params['infPath']) {
                return
            }
            $request['TypeName'] = 'AdvancedDriverObject'
            Get-ImageItem @request
            return
        }
        $drivers = @($Driver)
        if ([System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($Driver)) {
            # Devices are given for one driver at a time.
            $drivers = @(Get-ImageItem @request -Property 'Driver' -Like $Driver | ForEach-Object { $_.Driver })
        }
        foreach ($name in $drivers) {
            if ($name) {
                $params['driver'] = $name
                $request['TypeName'] = 'AdvancedDriverObject'
            }
            Get-ImageItem @request
        }
    }
}
