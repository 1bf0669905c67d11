function Start-DismTsOSUninstall {
    <#
    .SYNOPSIS
    Goes back to the Windows that was there before the last upgrade, at the next restart.
    .DESCRIPTION
    The upgraded Windows is removed, with what was installed since. It works only for some days after an upgrade, while the previous Windows is still kept.
    It happens when Windows restarts; this command does not restart it.

    It asks before it does so, the only command of DismTs that does. -Confirm:$false answers in scripts that nobody watches. -WhatIf checks what can be
    checked, and changes nothing.

    Stands for Start-OSUninstall of the in-box module, with the same parameters and parameter sets. That restarts Windows at once without -NoRestart.
    .EXAMPLE
    Start-DismTsOSUninstall -Online

    Asks, and lets the next restart go back to the previous Windows.
    .EXAMPLE
    Start-DismTsOSUninstall -Online -Confirm:$false | ConvertTo-DismTsExitCode

    Does so without asking, and gives the exit code 3010, which makes Intune or ConfigMgr restart Windows.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.BaseDismObject. It also has RestartNeeded.
    .NOTES
    Native function: _DismInitiateOSUninstall. Engine: Native. Needs elevation.
    Automation: a prompt comes by default, because the installed Windows is lost; -Confirm:$false prevents it. Without it a script that nobody watches
    fails.
    .LINK
    ConvertTo-DismTsExitCode
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'High', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/start-osuninstall')]
    [OutputType('DismTs.BaseDismObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # Do not restart. DismTs never does; RestartNeeded of the object tells whether a restart is needed.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $NoRestart,

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
        $change = @{
            Cmdlet     = $PSCmdlet
            Bound      = $PSBoundParameters
            Method     = 'osUninstall/start'
            Params     = $params
            Image      = Get-ImageTitle -Params $params
            Action     = 'Remove this Windows and go back to the previous one at the next restart'
            PassResult = $true
        }
        $result = Invoke-ImageChange @change
        if ($null -ne $result) {
            ConvertTo-DismTsObject -InputObject $result -TypeName 'BaseDismObject' -AdditionalProperty 'RestartNeeded'
        }
    }
}
