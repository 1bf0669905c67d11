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
    $path = $Executable['Path']
    $platformFolder = [System.IO.Path]::GetDirectoryName($path)
    $sumsPath = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($platformFolder), 'SHA256SUMS')
    $entry = [System.IO.Path]::GetFileName($platformFolder) + '/' + [System.IO.Path]::GetFileName($path)
    $errorParameters = @{
        Symbol   = 'DISMTS_E_SIDECAR_HASH'
        Target   = $path
    }
    $expected = $null
    if ([System.IO.File]::Exists($sumsPath)) {
        foreach ($line in [System.IO.File]::ReadAllLines($sumsPath)) {
            if ($line -match '^([0-9A-Fa-f]{64}) [ *](.+)$' -and $Matches[2] -ceq $entry) {
                $expected = $Matches[1]
            }
        }
    }
    if (-not $expected) {
        return New-DismTsErrorRecord @errorParameters -Message "Cannot start `"$path`": `"$sumsPath`" has no line for $entry" -Unusable
    }
    # Short waits, so that Ctrl+C gets through where the file is on a slow share. WaitAny throws nothing.
    while ([System.Threading.Tasks.Task]::WaitAny($Executable['CopyTask'], 100) -lt 0) {
        continue
    }
    if ($Executable['CopyTask'].IsFaulted) {
        $reason = $Executable['CopyTask'].Exception.GetBaseException()
        $errorParameters['HResult'] = 0x80004005
        $errorParameters['Symbol'] = 'DISMTS_E_SIDECAR_START'
        $errorParameters['Category'] = 'ReadError'
        $errorParameters['Hint'] = 'The file cannot be read to its end: look at the disk or the share that it is on, or install DismTs again.'
        return New-DismTsErrorRecord @errorParameters -Message "Cannot read `"$path`": $($reason.Message)" -Unusable
    }
    $Executable['Sink'].FlushFinalBlock()
    $actual = [System.BitConverter]::ToString($Executable['Hash'].Hash).Replace('-', '')
    if ($actual -ne $expected) {
        return New-DismTsErrorRecord @errorParameters -Message "Cannot start `"$path`": its SHA-256 is $actual, not $expected" -Unusable
    }
    if (-not (Test-ExecutePermission -Executable $Executable)) {
        $problem = Set-ExecutePermission -Executable $Executable
        if ($null -ne $problem) {
            return $problem
        }
    }
    # On Windows such a folder would be one of the current drive, which anybody may have made.
    if ($PSVersionTable.PSEdition -ne 'Desktop' -and $IsLinux -and [System.IO.Directory]::Exists('/proc/self/fd')) {
        # The kernel opens this very file again, also when its name belongs to another one by now.
        return "/proc/self/fd/$($Executable['Stream'].SafeFileHandle.DangerousGetHandle())"
    }
    return $path
}
