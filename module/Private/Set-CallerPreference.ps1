# Preference variables that the commands obey, with the common parameter that overrides each.
$script:callerPreferences = @(
    @('ErrorActionPreference', 'ErrorAction'),
    @('WarningPreference', 'WarningAction'),
    @('ProgressPreference', 'ProgressAction'),
    @('VerbosePreference', 'Verbose'),
    @('WhatIfPreference', 'WhatIf'),
    @('ConfirmPreference', 'Confirm')
)

function Set-CallerPreference {
    <#
    .SYNOPSIS
    Gives a command of this module, at its beginning, the preference variables of the script that called it.
    .DESCRIPTION
    A function of a module sees only global preference variables, not those that a script sets for itself or gets from -WhatIf.
    Compiled cmdlets do see them, and a script that is run with -WhatIf must not discard a mount.

    It also notes in the command's $pathGiven whether -Path is given on the command line: later one cannot tell that from a Path that came down the pipeline. And in
    $inboxCall whether the command was called by the name of the in-box one, see Enable-DismTsInboxName; that decides on results and errors.

    The first command that needs a sidecar, as those with -Engine do, has the hash of its executable begun here, where every command begins.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Sets variables of one call')]
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet
    )
    if ($script:sidecars.Count -eq 0 -and -not $SidecarCommand -and $null -ne $ExecutionContext.SessionState.PSVariable.GetValue('Engine')) {
        Open-EarlyExecutable -Cmdlet $Cmdlet
    }
    $bound = $Cmdlet.MyInvocation.BoundParameters
    & $script:cmdlets['Set-Variable'] -Name 'pathGiven' -Value $bound.ContainsKey('Path') -Scope 1 -WhatIf:$false -Confirm:$false
    # Import-Module -Prefix and copies of a function give other names, too: without the support for them there is no in-box name.
    $isInbox = $script:inboxTypes -and $Cmdlet.MyInvocation.MyCommand.Name -notlike '*DismTs*'
    & $script:cmdlets['Set-Variable'] -Name 'inboxCall' -Value ([bool] $isInbox) -Scope 1 -WhatIf:$false -Confirm:$false
    $callerVariables = $Cmdlet.SessionState.PSVariable
    $ownVariables = $ExecutionContext.SessionState.PSVariable
    foreach ($pair in $script:callerPreferences) {
        $preference, $parameter = $pair
        $value = $callerVariables.GetValue($preference)
        if ($null -ne $value -and $value -ne $ownVariables.GetValue($preference) -and -not $bound.ContainsKey($parameter)) {
            & $script:cmdlets['Set-Variable'] -Name $preference -Value $value -Scope 1 -WhatIf:$false -Confirm:$false
        }
    }
}
