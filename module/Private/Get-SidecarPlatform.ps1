function Get-SidecarPlatform {
    <#
    .SYNOPSIS
    Names the folder of the executable that fits this machine, such as linux-x64.
    .DESCRIPTION
    What counts is the machine, not the process: a 32-bit Windows PowerShell, or one under emulation, still starts the native executable.
    #>
    param()
    # $IsWindows does not exist in Windows PowerShell.
    if ($PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows) {
        $platform = 'win32'
        # The registry names the machine even to an emulated 64-bit process; a 32-bit one has it in PROCESSOR_ARCHITEW6432 too.
        $key = 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
        $architecture = [Microsoft.Win32.Registry]::GetValue($key, 'PROCESSOR_ARCHITECTURE', $null)
        if (-not $architecture) {
            $architecture = $env:PROCESSOR_ARCHITEW6432
        }
        if (-not $architecture) {
            $architecture = $env:PROCESSOR_ARCHITECTURE
        }
    } else {
        $platform = 'linux'
        if ($IsMacOS) {
            $platform = 'darwin'
        }
        $architecture = [System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture
    }
    $name = "$architecture".ToLowerInvariant()
    if ($name -eq 'amd64') {
        $name = 'x64'
    }
    return "$platform-$name"
}
