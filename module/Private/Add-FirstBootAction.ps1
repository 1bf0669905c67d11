function Add-FirstBootAction {
    <#
    .SYNOPSIS
    Has Windows add a package, a feature or a capability when it is set up, and gives an object that says what waits.
    .OUTPUTS
    DismTs.FirstBootActionObject
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'They are handed on')]
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # Its bound parameters.
        [Parameter(Mandatory)]
        [System.Collections.IDictionary] $Bound,

        # Parameters of the request that the command would send otherwise.
        [Parameter(Mandatory)]
        [hashtable] $Params,

        # Package, Feature or Capability.
        [Parameter(Mandatory)]
        [string] $Kind,

        # The file or name.
        [Parameter(Mandatory)]
        [string] $Target
    )
    $image = @{ kind = $Kind }
    foreach ($name in 'path', 'windowsDirectory', 'systemDrive', 'logPath', 'logLevel', 'scratchDirectory') {
        if ($Params.ContainsKey($name)) {
            $image[$name] = $Params[$name]
        }
    }
    if ($Params['online']) {
        $message = 'Cannot use -AtFirstBoot with -Online: it is about an image that has not been started yet'
        Write-DismTsError -Cmdlet $Cmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $Target)
        return
    }
    # What dism.exe is to be told at the first start is the name alone.
    foreach ($name in 'ignoreCheck', 'preventPending', 'packageName', 'limitAccess', 'sources') {
        if ($Params.ContainsKey($name)) {
            $message = "Cannot use -AtFirstBoot with a parameter that is not kept for it ($name)"
            Write-DismTsError -Cmdlet $Cmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $Target)
            return
        }
    }
    if ($Kind -eq 'Package') {
        $image['packagePath'] = $Target
    } else {
        $image['name'] = $Target
    }
    if ($Params['all']) {
        $image['all'] = $true
    }
    $request = @{
        Cmdlet = $Cmdlet
        Bound  = $Bound
        Method = 'firstBoot/add'
        Params = $image
        Image  = Get-ImageTitle -Params $image
        Action = "Have Windows add $Target when it is set up"
        Target = $Target
    }
    $result = Invoke-ImageChange @request -PassResult
    if ($null -ne $result) {
        $leaf = $Target.Substring($Target.LastIndexOfAny('/\') + 1)
        # A name that no script can keep has become another one; what was added last stands last.
        $item = @($result.items | Where-Object { $_.kind -eq $Kind -and $_.name -eq $leaf }) + @($result.items)[-1] | Select-Object -First 1
        ConvertTo-DismTsObject -InputObject $item -TypeName 'FirstBootActionObject' -Image $result
    }
}
