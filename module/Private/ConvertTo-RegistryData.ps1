function ConvertTo-RegistryData {
    <#
    .SYNOPSIS
    Makes what a request says of a registry value of what the user gave.
    .OUTPUTS
    An object with Type, and Value as a string or a list of strings. Whether they fit is for the sidecar to tell.
    #>
    param(
        # Type of the value; empty: by the .NET type of the value, as the registry provider decides.
        [AllowEmptyString()]
        [string] $Type,

        # What it is to hold.
        [AllowNull()]
        [AllowEmptyString()]
        [AllowEmptyCollection()]
        [object] $Value
    )
    if ($Value -is [psobject]) {
        $Value = $Value.PSObject.BaseObject
    }
    if (-not $Type) {
        $Type = 'String'
        if ($Value -is [byte[]]) {
            $Type = 'Binary'
        } elseif ($Value -is [int] -or $Value -is [uint32]) {
            $Type = 'DWord'
        } elseif ($Value -is [long] -or $Value -is [uint64]) {
            $Type = 'QWord'
        } elseif ($Value -is [array]) {
            $Type = 'MultiString'
        }
    }
    $culture = [cultureinfo]::InvariantCulture
    if ($Type -eq 'MultiString') {
        $data = @(foreach ($item in $Value) { [Convert]::ToString($item, $culture) })
    } elseif ($Type -in 'Binary', 'None' -and $Value -isnot [string]) {
        $data = [string] (@(foreach ($item in $Value) { ([byte] $item).ToString('x2', $culture) }) -join '')
    } else {
        $data = [Convert]::ToString($Value, $culture)
    }
    return [pscustomobject] @{ Type = $Type; Value = $data }
}
