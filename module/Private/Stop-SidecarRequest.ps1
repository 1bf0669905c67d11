function Stop-SidecarRequest {
    <#
    .SYNOPSIS
    Asks a sidecar to cancel a request and waits until it has cleaned up and answered; kills it when it does not in time.
    .OUTPUTS
    True when it answered.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Runs on Ctrl+C, where nothing can be asked')]
    param(
        # What Start-Sidecar gave.
        [Parameter(Mandatory)]
        [psobject] $Sidecar,

        # The request.
        [Parameter(Mandatory)]
        [int] $Id,

        # How long to wait for the answer.
        [Parameter(Mandatory)]
        [int] $GraceMilliseconds
    )
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        if (-not (Test-SidecarResponse -Message $Sidecar.Message -Id $Id)) {
            if ($GraceMilliseconds -gt 0) {
                Write-JsonRpcMessage -Sidecar $Sidecar -Message @{ method = '$/cancelRequest'; params = @{ id = $Id } } -TimeoutMilliseconds 1000
            }
            do {
                $received = Read-JsonRpcMessage -Sidecar $Sidecar -WaitMilliseconds ([Math]::Min(100, $GraceMilliseconds))
                $answered = $received -and (Test-SidecarResponse -Message $Sidecar.Message -Id $Id)
                Update-SidecarErrorTail -Sidecar $Sidecar
            } until ($answered -or $clock.ElapsedMilliseconds -ge $GraceMilliseconds)
            if (-not $answered) {
                Stop-Sidecar -Sidecar $Sidecar -Force
                return $false
            }
        }
        return $true
    } catch {
        Stop-Sidecar -Sidecar $Sidecar -Force
        return $false
    }
}
