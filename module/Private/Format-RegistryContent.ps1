function Format-RegistryContent {
    <#
    .SYNOPSIS
    A value of the registry in a few words.
    .OUTPUTS
    System.String
    #>
    param(
        # As in the result of registry/change; null: there is no such value.
        [AllowNull()]
        [psobject] $Content
    )
    if ($null -eq $Content) {
        return 'none'
    }
    $text = @($Content.value) -join ', '
    if ($text.Length -gt 80) {
        $text = $text.Substring(0, 80) + '...'
    }
    "$($Content.type) $text".TrimEnd()
}
