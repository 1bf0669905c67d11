function Get-ImageParameter {
    <#
    .SYNOPSIS
    Gives what every request about one image takes: the common parameters of all commands, and which image is meant.
    .OUTPUTS
    A hash table; nothing where a path cannot be used, which is then reported.
    #>
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # Its bound parameters.
        [Parameter(Mandatory)]
        [System.Collections.IDictionary] $Bound
    )
    $common = @{}
    foreach ($name in 'LogPath', 'ScratchDirectory', 'LogLevel') {
        $common[$name] = $Bound[$name]
    }
    $params = Get-OperationParameter -Cmdlet $Cmdlet @common
    if ($null -eq $params) {
        return
    }
    if ($Cmdlet.ParameterSetName -eq 'Online') {
        if (-not $Bound['Online']) {
            $errorParameters = @{
                Message  = 'Cannot tell which image is meant: -Online is false and there is no -Path'
                HResult  = 0x80070057
                Symbol   = 'E_INVALIDARG'
                Category = 'InvalidArgument'
            }
            $Cmdlet.WriteError((New-DismTsErrorRecord @errorParameters))
            return
        }
        $params['online'] = $true
    } else {
        $params['path'] = Resolve-DismTsPath -Path $Bound['Path'] -Cmdlet $Cmdlet -Parameter 'Path'
        if ($null -eq $params['path']) {
            return
        }
    }
    if ($Bound['WindowsDirectory']) {
        $params['windowsDirectory'] = $Bound['WindowsDirectory']
    }
    return $params
}
