# Never ran on a real Windows: it follows the documentation of diskpart.exe.
# Documented: a script that starts sooner after another one may fail.
$script:conformanceDiskPartPause = 15
# Making a disk takes seconds.
$script:conformanceDiskPartSeconds = 120
$script:conformanceDiskPartEnded = $null

function Invoke-ConformanceDiskPart {
    <#
    .SYNOPSIS
    Runs a script with diskpart.exe, and says what went wrong; nothing where all of it was done.
    #>
    param(
        # The lines of the script.
        [Parameter(Mandatory)]
        [string[]] $Line,

        # The file to write it to, which does not exist yet; it is removed again.
        [Parameter(Mandatory)]
        [string] $ScriptPath
    )
    while ($script:conformanceDiskPartEnded -and $script:conformanceDiskPartEnded.Elapsed.TotalSeconds -lt $script:conformanceDiskPartPause) {
        [System.Threading.Thread]::Sleep(100)
    }
    $text = ($Line -join "`r`n") + "`r`n"
    $held = $process = $null
    $stream = [System.IO.FileStream]::new($ScriptPath, 'CreateNew', 'Write', 'None')
    try {
        $bytes = [System.Text.Encoding]::ASCII.GetBytes($text)
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Dispose()
        # As long as it is open nobody can write it: others may be allowed to write in this folder, and diskpart.exe is elevated.
        $held = [System.IO.FileStream]::new($ScriptPath, 'Open', 'Read', 'Read')
        $reader = [System.IO.StreamReader]::new($held, [System.Text.Encoding]::ASCII, $false, 1024, $true)
        if ($reader.ReadToEnd() -cne $text) {
            return 'its script was changed by somebody else'
        }
        $startInfo = New-SidecarStartInfo -Argument '/s', $ScriptPath
        $startInfo.FileName = Get-ConformanceDiskPart
        $process = [System.Diagnostics.Process]::Start($startInfo)
        $process.StandardInput.Close()
        $null = $process.StandardOutput.ReadToEndAsync()
        $null = $process.StandardError.ReadToEndAsync()
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        # Short, so that Ctrl+C gets through.
        while (-not $process.WaitForExit(100)) {
            if ($clock.Elapsed.TotalSeconds -gt $script:conformanceDiskPartSeconds) {
                return 'diskpart.exe does not end'
            }
        }
        if ($process.ExitCode) {
            return "diskpart.exe ended with $($process.ExitCode)"
        }
    } finally {
        # Also on Ctrl+C: what it has begun is undone best when it has ended.
        if ($process) {
            if (-not $process.WaitForExit(60000)) {
                $process.Kill()
            }
            $script:conformanceDiskPartEnded = [System.Diagnostics.Stopwatch]::StartNew()
        }
        foreach ($one in $held, $stream) {
            if ($one) {
                $one.Dispose()
            }
        }
        [System.IO.File]::Delete($ScriptPath)
    }
}
