function Get-DismTsWimBootEntry {
    <#
    .SYNOPSIS
    Lists the image files that files of a volume point into.
    .DESCRIPTION
    On a system of Windows 8.1 that was applied with -WIMBoot, files are pointers into image files. For each of these files there is an object with its path, the index
    of the image in it, and the number by which Update-DismTsWimBootEntry names it.

    Stands for Get-WIMBootEntry of the in-box module, with the same parameters.
    .EXAMPLE
    Get-DismTsWimBootEntry -Path C:\

    Lists the image files that files of the drive point into.
    .EXAMPLE
    Get-DismTsWimBootEntry -Path C:\ | Where-Object { -not (Test-Path -LiteralPath $_.ImagePath) }

    Lists those that are not where they should be.
    .INPUTS
    Objects with the property Path.
    .OUTPUTS
    DismTs.WimBootEntryObject, with DataSourceId, ImagePath, ImageIndex, Guid, WimType (OS or NotOS), Active and Suspended.
    .NOTES
    Native function: WofEnumEntries of wofutil.dll. Engine: Native. Windows 8.1. Needs elevation.
    .LINK
    Update-DismTsWimBootEntry
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [CmdletBinding(PositionalBinding = $false, HelpUri = 'https://learn.microsoft.com/powershell/module/dism/get-wimbootentry')]
    [OutputType('DismTs.WimBootEntryObject[]')]
    param(
        # Volume to look at.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Path,

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
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -PathName 'Path')) {
            return
        }
        $request = @{
            Method              = 'wimBoot/getEntries'
            Params              = $params
            Cmdlet              = $PSCmdlet
            Engine              = $Engine
            DismPath            = $DismPath
            Target              = $params['path']
            TimeoutMilliseconds = 1000L * $TimeoutSec
        }
        $result = Invoke-SidecarRequest @request
        if ($null -ne $result) {
            ConvertTo-DismTsObject -InputObject @($result.entries) -TypeName 'WimBootEntryObject' -Image $result
        }
    }
}
