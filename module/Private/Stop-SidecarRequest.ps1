function Stop-SidecarRequest {
    <#
    .SYNOPSIS
    Asks a sidecar to cancel a request and waits until it has cleaned up and answered; kills it when it does not in time.
    .DESCRIPTION
    The answer need not be that the request was cancelled: what was done by then, or cannot be cancelled, has its result.
    .OUTPUTS
    The answer; nothing where there was none.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Runs on Ctrl+C, where nothing can be asked')]
    param(
        # What Start-Sidecar gave.
        [Parameter(Mandatory)]
        [hashtable] $Sidecar,

        # The request.
        [Parameter(Mandatory)]
        [int] $Id,

        # How long to wait for the answer.
        [Parameter(Mandatory)]
        [int] $GraceMilliseconds
    )
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $answered = Test-SidecarResponse -Message $Sidecar['Message'] -Id $Id
    if (-not $answered -and $GraceMilliseconds -gt 0) {
        $null = Write-JsonRpcMessage -Sidecar $Sidecar -Message @{ method = '$/cancelRequest'; params = @{ id = $Id } } -TimeoutMilliseconds $GraceMilliseconds
    }
    while (-not $answered -and $null -eq $Sidecar['Failure'] -and $clock.ElapsedMilliseconds -lt $GraceMilliseconds) {
        $answered = (Read-JsonRpcMessage -Sidecar $Sidecar) -and (Test-SidecarResponse -Message $Sidecar['Message'] -Id $Id)
        Update-SidecarErrorTail -Sidecar $Sidecar
    }
    if ($answered) {
        return $Sidecar['Message']
    }
    Stop-Sidecar -Sidecar $Sidecar -Force
}
