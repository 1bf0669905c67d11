function Test-ExecutePermission {
    <#
    .SYNOPSIS
    Tells whether anybody may execute the sidecar's executable, by its open file; true also where that cannot be asked.
    #>
    param(
        # What Open-SidecarExecutable gave.
        [Parameter(Mandatory)]
        [hashtable] $Executable
    )
    # .NET before 7 cannot; starting the file says then what to do.
    if ($PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows -or [System.Environment]::Version.Major -lt 7) {
        return $true
    }
    return ([int] [System.IO.File]::GetUnixFileMode($Executable['Stream'].SafeFileHandle) -band 73) -ne 0
}
