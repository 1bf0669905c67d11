function ConvertTo-LogEntry {
    <#
    .SYNOPSIS
    Makes output objects of the entries of a log.
    .DESCRIPTION
    A function of its own beside ConvertTo-DismTsObject, because a log has tens of thousands of entries.
    #>
    param(
        # The entries, as they came over the wire.
        [Parameter(Mandatory)]
        [AllowEmptyCollection()]
        [object[]] $Entry
    )
    Add-CountMember -TypeName 'LogEntry'
    $culture = [cultureinfo]::InvariantCulture
    $style = [System.Globalization.DateTimeStyles]::RoundtripKind
    foreach ($one in $Entry) {
        $time = $one.time
        if ($time -is [string]) {
            $time = [datetime]::Parse($time, $culture, $style)
        }
        if ($null -ne $time) {
            $time = $time.ToLocalTime()
        }
        $processId, $threadId, $hresult, $hex = $null, $null, $null, ''
        if ($null -ne $one.processId) {
            $processId = [uint32] $one.processId
        }
        if ($null -ne $one.threadId) {
            $threadId = [uint32] $one.threadId
        }
        if ($null -ne $one.hresult) {
            $hresult = [int] $one.hresult
            $hex = '0x{0:X8}' -f $hresult
        }
        [pscustomobject] @{
            PSTypeName = 'DismTs.LogEntry'
            Time       = $time
            Level      = [string] $one.level
            Source     = [string] $one.source
            Provider   = [string] $one.provider
            ProcessId  = $processId
            ThreadId   = $threadId
            Message    = [string] $one.message
            HResult    = $hresult
            HResultHex = $hex
            LogPath    = [string] $one.logPath
            LineNumber = [long] $one.lineNumber
        }
    }
}
