# Test-DismTsEnvironment, Resolve-DismTsError, ConvertTo-DismTsExitCode, completion.

BeforeDiscovery {
    Import-Module -Name "$PSScriptRoot/../../DismTs.psd1"
    # Parameters that take an image of a file. Where there is no number of an image the name is that of a new one.
    $imageParameters = foreach ($command in Get-Command -Module DismTs -CommandType Function) {
        foreach ($prefix in '', 'Source') {
            if ($command.Parameters.ContainsKey("${prefix}ImagePath") -and $command.Parameters.ContainsKey("${prefix}Index")) {
                foreach ($name in "${prefix}Index", "${prefix}Name") {
                    if ($command.Parameters.ContainsKey($name)) {
                        @{ Command = $command.Name; FileParameter = "${prefix}ImagePath"; Parameter = $name }
                    }
                }
            }
        }
    }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    $recordPath = Import-FakeModule -Folder $TestDrive

    function Get-Problem {
        # The error record that a script makes.
        param($Script)
        try {
            & $Script
        } catch {
            $_
        }
    }
}

AfterAll {
    Remove-Module -Name DismTs
    Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
}

Describe 'Test-DismTsEnvironment' -Tag 'Unit' {
    It 'gives what the sidecar found' {
        $result = Test-DismTsEnvironment
        $result.PSObject.TypeNames[0] | Should -Be 'DismTs.EnvironmentObject'
        $result.Ready | Should -BeFalse
        $result.Engine | Should -Be 'Portable'
        $result.Platform | Should -Be 'linux-x64'
        $result.SidecarVersion | Should -Be '9.9.9'
        $result.Checks | Should -HaveCount 2
        $result.Checks[1].PSObject.TypeNames[0] | Should -Be 'DismTs.EnvironmentCheckObject'
        $result.Checks[1].Name | Should -Be 'FUSE'
        $result.Checks[1].State | Should -Be 'Missing'
        $result | Out-String | Should -Match 'Missing +FUSE: no /dev/fuse'
    }

    It 'gives a finding, no error, when the sidecar cannot start' {
        $other = InModuleScope DismTs {
            Mock -CommandName Get-Sidecar -MockWith { New-DismTsErrorRecord -Message 'Cannot start' -HResult 0x80004005 -Symbol DISMTS_E_SIDECAR_START -Category ResourceUnavailable -Hint 'Do this.' -Unusable }
            Test-DismTsEnvironment
        }
        $other.Ready | Should -BeFalse
        $other.Checks | Should -HaveCount 1
        $other.Checks[0].State | Should -Be 'Missing'
        $other.Checks[0].Detail | Should -Match 'Cannot start'
        $other.Checks[0].Hint | Should -Be 'Do this.'
    }
}

Describe 'Resolve-DismTsError' -Tag 'Unit' {
    It 'takes <InputObject> for <Hex>' -ForEach @(
        @{ InputObject = -1052638953; Hex = '0xC1420117' }, @{ InputObject = 3242328343; Hex = '0xC1420117' }, @{ InputObject = '0xC1420117'; Hex = '0xC1420117' }
        @{ InputObject = 'c1420117'; Hex = '0xC1420117' }, @{ InputObject = '-1052638953'; Hex = '0xC1420117' }, @{ InputObject = '80070002'; Hex = '0x80070002' }
        @{ InputObject = 3010; Hex = '0x00000BC2' }, @{ InputObject = '0x5'; Hex = '0x00000005' }, @{ InputObject = ' 1618 '; Hex = '0x00000652' }
        @{ InputObject = [uint32] 2147942402; Hex = '0x80070002' }
    ) {
        $result = Resolve-DismTsError $InputObject
        $result.PSObject.TypeNames[0] | Should -Be 'DismTs.ErrorInfoObject'
        $result.Hex | Should -Be $Hex
        $result.Code | Should -BeOfType ([int])
        $InputObject | Resolve-DismTsError | ForEach-Object { $_.Hex } | Should -Be $Hex
    }

    It 'takes exceptions, and what PowerShell wraps them in' {
        $record = Get-Problem { [System.IO.File]::ReadAllText("$TestDrive/nothing") }
        (Resolve-DismTsError $record).Hex | Should -Be '0x80070002'
        (Resolve-DismTsError $record.Exception).Hex | Should -Be '0x80070002'
        ($record | Resolve-DismTsError).Message | Should -Be $record.Exception.Message
    }

    It 'takes an error record of DismTs, and tells all that it knows' {
        $record = Get-Problem { Dismount-DismTsImage -Path /fake/busy -Save }
        $result = $record | Resolve-DismTsError
        $result.Hex | Should -Be '0xC1420117'
        $result.Target | Should -Be '/fake/busy'
        $result.Holders.Program | Should -Be 'bash'
        $result | Out-String | Should -Match 'Holders +: bash \(42\)'
    }

    It 'prefers the hint of the failure to the general one' {
        $record = Get-Problem { Get-DismTsImage -ImagePath /fake/notFound.wim }
        (Resolve-DismTsError $record).Hint | Should -Be 'List the images first.'
        (Resolve-DismTsError 0xC0040005).Hint | Should -Be 'hint'
    }

    It 'takes the latest error when nothing is given' {
        $null = Get-Problem { Get-DismTsImage -ImagePath /fake/notFound.wim }
        (Resolve-DismTsError).Hex | Should -Be '0xC0040005'
    }

    It 'asks no sidecar about an error that says there is none' {
        Mock -ModuleName DismTs -CommandName Invoke-SidecarRequest -MockWith { throw 'asked' }
        $record = InModuleScope DismTs { New-DismTsErrorRecord -Message 'Cannot start' -HResult 0x80004005 -Symbol DISMTS_E_SIDECAR_START -Category ResourceUnavailable -Hint 'Do this.' -Unusable }
        $result = $record | Resolve-DismTsError
        $result.Symbol | Should -Be 'DISMTS_E_SIDECAR_START'
        $result.Category | Should -Be 'ResourceUnavailable'
        $result.Hint | Should -Be 'Do this.'
    }

    It 'knows <Symbol>, which this module makes itself, by symbol and by code, without a sidecar' -ForEach @(
        foreach ($name in 'BUSY', 'TIMEOUT', 'PROTOCOL_VERSION', 'SIDECAR_LOST', 'SIDECAR_PROTOCOL', 'SIDECAR_START', 'SIDECAR_HASH', 'SIDECAR_NOT_FOUND') {
            @{ Symbol = "DISMTS_E_$name" }
        }
    ) {
        Mock -ModuleName DismTs -CommandName Invoke-SidecarRequest -MockWith { throw 'asked' }
        $result = Resolve-DismTsError $Symbol
        $result.Symbol | Should -Be $Symbol
        $result.Known | Should -BeTrue
        $result.Hex | Should -Match '^0xA04400'
        $result.Meaning | Should -Not -BeNullOrEmpty
        $result.Hint | Should -Not -BeNullOrEmpty
        (Resolve-DismTsError $result.Code).Symbol | Should -Be $Symbol
        (Resolve-DismTsError $result.Hex).Symbol | Should -Be $Symbol
        $record = InModuleScope DismTs -Parameters @{ Name = $Symbol } { param($Name) New-DismTsErrorRecord -Message 'Cannot do it' -Symbol $Name }
        $record.Exception.HResult | Should -Be $result.Code
        $record.Exception.Hint | Should -Be $result.Hint
        $record.CategoryInfo.Category | Should -Be $result.Category
        ($record | Resolve-DismTsError).Symbol | Should -Be $Symbol
    }

    It 'refuses <InputObject>, which is no code' -ForEach @(@{ InputObject = 'install.wim' }, @{ InputObject = 99999999999 }, @{ InputObject = '0x123456789' }) {
        { Resolve-DismTsError $InputObject } | Should -Throw -ErrorId 'E_INVALIDARG,Resolve-DismTsError'
    }
}

Describe 'ConvertTo-DismTsExitCode on Linux, where a code is a byte' -Tag 'Unit' {
    It 'is 75 (EX_TEMPFAIL) when something is busy, 0 when a restart is needed, 65 (EX_DATAERR) for damage, and 1' {
        Get-Problem { Dismount-DismTsImage -Path /fake/busy -Save } | ConvertTo-DismTsExitCode | Should -Be 75
        Save-DismTsImage -Path /fake/restart | ConvertTo-DismTsExitCode | Should -Be 0
        Repair-DismTsImage -Path /fake/m -ScanHealth | ConvertTo-DismTsExitCode | Should -Be 65
        Get-Problem { Get-DismTsImage -ImagePath /fake/notFound.wim } | ConvertTo-DismTsExitCode | Should -Be 1
    }

    It 'is 75 for a file that another .NET program has locked' {
        $path = Join-Path -Path $TestDrive -ChildPath locked
        $stream = [System.IO.File]::Open($path, 'Create', 'Write', 'None')
        try {
            Get-Problem { [System.IO.File]::OpenRead($path) } | ConvertTo-DismTsExitCode | Should -Be 75
        } finally {
            $stream.Dispose()
        }
    }
}

Describe 'ConvertTo-DismTsExitCode on Windows' -Tag 'Unit' {
    BeforeAll {
        Mock -ModuleName DismTs -CommandName Get-SidecarPlatform -MockWith { 'win32-x64' }
    }

    It 'is 65 when a scan found damage, and 1 when it could not be made' {
        Repair-DismTsImage -Path /fake/m -ScanHealth | ConvertTo-DismTsExitCode | Should -Be 65
        Get-Problem { Repair-DismTsImage -Path /fake/notFound -ScanHealth } | ConvertTo-DismTsExitCode | Should -Be 1
    }

    It 'is 0 for a result' {
        Save-DismTsImage -Path /fake/m | ConvertTo-DismTsExitCode | Should -Be 0
    }

    It 'is 3010 when a restart is needed' {
        Save-DismTsImage -Path /fake/restart | ConvertTo-DismTsExitCode | Should -Be 3010
    }

    It 'is 1618 when something is busy' {
        Get-Problem { Dismount-DismTsImage -Path /fake/busy -Save } | ConvertTo-DismTsExitCode | Should -Be 1618
        [pscustomobject] @{ Path = '/fake/busy' } | Dismount-DismTsImage -Save 2>&1 | ConvertTo-DismTsExitCode | Should -Be 1618
    }

    It 'is 1 when something failed' {
        Get-Problem { Get-DismTsImage -ImagePath /fake/notFound.wim } | ConvertTo-DismTsExitCode | Should -Be 1
    }

    It 'is <Code> for HRESULT <HResult>' -ForEach @(
        @{ HResult = 0x80070BC2; Code = 3010 }, @{ HResult = 0x80070BC3; Code = 3010 }, @{ HResult = 0x800F0902; Code = 1618 }, @{ HResult = 0x80070005; Code = 1 }
        @{ HResult = 0xC1420127; Code = 1618 }, @{ HResult = 0xC1420113; Code = 1618 }, @{ HResult = 0x80070020; Code = 1618 }, @{ HResult = 0x80070021; Code = 1618 }
        @{ HResult = 0xC15101FD; Code = 1618 }, @{ HResult = 0x800700B7; Code = 1 }
    ) {
        New-Object -TypeName System.Runtime.InteropServices.COMException -ArgumentList 'message', $HResult | ConvertTo-DismTsExitCode | Should -Be $Code
    }

    It 'is that of the worst of several' {
        $results = @(Save-DismTsImage -Path /fake/m) + @(Save-DismTsImage -Path /fake/restart)
        $results | ConvertTo-DismTsExitCode | Should -Be 3010
        $results += @(Get-Problem { Dismount-DismTsImage -Path /fake/busy -Save })
        $results | ConvertTo-DismTsExitCode | Should -Be 1618
        $results += @(Get-Problem { Get-DismTsImage -ImagePath /fake/notFound.wim })
        $results | ConvertTo-DismTsExitCode | Should -Be 1
        $results[3..0] | ConvertTo-DismTsExitCode | Should -Be 1
    }

    It 'is a failure when nothing came, unless that is fine' {
        @() | ConvertTo-DismTsExitCode | Should -Be 1
        @() | ConvertTo-DismTsExitCode -AllowEmpty | Should -Be 0
        $null | ConvertTo-DismTsExitCode | Should -Be 1
        [pscustomobject] @{ ImagePath = '/fake/notFound.wim' } | Get-DismTsImage -ErrorAction SilentlyContinue | ConvertTo-DismTsExitCode | Should -Be 1
    }

    It 'takes what -ErrorVariable has, of a statement that ended and of an item' {
        $ended = $item = $null
        try {
            Dismount-DismTsImage -Path /fake/busy -Save -ErrorVariable ended
        } catch {
            $_.FullyQualifiedErrorId | Should -Be 'WIM_E_UNMOUNT_INCOMPLETE,Dismount-DismTsImage'
        }
        $ended[0] | Should -BeOfType ([System.Management.Automation.CmdletInvocationException])
        $ended | ConvertTo-DismTsExitCode | Should -Be 1618
        (Resolve-DismTsError $ended[0]).Hex | Should -Be '0xC1420117'
        [pscustomobject] @{ Path = '/fake/busy' } | Dismount-DismTsImage -Save -ErrorAction SilentlyContinue -ErrorVariable item
        $item | ConvertTo-DismTsExitCode | Should -Be 1618
    }

    It 'is one number' {
        1..3 | ConvertTo-DismTsExitCode | Should -BeOfType ([int])
        @(1..3 | ConvertTo-DismTsExitCode) | Should -HaveCount 1
    }

    It 'is the exit code of a script that ends as its help shows' {
        $sidecar = Get-FakeSidecarCommand -RecordPath $recordPath
        $import = "Import-Module -Name '$(Get-RepositoryRoot)/DismTs.psd1' -ArgumentList (, @('$($sidecar -join "','")'))"
        $ending = '$result = try { Dismount-DismTsImage -Path /fake/busy -Save } catch { $_ }; exit ($result | ConvertTo-DismTsExitCode)'
        (Get-Help -Name ConvertTo-DismTsExitCode).examples.example[0].code | Should -Be $ending.Replace('/fake/busy', 'C:\mnt')
        & (Get-PowerShellProgram) -NoProfile -NonInteractive -Command "$import; $ending"
        $LASTEXITCODE | Should -BeIn 1618, 75
    }
}

Describe 'Get-Help -Online' -Tag 'Unit' {
    It 'has a page for every command that stands for an in-box one' {
        $inBox = InModuleScope DismTs { Get-InboxCommand | Where-Object Replacement }
        foreach ($row in $inBox) {
            (Get-Command -Name $row.Replacement).HelpUri | Should -BeLike 'https://learn.microsoft.com/powershell/module/dism/*'
        }
    }
}

Describe 'Completion' -Tag 'Unit' {
    BeforeAll {
        function Get-Completion {
            # What Tab offers at the end of a command line.
            param($Line)
            (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches
        }
    }

    It 'offers mount folders to <Command>' -ForEach @(@{ Command = 'Dismount-DismTsImage' }, @{ Command = 'Save-DismTsImage' }, @{ Command = 'Mount-DismTsImage -Remount' }) {
        (Get-Completion -Line "$Command -Path /fake/t").CompletionText | Should -Be "'/fake/two files'", '/fake/three'
    }

    It 'offers ordinary folders where one is mounted' {
        $null = New-Item -ItemType Directory -Path "$TestDrive/empty"
        (Get-Completion -Line "Mount-DismTsImage -Path $TestDrive/em").CompletionText | Should -Match 'empty'
    }

    It 'offers the images of the file' {
        (Get-Completion -Line 'Mount-DismTsImage -ImagePath /fake/x.wim -Index ').CompletionText | Should -Be '1', '2'
        (Get-Completion -Line 'Get-DismTsImage -ImagePath /fake/x.wim -Name S').CompletionText | Should -Be 'Second'
        (Get-Completion -Line 'Set-DismTsImage -ImagePath /fake/x.wim -BootIndex ').CompletionText | Should -Be '1', '2'
    }

    It 'offers the images of the file to <Command> -<Parameter>' -ForEach $imageParameters {
        $expected = '1', '2'
        if ($Parameter -like '*Name') {
            $expected = 'First', 'Second'
        }
        (Get-Completion -Line "$Command -$FileParameter /fake/x.wim -$Parameter ").CompletionText | Should -Be $expected
    }

    It 'offers what is in the image to <Line>' -ForEach @(
        @{ Line = 'Remove-DismTsAppxProvisionedPackage -Path /fake/m -PackageName sample.a'; Expected = 'Sample.App_1.2.3.4_neutral_~_abcdefghjkmnp' }
        @{ Line = 'Remove-DismTsAppxProvisionedPackage -Online -PackageName sample.a'; Expected = 'Sample.App_1.2.3.4_neutral_~_abcdefghjkmnp' }
        @{ Line = 'Set-DismTsNonRemovableAppsPolicy -Path /fake/m -PackageFamilyName sample.a'; Expected = 'Sample.App_abcdefghjkmnp' }
        @{ Line = 'Export-DismTsCapabilitySource -Path /fake/m -Name open'; Expected = 'OpenSSH.Client~~~~0.0.1.0' }
        @{ Line = 'Get-DismTsOptionalFeature -Path /fake/m -FeatureName t'; Expected = 'TelnetClient' }
        @{ Line = 'Get-DismTsPackage -Path /fake/m -PackageName Package_'; Expected = 'Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.1742.1.10' }
        @{ Line = 'Get-DismTsDriver -Path /fake/m -Driver oem0'; Expected = 'oem0.inf' }
    ) {
        (Get-Completion -Line $Line).CompletionText | Should -Be $Expected
    }

    It 'offers nothing where no image is named' {
        $before = @(Get-ReceivedMessage -RecordPath $recordPath -Method appx/get).Count
        $null = Get-Completion -Line 'Remove-DismTsAppxProvisionedPackage -PackageName sample'
        @(Get-ReceivedMessage -RecordPath $recordPath -Method appx/get).Count | Should -Be $before
    }
}
