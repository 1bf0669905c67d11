# PowerShell 7 makes a date of every string that looks like one, also of an image's name; 7.5 can be told not to.
$script:jsonOptions = @{}
if ((Get-Command -Name ConvertFrom-Json -CommandType Cmdlet).Parameters.ContainsKey('DateKind')) {
    $script:jsonOptions = @{ DateKind = 'String' }
}

function ConvertFrom-SidecarJson {
    <#
    .SYNOPSIS
    Parses one message of the sidecar.
    #>
    param(
        # JSON text of the message.
        [Parameter(Mandatory)]
        [AllowEmptyString()]
        [string] $Json
    )
    $options = $script:jsonOptions
    try {
        $message = ConvertFrom-Json -InputObject $Json -ErrorAction Stop @options
    } catch {
        throw (New-Object -TypeName System.IO.InvalidDataException -ArgumentList 'It sent a message that is no JSON')
    }
    if ($message -isnot [System.Management.Automation.PSCustomObject]) {
        throw (New-Object -TypeName System.IO.InvalidDataException -ArgumentList 'It sent a message that is no object')
    }
    return $message
}
