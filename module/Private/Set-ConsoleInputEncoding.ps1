function Set-ConsoleInputEncoding {
    <#
    .SYNOPSIS
    Sets the encoding that a program which is started takes its input in; a function of its own, because only Windows PowerShell needs it and compiles it then.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Is set back at once')]
    param(
        # The encoding.
        [Parameter(Mandatory)]
        [System.Text.Encoding] $Encoding
    )
    [Console]::InputEncoding = $Encoding
}
