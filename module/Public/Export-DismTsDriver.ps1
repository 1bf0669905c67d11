function Export-DismTsDriver {
    <#
    .SYNOPSIS
    Copies the drivers that were added to an image into a folder.
    .DESCRIPTION
    Each driver gets a folder of its own below -Destination, with all that Add-DismTsDriver -Recurse needs. Drivers that came with Windows are not copied; the image
    stays as it is.

    Ctrl+C cancels. -WhatIf checks what can be checked, and writes nothing.

    Off Windows the folders of the driver store of the image are copied as they are; what is in the destination already and differs is replaced.

    Stands for Export-WindowsDriver of the in-box module, with the same parameters, parameter sets and properties.
    .EXAMPLE
    Export-DismTsDriver -Path C:\mnt -Destination D:\drivers

    Copies all drivers that were added to the mounted image, and lists them.
    .EXAMPLE
    Export-DismTsDriver -Online -Destination D:\drivers | Group-Object Driver, ProviderName -NoElement

    Copies all drivers that were added to the running Windows; the table shows them with the number of devices that they are for.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give.
    .OUTPUTS
    DismTs.AdvancedDriverObject, one for each hardware id of each driver.
    .NOTES
    Native function: _DismExportDriver. Engines: Native, Portable. The Native engine needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Add-DismTsDriver
    .LINK
    Get-DismTsDriver
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/export-windowsdriver')]
    [OutputType('DismTs.AdvancedDriverObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows; only the Native engine on Windows can.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # Folder to copy the drivers to.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $Destination,

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
        if (-not $Destination) {
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message "Cannot tell where to copy the drivers of `"$image`" to: -Destination is not given" -Target $image)
            return
        }
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -PathName 'Destination')) {
            return
        }
        $change = @{
            Cmdlet     = $PSCmdlet
            Bound      = $PSBoundParameters
            Method     = 'driver/export'
            Params     = $params
            Image      = $image
            Action     = "Copy drivers to $($params['destination'])"
            Target     = $params['destination']
            PassResult = $true
        }
        $answer = Invoke-ImageChange @change
        if ($null -ne $answer) {
            foreach ($device in $answer.drivers) {
                ConvertTo-DismTsObject -InputObject $device -TypeName 'AdvancedDriverObject' -Image $answer
            }
        }
    }
}
