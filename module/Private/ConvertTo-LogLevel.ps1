function ConvertTo-LogLevel {
    <#
    .SYNOPSIS
    Gives the name of a log level that may be a number as dism.exe counts.
    #>
    param(
        # Errors, Warnings, WarningsInfo, Debug, or 1 to 4.
        [Parameter(Mandatory)]
        [string] $LogLevel
    )
    if ($LogLevel -match '^\d$') {
        return ('Errors', 'Warnings', 'WarningsInfo', 'Debug')[[int] $LogLevel - 1]
    }
    return $LogLevel
}
