function Test-SidecarResponse {
    <#
    .SYNOPSIS
    Tells whether a message is the answer to a request.
    #>
    param(
        # Message of the sidecar, or null.
        [Parameter(Mandatory)]
        [AllowNull()]
        [psobject] $Message,

        # The request.
        [Parameter(Mandatory)]
        [int] $Id
    )
    if ($null -eq $Message) {
        return $false
    }
    $property = $Message.PSObject.Properties['id']
    return $null -ne $property -and $property.Value -eq $Id -and $null -eq $Message.PSObject.Properties['method']
}
