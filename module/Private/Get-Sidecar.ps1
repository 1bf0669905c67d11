function Get-Sidecar {
    <#
    .SYNOPSIS
    Gives the running sidecar of this runspace for an engine choice; starts one where there is none, or where it has ended.
    .OUTPUTS
    The sidecar, or an error record where none can be started.
    #>
    param(
        # Engine choice, as in -Engine.
        [Parameter(Mandatory)]
        [string] $Engine,

        # The command on whose behalf it may be started.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet
    )
    $sidecar = $script:sidecars[$Engine]
    if ($null -ne $sidecar -and $sidecar.Process.HasExited) {
        Stop-Sidecar -Sidecar $sidecar
        $sidecar = $null
    }
    if ($null -eq $sidecar) {
        return Start-Sidecar -Engine $Engine -Cmdlet $Cmdlet
    }
    return $sidecar
}
