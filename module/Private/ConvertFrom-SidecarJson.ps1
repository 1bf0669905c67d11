# What ConvertFrom-Json is told here, once it was called.
$script:jsonOptions = $null

function ConvertFrom-SidecarJson {
    <#
    .SYNOPSIS
    Parses one message of the sidecar; gives nothing when it is no JSON object.
    #>
    param(
        # JSON text of the message.
        [Parameter(Mandatory)]
        [AllowEmptyString()]
        [string] $Json
    )
    if ($null -eq $script:jsonOptions) {
        $script:jsonOptions = @{}
        # PowerShell 7 makes a date of every string that looks like one, also of an image's name; 7.5 can be told not to.
        if ($script:cmdlets['ConvertFrom-Json'] -isnot [string] -and $script:cmdlets['ConvertFrom-Json'].ImplementingType.GetProperty('DateKind')) {
            $script:jsonOptions = @{ DateKind = 'String' }
        }
    }
    $options = $script:jsonOptions
    $message = $null
    try {
        $message = & $script:cmdlets['ConvertFrom-Json'] -InputObject $Json -ErrorAction Stop @options
    } catch {
        return $null
    }
    if ($message -is [System.Management.Automation.PSCustomObject]) {
        return $message
    }
}
