function Read-JsonRpcMessage {
    <#
    .SYNOPSIS
    Reads the next message of a sidecar into its property Message; gives false when none came in time, or when its property Failure says why none will.
    .DESCRIPTION
    Ctrl+C may end this function between any two statements, and the clean-up after it goes on reading. So each change of state is one assignment:
    bytes are received, a frame is consumed and its message kept, or not.
    #>
    param(
        # What Start-Sidecar gave.
        [Parameter(Mandatory)]
        [hashtable] $Sidecar,

        # The longest single wait.
        [int] $WaitMilliseconds = 100
    )
    while ($true) {
        $available = $Sidecar['Length'] - $Sidecar['Start']
        if ($Sidecar['BodyStart'] -eq 0 -and $available -gt 0) {
            $headerLength = $available
            if ($headerLength -gt 1024) {
                $headerLength = 1024
            }
            $header = [System.Text.Encoding]::ASCII.GetString($Sidecar['Buffer'], $Sidecar['Start'], $headerLength)
            if ($header -match '(?s)^Content-.*?\r\n\r\n') {
                $header = $Matches[0]
                if ($header -notmatch '(?m)^Content-Length: *(\d{1,9})\r$' -or [int] $Matches[1] -gt $script:maxMessageBytes) {
                    $Sidecar['Failure'] = [System.IO.InvalidDataException]::new('It sent a message with a bad header')
                    return $false
                }
                $Sidecar['BodyLength'], $Sidecar['BodyStart'] = [int] $Matches[1], ($Sidecar['Start'] + $header.Length)
            } elseif ($available -ge 1024 -or -not 'Content-'.StartsWith($header.Substring(0, [Math]::Min($available, 8)), 'OrdinalIgnoreCase')) {
                $Sidecar['Failure'] = [System.IO.InvalidDataException]::new('What it sent is no message')
                return $false
            }
        }
        $next = $Sidecar['BodyStart'] + $Sidecar['BodyLength']
        if ($Sidecar['BodyStart'] -gt 0 -and $Sidecar['Length'] -ge $next) {
            $json = [System.Text.Encoding]::UTF8.GetString($Sidecar['Buffer'], $Sidecar['BodyStart'], $Sidecar['BodyLength'])
            $message = ConvertFrom-SidecarJson -Json $json
            if ($null -eq $message) {
                $Sidecar['Failure'] = [System.IO.InvalidDataException]::new('It sent a message that is no JSON object')
                return $false
            }
            if ($Sidecar['Length'] -eq $next) {
                $Sidecar['Message'], $Sidecar['BodyStart'], $Sidecar['BodyLength'], $Sidecar['Start'], $Sidecar['Length'] = $message, 0, 0, 0, 0
            } else {
                $Sidecar['Message'], $Sidecar['BodyStart'], $Sidecar['BodyLength'], $Sidecar['Start'] = $message, 0, 0, $next
            }
            return $true
        }
        if ($null -eq $Sidecar['ReadTask']) {
            # The rest of the frame, or the header of the next one.
            $needed = $next - $Sidecar['Start']
            if ($needed -lt $available + 1024) {
                $needed = $available + 1024
            }
            if ($needed -gt $Sidecar['Buffer'].Length - $Sidecar['Start']) {
                $buffer = [byte[]]::new([Math]::Max($needed, 65536))
                [Array]::Copy($Sidecar['Buffer'], $Sidecar['Start'], $buffer, 0, $available)
                $bodyStart = [Math]::Max(0, $Sidecar['BodyStart'] - $Sidecar['Start'])
                $Sidecar['Buffer'], $Sidecar['BodyStart'], $Sidecar['Start'], $Sidecar['Length'] = $buffer, $bodyStart, 0, $available
            }
            $Sidecar['ReadTask'] = $Sidecar['Output'].ReadAsync($Sidecar['Buffer'], $Sidecar['Length'], $Sidecar['Buffer'].Length - $Sidecar['Length'])
        }
        if ([System.Threading.Tasks.Task]::WaitAny($Sidecar['ReadTask'], $WaitMilliseconds) -lt 0) {
            return $false
        }
        if ($Sidecar['ReadTask'].IsFaulted) {
            $Sidecar['Failure'] = $Sidecar['ReadTask'].Exception.GetBaseException()
            return $false
        }
        if ($Sidecar['ReadTask'].Result -eq 0) {
            $Sidecar['Failure'] = [System.IO.EndOfStreamException]::new('It ended')
            return $false
        }
        $Sidecar['Length'], $Sidecar['ReadTask'] = ($Sidecar['Length'] + $Sidecar['ReadTask'].Result), $null
    }
}
