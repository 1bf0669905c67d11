function Add-PathParameter {
    <#
    .SYNOPSIS
    Adds the files or folders of a command's parameter to a request, where it was given.
    .OUTPUTS
    False where one of them cannot be used, which is then reported; else true.
    #>
    param(
        # Parameters of the request. They get the name in camelCase, for a list with an "s" behind it.
        [Parameter(Mandatory)]
        [hashtable] $Params,

        # The command's bound parameters.
        [Parameter(Mandatory)]
        [System.Collections.IDictionary] $Bound,

        # Name of the parameter.
        [Parameter(Mandatory)]
        [string] $Parameter,

        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet
    )
    $paths = @($Bound[$Parameter] | Where-Object { $_ })
    if (-not $paths) {
        return $true
    }
    $resolved = @(foreach ($path in $paths) { Resolve-DismTsPath -Path $path -Cmdlet $Cmdlet -Parameter $Parameter })
    if ($resolved.Count -lt $paths.Count) {
        return $false
    }
    $name = $Parameter.Substring(0, 1).ToLowerInvariant() + $Parameter.Substring(1)
    if ($Bound[$Parameter] -is [array]) {
        $Params["${name}s"] = $resolved
    } else {
        $Params[$name] = $resolved[0]
    }
    return $true
}
