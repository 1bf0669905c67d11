function Repair-DismTsImage {
    <#
    .SYNOPSIS
    Checks, scans, repairs or cleans up the component store of an image, the first three also without Windows.
    .DESCRIPTION
    -CheckHealth reads what earlier scans and failed operations have noted, and whether the parts of the store are there; it takes seconds. -ScanHealth compares
    every file of the component store with the digest that its manifest records. -RestoreHealth scans, and puts files with the recorded digests back: first from
    the image's own copies, then from each -Source in order. The digest decides, never the source: no file gets in that is not bit for bit the recorded one.

    ImageHealthState is Healthy, Repairable or NonRepairable. -Detailed tells what was found, file by file, what became of it, and what could not be checked; the
    log file of the operation has the same under the headings of CBS.log. What could not be checked is never called healthy: it is listed as NotChecked.

    A restore that lacks a source repairs all the rest. It gives the object, and then fails with CBS_E_SOURCE_MISSING (0x800F081F), as the in-box command does.
    An assignment does not get the object then; -OutVariable does.

    -StartComponentCleanup removes superseded components, which saves space; with -ResetBase also the way back from installed updates, with -Defer only what does
    not take long. It needs the native engine.

    The native engine asks DISM, which tells the state and no findings: then Findings is empty and Counts is null. The portable engine tells all.

    Ctrl+C cancels at any point; no file is ever half written, and the next restore goes on where this one ended. An image with pending operations, a registry
    that was not closed cleanly, or a read-only mount is refused before anything is written; a scan of it works. -WhatIf checks all that and the sources, and
    changes nothing. -CheckHealth and -ScanHealth never change the image.

    Stands for Repair-WindowsImage of the in-box module, with the same parameters, parameter sets and properties. Give exactly one of -CheckHealth, -ScanHealth,
    -RestoreHealth and -StartComponentCleanup.
    .EXAMPLE
    Repair-DismTsImage -Path /mnt/image -ScanHealth

    Reads the whole component store of a mounted image; ImageHealthState of the object tells whether something is damaged.
    .EXAMPLE
    (Repair-DismTsImage -Path C:\mnt -ScanHealth -Detailed).Findings | Where-Object State -EQ 'Found' | Format-Table Class, Component, File, Reason

    Shows what is damaged, file by file.
    .EXAMPLE
    Repair-DismTsImage -Path /mnt/image -RestoreHealth -Source WIM:/srv/iso/sources/install.wim:6, /mnt/other -LimitAccess

    Repairs with files from the sixth image of a WIM file, and from another mounted image for what that lacks. The image file is changed by Save-DismTsImage or
    Dismount-DismTsImage -Save.
    .EXAMPLE
    Get-DismTsImage -Mounted | Repair-DismTsImage -CheckHealth | Where-Object ImageHealthState -NE 'Healthy'

    Shows the mounted images that are known to be damaged.
    .EXAMPLE
    Repair-DismTsImage -Path C:\mnt -StartComponentCleanup -ResetBase

    Removes superseded components from the mounted image; its updates cannot be uninstalled any more.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.ImageObjectWithState. With -Detailed it also has Basis (markers or scan), Counts and Findings, a list of DismTs.HealthFinding.
    DismTs.ImageObject with -StartComponentCleanup.
    .NOTES
    Native functions: DismCheckImageHealth, DismRestoreImageHealth, _DismCleanImage. Engines: Native; Portable without -StartComponentCleanup. A restore needs to
    write all of the image, so elevation on Windows, and root where Windows files are owned by root.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Save-DismTsImage
    .LINK
    Get-DismTsPackage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/repair-windowsimage')]
    [OutputType('DismTs.ImageObjectWithState[]', 'DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows; only the Native engine on Windows can.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # Read what is known about the health of the image; takes seconds.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $CheckHealth,

        # Compare every file of the component store with what its manifest records.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $ScanHealth,

        # Scan, and repair what is damaged.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $RestoreHealth,

        # Where to look for intact files, in this order: folders (a mounted image, its Windows or WinSxS folder, a share), WIM:path:index or ESD:path:index.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string[]] $Source,

        # Do not ask Windows Update. The portable engine never does.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $LimitAccess,

        # Remove superseded components; needs the native engine.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $StartComponentCleanup,

        # With -StartComponentCleanup: make the installed updates permanent.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $ResetBase,

        # With -StartComponentCleanup: leave long work to the next maintenance.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $Defer,

        # Do not restart. DismTs never does; RestartNeeded of the object tells whether a restart is needed.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $NoRestart,

        # Give the findings and their counts too.
        [Parameter()]
        [switch] $Detailed,

        # Windows folder below the root of the image. Default: Windows.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $WindowsDirectory,

        # Drive of the boot manager, where it is not that of the image. The portable engine has no use for it.
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
        [string] $DismPath,

        # Cancel the operation after this many seconds; 0: never. What was repaired by then stays repaired.
        [Parameter()]
        [ValidateRange(0, 2147483647)]
        [int] $TimeoutSec = 0
    )
    begin {
        Set-CallerPreference -Cmdlet $PSCmdlet
    }
    process {
        $params = Get-ImageParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters
        if ($null -eq $params) {
            return
        }
        $image = Get-ImageTitle -Params $params
        if (@($CheckHealth, $ScanHealth, $RestoreHealth, $StartComponentCleanup | Where-Object { $_ }).Count -ne 1) {
            $message = "Cannot tell what to do with `"$image`": give exactly one of -CheckHealth, -ScanHealth, -RestoreHealth and -StartComponentCleanup"
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $image)
            return
        }
        if (($ResetBase -or $Defer) -and -not $StartComponentCleanup) {
            $message = "Cannot tell what to do with `"$image`": -ResetBase and -Defer need -StartComponentCleanup"
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $image)
            return
        }
        if ($Source -and -not $RestoreHealth) {
            $PSCmdlet.WriteWarning('-Source is not read: only -RestoreHealth has a use for it')
        }
        $change = @{ Cmdlet = $PSCmdlet; Bound = $PSBoundParameters; Params = $params; Image = $image }
        if ($StartComponentCleanup) {
            $change['Method'] = 'health/cleanComponents'
            $change['Action'] = 'Clean up components'
            if ($ResetBase) {
                $change['Action'] = 'Clean up components and make updates permanent'
            }
            $null = Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'ResetBase', 'Defer'
            Invoke-ImageChange @change
            return
        }
        if ($RestoreHealth) {
            if (-not (Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Name 'LimitAccess' -SourceName 'Source')) {
                return
            }
            $method = 'health/restore'
            $result = Invoke-ImageChange @change -Method $method -Action 'Restore health' -PassResult
        } else {
            $method = 'health/check'
            $activity = "Check health of $image"
            if ($ScanHealth) {
                $method = 'health/scan'
                $activity = "Scan $image"
            }
            $request = @{
                Method              = $method
                Params              = $params
                Cmdlet              = $PSCmdlet
                Engine              = $Engine
                DismPath            = $DismPath
                Target              = $image
                Activity            = $activity
                TimeoutMilliseconds = 1000L * $TimeoutSec
            }
            $result = Invoke-SidecarRequest @request
        }
        if ($null -eq $result) {
            return
        }
        $additional = @()
        if ($Detailed) {
            $additional = 'Basis', 'Counts', 'Findings'
        }
        ConvertTo-DismTsObject -InputObject $result -TypeName 'ImageObjectWithState' -AdditionalProperty $additional
        if ($null -ne $result.failure) {
            # What could be repaired is repaired all the same, so this stands beside the object.
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (ConvertTo-DismTsErrorRecord -ResponseError $result.failure -Method $method)
        }
    }
}
