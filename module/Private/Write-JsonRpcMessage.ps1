function Write-JsonRpcMessage {
    <#
    .SYNOPSIS
    Writes one JSON-RPC message to a sidecar as a Content-Length frame; gives false, and sets its property Failure, when that fails.
    .DESCRIPTION
    No wait is longer than 100 ms, so that Ctrl+C gets through when the sidecar does not read.
    #>
    param(
        # What Start-Sidecar gave.
        [Parameter(Mandatory)]
        [hashtable] $Sidecar,

        # The message without its "jsonrpc" member.
        [Parameter(Mandatory)]
        [hashtable] $Message,

        # Give up after this time; 0: never.
        [int] $TimeoutMilliseconds = 0
    )
    $frame = ConvertTo-JsonRpcFrame -Message $Message
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    # Ctrl+C may have left a write under way; a frame may only follow when that is through.
    foreach ($step in 'finish', 'write', 'flush') {
        if ($step -eq 'write') {
            $Sidecar['WriteTask'], $Sidecar['WrittenId'] = $Sidecar['Input'].WriteAsync($frame, 0, $frame.Length), $Message['id']
        } elseif ($step -eq 'flush') {
            $Sidecar['WriteTask'] = $Sidecar['Input'].FlushAsync()
        } elseif ($null -eq $Sidecar['WriteTask']) {
            continue
        }
        # WaitAny, because Wait throws what the task failed with, and an error that is thrown gets into the caller's -ErrorVariable though it is caught.
        while ([System.Threading.Tasks.Task]::WaitAny($Sidecar['WriteTask'], 100) -lt 0) {
            if ($TimeoutMilliseconds -gt 0 -and $clock.ElapsedMilliseconds -gt $TimeoutMilliseconds) {
                $Sidecar['Failure'] = [System.TimeoutException]::new('The message was not read in time')
                return $false
            }
        }
        if ($Sidecar['WriteTask'].IsFaulted) {
            $Sidecar['Failure'] = $Sidecar['WriteTask'].Exception.GetBaseException()
            return $false
        }
    }
    return $true
}
