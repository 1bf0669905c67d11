function ConvertTo-JsonRpcFrame {
    <#
    .SYNOPSIS
    Makes the Content-Length frame of one JSON-RPC message.
    .OUTPUTS
    Its bytes, as one object.
    #>
    param(
        # The message without its "jsonrpc" member.
        [Parameter(Mandatory)]
        [hashtable] $Message
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
    return , [System.Text.Encoding]::UTF8.GetBytes("Content-Length: $length`r`n`r`n$json")
}
