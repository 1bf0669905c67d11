function Set-NameParameter {
    <#
    .SYNOPSIS
    Narrows a request for a list to a name: the sidecar looks for an exact one, and wildcards are matched here against everything that it gives.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Changes a hash table of its caller')]
    param(
        # Parameters of Get-ImageItem.
        [Parameter(Mandatory)]
        [hashtable] $Request,

        # Property of the items, and parameter of the request, that holds the name.
        [Parameter(Mandatory)]
        [string] $Property,

        # The name.
        [Parameter(Mandatory)]
        [string] $Name,

        # Match any name as wildcards are: one that is not there gives nothing then, and is no error.
        [switch] $Match
    )
    if ($Match -or [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($Name)) {
        $Request['Params']['detailed'] = $true
        # It reads details of what may match alone.
        $Request['Params']['like'] = $Name
        $Request['Property'] = $Property
        $Request['Like'] = $Name
    } else {
        $Request['Params'][$Property.Substring(0, 1).ToLowerInvariant() + $Property.Substring(1)] = $Name
    }
}
