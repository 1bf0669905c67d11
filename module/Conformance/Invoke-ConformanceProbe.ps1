function Invoke-ConformanceProbe {
    <#
    .SYNOPSIS
    Runs the executable as a probe of a DismApi.dll, after its hash was compared as before each start.
    .OUTPUTS
    How it ended, and the answers.
    #>
    param(
        # DismApi.dll or its folder. Default: that of Windows.
        [string] $DismPath
    )
    $arguments = @('--probe-dism')
    if ($DismPath) {
        $arguments += $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($DismPath)
    }
    $executable = Get-SidecarExecutable
    if ($executable -is [System.Management.Automation.ErrorRecord]) {
        return 'not tried: no executable for this machine'
    }
    $process = $null
    $opened = Open-SidecarExecutable -Path $executable
    try {
        $program = $opened
        if ($opened -isnot [System.Management.Automation.ErrorRecord]) {
            $program = Confirm-SidecarExecutable -Executable $opened
        }
        if ($program -is [System.Management.Automation.ErrorRecord]) {
            return 'not tried: the executable is not the one that the module was made with'
        }
        $startInfo = New-SidecarStartInfo -Argument $arguments
        $startInfo.FileName = $program
        $startInfo.StandardOutputEncoding = [System.Text.Encoding]::UTF8
        # The text of the last error is kept per thread.
        $startInfo.EnvironmentVariables['UV_THREADPOOL_SIZE'] = '1'
        $process = [System.Diagnostics.Process]::Start($startInfo)
        $process.StandardInput.Close()
        $output = $process.StandardOutput.ReadToEndAsync()
        $null = $process.StandardError.ReadToEndAsync()
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        while (-not $process.WaitForExit(100)) {
            if ($clock.Elapsed.TotalMinutes -gt 3) {
                return 'it did not end within three minutes'
            }
        }
        $answers = @()
        if ($output.Result) {
            $answers = @(ConvertFrom-Json -InputObject $output.Result)
        }
        $how = "exit code $($process.ExitCode)"
        # A crash.
        if ($process.ExitCode -lt 0 -or $process.ExitCode -gt 0xFFFF) {
            $how = 'exit code 0x{0:X8}' -f $process.ExitCode
        }
        return @($how, $answers)
    } finally {
        # Also on Ctrl+C.
        if ($opened -isnot [System.Management.Automation.ErrorRecord]) {
            $opened['Stream'].Dispose()
        }
        if ($process -and -not $process.HasExited) {
            $process.Kill()
        }
    }
}
