# Wildcards of -ImagePath: a part of a path that exists by its very name is taken literally, brackets and all.
BeforeAll {
    Import-Module (Join-Path -Path $PSScriptRoot -ChildPath '../../DismTs.psd1')
    $folder = Join-Path -Path $TestDrive -ChildPath 'b [new]'
    $null = New-Item -ItemType Directory -Path $folder
    foreach ($name in 'BOOT.WIM', 'in st [1].wim', 'notes.txt') {
        [System.IO.File]::WriteAllText([System.IO.Path]::Combine($folder, $name), '')
    }
}

Describe 'Expand-DismTsWildcard' {
    It 'gives <Expected> for <Pattern>' -TestCases @(
        @{ Pattern = 'b [new]/*.wim'; Expected = 'BOOT.WIM', 'in st [1].wim' }
        @{ Pattern = 'b [new]/boot.*'; Expected = 'BOOT.WIM' }
        @{ Pattern = 'b [new]/in st [1].wim'; Expected = 'in st [1].wim' }
        @{ Pattern = 'b*/*OT.WIM'; Expected = 'BOOT.WIM' }
        @{ Pattern = 'b `[new`]/B*'; Expected = 'BOOT.WIM' }
        @{ Pattern = 'b [new]/none.wim'; Expected = 'none.wim' }
        @{ Pattern = 'b [new]/*.esd'; Expected = '*.esd' }
    ) {
        $found = InModuleScope -ModuleName DismTs -Parameters @{ path = Join-Path -Path $TestDrive -ChildPath $Pattern } -ScriptBlock {
            param($path)
            Expand-DismTsWildcard -Path $path
        }
        @($found | ForEach-Object { [System.IO.Path]::GetFileName($_) }) | Should -Be $Expected
    }
}
