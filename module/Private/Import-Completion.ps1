function Import-Completion {
    <#
    .SYNOPSIS
    Loads what the argument completers run, once; no import of the module pays for it.
    #>
    param()
    Import-Module -Name ([System.IO.Path]::Combine($script:moduleFolder, 'DismTs.Completion.psm1'))
}
