# Preference variables that the commands obey, with the common parameter that overrides each.
$script:callerPreferences = @{
    ErrorActionPreference = 'ErrorAction'
    WarningPreference     = 'WarningAction'
    ProgressPreference    = 'ProgressAction'
    VerbosePreference     = 'Verbose'
    WhatIfPreference      = 'WhatIf'
    ConfirmPreference     = 'Confirm'
}
# Whether -Path is given on the command line although objects come down the pipeline; commands set one of their own.
$script:pathGiven = $false

function Set-CallerPreference {
    <#
    .SYNOPSIS
    Gives a command of this module, at its beginning, the preference variables of the script that called it.
    .DESCRIPTION
    A function of a module sees only global preference variables, not those that a script sets for itself or gets from -WhatIf.
    Compiled cmdlets do see them, and a script that is run with -WhatIf must not discard a mount.

    It also notes in the command's $pathGiven whether -Path is given on the command line where objects come down the pipeline: later one cannot tell that from a Path
    of theirs. And in $inboxCall whether the command was called by the name of the in-box one, see Enable-DismTsInboxName; that decides on results and errors.

    The first command that needs a sidecar, as those with -Engine do, has the hash of its executable begun here, where every command begins.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Sets variables of one call')]
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet
    )
    $ownVariables = $ExecutionContext.SessionState.PSVariable
    if ($script:sidecars.Count -eq 0 -and -not $SidecarCommand -and $null -ne $ownVariables.GetValue('Engine')) {
        Open-EarlyExecutable -Cmdlet $Cmdlet
    }
    $call = $Cmdlet.MyInvocation
    $bound = $call.BoundParameters
    $ofCommand = @{ Scope = 1; WhatIf = $false; Confirm = $false }
    $callerVariables = $Cmdlet.SessionState.PSVariable
    # Most are as they are wanted, and Set-Variable takes its time.
    foreach ($preference in $script:callerPreferences.Keys) {
        $value = $callerVariables.GetValue($preference)
        if ($value -ne $ownVariables.GetValue($preference) -and -not $bound.ContainsKey($script:callerPreferences[$preference])) {
            & $script:cmdlets['Set-Variable'] -Name $preference -Value $value @ofCommand
        }
    }
    $given = $call.ExpectingInput -and $bound.ContainsKey('Path')
    if ($given -ne $pathGiven) {
        & $script:cmdlets['Set-Variable'] -Name 'pathGiven' -Value $given @ofCommand
    }
    # Import-Module -Prefix and copies of a function give other names, too: without the support for them there is no in-box name.
    $byInboxName = $script:inboxTypes -and $call.MyCommand.Name -notlike '*DismTs*'
    if ($byInboxName -ne $inboxCall) {
        & $script:cmdlets['Set-Variable'] -Name 'inboxCall' -Value $byInboxName @ofCommand
    }
}
