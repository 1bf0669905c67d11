# The manifest: what it declares, what it exports, and where things are found.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    $root = Get-RepositoryRoot
    $manifestPath = "$root/DismTs.psd1"
    $manifest = Import-PowerShellDataFile -Path $manifestPath
    Remove-Module -Name DismTs -ErrorAction Ignore
    Import-Module -Name $manifestPath
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'DismTs.psd1' -Tag 'Unit' {
    It 'is a valid manifest' {
        (Test-ModuleManifest -Path $manifestPath).Name | Should -Be 'DismTs'
    }

    It 'has the version of package.json' {
        $manifest.ModuleVersion | Should -Be (Get-Content -LiteralPath "$root/package.json" -Raw | ConvertFrom-Json).version
    }

    It 'has the version that the module tells the sidecar' {
        InModuleScope DismTs { $script:moduleVersion } | Should -Be $manifest.ModuleVersion
    }

    It 'speaks the protocol version of the contract' {
        $declared = Select-String -LiteralPath "$root/protocol/src/messages.ts" -Pattern "protocolVersion = '(.+)'"
        InModuleScope DismTs { $script:protocolVersion } | Should -Be $declared.Matches[0].Groups[1].Value
    }

    It 'loads in Windows PowerShell 5.1 and in PowerShell 7' {
        $manifest.PowerShellVersion | Should -Be '5.1'
        $manifest.CompatiblePSEditions | Should -Be 'Desktop', 'Core'
    }

    It 'exports each function of module/Public, by name, and nothing else' {
        $files = (Get-ChildItem -LiteralPath "$root/module/Public" -Filter *.ps1).BaseName | Sort-Object
        $manifest.FunctionsToExport | Should -Be $files
        (Get-Command -Module DismTs -CommandType Function).Name | Sort-Object | Should -Be $files
        $manifest.CmdletsToExport + $manifest.VariablesToExport | Should -BeNullOrEmpty
    }

    It 'exports each alias of these functions, by name, and nothing else' {
        $declared = foreach ($function in Get-Command -Module DismTs -CommandType Function) {
            $function.ScriptBlock.Attributes | Where-Object { $_ -is [System.Management.Automation.AliasAttribute] } | ForEach-Object { $_.AliasNames }
        }
        $manifest.AliasesToExport | Should -Be ($declared | Sort-Object)
        (Get-Command -Module DismTs -CommandType Alias).Name | Sort-Object | Should -Be $manifest.AliasesToExport
        (Get-Alias -Name Clear-DismTsCorruptMountPoint).Definition | Should -Be 'Clear-DismTsMountPoint'
    }

    It 'uses approved verbs and one function a file, named as the file' {
        foreach ($file in Get-ChildItem -LiteralPath "$root/module/InboxName", "$root/module/Porting" -Filter *.psm1) {
            $ast = [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref] $null, [ref] $null)
            foreach ($function in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $false)) {
                (Get-Verb).Verb | Should -Contain ($function.Name -split '-')[0]
            }
        }
        foreach ($file in Get-ChildItem -LiteralPath "$root/module/Public", "$root/module/Private", "$root/module/Conformance" -Filter *.ps1) {
            $ast = [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref] $null, [ref] $null)
            $functions = $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $false)
            @($functions.Name) | Should -Be $file.BaseName
            (Get-Verb).Verb | Should -Contain ($file.BaseName -split '-')[0]
        }
    }

    It 'gives the table of <TypeName> its own view' -ForEach @(
        @{ TypeName = 'DismTs.BasicImageInfoObject' }, @{ TypeName = 'DismTs.MountedImageInfoObject' }, @{ TypeName = 'DismTs.WimImageInfoObject' }
        @{ TypeName = 'DismTs.ImageObject' }, @{ TypeName = 'DismTs.BaseDismObject' }, @{ TypeName = 'DismTs.EnvironmentObject' }
        @{ TypeName = 'DismTs.ImageObjectWithState' }, @{ TypeName = 'DismTs.HealthFinding' }, @{ TypeName = 'DismTs.HealthCounts' }
        @{ TypeName = 'DismTs.BasicPackageObject' }, @{ TypeName = 'DismTs.AdvancedPackageObject' }, @{ TypeName = 'DismTs.BasicFeatureObject' }
        @{ TypeName = 'DismTs.AdvancedFeatureObject' }, @{ TypeName = 'DismTs.BasicDriverObject' }, @{ TypeName = 'DismTs.AdvancedDriverObject' }
        @{ TypeName = 'DismTs.BasicCapabilityObject' }, @{ TypeName = 'DismTs.AdvancedCapabilityObject' }, @{ TypeName = 'DismTs.EditionObject' }
        @{ TypeName = 'DismTs.CustomPropertyObject' }, @{ TypeName = 'DismTs.AppxPackageObject' }, @{ TypeName = 'DismTs.NonRemovableAppObject' }
        @{ TypeName = 'DismTs.ReservedStorageStateObject' }, @{ TypeName = 'DismTs.OfflineImageObject' }, @{ TypeName = 'DismTs.LogEntry' }
        @{ TypeName = 'DismTs.EnvironmentCheckObject' }, @{ TypeName = 'DismTs.ErrorInfoObject' }, @{ TypeName = 'DismTs.HolderObject' }
        @{ TypeName = 'DismTs.InboxNameObject' }, @{ TypeName = 'DismTs.ScriptFinding' }
    ) {
        Get-FormatData -TypeName $TypeName -PowerShellVersion $PSVersionTable.PSVersion | Should -HaveCount 1
    }

    It 'leaves the preferences of its caller alone' {
        $ErrorActionPreference | Should -Be (Get-Variable -Name ErrorActionPreference -Scope Global -ValueOnly)
        InModuleScope DismTs { $ExecutionContext.SessionState.PSVariable.Get('ErrorActionPreference').Value } |
            Should -Be (Get-Variable -Name ErrorActionPreference -Scope Global -ValueOnly)
    }

    It 'starts nothing when it is imported' {
        InModuleScope DismTs { $script:sidecars.Count } | Should -Be 0
    }

    It 'leaves no event subscription behind when it is removed' {
        Import-Module -Name $manifestPath -Force
        $before = @(Get-EventSubscriber -Force).Count
        # As for the first sidecar, and for the next.
        1..2 | ForEach-Object { & (Get-Module -Name DismTs) { Register-SessionEnd } }
        @(Get-EventSubscriber -Force).Count | Should -Be ($before + 1)
        Remove-Module -Name DismTs
        @(Get-EventSubscriber -Force).Count | Should -Be $before
        Import-Module -Name $manifestPath
    }
}
