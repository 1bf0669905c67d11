function Get-ProgressStatus {
    <#
    .SYNOPSIS
    Gives the text beside a progress bar: the phase, and of what is counted in bytes how much is done and how fast it goes.
    .OUTPUTS
    System.String, such as "Writing: 512 of 1,024 MB, 85 MB/s".
    #>
    param(
        # The value of a progress notification.
        [Parameter(Mandatory)]
        [psobject] $Progress
    )
    $unit = Get-NoteValue -InputObject $Progress -Name 'unit'
    if ($unit -ne 'bytes') {
        return $Progress.phase
    }
    # In one way on every machine: who reads the text in a log compares numbers.
    $culture = [cultureinfo]::InvariantCulture
    $done = ([Math]::Floor($Progress.current / 1MB)).ToString('N0', $culture)
    $text = '{0}: {1} MB' -f $Progress.phase, $done
    if ($Progress.total -gt 0) {
        $text = '{0}: {1} of {2} MB' -f $Progress.phase, $done, ([Math]::Ceiling($Progress.total / 1MB)).ToString('N0', $culture)
    }
    $speed = Get-NoteValue -InputObject $Progress -Name 'bytesPerSecond'
    if ($null -ne $speed) {
        $text += ', {0} MB/s' -f ($speed / 1MB).ToString($(if ($speed -lt 10MB) { 'N1' } else { 'N0' }), $culture)
    }
    return $text
}
