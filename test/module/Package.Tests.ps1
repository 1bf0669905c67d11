# The package: what "npm run package" makes of the source, and that it behaves as the source does.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    $root = Get-RepositoryRoot
    $node = (Get-Command -Name node -CommandType Application | Select-Object -First 1).Source
    $output = & $node "$root/sidecar/build/run.mjs" package.ts $TestDrive 2>&1
    $LASTEXITCODE | Should -Be 0 -Because "$output"
    $version = (Import-PowerShellDataFile -LiteralPath "$root/DismTs.psd1").ModuleVersion
    $package = [System.IO.Path]::GetFullPath("$TestDrive/DismTs/$version")

    function Get-FunctionText {
        <#
        .SYNOPSIS
        Gives name and text of each function of the loaded module.
        #>
        $functions = & (Get-Module -Name DismTs) { Get-Command -Module DismTs -CommandType Function }
        foreach ($function in $functions | Sort-Object -Property Name) {
            '{0} {1}' -f $function.Name, $function.Definition
        }
    }
}

Describe 'The package' -Tag 'Unit' {
    BeforeEach {
        Remove-Module -Name DismTs -ErrorAction Ignore
    }

    AfterAll {
        Remove-Module -Name DismTs -ErrorAction Ignore
    }

    It 'has its scripts in one file' {
        [System.IO.File]::ReadAllText("$package/module/DismTs.psm1") | Should -Not -Match '\. \$file'
        Get-ChildItem -LiteralPath "$package/module" -Directory | Should -Not -Match '(Private|Public)$'
    }

    It 'has every function of the source, as it is there' {
        Import-Module -Name "$root/DismTs.psd1"
        $expected = Get-FunctionText
        Remove-Module -Name DismTs
        Import-Module -Name "$package/DismTs.psd1"
        (Get-Module -Name DismTs).ModuleBase | Should -Be $package
        $expected.Count | Should -BeGreaterThan 70
        Get-FunctionText | Should -Be $expected
    }

    It 'exports the same commands and aliases' {
        Import-Module -Name "$root/DismTs.psd1"
        $expected = (Get-Module -Name DismTs).ExportedCommands.Keys | Sort-Object
        Remove-Module -Name DismTs
        Import-Module -Name "$package/DismTs.psd1"
        (Get-Module -Name DismTs).ExportedCommands.Keys | Sort-Object | Should -Be $expected
    }

    It 'has the help of commands, of parameters and of the module' {
        Import-Module -Name "$package/DismTs.psd1"
        $help = Get-Help -Name Mount-DismTsImage -Full
        $help.Synopsis | Should -BeLike 'Mounts *'
        @($help.Examples.example).Count | Should -BeGreaterThan 1
        ($help.parameters.parameter | Where-Object { $_.name -eq 'ImagePath' }).description.Text | Should -Not -BeNullOrEmpty
        (Get-Help -Name about_DismTs | Out-String) | Should -Match 'SHA256SUMS'
    }

    It 'runs a command with its executable, and stops it when it is removed' {
        Import-Module -Name "$package/DismTs.psd1"
        $environment = Test-DismTsEnvironment
        $environment.Executable | Should -BeLike "$package/*"
        $process = & (Get-Module -Name DismTs) { $script:sidecars['Auto'].Process.Id }
        Remove-Module -Name DismTs
        Get-Process -Id $process -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'warns, once for each sidecar, when others can change it' {
        [System.IO.File]::SetUnixFileMode("$package/module", 'UserRead, UserWrite, UserExecute, OtherRead, OtherWrite, OtherExecute')
        try {
            Import-Module -Name "$package/DismTs.psd1"
            $null = Get-DismTsImage -Mounted -WarningVariable said -WarningAction SilentlyContinue
            $said | Should -HaveCount 1
            "$said" | Should -BeLike "Others can change DismTs*: `"$package/module`" can be written by everybody.*"
            Get-DismTsImage -Mounted 3>&1 | Should -BeNullOrEmpty
        } finally {
            [System.IO.File]::SetUnixFileMode("$package/module", 'UserRead, UserWrite, UserExecute, OtherRead, OtherExecute')
        }
        Remove-Module -Name DismTs
        Import-Module -Name "$package/DismTs.psd1"
        Get-DismTsImage -Mounted 3>&1 | Should -BeNullOrEmpty
    }

    It 'has its functions where positions in errors and stacks say' {
        Import-Module -Name "$package/DismTs.psd1"
        $text = [System.IO.File]::ReadAllLines("$package/module/DismTs.psm1")
        $block = & (Get-Module -Name DismTs) { (Get-Command -Name Get-SidecarPlatform).ScriptBlock }
        $block.File | Should -Be "$package/module/DismTs.psm1"
        $text[$block.StartPosition.StartLine - 1] | Should -Be 'function Get-SidecarPlatform {'
    }
}
