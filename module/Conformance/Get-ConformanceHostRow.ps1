function Get-ConformanceHostRow {
    <#
    .SYNOPSIS
    Says of what kind the PowerShell is that asks: what the other answers hold for.
    #>
    param()
    $windows = (Get-SidecarPlatform).StartsWith('win32')
    $packaged = $system = 'not tried: this is not Windows'
    if ($windows) {
        $packaged = $system = 'no'
        if ([System.Diagnostics.Process]::GetCurrentProcess().MainModule.FileName -like '*\WindowsApps\*') {
            $packaged = 'yes'
        }
        if ([System.Security.Principal.WindowsIdentity]::GetCurrent().IsSystem) {
            $system = 'yes'
        }
    }
    $remote = 'no'
    if ($Host.Name -eq 'ServerRemoteHost') {
        $remote = 'yes'
    }
    $answers = [ordered] @{
        'Bits of this PowerShell'                     = "$(8 * [IntPtr]::Size)"
        'This PowerShell is packaged (from the Store)' = $packaged
        'This PowerShell runs as SYSTEM'              = $system
        'This PowerShell is reached by WinRM'         = $remote
    }
    foreach ($question in $answers.Keys) {
        New-ConformanceRow -Question $question -Expected 'the other answers hold for such a host' -Seen $answers[$question] -Open
    }
}
