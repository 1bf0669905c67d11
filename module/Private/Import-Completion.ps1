function Import-Completion {
    <#
    .SYNOPSIS
    Loads what the argument completers run, once; the import of a package does not pay for it.
    #>
    param()
    Import-Module -Name ([System.IO.Path]::Combine($script:moduleFolder, 'DismTs.Completion.psm1'))
}
