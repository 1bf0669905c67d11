function Get-DismTsImageContent {
    <#
    .SYNOPSIS
    Lists the files and folders in an image of a WIM, ESD or SWM file, without mounting it.
    .DESCRIPTION
    Gives one line a path, as dism.exe /List-Image does: \ for the root, folders with a backslash at their end, parents before what is in them. A file with several
    hard links has a line for each of its names. Named streams have none.

    Stands for Get-WindowsImageContent of the in-box module, with the same parameters.
    .EXAMPLE
    Get-DismTsImageContent -ImagePath install.wim -Index 1 | Where-Object { $_ -like '*\drivers\*.sys' }

    Lists the drivers in an image.
    .EXAMPLE
    Get-DismTsImageContent -ImagePath install.wim -Name 'Windows 11 Pro' | Set-Content -Path pro.txt

    Writes the list of all paths into a file.
    .INPUTS
    Objects with the properties ImagePath and ImageIndex, as Get-DismTsImage gives.
    .OUTPUTS
    System.String
    .NOTES
    Native function: WIMApplyImage of wimgapi.dll with WIM_FLAG_NO_APPLY. Engines: Native, Portable.
    .LINK
    Copy-DismTsImageItem
    .LINK
    Get-DismTsImage
    #>
    [CmdletBinding(PositionalBinding = $false, DefaultParameterSetName = 'InputByFilePathAndIndex', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/get-windowsimagecontent')]
    [OutputType([string])]
    param(
        # File with the image.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('FullName', 'Image')]
        [string] $ImagePath,

        # Number of the image in the file; the first is 1.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndIndex', ValueFromPipelineByPropertyName)]
        [Alias('ImageIndex')]
        [ValidateRange(1, 2147483647)]
        [uint32] $Index,

        # Name of the image in the file.
        [Parameter(Mandatory, ParameterSetName = 'InputByFilePathAndName', ValueFromPipelineByPropertyName)]
        [string] $Name,

        # The parts of a split file, as a path with wildcards, such as D:\install*.swm. Default: those beside the first.
        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [string] $SplitImageFilePattern,

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
        $params = Get-OperationParameter -Cmdlet $PSCmdlet -LogPath $LogPath -ScratchDirectory $ScratchDirectory -LogLevel $LogLevel
        if ($null -eq $params) {
            return
        }
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -PathName 'ImagePath', 'SplitImageFilePattern')) {
            return
        }
        if ($PSCmdlet.ParameterSetName -like '*Index') {
            $params['imageIndex'] = $Index
            $image = $Index
        } else {
            $params['imageName'] = $Name
            $image = $Name
        }
        $request = @{
            Method              = 'imageFile/getContent'
            Params              = $params
            Cmdlet              = $PSCmdlet
            Engine              = $Engine
            DismPath            = $DismPath
            Target              = $params['imagePath']
            Activity            = 'List {0}:{1}' -f [System.IO.Path]::GetFileName($params['imagePath']), $image
            TimeoutMilliseconds = 1000L * $TimeoutSec
        }
        do {
            # A message holds only so many lines.
            $result = Invoke-SidecarRequest @request
            if ($null -eq $result) {
                return
            }
            $result.paths
            $params['first'] = $result.next
        } while ($null -ne $result.next)
    }
}
