function Save-DismTsImage {
    <#
    .SYNOPSIS
    Writes the changes of a mounted image into its file and keeps it mounted.
    .DESCRIPTION
    The file holds either the old or the new image at every moment: a crash, a full disk or Ctrl+C leave the old one, and the changes stay in the mount.

    -WhatIf checks that the mount can be saved, and changes nothing.

    Stands for Save-WindowsImage of the in-box module, with the same parameters and properties.
    .EXAMPLE
    Save-DismTsImage -Path C:\mnt

    Writes the changes and keeps the mount; the object shows the image that now holds them.
    .EXAMPLE
    Save-DismTsImage -Path /mnt/image -Append -CheckIntegrity

    Adds the changed image to the file as a new image, and gives the file an integrity table. ImageIndex of the object is that of the new image.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.ImageObject. It also has ImageIndex, the image that now holds the changes.
    .NOTES
    Native function: DismCommitImage. Engines: Native, Portable. Needs the rights that the mount was made with.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Dismount-DismTsImage
    #>
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/save-windowsimage')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Folder of the mount.
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [string] $Path,

        # Add the changed image to the file as a new image; the mounted one stays as it was.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $Append,

        # Write an integrity table, also where the file had none.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $CheckIntegrity,

        # Keep extended attributes of the image.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $SupportEa,

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
        $params = Get-OperationParameter -Cmdlet $PSCmdlet -LogPath $LogPath -ScratchDirectory $ScratchDirectory -LogLevel $LogLevel
        $mountPath = Resolve-DismTsPath -Path $Path -Cmdlet $PSCmdlet -Parameter 'Path'
        if ($null -eq $params -or $null -eq $mountPath) {
            return
        }
        $params['mountPath'] = $mountPath
        if ($MountId) {
            $params['mountId'] = $MountId
        }
        foreach ($switchName in 'Append', 'CheckIntegrity', 'SupportEa') {
            if ($PSBoundParameters[$switchName]) {
                $params[$switchName.Substring(0, 1).ToLowerInvariant() + $switchName.Substring(1)] = $true
            }
        }
        $action = 'Save changes into the image'
        if ($Append) {
            $action = 'Save changes as a new image'
        }
        if (-not $PSCmdlet.ShouldProcess($mountPath, $action)) {
            if (-not $WhatIfPreference) {
                return
            }
            $params['validateOnly'] = $true
        }
        $request = @{
            Method              = 'image/commit'
            Params              = $params
            Cmdlet              = $PSCmdlet
            Engine              = $Engine
            DismPath            = $DismPath
            Activity            = "Save $mountPath"
            TimeoutMilliseconds = 1000L * $TimeoutSec
        }
        $result = Invoke-SidecarRequest @request
        if ($null -eq $result -or $params['validateOnly']) {
            return
        }
        if ($result.restartNeeded) {
            $PSCmdlet.WriteWarning('A restart of Windows is needed to complete the change; DismTs does not restart it')
        }
        ConvertTo-DismTsObject -InputObject $result -TypeName 'ImageObject' -AdditionalProperty 'ImageIndex'
    }
}
