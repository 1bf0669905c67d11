function Open-SidecarExecutable {
    <#
    .SYNOPSIS
    Opens the sidecar's executable and begins to compute its hash; Confirm-SidecarExecutable says whether it may be started.
    .DESCRIPTION
    The file is hashed and started by one open file, so what is started is what was hashed, whatever becomes of the name in between.
    The hash is computed before each start. Length and time of a file prove nothing: who changes the file sets them as before.

    Another thread computes it, so that what else a start needs can be done meanwhile.
    .OUTPUTS
    A hash table whose Stream the caller has to dispose of, or an error record.
    #>
    param(
        # The executable.
        [Parameter(Mandatory)]
        [string] $Path
    )
    $stream = $null
    try {
        # As long as it is open, nobody can write, rename or delete it on Windows.
        $stream = [System.IO.File]::OpenRead($Path)
        $hash = [System.Security.Cryptography.SHA256]::Create()
        $sink = [System.Security.Cryptography.CryptoStream]::new([System.IO.Stream]::Null, $hash, 'Write')
        $opened = @{
            Path     = $Path
            Stream   = $stream
            Hash     = $hash
            Sink     = $sink
            CopyTask = $stream.CopyToAsync($sink, 1MB)
        }
        # Nothing is left to be done after the hash but to compare it.
        $opened['Expected'] = Get-ExpectedHash -Path $Path
        $handle = $stream.SafeFileHandle
        # Windows has no such permission, and .NET before 7 cannot tell: there the start of the file says what to do.
        $opened['MayExecute'] = $PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows -or [System.Environment]::Version.Major -lt 7 -or
            "$([System.IO.File]::GetUnixFileMode($handle))" -like '*Execute*'
        $opened['Program'] = $Path
        # On Windows such a folder would be one of the current drive, which anybody may have made.
        if ($PSVersionTable.PSEdition -ne 'Desktop' -and $IsLinux -and [System.IO.Directory]::Exists('/proc/self/fd')) {
            # The kernel opens this very file again, also when its name belongs to another one by now.
            $opened['Program'] = "/proc/self/fd/$($handle.DangerousGetHandle())"
        }
        return $opened
    } catch {
        if ($null -ne $stream) {
            $stream.Dispose()
        }
        $errorParameters = @{
            Message  = "Cannot read `"$Path`": $($_.Exception.GetBaseException().Message)"
            Symbol   = 'DISMTS_E_SIDECAR_START'
            Target   = $Path
            Hint     = 'Its hash is computed before it is started: see that this account may read the file, and that no other program has it open for writing.'
        }
        return New-DismTsErrorRecord @errorParameters -Unusable
    }
}
