function Import-ConformanceFunction {
    <#
    .SYNOPSIS
    Gives the scope that runs it, by ". Import-ConformanceFunction", what Test-DismTsConformance is made of; no import of the module pays for it.
    #>
    param()
    foreach ($part in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($script:moduleFolder, 'Conformance'), '*.ps1')) {
        . $part
    }
}
