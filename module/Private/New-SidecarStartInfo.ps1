function New-SidecarStartInfo {
    <#
    .SYNOPSIS
    Says how a sidecar is started: with pipes, without a window, and without what the environment has for other Node.js programs.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Makes an object')]
    param(
        # Its arguments.
        [string[]] $Argument
    )
    # Windows PowerShell has no ArgumentList: quote as the C runtime reads it.
    $quoted = foreach ($one in $Argument) {
        '"{0}"' -f ($one -replace '(\\*)"', '$1$1\"' -replace '(\\+)$', '$1$1')
    }
    # In one cast: PowerShell compiles each assignment to a property by itself.
    $startInfo = [System.Diagnostics.ProcessStartInfo] @{
        Arguments              = $quoted -join ' '
        # Not the current folder: the sidecar would keep it busy, and it may be a mount.
        WorkingDirectory       = $script:moduleFolder
        UseShellExecute        = $false
        CreateNoWindow         = $true
        RedirectStandardInput  = $true
        RedirectStandardOutput = $true
        RedirectStandardError  = $true
    }
    # Node would obey NODE_OPTIONS, NODE_PATH, NODE_TLS_REJECT_UNAUTHORIZED and the like, which are meant for other programs.
    foreach ($name in @([System.Environment]::GetEnvironmentVariables().Keys) -like 'NODE_*') {
        $startInfo.EnvironmentVariables.Remove($name)
    }
    return $startInfo
}
