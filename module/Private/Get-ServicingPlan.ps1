function Get-ServicingPlan {
    <#
    .SYNOPSIS
    Lines for -WhatIf about what would be changed in an image: values and keys with what is there now, apps, drivers, and what waits for the first start.
    .OUTPUTS
    System.String
    #>
    param(
        # The answer.
        [Parameter(Mandatory)]
        [psobject] $Result
    )
    foreach ($change in @('changes', 'settings' | ForEach-Object { Get-NoteValue -InputObject $Result -Name $_ })) {
        if (-not $change.changed) {
            continue
        }
        $key = "$($change.hive)\$($change.key)"
        switch ($change.action) {
            'CreateKey' { "What if: Makes the key $key" }
            'RemoveKey' { "What if: Removes the key $key" }
            default {
                $name = '"{0}"' -f $change.name
                if ($change.name -eq '') {
                    $name = '(default)'
                }
                "What if: $key ${name}: $(Format-RegistryContent -Content $change.before) -> $(Format-RegistryContent -Content $change.after)"
            }
        }
    }
    foreach ($list in @('removedPackages', 'Removes'), @('removedDrivers', 'Removes the driver package'), @('addedDrivers', 'Adds the driver'), @('writtenFiles', 'Writes'), @('removedFiles', 'Removes')) {
        $member, $does = $list
        foreach ($name in Get-NoteValue -InputObject $Result -Name $member) {
            "What if: $does $name"
        }
    }
    foreach ($list in @('addedLines', 'Adds to'), @('removedLines', 'Removes from')) {
        $member, $does = $list
        foreach ($line in Get-NoteValue -InputObject $Result -Name $member) {
            "What if: $does $($line.path) the line: $($line.line)"
        }
    }
    if ((Get-NoteValue -InputObject $Result -Name 'changed') -eq $false) {
        'What if: Nothing would change'
    }
}
