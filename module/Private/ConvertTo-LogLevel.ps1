function ConvertTo-LogLevel {
    <#
    .SYNOPSIS
    Gives the name of a log level that may be a number: as dism.exe counts from 1, under an in-box name as the in-box enumeration does from 0.
    #>
    param(
        # Errors, Warnings, WarningsInfo, Debug, or 0 to 4. What is beyond an end is that end.
        [Parameter(Mandatory)]
        [string] $LogLevel
    )
    if ($LogLevel -match '^\d$') {
        $first = 1
        if ($inboxCall) {
            $first = 0
        }
        return ('Errors', 'Warnings', 'WarningsInfo', 'Debug')[[Math]::Min(3, [Math]::Max(0, [int] $LogLevel - $first))]
    }
    return $LogLevel
}
