function Set-DismTsReservedStorageState {
    <#
    .SYNOPSIS
    Makes the running Windows keep storage free for updates, or stop doing so.
    .DESCRIPTION
    It fails while the reserved storage is in use, as during an update; try again later then.

    -WhatIf checks what can be checked, and changes nothing.

    Stands for Set-WindowsReservedStorageState of the in-box module, with the same parameters. It is about the running Windows, from Windows 10 version 2004
    on.
    .EXAMPLE
    Set-DismTsReservedStorageState -State Disabled

    Gives the reserved storage back, and shows the new state.
    .EXAMPLE
    Get-DismTsReservedStorageState | Where-Object ReservedStorageState -EQ 'Disabled' | Set-DismTsReservedStorageState -State Enabled

    Reserves storage where none is reserved.
    .INPUTS
    Objects with a property State.
    .OUTPUTS
    DismTs.ReservedStorageStateObject
    .NOTES
    Native function: DismSetReservedStorageState. Engine: Native. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsReservedStorageState
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/set-windowsreservedstoragestate')]
    [OutputType('DismTs.ReservedStorageStateObject[]')]
    param(
        # The state that it shall have.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [ValidateSet('Disabled', 'Enabled')]
        [string] $State,

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
        $params = Get-OperationParameter -Cmdlet $PSCmdlet -LogPath $LogPath -ScratchDirectory $ScratchDirectory -LogLevel $LogLevel
        if ($null -eq $params) {
            return
        }
        $params['state'] = $State
        $action = 'Disable reserved storage'
        if ($State -eq 'Enabled') {
            $action = 'Enable reserved storage'
        }
        $change = @{
            Cmdlet   = $PSCmdlet
            Bound    = $PSBoundParameters
            Method   = 'reservedStorage/set'
            Params   = $params
            Image    = 'the running Windows'
            Action   = $action
            TypeName = 'ReservedStorageStateObject'
        }
        Invoke-ImageChange @change
    }
}
