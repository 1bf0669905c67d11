function Stop-AllSidecar {
    <#
    .SYNOPSIS
    Ends all sidecars of this runspace.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Stops processes of the module itself')]
    param()
    foreach ($sidecar in @($script:sidecars.Values)) {
        Stop-Sidecar -Sidecar $sidecar
    }
}
