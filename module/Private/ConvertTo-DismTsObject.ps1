function ConvertTo-DismTsObject {
    <#
    .SYNOPSIS
    Makes output objects of a result or of parts of it: PascalCase properties in their .NET types, tagged with the name of their type.
    .DESCRIPTION
    Parts of one result have the same members, so a list of them is handed over in one call.
    #>
    param(
        # The result, or one or more parts of it, as they came over the wire.
        [Parameter(Mandatory)]
        [AllowEmptyCollection()]
        [psobject[]] $InputObject,

        # Name of the type without "DismTs.".
        [Parameter(Mandatory)]
        [string] $TypeName,

        # Properties beside those of the type.
        [string[]] $AdditionalProperty = @(),

        # The result that the parts are from; it has what everything in an image inherits.
        [psobject] $Image
    )
    $parts = @($InputObject)
    if ($parts.Count -eq 0) {
        return
    }
    Add-CountMember -TypeName $TypeName
    $table = Get-ObjectTable
    if ($inboxCall -and $TypeName -like '*ImageInfoObject') {
        # In the in-box module every object has them.
        $AdditionalProperty += $table['Properties']['BaseDismObject']
    }
    # What this function calls makes parts of the objects, which are of the in-box types only as a whole.
    $asInbox, $inboxCall = $inboxCall, $false
    # What holds for all objects is looked up once: lists have thousands of them, and PowerShell takes its time for every statement.
    $names = @($table['Properties'][$TypeName]) + $AdditionalProperty
    $types, $partTypes, $calendarDates, $culture = $table['Types'], $table['PartTypes'], $table['CalendarDates'], [cultureinfo]::InvariantCulture
    $wireNames = $table['WireNames']
    $found = $parts[0].PSObject.Properties
    # What the parts have, and what that is called on the wire.
    $own = [ordered] @{}
    $blank = [ordered] @{ PSTypeName = "DismTs.$TypeName" }
    foreach ($name in $names) {
        $blank[$name] = $null
        $wireName = $name
        if ($wireNames.ContainsKey($name)) {
            $wireName = $wireNames[$name]
        }
        # The lookup ignores case, so camelCase is found by the PascalCase name.
        if ($null -ne $found[$wireName]) {
            $own[$name] = $wireName
        }
    }
    if ($own.Count -lt $names.Count -and $null -ne $Image) {
        $blank = ConvertTo-DismTsObject -InputObject $Image -TypeName $TypeName -AdditionalProperty $AdditionalProperty
    } else {
        $blank = [pscustomobject] $blank
    }
    $objects = foreach ($part in $parts) {
        $object = $blank
        if ($parts.Count -gt 1) {
            # A copy takes half the time of making an object of a table.
            $object = $blank.PSObject.Copy()
        }
        foreach ($name in $own.Keys) {
            $value = $part.($own[$name])
            if ($value -is [datetime]) {
                # PowerShell before 7.5 parsed it already.
                $format = 'yyyy-MM-ddTHH:mm:ss.FFFFFFF'
                if ($value.Kind -ne 'Unspecified') {
                    $value, $format = $value.ToUniversalTime(), "${format}Z"
                }
                $value = $value.ToString($format, $culture)
            }
            if ($null -ne $value -and $name -eq 'Architecture') {
                # Also a number that has no name.
                $value = [System.Enum]::ToObject((Get-ArchitectureType), [int] $value)
            } elseif ($null -ne $value -and $types.ContainsKey($name)) {
                if ($types[$name] -ne [datetime]) {
                    $value = [System.Management.Automation.LanguagePrimitives]::ConvertTo($value, $types[$name])
                } elseif ($name -in $calendarDates) {
                    $value = [datetime]::SpecifyKind([datetime]::Parse($value, $culture, 'RoundtripKind').Date, 'Unspecified')
                } else {
                    $value = [datetime]::Parse($value, $culture, 'RoundtripKind')
                    # A time without a zone is local time, in which that hour need not exist here.
                    if ($value.Kind -eq 'Utc') {
                        $value = $value.ToLocalTime()
                    }
                }
            } elseif ($null -ne $value -and $partTypes.ContainsKey($name)) {
                $converted = @(ConvertTo-DismTsObject -InputObject $value -TypeName $partTypes[$name] -Image $Image)
                if ($value -is [array]) {
                    $value = $converted
                } else {
                    $value = $converted[0]
                }
            }
            $object.$name = $value
        }
        $object
    }
    if ($asInbox) {
        $objects = ConvertTo-InboxObject -InputObject @($objects) -TypeName $TypeName
    }
    return $objects
}
