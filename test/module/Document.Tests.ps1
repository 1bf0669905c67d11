# The PowerShell in the documents: it parses, and its calls of DismTs are ones that exist.

BeforeDiscovery {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $files = @(Get-Item -Path "$root/README.md", "$root/CONTRIBUTING.md", "$root/SECURITY.md") + @(Get-ChildItem -Path "$root/module/docs" -Filter *.md -Recurse)
    $blocks = foreach ($file in $files) {
        $number = 0
        foreach ($match in [regex]::Matches([System.IO.File]::ReadAllText($file.FullName), '(?ms)^```powershell\n(.*?)^```')) {
            $number += 1
            @{ Name = "$($file.Name), block $number"; Code = $match.Groups[1].Value }
        }
    }
}

Describe 'PowerShell in documents' -Tag 'Unit' {
    BeforeAll {
        Remove-Module -Name DismTs -ErrorAction Ignore
        Import-Module -Name "$PSScriptRoot/../../DismTs.psd1"
    }

    AfterAll {
        Remove-Module -Name DismTs
    }

    It '<Name> parses, and calls commands with parameters that they have' -ForEach $blocks {
        $errors = $null
        $syntax = [System.Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $errors)
        $errors | Should -BeNullOrEmpty
        foreach ($call in $syntax.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] -and $node.GetCommandName() -like '*-DismTs*' }, $true)) {
            $command = Get-Command -Name $call.GetCommandName() -ErrorAction Stop
            foreach ($parameter in $call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                { $command.ResolveParameter($parameter.ParameterName) } | Should -Not -Throw -Because "$call"
            }
        }
    }

    It 'every topic is found by Get-Help, in lines of 80' {
        foreach ($file in Get-ChildItem -Path "$PSScriptRoot/../../module/en-US" -Filter 'about_DismTs_*.help.txt') {
            $name = $file.Name.Replace('.help.txt', '')
            (Get-Help -Name $name | Out-String) | Should -Match $name
            [System.IO.File]::ReadAllText($file.FullName) | Should -Not -Match '[^\x00-\x7f]'
        }
    }
}
