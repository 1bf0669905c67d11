# Parts of Test-DismTsConformance that need no Windows; test/windows/Conformance.Tests.ps1 runs it whole.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    Import-Module -Name (Get-ModuleManifest)
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'Test-DismTsConformance' -Tag 'Unit' {
    It 'refuses folders and files that are not there, before it asks anything' {
        { Test-DismTsConformance -ReportPath "$TestDrive/missing/report.json" } | Should -Throw -ErrorId 'E_INVALIDARG,Test-DismTsConformance'
        { Test-DismTsConformance -ScratchDirectory "$TestDrive/missing" } | Should -Throw -ErrorId 'E_INVALIDARG,Test-DismTsConformance'
        { Test-DismTsConformance -ImagePath "$TestDrive/a.wim" } | Should -Throw -ErrorId 'E_INVALIDARG,Test-DismTsConformance' -ExpectedMessage '*-ScratchDirectory*'
        { Test-DismTsConformance -ScratchDirectory $TestDrive -ImagePath "$TestDrive/a.wim" } | Should -Throw -ErrorId 'E_INVALIDARG,Test-DismTsConformance'
    }

    It 'has another PowerShell answer, and says so where that gives no answer' {
        $seen = InModuleScope DismTs -Parameters @{ Program = Get-PowerShellProgram; Folder = "$TestDrive" } {
            . Import-ConformanceFunction
            $script = [System.IO.Path]::Combine($Folder, 'host.ps1')
            [System.IO.File]::WriteAllText($script, $script:conformanceHostScript)
            Invoke-ConformanceHost -Program $Program -Script $script -Choice @{ Engine = 'Portable' }
            [System.IO.File]::WriteAllText($script, 'exit 3')
            Invoke-ConformanceHost -Program $Program -Script $script -Choice @{ Engine = 'Portable' }
            Invoke-ConformanceHost -Program "$Folder/missing" -Script $script -Choice @{ Engine = 'Portable' }
        }
        # No engine for a running Windows, which the other one found out.
        $seen[0] | Should -Be '0x80070032'
        $seen[1] | Should -Be 'no answer'
        $seen[2] | Should -BeLike 'not tried: it cannot be started (0x*)'
    }

    It 'compares <Name> by what they say' -ForEach @(
        @{ Name = 'nothing'; One = $null; Other = '' }
        @{ Name = 'lists'; One = @('a', 'b'); Other = [string[]] ('a', 'b') }
        @{ Name = 'times'; One = [datetime] '2024-01-02T03:04:05.678'; Other = [datetime]::new(2024, 1, 2, 3, 4, 5) }
        @{ Name = 'objects'; One = [pscustomobject] @{ Name = 'x'; LogPath = 'one' }; Other = [pscustomobject] @{ Name = 'x'; LogPath = 'other' } }
        @{ Name = 'numbers'; One = [uint32] 5; Other = '5' }
    ) {
        $texts = InModuleScope DismTs -Parameters @{ One = $One; Other = $Other } {
            . Import-ConformanceFunction
            ConvertTo-ConformanceText -InputObject $One
            ConvertTo-ConformanceText -InputObject $Other
        }
        $texts[0] | Should -BeExactly $texts[1]
    }

    It 'takes <Seen> for <Verdict> where <Expected> is expected' -ForEach @(
        @{ Expected = '0x80070002 or 0x80070003'; Seen = '0x80070003'; Verdict = 'Same' }
        @{ Expected = '0x800F0805, 0x80070057 or x'; Seen = '0x800F0805'; Verdict = 'Same' }
        @{ Expected = '15 rows'; Seen = '5 rows'; Verdict = 'Differs' }
        @{ Expected = 'rows'; Seen = ''; Verdict = 'Differs' }
        @{ Expected = 'rows'; Seen = '0x80070032'; Verdict = 'NotCompared' }
        @{ Expected = 'rows'; Seen = 'not tried: why'; Verdict = 'NotCompared' }
    ) {
        (InModuleScope DismTs -Parameters @{ Expected = $Expected; Seen = $Seen } { . Import-ConformanceFunction; New-ConformanceRow -Question 'x' -Expected $Expected -Seen $Seen }).Verdict | Should -Be $Verdict
    }

    It 'is a failure to ConvertTo-DismTsExitCode where something differs' {
        $rows = InModuleScope DismTs { . Import-ConformanceFunction; foreach ($seen in 'a', 'b') { New-ConformanceRow -Question $seen -Expected 'a' -Seen $seen } }
        $rows | ConvertTo-DismTsExitCode | Should -Be 1
        $rows[0] | ConvertTo-DismTsExitCode | Should -Be 0
    }
}
