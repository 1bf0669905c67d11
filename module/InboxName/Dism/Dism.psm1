# The functions of DismTs under the names of the in-box module. Enable-DismTsInboxName loads it; a new runspace or job does so by itself at the first name.

Set-StrictMode -Version Latest

$root = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..', '..'))
$dismTs = Get-Module -Name DismTs | Where-Object { $_.ModuleBase -eq $root } | Select-Object -First 1
if ($null -eq $dismTs) {
    $dismTs = Import-Module -Name ([System.IO.Path]::Combine($root, 'DismTs.psd1')) -Global -PassThru
}
foreach ($command in & $dismTs { Get-InboxFunction }) {
    Set-Item -LiteralPath "function:$($command.Name)" -Value $command.ScriptBlock
    foreach ($alias in $command.Aliases) {
        Set-Alias -Name $alias -Value $command.Name
    }
}

Export-ModuleMember -Function *-* -Alias *
