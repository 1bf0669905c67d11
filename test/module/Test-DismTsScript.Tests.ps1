# Test-DismTsScript: what it finds in scripts, line by line, and that it runs nothing.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    $recordPath = Import-FakeModule -Folder $TestDrive

    function Get-Finding {
        # The findings of a script of one line but for those of the verdict Ok, or all.
        param($Line, [switch] $All)
        Set-Content -LiteralPath "$TestDrive/line.ps1" -Value $Line
        Test-DismTsScript -Path "$TestDrive/line.ps1" | Where-Object { $All -or $_.Verdict -ne 'Ok' }
    }
}

AfterAll {
    Remove-Module -Name DismTs
    Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
}

Describe 'Test-DismTsScript' -Tag 'Unit' {
    It 'lists each call with its line, what it becomes and what to do' {
        Set-Content -LiteralPath "$TestDrive/calls.ps1" -Value @'
function Update-Image {
    param($Wim, $Mount)
    $parameters = @{ ImagePath = $Wim; Index = 1; Path = $Mount }
    $null = Mount-WindowsImage @parameters
    Dism\Save-WindowsImage -Path $Mount
    & 'Dismount-WindowsImage' -Path $Mount -Save |
        Out-Null
    Get-ProvisionedAppxPackage -Path $Mount | Remove-AppxProvisionedPackage
}
'@
        $findings = @(Test-DismTsScript -Path "$TestDrive/calls.ps1")
        $findings.Line | Should -Be 4, 5, 6, 8, 8
        $findings.Command | Should -Be 'Mount-WindowsImage', 'Save-WindowsImage', 'Dismount-WindowsImage', 'Get-ProvisionedAppxPackage', 'Remove-AppxProvisionedPackage'
        $findings.Replacement | Should -Be 'Mount-DismTsImage', 'Save-DismTsImage', 'Dismount-DismTsImage', 'Get-DismTsAppxProvisionedPackage', 'Remove-DismTsAppxProvisionedPackage'
        $findings.Verdict | Sort-Object -Unique | Should -Be 'Ok'
        $findings[0].PSObject.TypeNames[0] | Should -Be 'DismTs.ScriptFinding'
        $findings[0].PSObject.Properties.Name | Should -Be 'File', 'Line', 'Column', 'Command', 'Replacement', 'Verdict', 'Advice', 'Code'
        $findings[0].File | Should -Be ([System.IO.Path]::GetFullPath("$TestDrive/calls.ps1"))
        $findings[0].Column | Should -Be 13
        $findings[0].Code | Should -Be 'Mount-WindowsImage @parameters'
        $findings[0].Advice | Should -Match 'Enable-DismTsInboxName'
        $findings | Out-String -Width 200 | Should -Match 'calls.ps1 +4 +Ok +Mount-WindowsImage'
    }

    It '<Line> is <Verdict>: <Advice>' -ForEach @(
        @{ Line = '(Get-WindowsImage -Mounted).MountStatus -eq 2'; Verdict = 'InboxNameOnly'; Advice = '*MountStatus is a string*' }
        @{ Line = '2 -eq (Get-WindowsImage -Mounted).MountStatus'; Verdict = 'InboxNameOnly'; Advice = '*MountStatus is a string*' }
        @{ Line = '$x.State -in 1, 2; Get-WindowsImage -Mounted'; Verdict = 'InboxNameOnly'; Advice = '*State is a string*' }
        @{ Line = 'Get-WindowsImage -Mounted | Where-Object MountStatus -EQ 1'; Verdict = 'InboxNameOnly'; Advice = '*MountStatus is a string*' }
        @{ Line = 'Get-WindowsImage -Mounted | ? { $_.MountStatus -gt 0 }'; Verdict = 'InboxNameOnly'; Advice = '*MountStatus is a string*' }
        @{ Line = '$f = Get-WindowsOptionalFeature -Path m; if (-not $f.State) { }'; Verdict = 'InboxNameOnly'; Advice = '*always true*' }
        @{ Line = '[int] (Get-WindowsImage -Mounted).MountStatus'; Verdict = 'InboxNameOnly'; Advice = '*has no number*' }
        @{ Line = '[Microsoft.Dism.Commands.FeatureState]::Enabled'; Verdict = 'InboxNameOnly'; Advice = 'The type is there on Windows*' }
        @{ Line = 'function f { param([Microsoft.Dism.Commands.ImageObject[]] $o) }'; Verdict = 'InboxNameOnly'; Advice = 'The type is there on Windows*' }
        @{ Line = '$x.GetType().FullName -eq "Microsoft.Dism.Commands.ImageObject"'; Verdict = 'InboxNameOnly'; Advice = 'A type name*' }
        @{ Line = '$_.FullyQualifiedErrorId -eq "Microsoft.Dism.Commands.MountWindowsImageCommand"'; Verdict = 'Differs'; Advice = '*compare Exception.HResult*' }
        @{ Line = 'try { Save-WindowsImage -Path m } catch { if ($_.Exception.Message -match "in use") { } }'; Verdict = 'Differs'; Advice = 'Texts of errors*' }
        @{ Line = 'try { Save-WindowsImage -Path m } catch { if ($_ -like "*in use*") { } }'; Verdict = 'Differs'; Advice = 'Texts of errors*' }
        @{ Line = 'try { Save-WindowsImage -Path m } catch { $_.Exception.Message.Contains("in use") }'; Verdict = 'Differs'; Advice = 'Texts of errors*' }
        @{ Line = 'try { Save-WindowsImage -Path m } catch { switch -Wildcard ($_.Exception.Message) { "*use*" { } } }'; Verdict = 'Differs'; Advice = 'Texts of errors*' }
        @{ Line = 'try { Get-WindowsImage -Mounted | Dismount-WindowsImage -Save } catch { }'; Verdict = 'InboxNameOnly'; Advice = '*-ErrorAction Stop*' }
        @{ Line = 'Get-WindowsImage -Mounted -LogLevel 2'; Verdict = 'InboxNameOnly'; Advice = '*Write the name of the level*' }
        @{ Line = 'Save-OsImage -ImagePath a -CapturePath b'; Verdict = 'Missing'; Advice = '*for OEMs*' }
        @{ Line = 'dism.exe /Online /Get-Features'; Verdict = 'Missing'; Advice = '*does not replace dism.exe*' }
        @{ Line = 'Mount-WindowsImage -ImagePath a -Index 1 -Path b -Nothing'; Verdict = 'Differs'; Advice = 'There is no parameter -Nothing*' }
        @{ Line = 'Dismount-WindowsImage -Path b -D'; Verdict = 'Differs'; Advice = '-D may be *-Discard*' }
        @{ Line = 'Import-Module -Name Dism'; Verdict = 'InboxNameOnly'; Advice = '*Import-Module DismTs*' }
        @{ Line = "#Requires -Modules Dism`nGet-WindowsImage -Mounted"; Verdict = 'InboxNameOnly'; Advice = '*require DismTs*' }
        @{ Line = 'Invoke-Expression "Get-WindowsImage -Mounted"'; Verdict = 'Unknown'; Advice = '*in a text*' }
        @{ Line = 'Get-Command Mount-WindowsImage -CommandType Cmdlet'; Verdict = 'Differs'; Advice = '*are functions*' }
        @{ Line = 'if (Get-WindowsImage {'; Verdict = 'Unknown'; Advice = 'This PowerShell cannot read*' }
    ) {
        $findings = @(Get-Finding -Line $Line)
        @($findings.Verdict | Sort-Object -Unique) | Should -Be $Verdict
        $findings[0].Advice | Should -BeLike $Advice
    }

    It 'finds nothing wrong with <Line>' -ForEach @(
        @{ Line = 'Get-WindowsImage -Mounted | Where-Object MountStatus -EQ Invalid | Dismount-WindowsImage -Discard' }
        @{ Line = 'Mount-WindowsImage -Image a -Index 1 -Path b -Read -LP c' }
        @{ Line = 'try { Save-WindowsImage -Path m } catch { if ($_.Exception.HResult -eq 0xC1420117) { } elseif ("$_" -match "0xC1420127") { } }' }
        @{ Line = 'if ($process.State -eq 2) { }' }
        # "switch" compares an enumeration with names only, also in-box.
        @{ Line = 'switch ((Get-WindowsImage -Mounted).MountStatus) { 0 { } "Ok" { } }' }
        @{ Line = '$text = "see help"; Get-WindowsImage -ImagePath $text' }
    ) {
        Get-Finding -Line $Line | Should -BeNullOrEmpty
    }

    It 'tells what the engine of this machine lacks' {
        $lacking = @{ 'package/add' = 'only the servicing stack of Windows can'; 'edition/getTargets' = 'only Windows can'; 'reservedStorage/get' = 'it is about the running Windows' }
        Mock -ModuleName DismTs -CommandName Get-Sidecar -MockWith {
            $unsupported = $lacking.Keys | ForEach-Object { [pscustomobject] @{ method = $_; reason = $lacking[$_] } }
            [pscustomobject] @{ Server = [pscustomobject] @{ capabilities = [pscustomobject] @{ unsupported = $unsupported } } }
        }
        (Get-Finding -Line 'Add-WindowsPackage -Path m -PackagePath a.cab').Advice | Should -BeLike '*only the servicing stack of Windows can*'
        (Get-Finding -Line 'Get-WindowsEdition -Path m -Target').Verdict | Should -Be 'Unsupported'
        Get-Finding -Line 'Get-WindowsEdition -Path m' | Should -BeNullOrEmpty
        (Get-Finding -Line 'Get-WindowsPackage -Online').Advice | Should -BeLike '*-Online needs Windows*'
    }

    It 'warns where the engine cannot be asked, and reads the script all the same' {
        $record = InModuleScope DismTs { New-DismTsErrorRecord -Message 'Cannot start' -HResult 0x80004005 -Symbol X -Category ResourceUnavailable }
        Mock -ModuleName DismTs -CommandName Get-Sidecar -MockWith { $record }
        Set-Content -LiteralPath "$TestDrive/line.ps1" -Value 'Add-WindowsPackage -Path m -PackagePath a.cab'
        (Test-DismTsScript -Path "$TestDrive/line.ps1" -WarningVariable warned -WarningAction SilentlyContinue).Verdict | Should -Be 'Ok'
        $warned | Should -Match 'Cannot start'
    }

    It 'runs nothing' {
        $null = Get-Finding -Line "Set-Content -LiteralPath '$TestDrive/ran.txt' -Value x; class C { static [int] `$x = (Set-Content -LiteralPath '$TestDrive/ran.txt' -Value y) }; Get-WindowsImage -Mounted"
        "$TestDrive/ran.txt" | Should -Not -Exist
        @(Get-ReceivedMessage -RecordPath $recordPath).Message.method | Sort-Object -Unique | Should -Be 'initialize'
    }

    It 'takes files from Get-ChildItem and wildcards, and goes on after one that is not there' {
        $null = New-Item -ItemType Directory -Path "$TestDrive/many"
        'a', 'b' | ForEach-Object { Set-Content -LiteralPath "$TestDrive/many/$_.ps1" -Value 'Get-WindowsImage -Mounted' }
        (Get-ChildItem -LiteralPath "$TestDrive/many" | Test-DismTsScript).File | Split-Path -Leaf | Should -Be 'a.ps1', 'b.ps1'
        Test-DismTsScript "$TestDrive/many/*.ps1" | Should -HaveCount 2
        (Get-StatementError { Test-DismTsScript -Path "$TestDrive/none.ps1" }).FullyQualifiedErrorId | Should -Be 'ERROR_FILE_NOT_FOUND,Test-DismTsScript'
        $paths = 'none', 'many/a' | ForEach-Object { [pscustomobject] @{ Path = "$TestDrive/$_.ps1" } }
        $paths | Test-DismTsScript -ErrorAction SilentlyContinue | Should -HaveCount 1
    }

    It 'knows the methods of every command that an engine may lack' {
        $support = Get-Content -LiteralPath "$(Get-RepositoryRoot)/test/fixtures/rpc/initialize.json" -Raw | ConvertFrom-Json
        $methods = @($support.exchange.message.result.capabilities.methods | Where-Object { $_ })
        $null = Get-Finding -Line 'x'
        $table = & (& (Get-Module -Name DismTs) { Get-Module -Name DismTs.Porting }) { $script:methods }
        foreach ($command in $table.Keys) {
            Get-Command -Name $command -Module DismTs | Should -Not -BeNullOrEmpty
            foreach ($switchName in $table[$command].Keys) {
                $methods | Should -Contain $table[$command][$switchName]
            }
        }
    }
}
