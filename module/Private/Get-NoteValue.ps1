function Get-NoteValue {
    <#
    .SYNOPSIS
    Gives the value of a property that an object may not have; null where it has none.
    #>
    param(
        # The object.
        [Parameter(Mandatory)]
        [object] $InputObject,

        # Name of the property.
        [Parameter(Mandatory)]
        [string] $Name
    )
    $property = $InputObject.PSObject.Properties[$Name]
    if ($null -ne $property) {
        return $property.Value
    }
}
