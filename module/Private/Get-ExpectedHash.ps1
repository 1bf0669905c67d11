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
    $platformFolder = [System.IO.Path]::GetDirectoryName($Path)
    $sumsPath = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($platformFolder), 'SHA256SUMS')
    $entry = [System.IO.Path]::GetFileName($platformFolder) + '/' + [System.IO.Path]::GetFileName($Path)
    if ([System.IO.File]::Exists($sumsPath)) {
        foreach ($line in [System.IO.File]::ReadAllLines($sumsPath)) {
            if ($line -match '^([0-9A-Fa-f]{64}) [ *](.+)$' -and $Matches[2] -ceq $entry) {
                return $Matches[1]
            }
        }
    }
    $errorParameters = @{
        Message  = "Cannot start `"$Path`": `"$sumsPath`" has no line for $entry"
        Symbol   = 'DISMTS_E_SIDECAR_HASH'
        Target   = $Path
    }
    return New-DismTsErrorRecord @errorParameters -Unusable
}
