# Gives the scripts of this folder in the ways that they are run in, with what they have to give.

function Get-SuiteScript {
    <#
    .SYNOPSIS
    Gives each script in each way: Name, Way (InboxName, Renamed, Piped), Text, Expected, and EditedLine, the lines that a renamed script has to change.
    #>
    param(
        # The table of in-box names, InboxCommand.psd1.
        [Parameter(Mandatory)]
        [string] $CommandTable
    )
    $commands = Import-PowerShellDataFile -LiteralPath $CommandTable
    $names = @{}
    foreach ($name in $commands.Keys | Where-Object { $commands[$_].ContainsKey('DismTs') }) {
        foreach ($one in @($name) + @($commands[$name]['Aliases'] | Where-Object { $_ })) {
            $names[$one] = $commands[$name]['DismTs']
        }
    }
    $expected = Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Expected.psd1"
    foreach ($file in Get-ChildItem -LiteralPath $PSScriptRoot -Filter *.ps1 | Sort-Object -Property Name) {
        $lines = [System.IO.File]::ReadAllLines($file.FullName)
        $edited = @(foreach ($index in 0..($lines.Count - 1)) { if ($lines[$index] -match '# renamed: ') { $index + 1 } })
        foreach ($way in 'InboxName', 'Renamed', 'Piped') {
            $text = foreach ($line in $lines) {
                if ($way -eq 'InboxName') {
                    $line
                    continue
                }
                if ($way -eq 'Piped' -and $line -match '^(\s*).*# piped: (.*)$') {
                    $line = $Matches[1] + $Matches[2]
                } elseif ($line -match '^(\s*).*?# renamed: (.*?)(?: # piped: .*)?$') {
                    $line = $Matches[1] + $Matches[2]
                }
                [regex]::Replace($line, '\b[A-Za-z]+-[A-Za-z]+\b', { if ($names.ContainsKey($args[0].Value)) { $names[$args[0].Value] } else { $args[0].Value } })
            }
            @{ Name = $file.BaseName; Path = $file.FullName; Way = $way; Text = $text -join "`n"; Expected = [string[]] $expected[$file.BaseName]; EditedLine = $edited }
        }
    }
}

Export-ModuleMember -Function Get-SuiteScript
