# What the script that runs this suite tells the test command: counts, and everything that failed, by name.

Describe 'Invoke-TestSuite.ps1' -Tag Unit {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestHelper.psm1')
    }

    It 'reports failed tests, blocks whose set-up fails, and files that do not load' {
        $file = Join-Path -Path $TestDrive -ChildPath 'Some.Tests.ps1'
        $broken = Join-Path -Path $TestDrive -ChildPath 'Broken.Tests.ps1'
        $report = Join-Path -Path $TestDrive -ChildPath 'report.json'
        Set-Content -LiteralPath $file -Value @'
Describe 'A block' {
    It 'passes' { 1 | Should -Be 1 }
    It 'fails for <_>' -ForEach 2, 3 { 1 | Should -Be $_ }
    Context 'with a broken set-up' {
        BeforeAll { throw 'no set-up' }
        It 'never runs' { 1 | Should -Be 1 }
    }
}
'@
        Set-Content -LiteralPath $broken -Value 'Describe "x" {'
        $script = Join-Path -Path $PSScriptRoot -ChildPath '../Invoke-TestSuite.ps1'
        $null = & (Get-PowerShellProgram) -NoLogo -NoProfile -NonInteractive -File $script -ReportPath $report -Path "$file,$broken"
        $LASTEXITCODE | Should -Be 1
        $counts = Get-Content -LiteralPath $report -Raw | ConvertFrom-Json
        $counts.passed | Should -Be 1
        $counts.failed | Should -Be 4
        $lines = @($counts.failures | ForEach-Object -Process { "$(Split-Path -Path $_.path -Leaf)|$($_.name)|$(($_.message -split "`n")[-1].Trim())" })
        $lines | Should -Be @(
            'Some.Tests.ps1|A block.fails for 2|Expected 2, but got 1.'
            'Some.Tests.ps1|A block.fails for 3|Expected 3, but got 1.'
            'Some.Tests.ps1|A block.with a broken set-up|no set-up'
            "Broken.Tests.ps1||Missing closing '}' in statement block or type definition."
        )
    }
}
