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
    $Message['jsonrpc'] = '2.0'
    $json = & $script:cmdlets['ConvertTo-Json'] -InputObject $Message -Compress -Depth 8
    $length = [System.Text.Encoding]::UTF8.GetByteCount($json)
    # Half of a surrogate pair: UTF-8 would make another character of it. The sidecar refuses it as it is. Text of ASCII alone, which most is, has none. PowerShell
    # compiles a delegate of a script block each time it makes one, so none is made where nothing is to be replaced.
    $halfPair = '[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]'
    if ($length -ne $json.Length -and $json -cmatch $halfPair) {
        $json = [regex]::Replace($json, $halfPair, { param($half) '\u{0:x4}' -f [int] $half.Value[0] })
        $length = [System.Text.Encoding]::UTF8.GetByteCount($json)
    }
    $frame = [System.Text.Encoding]::UTF8.GetBytes("Content-Length: $length`r`n`r`n$json")

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
