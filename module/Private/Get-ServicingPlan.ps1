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
    foreach ($name in Get-NoteValue -InputObject $Result -Name 'removedPackages') {
        "What if: Removes $name"
    }
    foreach ($name in Get-NoteValue -InputObject $Result -Name 'removedDrivers') {
        "What if: Removes the driver package $name"
    }
    foreach ($path in Get-NoteValue -InputObject $Result -Name 'addedDrivers') {
        "What if: Adds the driver $path"
    }
    foreach ($path in Get-NoteValue -InputObject $Result -Name 'writtenFiles') {
        "What if: Writes $path"
    }
    foreach ($path in Get-NoteValue -InputObject $Result -Name 'removedFiles') {
        "What if: Removes $path"
    }
    foreach ($line in Get-NoteValue -InputObject $Result -Name 'addedLines') {
        "What if: Adds to $($line.path) the line: $($line.line)"
    }
    foreach ($line in Get-NoteValue -InputObject $Result -Name 'removedLines') {
        "What if: Removes from $($line.path) the line: $($line.line)"
    }
    if ((Get-NoteValue -InputObject $Result -Name 'changed') -eq $false) {
        'What if: Nothing would change'
    }
}
