function Add-RequestParameter {
    <#
    .SYNOPSIS
    Takes parameters of a command over into those of its request, where they are called the same in camelCase. Those that are not given are left out.
    .OUTPUTS
    True; false where a path cannot be used, which is then reported.
    #>
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # Its bound parameters.
        [Parameter(Mandatory)]
        [System.Collections.IDictionary] $Bound,

        # Parameters of the request.
        [Parameter(Mandatory)]
        [hashtable] $Params,

        # Names of switches and strings.
        [string[]] $Name = @(),

        # Names of paths.
        [string[]] $PathName = @(),

        # Name of the list of sources, which the request calls sources.
        [string] $SourceName
    )
    foreach ($parameter in $Name | Where-Object { $Bound[$_] }) {
        $value = $Bound[$parameter]
        if ($value -is [switch]) {
            $value = $true
        }
        $Params[$parameter.Substring(0, 1).ToLowerInvariant() + $parameter.Substring(1)] = $value
    }
    foreach ($parameter in $PathName) {
        if (-not (Add-PathParameter -Params $Params -Bound $Bound -Parameter $parameter -Cmdlet $Cmdlet)) {
            return $false
        }
    }
    if ($SourceName) {
        $given = @($Bound[$SourceName] | Where-Object { $_ })
        $sources = @($given | ForEach-Object { Resolve-RepairSource -Source $_ -Cmdlet $Cmdlet })
        if ($sources.Count -lt $given.Count) {
            return $false
        }
        if ($sources) {
            $Params['sources'] = $sources
        }
    }
    return $true
}
