function Get-ImageParameter {
    <#
    .SYNOPSIS
    Gives what every request about one image takes: the common parameters of all commands, and which image is meant.
    .DESCRIPTION
    Objects about the running Windows have an empty Path, and PowerShell binds it before Online. So an empty Path that came down the pipeline gives way to the
    Online of its object. One on the command line does not: there it is a mistake.
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
    $online = [bool] $Bound['Online']
    if (-not $online -and -not $Bound['Path'] -and -not $pathGiven -and $Cmdlet.MyInvocation.ExpectingInput) {
        $piped = Get-Variable -Name '_' -Scope 1 -ValueOnly
        $online = $null -ne $piped -and [bool] (Get-NoteValue -InputObject $piped -Name 'Online')
    }
    if ($online) {
        foreach ($name in 'WindowsDirectory', 'SystemDrive') {
            if ($Bound[$name]) {
                $message = "Cannot use -$name with -Online: it is about an offline image"
                Write-DismTsError -Cmdlet $Cmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $Bound[$name])
                return
            }
        }
        $params['online'] = $true
    } elseif ($Bound['Path']) {
        $params['path'] = Resolve-DismTsPath -Path $Bound['Path'] -Cmdlet $Cmdlet -Parameter 'Path'
        if ($null -eq $params['path']) {
            return
        }
    } else {
        $message = 'Cannot tell which image is meant: -Path is empty, and -Online is not given'
        Write-DismTsError -Cmdlet $Cmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message)
        return
    }
    foreach ($name in 'windowsDirectory', 'systemDrive') {
        if ($Bound[$name]) {
            $params[$name] = $Bound[$name]
        }
    }
    return $params
}
