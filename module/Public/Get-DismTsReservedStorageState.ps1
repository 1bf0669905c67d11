function Get-DismTsReservedStorageState {
    <#
    .SYNOPSIS
    Tells whether the running Windows keeps storage free for updates.
    .DESCRIPTION
    Windows reserves some storage so that updates and temporary files find room. ReservedStorageState is Enabled or Disabled.

    Stands for Get-WindowsReservedStorageState of the in-box module, with the same parameters. It is about the running Windows, from Windows 10 version 2004
    on.
    .EXAMPLE
    Get-DismTsReservedStorageState

    Shows whether storage is reserved.
    .EXAMPLE
    (Get-DismTsReservedStorageState).ReservedStorageState -eq 'Enabled'

    Gives True where it is.
    .OUTPUTS
    DismTs.ReservedStorageStateObject
    .NOTES
    Native function: DismGetReservedStorageState. Engine: Native. Needs elevation.
    .LINK
    Set-DismTsReservedStorageState
    .LINK
    about_DismTs
    #>
    [CmdletBinding(PositionalBinding = $false, HelpUri = 'https://learn.microsoft.com/powershell/module/dism/get-windowsreservedstoragestate')]
    [OutputType('DismTs.ReservedStorageStateObject[]')]
    param(
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
        $request = @{ Method = 'reservedStorage/get'; Params = $params; Cmdlet = $PSCmdlet; Engine = $Engine; DismPath = $DismPath; Target = 'the running Windows' }
        $result = Invoke-SidecarRequest @request
        if ($null -ne $result) {
            ConvertTo-DismTsObject -InputObject $result -TypeName 'ReservedStorageStateObject'
        }
    }
}
