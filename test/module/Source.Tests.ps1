# The source: analyzer, encoding, and nothing that Windows PowerShell 5.1 does not know.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingWriteHost', '', Justification = 'No test is skipped without a printed reason')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'The analyzer does not follow variables into test blocks')]
param()

BeforeDiscovery {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $shipped = @(Get-Item -LiteralPath "$root/DismTs.psd1") + @(Get-ChildItem -LiteralPath "$root/module" -Recurse -Include *.ps1, *.psm1, *.psd1 -File)
    $other = @(Get-Item -LiteralPath "$root/PSScriptAnalyzerSettings.psd1") + @(Get-ChildItem -LiteralPath $PSScriptRoot -Recurse -Include *.ps1, *.psm1 -File)
    $shippedCases = $shipped | ForEach-Object { @{ Name = $_.FullName.Substring($root.Length + 1); Path = $_.FullName } }
    $allCases = $shipped + $other | ForEach-Object { @{ Name = $_.FullName.Substring($root.Length + 1); Path = $_.FullName } }
    $analyzer = Get-Module -Name PSScriptAnalyzer -ListAvailable | Select-Object -First 1
    $desktopProfile = 'win-48_x64_10.0.17763.0_5.1.17763.316_x64_4.0.30319.42000_framework'
    $profilePath = $null
    if (-not $analyzer) {
        Write-Host 'Skipped: the tests with PSScriptAnalyzer, which is not installed (Install-Module PSScriptAnalyzer)'
    } else {
        $profilePath = Get-Item -Path "$($analyzer.ModuleBase)/compatibility_profiles/$desktopProfile.json" -ErrorAction Ignore
        if (-not $profilePath) {
            Write-Host 'Skipped: the check of .NET types, because this build of PSScriptAnalyzer has no profile of Windows PowerShell 5.1'
        }
    }
}

BeforeAll {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $desktopProfile = 'win-48_x64_10.0.17763.0_5.1.17763.316_x64_4.0.30319.42000_framework'
}

Describe 'Source' -Tag 'Unit' {
    It '<Name> is ASCII with line feeds and a final one' -ForEach $allCases {
        $text = [System.IO.File]::ReadAllText($Path)
        $text | Should -Not -Match '[^\x09\x0A\x20-\x7E]'
        $text | Should -Match '[^\n]\n\z'
        $text | Should -Not -Match '(?m)[ \t]+$'
    }

    It '<Name> has no syntax that Windows PowerShell 5.1 lacks' -ForEach $shippedCases {
        $parseErrors = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $parseErrors)
        $parseErrors | Should -BeNullOrEmpty
        $newer = $ast.FindAll({
                $node = $args[0]
                $node.GetType().Name -in 'TernaryExpressionAst', 'PipelineChainAst', 'TypeDefinitionAst' -or
                ($node.PSObject.Properties['NullConditional'] -and $node.NullConditional) -or
                ($node.PSObject.Properties['Operator'] -and "$($node.Operator)" -like 'QuestionQuestion*') -or
                ($node.PSObject.Properties['Background'] -and $node.Background)
            }, $true)
        $newer | ForEach-Object { "$($_.Extent.StartLineNumber): $($_.Extent.Text)" } | Should -BeNullOrEmpty
    }

    It '<Name> passes the analyzer' -ForEach $allCases -Skip:(-not $analyzer) {
        $findings = Invoke-ScriptAnalyzer -Path $Path -Settings "$root/PSScriptAnalyzerSettings.psd1" -ErrorAction Stop
        $findings | ForEach-Object { "$($_.Line): $($_.RuleName): $($_.Message)" } | Should -BeNullOrEmpty
    }

    It '<Name> uses only commands and parameters that Windows PowerShell 5.1 has' -ForEach $shippedCases -Skip:(-not $analyzer) {
        $settings = @{
            IncludeRules = @('PSUseCompatibleCmdlets')
            Rules        = @{ PSUseCompatibleCmdlets = @{ compatibility = @('desktop-5.1.14393.206-windows') } }
        }
        $findings = Invoke-ScriptAnalyzer -Path $Path -Settings $settings -ErrorAction Stop
        $findings | ForEach-Object { "$($_.Line): $($_.RuleName): $($_.Message)" } | Should -BeNullOrEmpty
    }

    if ($profilePath) {
        It '<Name> uses only .NET types and members that Windows PowerShell 5.1 has' -ForEach $shippedCases {
            $settings = @{
                IncludeRules = @('PSUseCompatibleTypes')
                Rules        = @{ PSUseCompatibleTypes = @{ Enable = $true; TargetProfiles = @($desktopProfile) } }
            }
            $findings = Invoke-ScriptAnalyzer -Path $Path -Settings $settings -ErrorAction Stop
            $findings | ForEach-Object { "$($_.Line): $($_.RuleName): $($_.Message)" } | Should -BeNullOrEmpty
        }
    }
}
