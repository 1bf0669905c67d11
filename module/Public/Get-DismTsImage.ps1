function Get-DismTsImage {
    <#
    .SYNOPSIS
    Gets information about the images in WIM, ESD, SWM, VHD and VHDX files, or about mounted images.
    .DESCRIPTION
    With -ImagePath alone it lists the images of each file. With -Index or -Name it gives everything that the file says about one image. With -Mounted it lists
    the images that DismTs has mounted on this machine, with their state. It changes nothing.

    Of a virtual disk, which has one image, the registry of its Windows is read without mounting it.

    Of several files all are read before one that cannot be is an error.

    Stands for Get-WindowsImage of the in-box module, with the same parameters, parameter sets and properties. Beyond it, -ImagePath takes several files and
    wildcards, relative paths and PSDrives.
    .EXAMPLE
    Get-DismTsImage -ImagePath D:\sources\install.wim

    Lists index, name and size of every image in the file.
    .EXAMPLE
    Get-DismTsImage -ImagePath install.wim -Name 'Windows 11 Pro'

    Gives version, edition, architecture, languages, dates and the other properties of the image with this name.
    .EXAMPLE
    Get-DismTsImage -ImagePath /srv/images/*.wim | Where-Object ImageName -Like '*Server*'

    Lists the images of all WIM files in a folder, and keeps those whose name has "Server" in it.
    .EXAMPLE
    Get-DismTsImage -Mounted | Where-Object MountStatus -EQ 'NeedsRemount' | Mount-DismTsImage -Remount

    Serves again every mount that lost its server, for example by a reboot; its changes are still there.
    .INPUTS
    Files from Get-ChildItem, or any object with a property ImagePath.
    .OUTPUTS
    DismTs.BasicImageInfoObject for each image of a file; DismTs.WimImageInfoObject with -Index or -Name; DismTs.MountedImageInfoObject with -Mounted.
    .NOTES
    Native functions: DismGetImageInfo, DismGetMountedImageInfo. Engines: Native, Portable. Needs no elevation with the portable engine.
    .LINK
    Mount-DismTsImage
    .LINK
    about_DismTs
    #>
    [CmdletBinding(PositionalBinding = $false, HelpUri = 'https://learn.microsoft.com/powershell/module/dism/get-windowsimage')]
    [OutputType('DismTs.BasicImageInfoObject[]', ParameterSetName = 'InputByFilePath')]
    [OutputType('DismTs.WimImageInfoObject[]', ParameterSetName = ('InputByFilePathAndName', 'InputByFilePathAndIndex'))]
    [OutputType('DismTs.MountedImageInfoObject[]', ParameterSetName = 'InputByMounted')]
    param(
        # Image files: .wim, .esd, .swm, .vhd, .vhdx. Wildcards are expanded, unless a file has the very name.
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'InputByFilePath', ValueFromPipelineByPropertyName)]
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'InputByFilePathAndName', ValueFromPipelineByPropertyName)]
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'InputByFilePathAndIndex', ValueFromPipelineByPropertyName)]
        [Alias('FullName', 'Image')]
        [SupportsWildcards()]
        [string[]] $ImagePath,

        # Name of the image in its file.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndName', ValueFromPipelineByPropertyName)]
        [string] $Name,

        # Number of the image in its file; the first is 1.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndIndex', ValueFromPipelineByPropertyName)]
        [Alias('ImageIndex')]
        [ValidateRange(1, 2147483647)]
        [uint32] $Index,

        # List the mounted images.
        [Parameter(Mandatory, ParameterSetName = 'InputByMounted', ValueFromPipelineByPropertyName)]
        [Alias('Mount')]
        [switch] $Mounted,

        # Only what is mounted at this folder, whatever the spelling: relative, with a slash at the end, through a link. Nothing where nothing is.
        [Parameter(ParameterSetName = 'InputByMounted')]
        [Alias('MountPath')]
        [string] $Path,

        # Partition of a virtual disk, by its number; 0: a disk without partitions. Default: the one that holds Windows. Portable engine.
        [Parameter(ParameterSetName = 'InputByFilePath', ValueFromPipelineByPropertyName)]
        [Parameter(ParameterSetName = 'InputByFilePathAndName', ValueFromPipelineByPropertyName)]
        [Parameter(ParameterSetName = 'InputByFilePathAndIndex', ValueFromPipelineByPropertyName)]
        [ValidateRange(0, 65535)]
        [int] $Partition,

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
        $nameIsTyped = $PSBoundParameters.ContainsKey('Name')
    }
    process {
        $params = Get-OperationParameter -Cmdlet $PSCmdlet -LogPath $LogPath -ScratchDirectory $ScratchDirectory -LogLevel $LogLevel
        if ($null -eq $params) {
            return
        }
        $request = @{ Cmdlet = $PSCmdlet; Engine = $Engine; DismPath = $DismPath }
        if ($PSCmdlet.ParameterSetName -eq 'InputByMounted') {
            if (-not $Mounted) {
                $message = 'Cannot tell which images are meant: give -ImagePath, or -Mounted, and that not as $false'
                Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message)
                return
            }
            if ($Path) {
                $params['mountPath'] = Resolve-DismTsPath -Path $Path -Cmdlet $PSCmdlet -Parameter 'Path'
                if ($null -eq $params['mountPath']) {
                    return
                }
            }
            $result = Invoke-SidecarRequest @request -Method 'image/listMounted' -Params $params
            if ($null -ne $result) {
                ConvertTo-DismTsObject -InputObject $result.mounts -TypeName 'MountedImageInfoObject' -Image (Get-OperationResult -Params $params -LogPath $result.logPath)
            }
            return
        }

        $typeName = 'WimImageInfoObject'
        if ($PSCmdlet.ParameterSetName -eq 'InputByFilePathAndIndex') {
            $params['imageIndex'] = $Index
        } elseif ($PSCmdlet.ParameterSetName -eq 'InputByFilePathAndName' -and ($nameIsTyped -or $_ -isnot [System.IO.FileInfo])) {
            # A file that comes down the pipeline has a Name too, which is not the name of an image.
            $params['imageName'] = $Name
        } else {
            $typeName = 'BasicImageInfoObject'
        }
        if ($PSBoundParameters.ContainsKey('Partition')) {
            $params['partition'] = $Partition
        }
        # All files are read before an error can end the statement.
        $problems = @()
        $files = foreach ($given in $ImagePath) { Resolve-DismTsPath -Path $given -Cmdlet $PSCmdlet -Parameter 'ImagePath' -Wildcard -PassError }
        foreach ($file in $files) {
            $result = $file
            if ($file -isnot [System.Management.Automation.ErrorRecord]) {
                $params['imagePath'] = $file
                $result = Invoke-SidecarRequest @request -Method 'image/getInfo' -Params $params -PassError
            }
            if ($result -is [System.Management.Automation.ErrorRecord]) {
                $problems += $result
                if ($result.Exception.Data['DismTs.Unusable']) {
                    break
                }
            } else {
                ConvertTo-DismTsObject -InputObject $result.images -TypeName $typeName -Image (Get-OperationResult -Params $params -LogPath $result.logPath)
            }
        }
        if ($problems) {
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord $problems
        }
    }
}
