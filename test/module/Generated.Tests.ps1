# What "npm run tables" makes of the module is what the module says now.

Describe 'The types file and the pages of commands' -Tag 'Unit' {
    It 'are up to date (else: npm run tables)' {
        Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
        $root = Get-RepositoryRoot
        $null = & (Get-PowerShellProgram) -NoProfile -NonInteractive -File "$root/sidecar/build/moduleTables.ps1" -Folder $TestDrive
        $LASTEXITCODE | Should -Be 0
        $made = @(Get-ChildItem -LiteralPath "$TestDrive/module" -Recurse -File | ForEach-Object { $_.FullName.Substring("$TestDrive/".Length) })
        $made.Count | Should -BeGreaterThan 60
        foreach ($path in $made) {
            [System.IO.File]::ReadAllText("$root/$path") | Should -BeExactly ([System.IO.File]::ReadAllText("$TestDrive/$path")) -Because $path
        }
        $pages = @(Get-ChildItem -LiteralPath "$root/module/docs/commands" | ForEach-Object { "module/docs/commands/$($_.Name)" })
        $pages | Where-Object { $_ -notin $made } | Should -BeNullOrEmpty
    }
}
