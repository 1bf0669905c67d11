function Confirm-SidecarExecutable {
    <#
    .SYNOPSIS
    Compares the hash of an open executable with its line in bin/SHA256SUMS.
    .OUTPUTS
    The path by which just this open file is started, or an error record.
    #>
    param(
        # What Open-SidecarExecutable gave.
        [Parameter(Mandatory)]
        [hashtable] $Executable
    )
    if ($Executable['Expected'] -is [System.Management.Automation.ErrorRecord]) {
        return $Executable['Expected']
    }
    # Short waits, so that Ctrl+C gets through where the file is on a slow share. WaitAny throws nothing.
    while ([System.Threading.Tasks.Task]::WaitAny($Executable['CopyTask'], 100) -lt 0) {
        continue
    }
    if ($Executable['CopyTask'].IsFaulted) {
        $errorParameters = @{
            Message = "Cannot read `"$($Executable['Path'])`": $($Executable['CopyTask'].Exception.GetBaseException().Message)"
            Symbol  = 'DISMTS_E_SIDECAR_START'
            Target  = $Executable['Path']
            Hint    = 'The file cannot be read to its end: look at the disk or the share that it is on, or install DismTs again.'
        }
        return New-DismTsErrorRecord @errorParameters -Unusable
    }
    $Executable['Sink'].FlushFinalBlock()
    $actual = [System.BitConverter]::ToString($Executable['Hash'].Hash) -replace '-'
    if ($actual -ne $Executable['Expected']) {
        $errorParameters = @{
            Message = "Cannot start `"$($Executable['Path'])`": its SHA-256 is $actual, not $($Executable['Expected'])"
            Symbol  = 'DISMTS_E_SIDECAR_HASH'
            Target  = $Executable['Path']
        }
        return New-DismTsErrorRecord @errorParameters -Unusable
    }
    if (-not $Executable['MayExecute']) {
        $problem = Set-ExecutePermission -Executable $Executable
        if ($null -ne $problem) {
            return $problem
        }
    }
    return $Executable['Program']
}
