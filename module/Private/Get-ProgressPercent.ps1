function Get-ProgressPercent {
    <#
    .SYNOPSIS
    Gives the percentage for a progress bar, 0 to 100; -1 while the total is unknown.
    #>
    param(
        # Steps or bytes done.
        [double] $Current,

        # Steps or bytes in all; 0 while unknown.
        [double] $Total
    )
    if ($Total -le 0) {
        return -1
    }
    return [int] [Math]::Max(0, [Math]::Min(100, [Math]::Floor(100 * $Current / $Total)))
}
