$script:conformanceManifest = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($script:moduleFolder), 'DismTs.psd1')
# A host of the Store may take minutes.
$script:conformanceHostSeconds = 300

function Invoke-ConformanceHost {
    <#
    .SYNOPSIS
    Runs the script of Get-ConformanceOtherHostRow in another PowerShell, and gives what that has seen.
    #>
    param(
        # Its program.
        [Parameter(Mandatory)]
        [string] $Program,

        # The script.
        [Parameter(Mandatory)]
        [string] $Script,

        # Engine and DismPath.
        [Parameter(Mandatory)]
        [hashtable] $Choice,

        # As SYSTEM, by a scheduled task that is removed afterwards.
        [switch] $AsSystem
    )
    $answer = "$Script.$([guid]::NewGuid().ToString('N')).txt"
    $given = @('-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', $Script, $script:conformanceManifest, $answer, $Choice['Engine'])
    if ($Choice['DismPath']) {
        $given += $Choice['DismPath']
    }
    $startInfo = New-SidecarStartInfo -Argument $given
    $task = "DismTs-Conformance-$([guid]::NewGuid().ToString('N'))"
    $process = $registered = $null
    try {
        if ($AsSystem) {
            $action = New-ScheduledTaskAction -Execute $Program -Argument $startInfo.Arguments
            $registered = Register-ScheduledTask -TaskName $task -Action $action -User 'SYSTEM' -RunLevel Highest -ErrorAction Stop
            Start-ScheduledTask -TaskName $task -ErrorAction Stop
        } else {
            $startInfo.FileName = $Program
            $process = [System.Diagnostics.Process]::Start($startInfo)
            $process.StandardInput.Close()
            $null = $process.StandardOutput.ReadToEndAsync()
            $null = $process.StandardError.ReadToEndAsync()
        }
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        while (-not [System.IO.File]::Exists($answer)) {
            if (($process -and $process.WaitForExit(100) -and -not [System.IO.File]::Exists($answer)) -or $clock.Elapsed.TotalSeconds -gt $script:conformanceHostSeconds) {
                return 'no answer'
            }
            # Short, so that Ctrl+C gets through.
            Start-Sleep -Milliseconds 100
        }
        return [System.IO.File]::ReadAllText($answer)
    } catch {
        return 'not tried: it cannot be started (0x{0:X8})' -f $_.Exception.HResult
    } finally {
        # Also on Ctrl+C.
        if ($registered) {
            Unregister-ScheduledTask -TaskName $task -Confirm:$false -ErrorAction SilentlyContinue
        }
        if ($process -and -not $process.HasExited) {
            $process.Kill()
        }
    }
}
