function Get-EarlyExecutable {
    <#
    .SYNOPSIS
    Gives what Open-EarlyExecutable opened for a command, once; the caller disposes of it then.
    .DESCRIPTION
    Only to that very command, and only while it is fresh: a command may wait long for its pipeline, and a hash is to be that of the file as it is now.
    .OUTPUTS
    What Open-SidecarExecutable gave; nothing where it has to be called anew.
    #>
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet
    )
    $early = $script:earlyExecutable
    if ($null -eq $early) {
        return
    }
    if ($early['Cmdlet'] -ne $Cmdlet -or $early['Clock'].ElapsedMilliseconds -gt 2000) {
        Close-EarlyExecutable
        return
    }
    $script:earlyExecutable = $null
    return $early['Opened']
}
