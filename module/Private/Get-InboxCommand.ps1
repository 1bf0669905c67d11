function Get-InboxCommand {
    <#
    .SYNOPSIS
    Gives the commands of the in-box module from InboxCommand.psd1: Name, Aliases, Replacement (the command of DismTs, empty where this version has none) and Instead.
    #>
    param()
    $table = Import-PowerShellDataFile -LiteralPath ([System.IO.Path]::Combine($script:moduleFolder, 'InboxName', 'InboxCommand.psd1'))
    foreach ($name in $table.Keys | Sort-Object) {
        $row = $table[$name]
        $replacement = ''
        if ($row.ContainsKey('DismTs') -and $ExecutionContext.SessionState.Module.ExportedFunctions.ContainsKey($row['DismTs'])) {
            $replacement = $row['DismTs']
        }
        $instead = ''
        if ($row.ContainsKey('Instead')) {
            $instead = $row['Instead']
        }
        [pscustomobject] @{ Name = $name; Aliases = [string[]] @($row['Aliases'] | Where-Object { $_ }); Replacement = $replacement; Instead = $instead }
    }
}
