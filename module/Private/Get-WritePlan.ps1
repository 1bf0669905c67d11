function Get-WritePlan {
    <#
    .SYNOPSIS
    Lines for -WhatIf about what would be read, what would be written, and how large at most.
    .OUTPUTS
    System.String
    #>
    param(
        # The answer.
        [Parameter(Mandatory)]
        [psobject] $Result
    )
    $plan = Get-NoteValue -InputObject $Result -Name 'plan'
    if ($null -eq $plan) {
        return
    }
    $culture = [cultureinfo]::InvariantCulture
    $files = if ($plan.files -eq 1) { 'file' } else { 'files' }
    $folders = if ($plan.directories -eq 1) { 'folder' } else { 'folders' }
    $megabytes = [Math]::Ceiling($plan.bytes / 1MB)
    $changes = @{ New = 'Makes'; Grown = 'Adds to'; Replaced = 'Replaces'; Filled = 'Fills' }
    if ($plan.files -eq 0 -and $plan.directories -eq 0 -and $plan.bytes -eq 0) {
        # Nothing is read: what the file says of its images is changed.
        $changes['Grown'] = 'Changes'
    } else {
        [string]::Format($culture, 'What if: Reads {0:N0} {1} and {2:N0} {3} with {4:N0} MB', $plan.files, $files, $plan.directories, $folders, $megabytes)
    }
    $before = Get-NoteValue -InputObject $Result -Name 'sizeBefore'
    # The parts of a split file may be hundreds: all but the last are of one size.
    $writes = @($plan.writes)
    $shown = if ($writes.Count -gt 6) { $writes[0..2] } else { $writes }
    foreach ($write in $shown) {
        $bytes = $write.maximumBytes
        $more = ''
        if ($write.change -eq 'Grown') {
            $bytes = [Math]::Max(0, $bytes - $before)
            $more = ' more'
        }
        $line = [string]::Format($culture, 'What if: {0} "{1}": at most {2:N0} MB{3}', $changes[$write.change], $write.path, [Math]::Ceiling($bytes / 1MB), $more)
        if ($null -ne $write.freeBytes) {
            $line += [string]::Format($culture, ', {0:N0} MB are free', [Math]::Floor($write.freeBytes / 1MB))
        }
        $line
    }
    if ($writes.Count -gt $shown.Count) {
        [string]::Format($culture, 'What if: {0} {1:N0} more, up to "{2}"', $changes[$writes[-1].change], $writes.Count - $shown.Count, $writes[-1].path)
    }
}
