function Write-JsonRpcMessage {
    <#
    .SYNOPSIS
    Writes one JSON-RPC message to a sidecar as a Content-Length frame.
    .DESCRIPTION
    No wait is longer than 100 ms, so that Ctrl+C gets through when the sidecar does not read.
    #>
    param(
        # What Start-Sidecar gave.
        [Parameter(Mandatory)]
        [psobject] $Sidecar,

        # The message without its "jsonrpc" member.
        [Parameter(Mandatory)]
        [hashtable] $Message,

        # Give up after this time; 0: never.
        [int] $TimeoutMilliseconds = 0
    )
    if ($null -ne $Sidecar.WriteTask) {
        throw (New-Object -TypeName System.IO.IOException -ArgumentList 'The message before it was not read to its end')
    }
    $Message['jsonrpc'] = '2.0'
    $body = [System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $Message -Compress -Depth 8))
    $header = [System.Text.Encoding]::ASCII.GetBytes("Content-Length: $($body.Length)`r`n`r`n")
    $frame = New-Object -TypeName byte[] -ArgumentList ($header.Length + $body.Length)
    $header.CopyTo($frame, 0)
    $body.CopyTo($frame, $header.Length)

    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    # Stays set when the loop is left by Ctrl+C: then half a frame may be in the pipe, and no other may follow.
    $Sidecar.WriteTask = $Sidecar.Input.WriteAsync($frame, 0, $frame.Length)
    foreach ($step in 'write', 'flush') {
        while (-not $Sidecar.WriteTask.Wait(100)) {
            if ($TimeoutMilliseconds -gt 0 -and $clock.ElapsedMilliseconds -gt $TimeoutMilliseconds) {
                throw (New-Object -TypeName System.IO.IOException -ArgumentList 'The message was not read in time')
            }
        }
        if ($step -eq 'write') {
            $Sidecar.WriteTask = $Sidecar.Input.FlushAsync()
        }
    }
    $Sidecar.WriteTask = $null
}
