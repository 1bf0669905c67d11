function Invoke-ImageChange {
    <#
    .SYNOPSIS
    Changes something: asks ShouldProcess, sends the request, warns of a restart, and gives the result.
    .DESCRIPTION
    -WhatIf sends the request all the same, with the order to check and to change nothing; then it gives nothing, but says what would be
    written where the answer has it. A needed restart is warned of once a command,
    however many requests it sends.

    To be called by the command itself: it takes -Engine, -DismPath and -TimeoutSec from the bound parameters, and keeps a note in the command's scope.
    .OUTPUTS
    An object of the type, or with -PassResult the result as it came over the wire; nothing where nothing was changed.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'It asks on behalf of the command, which has the attribute')]
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # Its bound parameters.
        [Parameter(Mandatory)]
        [System.Collections.IDictionary] $Bound,

        # Name of the method, such as package/add.
        [Parameter(Mandatory)]
        [string] $Method,

        # Parameters of the request.
        [Parameter(Mandatory)]
        [hashtable] $Params,

        # What is changed, such as the image: what ShouldProcess names as target.
        [Parameter(Mandatory)]
        [string] $Image,

        # What is done to it, such as "Add package C:\a.cab"; also over the progress bar.
        [Parameter(Mandatory)]
        [string] $Action,

        # The file or name that it is done with, for an error that names none. Default: the image.
        [string] $Target,

        # Name of the type to give, without "DismTs.".
        [string] $TypeName = 'ImageObject',

        # Properties that the object gets beside those of the type.
        [string[]] $AdditionalProperty = @(),

        # Have everything looked at first that can be, so that its warnings come before something is changed.
        [switch] $CheckFirst,

        # Give the result as it is.
        [switch] $PassResult,

        # Give the result of -WhatIf, too: it has what would have been changed.
        [switch] $PassPlan
    )
    if (-not $Target) {
        $Target = $Image
    }
    $Params = $Params.Clone()
    if (-not $Cmdlet.ShouldProcess($Image, $Action)) {
        if (-not $WhatIfPreference) {
            return
        }
        $Params['validateOnly'] = $true
    }
    $request = @{
        Method              = $Method
        Params              = $Params
        Cmdlet              = $Cmdlet
        Target              = $Target
        Activity            = "${Action}: $Image"
        TimeoutMilliseconds = 1000L * $Bound['TimeoutSec']
    }
    foreach ($name in 'Engine', 'DismPath') {
        if ($Bound[$name]) {
            $request[$name] = $Bound[$name]
        }
    }
    if ($CheckFirst -and -not $Params['validateOnly']) {
        $check = $request.Clone()
        $check['Params'] = $Params.Clone()
        $check['Params']['validateOnly'] = $true
        $checked = Invoke-SidecarRequest @check
        if ($null -eq $checked) {
            return
        }
        $request['KnownWarning'] = $checked.warnings
    }
    $result = Invoke-SidecarRequest @request
    if ($null -eq $result) {
        return
    }
    if ($Params['validateOnly'] -and -not $PassPlan) {
        Write-ChangePlan -Cmdlet $Cmdlet -Result $result
        return
    }
    if ($result.restartNeeded -and -not (Get-Variable -Name 'restartWarned' -Scope 1 -ValueOnly -ErrorAction Ignore)) {
        Set-Variable -Name 'restartWarned' -Value $true -Scope 1 -WhatIf:$false -Confirm:$false
        $Cmdlet.WriteWarning('A restart of Windows is needed to complete the change; DismTs does not restart it')
    }
    if ($PassResult) {
        return $result
    }
    ConvertTo-DismTsObject -InputObject $result -TypeName $TypeName -AdditionalProperty $AdditionalProperty
}
