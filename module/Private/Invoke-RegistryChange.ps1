function Invoke-RegistryChange {
    <#
    .SYNOPSIS
    Changes the registry of an image, and gives an object for each change.
    .OUTPUTS
    DismTs.RegistryChangeObject
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'They are handed on as bound')]
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # Its bound parameters.
        [Parameter(Mandatory)]
        [System.Collections.IDictionary] $Bound,

        # Name of the method.
        [Parameter(Mandatory)]
        [string] $Method,

        # Parameters of the request.
        [Parameter(Mandatory)]
        [hashtable] $Params,

        # What is done, for ShouldProcess.
        [Parameter(Mandatory)]
        [string] $Action,

        # The file or name that it is done with.
        [string] $Target
    )
    $result = Invoke-ImageChange @PSBoundParameters -Image (Get-ImageTitle -Params $Params) -PassResult
    if ($null -eq $result -or @($result.changes).Count -eq 0) {
        return
    }
    foreach ($change in ConvertTo-DismTsObject -InputObject $result.changes -TypeName 'RegistryChangeObject' -Image $result) {
        foreach ($side in 'Before', 'After') {
            $content = $change.$side
            if ($null -ne $content) {
                $change."${side}Type" = $content.type
                $change.$side = ConvertFrom-RegistryData -Type $content.type -Value $content.value
            }
        }
        $change
    }
}
