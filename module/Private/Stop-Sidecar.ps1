function Stop-Sidecar {
    <#
    .SYNOPSIS
    Ends a sidecar: closes its stdin, on which it ends by itself, and kills it when it does not.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Stops a process of the module itself')]
    param(
        # What Start-Sidecar gave.
        [Parameter(Mandatory)]
        [hashtable] $Sidecar,

        # Kill it at once.
        [switch] $Force
    )
    if ($script:sidecars[$Sidecar['Key']] -eq $Sidecar) {
        $script:sidecars.Remove($Sidecar['Key'])
    }
    $process = $Sidecar['Process']
    try {
        if (-not $Force) {
            $Sidecar['Input'].Close()
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            while (-not $process.WaitForExit(100) -and $clock.ElapsedMilliseconds -lt 5000) {
                continue
            }
        }
        if (-not $process.HasExited) {
            $process.Kill()
            $null = $process.WaitForExit(2000)
        }
    } catch {
        # It ended between the question and the kill, or its pipe was broken already.
        Write-Debug -Message "Stopping the sidecar: $_"
    } finally {
        $process.Dispose()
    }
}
