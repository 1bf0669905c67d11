# What the in-box names hide, see Get-HiddenCommand; null where they are not enabled.
$script:hiddenByInboxName = $null

function Remove-InboxName {
    <#
    .SYNOPSIS
    Removes the in-box names from the session, and brings back what they hid.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Changes only the session')]
    param()
    $folder = [System.IO.Path]::Combine($script:moduleFolder, 'InboxName')
    $own = [System.IO.Path]::Combine($folder, 'Dism')
    $separator = [System.IO.Path]::PathSeparator
    $env:PSModulePath = @($env:PSModulePath -split [regex]::Escape($separator) | Where-Object { $_ -ne $folder }) -join $separator
    Get-Module -Name Dism -All | Where-Object { $_.ModuleBase -eq $own } | Remove-Module -Force -WhatIf:$false -Confirm:$false
    $hidden, $script:hiddenByInboxName = $script:hiddenByInboxName, $null
    if ($null -eq $hidden) {
        return
    }
    foreach ($name in $hidden.Functions.Keys) {
        Set-Item -LiteralPath "function:global:$name" -Value $hidden.Functions[$name] -WhatIf:$false -Confirm:$false
    }
    foreach ($name in $hidden.Aliases.Keys) {
        Set-Alias -Name $name -Value $hidden.Aliases[$name] -Scope Global -WhatIf:$false -Confirm:$false
    }
}
