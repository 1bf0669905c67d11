function Mount-DismTsImage {
    <#
    .SYNOPSIS
    Mounts an image of a WIM, ESD, VHD or VHDX file into a folder, or serves a mount again that needs it.
    .DESCRIPTION
    The folder must exist and be empty. Changes made below it are kept beside the file until Save-DismTsImage or Dismount-DismTsImage -Save writes them into it;
    they survive a reboot and a killed process, after which -Remount brings the mount back.

    A virtual disk (.vhd, .vhdx) has one image, with the index 1: the NTFS volume that holds Windows. On Linux its changes are kept aside, too, and a save writes
    them into the file in place; one that is interrupted is finished by the next command. Disks with BitLocker, ReFS, snapshots, or a Windows that
    sleeps are refused, and those whose log waits but for -ReplayLog.

    Ctrl+C cancels: the command returns when the mount was undone. -WhatIf checks file, image and folder, and changes nothing.

    Stands for Mount-WindowsImage of the in-box module, with the same parameters, parameter sets and properties.
    .EXAMPLE
    Mount-DismTsImage -ImagePath D:\sources\install.wim -Index 6 -Path C:\mnt

    Mounts the sixth image of the file for reading and writing.
    .EXAMPLE
    Mount-DismTsImage -ImagePath install.wim -Name 'Windows 11 Pro' -Path /mnt/image -ReadOnly

    Mounts an image by its name; nothing below the folder can be changed, and the file may be on a read-only share.
    .EXAMPLE
    Get-DismTsImage -ImagePath boot.wim | Where-Object ImageName -Like '*Setup*' | Mount-DismTsImage -Path C:\mnt

    Mounts the image that a filter finds: file and index come down the pipeline.
    .EXAMPLE
    Mount-DismTsImage -ImagePath template.vhdx -Index 1 -Path /mnt/template

    Mounts the Windows volume of a virtual disk for reading and writing.
    .EXAMPLE
    Mount-DismTsImage -Path C:\mnt -Remount

    Serves a mount again whose status is NeedsRemount; its changes are still there.
    .INPUTS
    Objects with the properties ImagePath and ImageIndex, as Get-DismTsImage gives; with -Remount objects with a property Path.
    .OUTPUTS
    DismTs.ImageObject. After a mount it also has ImagePath, ImageIndex, MountMode and MountId: pipe it into Save- and
    Dismount-DismTsImage, which then work on this mount or on none.
    .NOTES
    Native functions: DismMountImage, DismRemountImage. Engines: Native, Portable. Needs elevation on Windows; on Linux root, but for
    -ReadOnly of a WIM or ESD file.
    A remount cannot be cancelled. Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Save-DismTsImage
    .LINK
    Dismount-DismTsImage
    #>
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/mount-windowsimage')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Folder to mount into; it must exist and be empty. With -Remount the folder of the mount.
        [Parameter(Mandatory, Position = 1, ValueFromPipelineByPropertyName)]
        [Alias('MountPath')]
        [string] $Path,

        # Image file: .wim, .esd, .vhd or .vhdx.
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'OfflineIndex', ValueFromPipelineByPropertyName)]
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'OfflineName', ValueFromPipelineByPropertyName)]
        [Alias('FullName', 'Image')]
        [string] $ImagePath,

        # Number of the image in its file; the first is 1.
        [Parameter(Mandatory, ParameterSetName = 'OfflineIndex', ValueFromPipelineByPropertyName)]
        [Alias('ImageIndex')]
        [ValidateRange(1, 2147483647)]
        [uint32] $Index,

        # Name of the image in its file.
        [Parameter(Mandatory, ParameterSetName = 'OfflineName', ValueFromPipelineByPropertyName)]
        [string] $Name,

        # Serve a mount again whose status is NeedsRemount.
        [Parameter(Mandatory, ParameterSetName = 'Remount', ValueFromPipelineByPropertyName)]
        [switch] $Remount,

        # Allow no changes.
        [Parameter(ParameterSetName = 'OfflineIndex', ValueFromPipelineByPropertyName)]
        [Parameter(ParameterSetName = 'OfflineName', ValueFromPipelineByPropertyName)]
        [switch] $ReadOnly,

        # Mount faster by mapping files on first use. The portable engine always does.
        [Parameter(ParameterSetName = 'OfflineIndex', ValueFromPipelineByPropertyName)]
        [Parameter(ParameterSetName = 'OfflineName', ValueFromPipelineByPropertyName)]
        [switch] $Optimize,

        # Verify the integrity table of the file first.
        [Parameter(ParameterSetName = 'OfflineIndex', ValueFromPipelineByPropertyName)]
        [Parameter(ParameterSetName = 'OfflineName', ValueFromPipelineByPropertyName)]
        [switch] $CheckIntegrity,

        # Keep extended attributes of the image. A remount keeps what the mount was made with.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $SupportEa,

        # Partition of a virtual disk, by its number; 0: a disk without partitions. Default: the one that holds Windows. Portable engine.
        [Parameter(ParameterSetName = 'OfflineIndex', ValueFromPipelineByPropertyName)]
        [Parameter(ParameterSetName = 'OfflineName', ValueFromPipelineByPropertyName)]
        [ValidateRange(0, 65535)]
        [int] $Partition,

        # Write what waits in the log of a .vhdx, as after a crash of its virtual machine, to its place in the file first. Keep a copy of it. Windows always does.
        [Parameter(ParameterSetName = 'OfflineIndex', ValueFromPipelineByPropertyName)]
        [Parameter(ParameterSetName = 'OfflineName', ValueFromPipelineByPropertyName)]
        [switch] $ReplayLog,

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
        if ($PSCmdlet.ParameterSetName -eq 'Remount' -and -not $Remount) {
            $message = "Cannot tell what to mount at `"$Path`": give -ImagePath with -Index or -Name, or -Remount, and that not as `$false"
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $Path)
            return
        }
        $params = Get-OperationParameter -Cmdlet $PSCmdlet -LogPath $LogPath -ScratchDirectory $ScratchDirectory -LogLevel $LogLevel
        $mountPath = Resolve-DismTsPath -Path $Path -Cmdlet $PSCmdlet -Parameter 'Path'
        if ($null -eq $params -or $null -eq $mountPath) {
            return
        }
        $params['mountPath'] = $mountPath
        $additional = @()
        if ($PSCmdlet.ParameterSetName -eq 'Remount') {
            $method = 'image/remount'
            $target = $mountPath
            $action = 'Remount image'
            $activity = "Remount $target"
        } else {
            $method = 'image/mount'
            $action = 'Mount image'
            $additional = 'ImagePath', 'ImageIndex', 'MountMode', 'MountId'
            $imageFile = Resolve-DismTsPath -Path $ImagePath -Cmdlet $PSCmdlet -Parameter 'ImagePath'
            if ($null -eq $imageFile) {
                return
            }
            $params['imagePath'] = $imageFile
            if ($PSCmdlet.ParameterSetName -eq 'OfflineIndex') {
                $params['imageIndex'] = $Index
                $image = $Index
            } else {
                $params['imageName'] = $Name
                $image = $Name
            }
            if ($PSBoundParameters.ContainsKey('Partition')) {
                $params['partition'] = $Partition
            }
            foreach ($switchName in 'ReadOnly', 'Optimize', 'CheckIntegrity', 'SupportEa', 'ReplayLog') {
                if ($PSBoundParameters[$switchName]) {
                    $params[$switchName.Substring(0, 1).ToLowerInvariant() + $switchName.Substring(1)] = $true
                }
            }
            $target = '{0}:{1} -> {2}' -f $imageFile, $image, $mountPath
            $activity = 'Mount {0}:{1} -> {2}' -f [System.IO.Path]::GetFileName($imageFile), $image, $mountPath
        }
        if (-not $PSCmdlet.ShouldProcess($target, $action)) {
            if (-not $WhatIfPreference) {
                return
            }
            $params['validateOnly'] = $true
        }
        $request = @{
            Method              = $method
            Params              = $params
            Cmdlet              = $PSCmdlet
            Engine              = $Engine
            DismPath            = $DismPath
            Activity            = $activity
            TimeoutMilliseconds = 1000L * $TimeoutSec
        }
        $result = Invoke-SidecarRequest @request
        if ($null -eq $result -or $params['validateOnly']) {
            return
        }
        ConvertTo-DismTsObject -InputObject $result -TypeName 'ImageObject' -AdditionalProperty $additional
    }
}
