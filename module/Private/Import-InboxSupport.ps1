# What the types of results under in-box names come from: Compiled, Windows, or None; empty until the names are enabled.
$script:inboxTypes = ''
# Whether the command that runs was called by its in-box name; commands set one of their own.
$script:inboxCall = $false

function Import-InboxSupport {
    <#
    .SYNOPSIS
    Loads what makes in-box objects, once: the types, and the completers for the in-box names.
    #>
    param()
    if ($script:inboxTypes) {
        return
    }
    Import-Module -Name ([System.IO.Path]::Combine($script:moduleFolder, 'InboxName', 'DismTs.InboxName.psm1'))
    $names = @{}
    Get-InboxCommand | Where-Object { $_.Replacement } | ForEach-Object { $names[$_.Replacement] = $_.Name }
    Import-Completion
    Register-InboxCompleter -Completer (Get-Completer) -InboxName $names
    $assembly = ''
    if ([System.Environment]::OSVersion.Platform -eq 'Win32NT') {
        $assembly = [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'WindowsPowerShell', 'v1.0', 'Modules', 'Dism', 'Microsoft.Dism.PowerShell.dll')
    }
    $script:inboxTypes = Import-InboxType -AssemblyPath $assembly
}
