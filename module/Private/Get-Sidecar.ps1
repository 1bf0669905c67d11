function Get-Sidecar {
    <#
    .SYNOPSIS
    Gives the running sidecar of this runspace for an engine choice and a DismApi.dll; starts one where there is none, or where it has ended.
    .OUTPUTS
    The sidecar, or an error record where none can be started.
    #>
    param(
        # Engine choice, as in -Engine.
        [Parameter(Mandatory)]
        [string] $Engine,

        # DismApi.dll of the native engine, or its folder, as in -DismPath.
        [string] $DismPath,

        # The command on whose behalf it may be started.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet
    )
    $start = @{ Key = $Engine; Engine = $Engine; Cmdlet = $Cmdlet }
    if ($DismPath) {
        $resolved = Resolve-DismTsPath -Path $DismPath -Cmdlet $Cmdlet -Parameter 'DismPath' -PassError
        if ($resolved -is [System.Management.Automation.ErrorRecord]) {
            $resolved.Exception.Data['DismTs.Unusable'] = $true
            return $resolved
        }
        $start['DismPath'] = $resolved
        $start['Key'] = "$Engine $resolved"
    }
    $sidecar = $script:sidecars[$start['Key']]
    if ($null -ne $sidecar -and $sidecar['Process'].HasExited) {
        Stop-Sidecar -Sidecar $sidecar
        $sidecar = $null
    }
    if ($null -eq $sidecar) {
        return Start-Sidecar @start
    }
    return $sidecar
}
