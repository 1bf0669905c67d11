function Update-SidecarErrorTail {
    <#
    .SYNOPSIS
    Takes what the sidecar wrote to stderr, and keeps the end of it for the error record of a lost sidecar.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Reads a pipe')]
    param(
        # What Start-Sidecar gave.
        [Parameter(Mandatory)]
        [hashtable] $Sidecar,

        # Wait for its end this long; 0: take only what is there.
        [int] $WaitMilliseconds = 0
    )
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        if ($null -eq $Sidecar['ErrorTask']) {
            $Sidecar['ErrorTask'] = $Sidecar['ErrorStream'].ReadAsync($Sidecar['ErrorBuffer'], 0, $Sidecar['ErrorBuffer'].Length)
        }
        $wait = [Math]::Max(0, [Math]::Min(100, $WaitMilliseconds - $clock.ElapsedMilliseconds))
        if ([System.Threading.Tasks.Task]::WaitAny($Sidecar['ErrorTask'], $wait) -lt 0) {
            if ($wait -eq 0) {
                return
            }
            continue
        }
        if ($Sidecar['ErrorTask'].IsFaulted -or $Sidecar['ErrorTask'].Result -eq 0) {
            return
        }
        $text = $Sidecar['ErrorTail'] + [System.Text.Encoding]::UTF8.GetString($Sidecar['ErrorBuffer'], 0, $Sidecar['ErrorTask'].Result)
        $Sidecar['ErrorTail'], $Sidecar['ErrorTask'] = $text.Substring([Math]::Max(0, $text.Length - 4096)), $null
    }
}
