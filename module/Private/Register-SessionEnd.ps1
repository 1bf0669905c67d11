# Subscription to the end of the session, once there was a sidecar.
$script:exitSubscription = $null

function Register-SessionEnd {
    <#
    .SYNOPSIS
    Has the sidecars of this runspace stopped when its session ends.
    .DESCRIPTION
    OnRemove of the module does not run when PowerShell itself ends. A sidecar ends when its stdin closes too, as when PowerShell is killed.
    #>
    param()
    if ($null -ne $script:exitSubscription) {
        return
    }
    $stopSidecars = {
        # PowerShell runs this text in a module of its own, from which the state of this one is reached by its name only.
        Get-Module -Name DismTs -All | ForEach-Object { & $_ { Stop-AllSidecar } }
    }
    # Register-EngineEvent gives nothing back by which a hidden subscription could be removed.
    $script:exitSubscription = $ExecutionContext.Events.SubscribeEvent($null, $null, 'PowerShell.Exiting', $null, $stopSidecars, $true, $false)
}
