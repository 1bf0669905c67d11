# The source: analyzer, encoding, and nothing that Windows PowerShell 5.1 does not know.

BeforeDiscovery {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $shipped = @(Get-Item -LiteralPath "$root/DismTs.psd1") + @(Get-ChildItem -LiteralPath "$root/module" -Recurse -Include *.ps1, *.psm1, *.psd1 -File)
    $other = @(Get-Item -LiteralPath "$root/PSScriptAnalyzerSettings.psd1") + @(Get-ChildItem -LiteralPath $PSScriptRoot -Recurse -Include *.ps1, *.psm1 -File)
    $shippedCases = $shipped | ForEach-Object { @{ Name = $_.FullName.Substring($root.Length + 1); Path = $_.FullName } }
    $allCases = $shipped + $other | ForEach-Object { @{ Name = $_.FullName.Substring($root.Length + 1); Path = $_.FullName } }
    $analyzer = Get-Module -Name PSScriptAnalyzer -ListAvailable | Select-Object -First 1
    if (-not $analyzer) {
        Write-Information -MessageData 'Skipped: the tests with PSScriptAnalyzer, which is not installed (Install-Module PSScriptAnalyzer)' -InformationAction Continue
    }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    $report = $null
    if (Get-Module -Name PSScriptAnalyzer -ListAvailable) {
        # A fault of the analyzer ends it now and then, whatever it reads: see there. Only a run to the end counts.
        foreach ($attempt in 1..10) {
            $text = & (Get-PowerShellProgram) -NoProfile -NonInteractive -File "$PSScriptRoot/Get-AnalyzerFinding.ps1"
            if ($LASTEXITCODE -eq 0) {
                break
            }
            Write-Information -MessageData "Attempt $attempt to run the analyzer ended with exit code $LASTEXITCODE" -InformationAction Continue
        }
        $LASTEXITCODE | Should -Be 0
        $report = $text | ConvertFrom-Json
        if (-not $report.checkedTypes) {
            Write-Information -MessageData 'Not checked: .NET types, because this PSScriptAnalyzer has no profile of Windows PowerShell 5.1' -InformationAction Continue
        }
    }
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
                $node.GetType().Name -in 'TernaryExpressionAst', 'PipelineChainAst' -or
                # Classes of modules do not load anew; an enum of plain numbers is no trouble.
                ($node -is [System.Management.Automation.Language.TypeDefinitionAst] -and -not $node.IsEnum) -or
                ($node.PSObject.Properties['NullConditional'] -and $node.NullConditional) -or
                ($node.PSObject.Properties['Operator'] -and "$($node.Operator)" -like 'QuestionQuestion*') -or
                ($node.PSObject.Properties['Background'] -and $node.Background)
            }, $true)
        $newer | ForEach-Object { "$($_.Extent.StartLineNumber): $($_.Extent.Text)" } | Should -BeNullOrEmpty
    }

    It '<Name> has no loop whose variable is also a parameter, in whatever case' -ForEach $allCases {
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $null)
        $functions = $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $true)
        $overwritten = foreach ($function in $functions) {
            $parameters = @($function.Body.ParamBlock.Parameters | ForEach-Object { $_.Name.VariablePath.UserPath })
            $function.Body.FindAll({ $args[0] -is [System.Management.Automation.Language.ForEachStatementAst] }, $true) |
                Where-Object { $_.Variable.VariablePath.UserPath -in $parameters } | ForEach-Object { "$($_.Extent.StartLineNumber): $($_.Variable)" }
        }
        $overwritten | Should -BeNullOrEmpty
    }

    It '<Name> passes the analyzer' -ForEach $allCases -Skip:(-not $analyzer) {
        $report.findings | Where-Object { $_.path -eq $Path } | ForEach-Object { $_.text } | Should -BeNullOrEmpty
    }
}
