# Of the call, not of what it read.
$script:conformanceCallProperties = 'LogPath', 'ScratchDirectory', 'LogLevel'

function ConvertTo-ConformanceText {
    <#
    .SYNOPSIS
    Makes a value of a property comparable, whichever module it came from.
    #>
    param(
        # The value.
        [Parameter(Mandatory)]
        [AllowNull()]
        [AllowEmptyString()]
        [AllowEmptyCollection()]
        [object] $InputObject
    )
    if ($null -eq $InputObject) {
        return ''
    }
    if ($InputObject -is [datetime]) {
        return $InputObject.ToString('yyyy-MM-ddTHH:mm:ss', [cultureinfo]::InvariantCulture)
    }
    if ($InputObject -is [string] -or $InputObject -is [System.ValueType]) {
        # Numbers here, names there.
        if ($InputObject -is (Get-ArchitectureType)) {
            return "$([int] $InputObject)"
        }
        return "$InputObject"
    }
    if ($InputObject -is [System.Collections.IEnumerable]) {
        return @($InputObject | ForEach-Object { ConvertTo-ConformanceText -InputObject $_ }) -join '; '
    }
    $values = foreach ($property in $InputObject.PSObject.Properties) {
        if ($property.Name -notin $script:conformanceCallProperties) {
            '{0}={1}' -f $property.Name, (ConvertTo-ConformanceText -InputObject $property.Value)
        }
    }
    return $values -join ', '
}
