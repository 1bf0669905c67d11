function Get-ExpectedHash {
    <#
    .SYNOPSIS
    Gives the SHA-256 that bin/SHA256SUMS has for an executable.
    .OUTPUTS
    The hash in hexadecimal digits, or an error record where there is none.
    #>
    param(
        # The executable.
        [Parameter(Mandatory)]
        [string] $Path
    )
    # Operators take less time than methods here: PowerShell compiles the first call of each method.
    $null = $Path -match '^(?<bin>.*[/\\])(?<platform>[^/\\]+)[/\\](?<name>[^/\\]+)$'
    $sumsPath, $entry = "$($Matches['bin'])SHA256SUMS", "$($Matches['platform'])/$($Matches['name'])"
    $line = "(?m)^([0-9A-Fa-f]{64}) [ *]$($entry -replace '\.', '\.')\r?$"
    if ([System.IO.File]::Exists($sumsPath) -and [System.IO.File]::ReadAllText($sumsPath) -cmatch $line) {
        return $Matches[1]
    }
    $errorParameters = @{
        Message  = "Cannot start `"$Path`": `"$sumsPath`" has no line for $entry"
        Symbol   = 'DISMTS_E_SIDECAR_HASH'
        Target   = $Path
    }
    return New-DismTsErrorRecord @errorParameters -Unusable
}
