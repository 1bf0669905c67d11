function Write-ChangePlan {
    <#
    .SYNOPSIS
    Says for -WhatIf what would be written and how large at most, where the answer of a dry run has that.
    #>
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # The answer.
        [Parameter(Mandatory)]
        [psobject] $Result
    )
    $plan = Get-NoteValue -InputObject $Result -Name 'plan'
    if ($null -eq $plan) {
        return
    }
    $culture = [cultureinfo]::InvariantCulture
    $lines = @([string]::Format($culture, 'What if: Reads {0:N0} files and {1:N0} folders with {2:N0} MB', $plan.files, $plan.directories, [Math]::Ceiling($plan.bytes / 1MB)))
    $changes = @{ New = 'Makes'; Grown = 'Adds to'; Replaced = 'Replaces'; Filled = 'Fills' }
    foreach ($write in $plan.writes) {
        $line = [string]::Format($culture, 'What if: {0} "{1}": at most {2:N0} MB', $changes[$write.change], $write.path, [Math]::Ceiling($write.maximumBytes / 1MB))
        if ($null -ne $write.freeBytes) {
            $line += [string]::Format($culture, ', {0:N0} MB are free', [Math]::Floor($write.freeBytes / 1MB))
        }
        $lines += $line
    }
    # As what -WhatIf says itself these lines are no output; but a script can have them (6>).
    foreach ($line in $lines) {
        $Cmdlet.WriteInformation([System.Management.Automation.HostInformationMessage] @{ Message = $line }, [string[]] @('PSHOST'))
    }
}
