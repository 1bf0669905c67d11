function Dismount-DismTsImage {
    <#
    .SYNOPSIS
    Dismounts an image, after writing its changes into the file or dropping them.
    .DESCRIPTION
    -Save writes the changes first and dismounts when they are in the file. -Discard drops them; the file stays bit for bit as it was. When programs hold files
    below the folder, nothing is dismounted and the error names them.

    Like the in-box command it does not ask: whoever gives -Discard has decided, and a question would hold up a script that nobody watches. -Confirm asks.
    -WhatIf checks that the mount can be dismounted, and changes nothing.

    Stands for Dismount-WindowsImage of the in-box module, with the same parameters, parameter sets and properties.
    .EXAMPLE
    Dismount-DismTsImage -Path C:\mnt -Save

    Writes the changes into the file and dismounts.
    .EXAMPLE
    Dismount-DismTsImage -Path /mnt/image -Discard -Confirm

    Drops the changes and dismounts, after asking.
    .EXAMPLE
    Get-DismTsImage -Mounted | Dismount-DismTsImage -Discard

    Dismounts everything. A mount that cannot be dismounted is an error; the others still are.
    .EXAMPLE
    $mount = Mount-DismTsImage -ImagePath install.wim -Index 1 -Path C:\mnt; $mount | Dismount-DismTsImage -Discard

    Dismounts just the mount that was made: one that another script has made in the same folder meanwhile is left alone, and is an error.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.BaseDismObject. It also has Path: the folder that was dismounted.
    .NOTES
    Native function: DismUnmountImage. Engines: Native, Portable. Needs the rights that the mount was made with.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Save-DismTsImage
    .LINK
    Clear-DismTsMountPoint
    #>
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/dismount-windowsimage')]
    [OutputType('DismTs.BaseDismObject[]')]
    param(
        # Folder of the mount.
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [string] $Path,

        # Drop all changes since the mount or the last save.
        [Parameter(Mandatory, ParameterSetName = 'DismountDiscard', ValueFromPipelineByPropertyName)]
        [switch] $Discard,

        # Write the changes into the file first.
        [Parameter(Mandatory, ParameterSetName = 'DismountSave', ValueFromPipelineByPropertyName)]
        [switch] $Save,

        # Add the changed image to the file as a new image; the mounted one stays as it was.
        [Parameter(ParameterSetName = 'DismountSave', ValueFromPipelineByPropertyName)]
        [switch] $Append,

        # Write an integrity table, also where the file had none.
        [Parameter(ParameterSetName = 'DismountSave', ValueFromPipelineByPropertyName)]
        [switch] $CheckIntegrity,

        # Identity of the mount, as Mount-DismTsImage and Get-DismTsImage -Mounted give it: where another mount is at the folder by now, the command fails and
        # changes nothing. It comes down the pipeline with the mount.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $MountId,

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
        if (-not $Save -and -not $Discard) {
            # One of them is bound, as $false, which says what is not to be done only.
            $message = "Cannot tell what becomes of the changes in `"$Path`": give -Save or -Discard, and not as `$false"
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $Path)
            return
        }
        $params = Get-OperationParameter -Cmdlet $PSCmdlet -LogPath $LogPath -ScratchDirectory $ScratchDirectory -LogLevel $LogLevel
        $mountPath = Resolve-DismTsPath -Path $Path -Cmdlet $PSCmdlet -Parameter 'Path'
        if ($null -eq $params -or $null -eq $mountPath) {
            return
        }
        $params['mountPath'] = $mountPath
        if ($MountId) {
            $params['mountId'] = $MountId
        }
        $params['commit'] = $Save.IsPresent
        foreach ($switchName in 'Append', 'CheckIntegrity') {
            if ($PSBoundParameters[$switchName]) {
                $params[$switchName.Substring(0, 1).ToLowerInvariant() + $switchName.Substring(1)] = $true
            }
        }
        $action = 'Save changes and dismount image'
        if ($Discard) {
            $action = 'Discard changes and dismount image'
        }
        if (-not $PSCmdlet.ShouldProcess($mountPath, $action)) {
            if (-not $WhatIfPreference) {
                return
            }
            $params['validateOnly'] = $true
        }
        $request = @{
            Method              = 'image/unmount'
            Params              = $params
            Cmdlet              = $PSCmdlet
            Engine              = $Engine
            DismPath            = $DismPath
            Activity            = "Dismount $mountPath"
            TimeoutMilliseconds = 1000L * $TimeoutSec
        }
        $result = Invoke-SidecarRequest @request
        if ($null -eq $result -or $params['validateOnly']) {
            return
        }
        ConvertTo-DismTsObject -InputObject $result -TypeName 'BaseDismObject' -AdditionalProperty 'Path'
    }
}
