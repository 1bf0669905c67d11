function New-DismTsCustomImage {
    <#
    .SYNOPSIS
    Captures what a WIMBoot installation has beside its install.wim into custom.wim.
    .DESCRIPTION
    On a system of Windows 8.1 that was applied with -WIMBoot, files are pointers into install.wim. This command captures what has been added to the installation
    since into custom.wim beside it, once, and makes pointers of those files, too.

    Ctrl+C cancels. -WhatIf checks that the folder is there, and changes nothing.

    Stands for New-WindowsCustomImage of the in-box module, with the same parameters.
    .EXAMPLE
    New-DismTsCustomImage -CapturePath D:\

    Captures what was added to the installation on the drive.
    .EXAMPLE
    New-DismTsCustomImage -CapturePath D:\ -ConfigFilePath D:\WimScript.ini -CheckIntegrity -Verify

    The same without what the list leaves out, with an integrity table, and read back.
    .INPUTS
    Objects with the property CapturePath.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native function: WIMProcessCustomImage of wimgapi.dll. Engine: Native. Windows 8.1. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    New-DismTsImage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/new-windowscustomimage')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the installation.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $CapturePath,

        # A WimScript.ini: what is left out and what is not compressed.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $ConfigFilePath,

        # Give the file an integrity table, which tells later whether it was damaged on its way.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $CheckIntegrity,

        # Read back what was written, and compare it.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $Verify,

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
        if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'CheckIntegrity', 'Verify' -PathName 'CapturePath', 'ConfigFilePath')) {
            return
        }
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'imageFile/captureCustom'
            Params = $params
            Image  = $params['capturePath']
            Action = 'Capture custom image'
        }
        Invoke-ImageChange @change
    }
}
