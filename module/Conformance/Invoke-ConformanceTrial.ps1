function Invoke-ConformanceTrial {
    <#
    .SYNOPSIS
    Makes one step of a trial, and the line about it, with those of what is compared after it.
    .DESCRIPTION
    A step uses what Get-ConformanceTrialRow, which calls this, has in its variables.
    #>
    param(
        # The step.
        [Parameter(Mandatory)]
        [hashtable] $Trial
    )
    if ($Trial['NeedsWindows'] -and $Memory['Unserviceable']) {
        $seen = $Memory['Unserviceable']
    } elseif ($Trial['NeedsDisk'] -and $Memory['NoDisk']) {
        $seen = $Memory['NoDisk']
    } else {
        try {
            $given = & $Trial['Step']
            # An object has paths in it: of one that was to be refused it is said only that it came.
            $seen = 'done'
            if ($given -is [string] -or $given -is [System.ValueType]) {
                $seen = "$given"
            }
        } catch {
            $seen = '0x{0:X8}' -f $_.Exception.HResult
        }
    }
    New-ConformanceRow -Question $Trial['Question'] -Expected $Trial['Expected'] -Seen $seen -Open:([bool] $Trial['Open'])
    if ($Trial['ThenCompare']) {
        & $Trial['ThenCompare']
    }
}
