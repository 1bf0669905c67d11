# The registry of offline images: what the commands send and give, and the real executable on a generated image.

BeforeDiscovery {
    $base = 'Path', 'Online', 'WinPath', 'SysDrivePath', 'RestartNeeded', 'LogPath', 'ScratchDirectory', 'LogLevel'
    $change = @('Action', 'Hive', 'Key', 'Name', 'Changed', 'BeforeType', 'Before', 'AfterType', 'After') + $base
    $typeCases = @(
        @{ Script = { Get-DismTsRegistryKey -Path /fake/m -Hive SOFTWARE -Key A }; Type = 'RegistryKeyObject'; Properties = @('Hive', 'Key', 'Name', 'SubkeyCount', 'ValueCount', 'LastWritten') + $base }
        @{ Script = { Get-DismTsRegistryValue -Path /fake/m -Hive SOFTWARE -Key A }; Type = 'RegistryValueObject'; Properties = @('Hive', 'Key', 'Name', 'Type', 'Value') + $base }
        @{ Script = { Set-DismTsRegistryValue -Path /fake/m -Hive SOFTWARE -Key A -Name v -Value x }; Type = 'RegistryChangeObject'; Properties = $change }
        @{ Script = { Import-DismTsRegistryFile -Path /fake/m -RegistryFile /a/x.reg }; Type = 'RegistryChangeObject'; Properties = $change }
    )
    $set = 'registry/change {"edits":[{"action":"SetValue","hive":"SOFTWARE","key":"A","name":"v","type":"TYPE","value":DATA}],"path":"/fake/m"}'
    $valueCases = @(
        @{ Value = 'text'; Type = ''; Sent = 'String'; Data = '"text"' }
        @{ Value = 5; Type = ''; Sent = 'DWord'; Data = '"5"' }
        @{ Value = [uint32]::MaxValue; Type = ''; Sent = 'DWord'; Data = '"4294967295"' }
        @{ Value = 5L; Type = ''; Sent = 'QWord'; Data = '"5"' }
        @{ Value = [byte[]] (0, 255); Type = ''; Sent = 'Binary'; Data = '"00ff"' }
        @{ Value = 'a', 'b'; Type = ''; Sent = 'MultiString'; Data = '["a","b"]' }
        @{ Value = 'a'; Type = 'MultiString'; Sent = 'MultiString'; Data = '["a"]' }
        @{ Value = '0x10'; Type = 'dword'; Sent = 'DWord'; Data = '"0x10"' }
        @{ Value = 1, 2; Type = 'Binary'; Sent = 'Binary'; Data = '"0102"' }
        @{ Value = '%windir%'; Type = 'ExpandString'; Sent = 'ExpandString'; Data = '"%windir%"' }
    ) | ForEach-Object { $_.Wanted = $set.Replace('TYPE', $_.Sent).Replace('DATA', $_.Data); $_ }
    $sentCases = @(
        @{
            Script = { Get-DismTsRegistryKey -Path /fake/m -Hive SOFTWARE -Key 'A\*' -Child -Recurse -ReplayLog }
            Sent   = 'registry/getKeys {"children":true,"hive":"SOFTWARE","key":"A\\*","path":"/fake/m","recurse":true,"replayLog":true}'
        }
        @{
            Script = { Get-DismTsRegistryValue -Path /fake/m -Hive SYSTEM -Key A -Name '(default)' }
            Sent   = 'registry/getValues {"hive":"SYSTEM","key":"A","name":"","path":"/fake/m"}'
        }
        @{
            Script = { Remove-DismTsRegistryValue -Path /fake/m -Hive SYSTEM -Key A -Name v }
            Sent   = 'registry/change {"edits":[{"action":"RemoveValue","hive":"SYSTEM","key":"A","name":"v"}],"path":"/fake/m"}'
        }
        @{
            Script = { New-DismTsRegistryKey -Path /fake/m -Hive SYSTEM -Key A }
            Sent   = 'registry/change {"edits":[{"action":"CreateKey","hive":"SYSTEM","key":"A"}],"path":"/fake/m"}'
        }
        @{
            Script = { Remove-DismTsRegistryKey -Path /fake/m -Hive SYSTEM -Key A -Recurse }
            Sent   = 'registry/change {"edits":[{"action":"RemoveKey","hive":"SYSTEM","key":"A","recurse":true}],"path":"/fake/m"}'
        }
        @{
            Script = { Import-DismTsRegistryFile -Path /fake/m -RegistryFile /a/x.reg -WhatIf }
            Sent   = 'registry/importFile {"path":"/fake/m","registryFile":"/a/x.reg","validateOnly":true}'
        }
    )
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"

    function Get-SentRequest {
        # Requests after "initialize" as text.
        @(Get-SentText -RecordPath $recordPath)
    }
}

Describe 'Commands about the registry' -Tag 'Unit' {
    BeforeEach {
        $recordPath = Import-FakeModule -Folder $TestDrive
    }

    AfterEach {
        Remove-Module -Name DismTs
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    It 'send <Sent>' -ForEach $sentCases {
        $null = & $Script
        Get-SentRequest | Should -Be $Sent
    }

    It 'send the value <Value> as <Wanted>' -ForEach $valueCases {
        $type = @{}
        if ($_.Type) {
            $type['Type'] = $_.Type
        }
        $null = Set-DismTsRegistryValue -Path /fake/m -Hive SOFTWARE -Key A -Name v -Value $Value @type
        Get-SentRequest | Should -Be $Wanted
    }

    It 'give <Type>' -ForEach $typeCases {
        $result = @(& $Script)[0]
        $result.PSObject.TypeNames[0] | Should -Be "DismTs.$Type"
        $result.PSObject.Properties.Name | Should -Be $Properties
    }

    It 'give values in the types of the registry provider' {
        $values = Get-DismTsRegistryValue -Path /fake/m -Hive SOFTWARE -Key A
        $values.Value[0] | Should -Be 'text'
        $values[1].Value | Should -BeOfType [uint32]
        $values[1].Value | Should -Be ([uint32]::MaxValue)
        $values[2].Value | Should -Be ([uint64]::MaxValue)
        , $values[3].Value | Should -BeOfType [byte[]]
        $values[3].Value | Should -Be 0, 255, 16
        , $values[4].Value | Should -BeOfType [string[]]
    }

    It 'refuse to keep for the first start what is not kept' {
        { Add-DismTsPackage -Online -PackagePath /a/x.cab -AtFirstBoot } | Should -Throw -ErrorId 'E_INVALIDARG,Add-DismTsPackage'
        { Enable-DismTsOptionalFeature -Path /fake/m -FeatureName x -Source /a -AtFirstBoot } | Should -Throw -ErrorId 'E_INVALIDARG,Enable-DismTsOptionalFeature'
        (Enable-DismTsOptionalFeature -Path /fake/m -FeatureName x -AtFirstBoot).PSObject.TypeNames[0] | Should -Be 'DismTs.FirstBootActionObject'
    }

    It 'say with -WhatIf what would be changed, and give nothing' {
        $given = Set-DismTsRegistryValue -Path /fake/m -Hive SOFTWARE -Key A -Name v -Value text -WhatIf -InformationVariable said 6> $null
        $given | Should -BeNullOrEmpty
        "$said" | Should -BeExactly 'What if: SOFTWARE\Contoso "Name": none -> String text'
        Get-SentRequest | Should -BeLike '*"validateOnly":true*'
        $text = '{"changed":true,"changes":[{"action":"CreateKey","hive":"SYSTEM","key":"A","name":"","changed":true,"before":null,"after":null},' +
        '{"action":"SetValue","hive":"SYSTEM","key":"A","name":"x","changed":false,"before":null,"after":null},' +
        '{"action":"RemoveValue","hive":"SYSTEM","key":"A","name":"","changed":true,"before":{"type":"DWord","value":"1"},"after":null}],' +
        '"removedPackages":["P"],"addedDrivers":["/d/a.inf"],"writtenFiles":["Windows/x"],"removedFiles":["Windows/y"],"items":[{"kind":"Feature","name":"F"}],' +
        '"addedLines":[{"path":"Windows/x","line":"call x"}],"removedLines":[{"path":"Windows/x","line":"call y"}]}'
        InModuleScope DismTs -Parameters @{ Text = $text } {
            param($Text)
            Get-ServicingPlan -Result (ConvertFrom-Json -InputObject $Text) | Should -BeExactly @(
                'What if: Makes the key SYSTEM\A'
                'What if: SYSTEM\A (default): DWord 1 -> none'
                'What if: Removes P'
                'What if: Adds the driver /d/a.inf'
                'What if: Writes Windows/x'
                'What if: Removes Windows/y'
                'What if: Adds to Windows/x the line: call x'
                'What if: Removes from Windows/x the line: call y'
            )
            Get-ServicingPlan -Result ([pscustomobject] @{ changed = $false }) | Should -BeExactly 'What if: Nothing would change'
        }
    }
}
