function Clear-DismTsMountPoint {
    <#
    .SYNOPSIS
    Removes what is left of mounts that cannot be brought back.
    .DESCRIPTION
    Only mounts whose status is Invalid are removed, with their staged changes. Mounts that are Ok or need a remount are left alone.

    -Confirm asks first and names them; -WhatIf names them and changes nothing.

    Stands for Clear-WindowsCorruptMountPoint of the in-box module, by whose name it also answers: Clear-DismTsCorruptMountPoint.
    .EXAMPLE
    Clear-DismTsMountPoint

    Removes what is left of invalid mounts, and lists it in the property Removed.
    .EXAMPLE
    (Clear-DismTsMountPoint).Removed.Count

    Removes them and tells how many there were.
    .OUTPUTS
    DismTs.BaseDismObject. It also has Removed: the mounts that were removed, as DismTs.MountedImageInfoObject.
    .NOTES
    Native function: DismCleanupMountpoints. Engines: Native, Portable. Needs elevation on Windows; elsewhere it sees the mounts of the user who runs it.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Dismount-DismTsImage
    #>
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/clear-windowscorruptmountpoint')]
    [Alias('Clear-DismTsCorruptMountPoint')]
    [OutputType('DismTs.BaseDismObject[]')]
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
        $listed = Invoke-SidecarRequest -Method 'image/listMounted' -Params $params -Cmdlet $PSCmdlet -Engine $Engine -DismPath $DismPath
        if ($null -eq $listed) {
            return
        }
        $invalid = @($listed.mounts | Where-Object { $_.mountStatus -eq 'Invalid' } | ForEach-Object { $_.path })
        $target = 'No mount is invalid'
        if ($invalid) {
            $target = $invalid -join ', '
        }
        $nothingToLose = $invalid.Count -eq 0 -and -not $WhatIfPreference
        if (-not ($nothingToLose -or $PSCmdlet.ShouldProcess($target, 'Remove invalid mounts with their staged changes'))) {
            if (-not $WhatIfPreference) {
                return
            }
            $params['validateOnly'] = $true
        }
        $result = Invoke-SidecarRequest -Method 'image/cleanupMountPoints' -Params $params -Cmdlet $PSCmdlet -Engine $Engine -DismPath $DismPath -Activity 'Clear mount points'
        if ($null -eq $result -or $params['validateOnly']) {
            return
        }
        $used = Get-OperationResult -Params $params -LogPath $result.logPath
        $removed = @($result.removed | ForEach-Object { ConvertTo-DismTsObject -InputObject $_ -TypeName 'MountedImageInfoObject' -Image $used })
        $object = ConvertTo-DismTsObject -InputObject $used -TypeName 'BaseDismObject'
        $object.PSObject.Properties.Add((New-Object -TypeName System.Management.Automation.PSNoteProperty -ArgumentList 'Removed', $removed))
        $object
    }
}
