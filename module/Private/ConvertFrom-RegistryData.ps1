function ConvertFrom-RegistryData {
    <#
    .SYNOPSIS
    Makes what a registry value holds of how it came over the wire, in the .NET type of the registry provider.
    #>
    param(
        # Type of the value, such as DWord.
        [Parameter(Mandatory)]
        [string] $Type,

        # As in the result of registry/getValues.
        [AllowNull()]
        [AllowEmptyString()]
        [AllowEmptyCollection()]
        [object] $Value
    )
    switch ($Type) {
        'String' { return [string] $Value }
        'ExpandString' { return [string] $Value }
        'DWord' { return [uint32]::Parse($Value, [cultureinfo]::InvariantCulture) }
        'QWord' { return [uint64]::Parse($Value, [cultureinfo]::InvariantCulture) }
        'MultiString' { return , ([string[]] @($Value)) }
    }
    $bytes = New-Object -TypeName 'byte[]' -ArgumentList ($Value.Length / 2)
    for ($index = 0; $index -lt $bytes.Length; $index++) {
        $bytes[$index] = [Convert]::ToByte($Value.Substring(2 * $index, 2), 16)
    }
    return , $bytes
}
