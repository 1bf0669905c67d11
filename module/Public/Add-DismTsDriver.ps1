function Add-DismTsDriver {
    <#
    .SYNOPSIS
    Adds drivers to an offline image: an INF file, those of a folder, or those of another image.
    .DESCRIPTION
    -Driver is an INF file or a folder; -Recurse takes the folders below it, too. All files are tried: one that fails is an error with the INF file as TargetObject,
    reported when the others are added. Drivers that another image has come down the pipeline. A driver that the image has already is not added again.

    On Windows Ctrl+C cancels between two files, and what was added by then stays. -WhatIf says what would become of each file, and changes nothing.

    Off Windows all files of a command are added as one change: after Ctrl+C, an error of the disk or a crash the image is as it was. A driver is put into the driver
    store as Windows does that waits for the device; it is checked that the driver is for the architecture and version of the image, and that its files are those that
    its catalog was signed for. Whether Windows trusts that signature is not checked. What Windows may need to start, such as the driver of the disk, has to be
    reflected into the image as well: -BootCritical. No start of Windows with such a driver is tried; try it before you rely on it.

    Stands for Add-WindowsDriver of the in-box module, with the same parameters and properties. As there the running Windows cannot be changed so.
    .EXAMPLE
    Add-DismTsDriver -Path C:\mnt -Driver D:\drivers -Recurse

    Adds all drivers of a folder and of those below it, and lists what became of them.
    .EXAMPLE
    Add-DismTsDriver -Path C:\mnt -Driver D:\drivers\net\net.inf -ForceUnsigned

    Adds one driver although it is not signed.
    .EXAMPLE
    Add-DismTsDriver -Path /mnt/image -Driver ./virtio/amd64/w11 -Recurse -BootCritical

    Adds the drivers for the disk and network of a virtual machine, and makes Windows start with them.
    .EXAMPLE
    Get-DismTsDriver -Path C:\old | Where-Object ClassName -EQ 'Net' | Add-DismTsDriver -Path C:\mnt

    Adds the network drivers that were added to another image.
    .EXAMPLE
    Get-ChildItem D:\drivers -Filter *.inf -Recurse | Add-DismTsDriver -Path C:\mnt -ErrorVariable failed -ErrorAction SilentlyContinue; $failed.TargetObject

    Adds all drivers of a folder, then lists the INF files that could not be added.
    .INPUTS
    DismTs.BasicDriverObject and DismTs.AdvancedDriverObject, as Get-DismTsDriver gives; INF files from Get-ChildItem. Objects with a property Path, as
    Get-DismTsImage -Mounted and Mount-DismTsImage give.
    .OUTPUTS
    DismTs.BasicDriverObject, one for each driver that is new in the image.
    .NOTES
    Native function: DismAddDriver. Engines: Native, Portable. The Native engine needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsDriver
    .LINK
    Remove-DismTsDriver
    .LINK
    Export-DismTsDriver
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/add-windowsdriver')]
    [OutputType('DismTs.BasicDriverObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to. The running Windows cannot be changed so.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath')]
        [string] $Path,

        # INF file, or a folder with INF files.
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [string] $Driver,

        # The folders below the folder, too.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $Recurse,

        # Add drivers without a signature, too.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $ForceUnsigned,

        # Reflect drivers that Windows may need to start: their services, files and configurations are written, too. The Native engine always does.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $BootCritical,

        # Driver of another image, as Get-DismTsDriver lists it.
        [Parameter(ValueFromPipeline)]
        [PSTypeName('DismTs.BasicDriverObject')]
        [psobject] $BasicDriverObject,

        # Driver of another image, as Get-DismTsDriver -Driver and Export-DismTsDriver give it; several objects of one driver add it once.
        [Parameter(ValueFromPipeline)]
        [PSTypeName('DismTs.AdvancedDriverObject')]
        [psobject] $AdvancedDriverObject,

        # Take the last changes of registry hives that were not closed properly from their log files, as Windows would at its start; only the Portable engine does.
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
        [string] $DismPath,

        # Cancel the operation after this many seconds; 0: never.
        [Parameter()]
        [ValidateRange(0, 2147483647)]
        [int] $TimeoutSec = 0
    )
    begin {
        Set-CallerPreference -Cmdlet $PSCmdlet
        $added = @{}
    }
    process {
        $params = Get-ImageParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters
        if ($null -eq $params) {
            return
        }
        $image = Get-ImageTitle -Params $params
        $source = $Driver
        foreach ($object in $BasicDriverObject, $AdvancedDriverObject) {
            # Its property Driver, which PowerShell binds too, is the name in the other image.
            if ($null -ne $object) {
                $source = $object.OriginalFileName
                if ($added.ContainsKey("$image $source")) {
                    return
                }
                $added["$image $source"] = $true
            }
        }
        if (-not $source) {
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message "Cannot tell which driver to add to `"$image`": -Driver is not given" -Target $image)
            return
        }
        $params['driver'] = Resolve-DismTsPath -Path $source -Cmdlet $PSCmdlet -Parameter 'Driver'
        if ($null -eq $params['driver']) {
            return
        }
        $null = Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'Recurse', 'ForceUnsigned', 'BootCritical', 'ReplayLog'
        $change = @{
            Cmdlet     = $PSCmdlet
            Bound      = $PSBoundParameters
            Method     = 'driver/add'
            Params     = $params
            Image      = $image
            Action     = "Add driver $($params['driver'])"
            Target     = $params['driver']
            PassResult = $true
            PassPlan   = $true
        }
        $answer = Invoke-ImageChange @change
        if ($null -eq $answer) {
            return
        }
        # All files were tried; what was added is told before an error can end the statement.
        $problems = @()
        foreach ($result in $answer.results) {
            if ($null -ne $result.failure) {
                $problems += ConvertTo-DismTsErrorRecord -ResponseError $result.failure -Method 'driver/add' -Target $result.infPath
            } elseif ($null -ne $result.driver -and $WhatIfPreference) {
                $null = $PSCmdlet.ShouldProcess($result.infPath, "Publish as $($result.driver.driver)")
            } elseif ($null -ne $result.driver) {
                ConvertTo-DismTsObject -InputObject $result.driver -TypeName 'BasicDriverObject' -Image $answer
            } else {
                $PSCmdlet.WriteVerbose("Nothing new: $image has $($result.infPath) already")
            }
        }
        if ($problems) {
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord $problems
        }
    }
}
