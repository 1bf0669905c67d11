function Get-ConformanceDiskObstacle {
    <#
    .SYNOPSIS
    Says why diskpart.exe cannot be run here; nothing where it can.
    #>
    param()
    if (-not (Get-SidecarPlatform).StartsWith('win32')) {
        return 'this is not Windows'
    }
    if (-not [System.IO.File]::Exists((Get-ConformanceDiskPart))) {
        return 'diskpart.exe is not here'
    }
    $user = [System.Security.Principal.WindowsPrincipal]::new([System.Security.Principal.WindowsIdentity]::GetCurrent())
    if (-not $user.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)) {
        return 'not elevated'
    }
}
