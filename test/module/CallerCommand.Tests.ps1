# Functions and aliases of the caller that have names of cmdlets: the module goes on with the cmdlets.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    $moduleRoot = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../module")

    filter Get-Ast {
        [System.Management.Automation.Language.Parser]::ParseFile($_.FullName, [ref] $null, [ref] $null)
    }

    function Get-CalledCommand {
        # Names of the commands that the files of the module itself call and do not define.
        param()
        $files = @(Get-ChildItem -LiteralPath "$moduleRoot/Private", "$moduleRoot/Public" -Filter *.ps1) + @(Get-Item -LiteralPath "$moduleRoot/DismTs.psm1")
        $defined = Get-ChildItem -LiteralPath $moduleRoot -Recurse -Include *.ps1, *.psm1 | Get-Ast | ForEach-Object {
            $_.FindAll({ $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $true).Name
        }
        $called = $files | Get-Ast | ForEach-Object { $_.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true) } | ForEach-Object { $_.GetCommandName() }
        # Called when the module is loaded, before anything can be lost.
        $called | Sort-Object -Unique | Where-Object { $_ -and $_ -notin $defined -and $_ -ne 'Set-StrictMode' }
    }
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'A name that the caller gave to something else' -Tag 'Unit' {
    It 'is never met in the module: each cmdlet that it calls has an alias in it' {
        $null = Import-FakeModule -Folder $TestDrive
        $own = & (Get-Module -Name DismTs) { Get-Alias -Scope Script | Where-Object { $_.ModuleName -eq 'DismTs' -and $_.Definition -like 'Microsoft.PowerShell.*' } }
        $called = Get-CalledCommand
        $called.Count | Should -BeGreaterThan 10
        $called | Should -BeIn $own.Name
        # Each costs an import some time.
        $own.Name | Should -BeIn $called
        foreach ($alias in $own) {
            $alias.ResolvedCommand | Should -BeOfType System.Management.Automation.CmdletInfo -Because $alias.Name
            $alias.ResolvedCommand.Name | Should -Be $alias.Name
        }
        (Get-Module -Name DismTs).ExportedAliases.Keys | Where-Object { $_ -in $own.Name } | Should -BeNullOrEmpty
    }

    It 'does not break a command' {
        $recordPath = Import-FakeModule -Folder $TestDrive
        $text = (Get-CalledCommand | ForEach-Object {
                "function global:$_ { throw 'of the caller: $_' }; `$null = `$ExecutionContext.InvokeProvider.Item.Set('Alias:$_', 'Get-Date')"
            }) -join "`n"
        $runner = [powershell]::Create()
        try {
            $null = $runner.AddScript("param(`$manifest, `$sidecar)`nImport-Module `$manifest -ArgumentList (, `$sidecar)`n$text").AddArgument((Get-ModuleManifest)).AddArgument((Get-FakeSidecarCommand -RecordPath $recordPath)).Invoke()
            $runner.HadErrors | Should -BeFalse
            $runner.Commands.Clear()
            $mount = $runner.AddScript('Mount-DismTsImage -ImagePath /fake/a.wim -Index 1 -Path /fake/m -Verbose -Debug; Get-DismTsImage -Mounted; Dismount-DismTsImage -Path /fake/m -Discard').Invoke()
            $runner.Streams.Error | Should -BeNullOrEmpty
            $mount[0].Path | Should -Be '/fake/m'
            $runner.Commands.Clear()
            $null = $runner.AddScript('Get-DismTsPackage -Path /fake/crash').Invoke()
            $runner.Streams.Error[0].FullyQualifiedErrorId | Should -BeLike 'DISMTS_E_SIDECAR_LOST,*'
        } finally {
            $runner.Dispose()
        }
    }
}
