function Update-DismTsWimBootEntry {
    <#
    .SYNOPSIS
    Says where an image file has gone that files of a volume point into.
    .DESCRIPTION
    On a system of Windows 8.1 that was applied with -WIMBoot, files are pointers into image files. Once such a file has been moved or renamed, this command tells the
    volume where it is; a restart makes it take effect, and RestartNeeded of the result says so.

    -WhatIf checks that volume and file are there, and changes nothing.

    Stands for Update-WIMBootEntry of the in-box module, with the same parameters.
    .EXAMPLE
    Update-DismTsWimBootEntry -Path C:\ -DataSourceID 0 -ImagePath R:\images\install.wim

    Tells the drive that its image file is on another one now.
    .EXAMPLE
    Get-DismTsWimBootEntry -Path C:\ | Where-Object ImageIndex -EQ 1 | Update-DismTsWimBootEntry -Path C:\ -ImagePath R:\install.wim

    The same for the entry that points to the first image of its file.
    .INPUTS
    Objects with the properties Path, DataSourceID and ImagePath.
    .OUTPUTS
    DismTs.BaseDismObject, with RestartNeeded.
    .NOTES
    Native function: WofWimUpdateEntry of wofutil.dll. Engine: Native. Windows 8.1. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsWimBootEntry
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/update-wimbootentry')]
    [OutputType('DismTs.BaseDismObject[]')]
    param(
        # Volume whose files point into the image file.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Path,

        # Number of the entry, as Get-DismTsWimBootEntry gives it.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [long] $DataSourceID,

        # Where the image file is now.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $ImagePath,

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
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -PathName 'Path', 'ImagePath')) {
            return
        }
        # As text: JSON does not carry each number of 64 bits exactly.
        $params['dataSourceId'] = $DataSourceID.ToString([cultureinfo]::InvariantCulture)
        $change = @{
            Cmdlet             = $PSCmdlet
            Bound              = $PSBoundParameters
            Method             = 'wimBoot/updateEntry'
            Params             = $params
            Image              = $params['path']
            Action             = "Point entry $DataSourceID to $($params['imagePath'])"
            Target             = $params['imagePath']
            TypeName           = 'BaseDismObject'
            AdditionalProperty = 'RestartNeeded'
        }
        Invoke-ImageChange @change
    }
}
