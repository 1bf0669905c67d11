# The in-box names: what Enable-DismTsInboxName defines and hides, and what results and errors are under these names.

BeforeDiscovery {
    $table = Import-PowerShellDataFile -Path "$PSScriptRoot/../../module/InboxName/InboxCommand.psd1"
    $manifest = Import-PowerShellDataFile -Path "$PSScriptRoot/../../DismTs.psd1"
    $covered = foreach ($name in $table.Keys | Sort-Object) {
        if ($table[$name]['DismTs'] -in $manifest.FunctionsToExport) {
            @{ Name = $name; Replacement = $table[$name]['DismTs'] }
        }
    }
    $missing = foreach ($name in $table.Keys | Sort-Object) {
        if ($table[$name]['DismTs'] -notin $manifest.FunctionsToExport) {
            @{ Name = $name; Instead = $table[$name]['Instead'] }
        }
    }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    $root = Get-RepositoryRoot
    $modulePath = $env:PSModulePath
    $recordPath = Import-FakeModule -Folder $TestDrive
    $enabled = Enable-DismTsInboxName
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
    $env:PSModulePath | Should -Be $modulePath
    Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
}

Describe 'Enable-DismTsInboxName' -Tag 'Unit' {
    Context 'The names' {
        It '<Name> is <Replacement>, with its parameters and help' -ForEach $covered {
            $inbox = Get-Command -Name $Name
            $inbox.CommandType | Should -Be 'Function'
            $inbox.ModuleName | Should -Be 'Dism'
            $own = Get-Command -Name $Replacement
            @($inbox.Parameters.Keys) | Should -Be @($own.Parameters.Keys)
            $inbox.ParameterSets.Name | Should -Be $own.ParameterSets.Name
            (Get-Help -Name $Name).Synopsis | Should -Be (Get-Help -Name $Replacement).Synopsis
        }

        It '<Name>, which this version lacks, takes its parameters and fails with what to use' -ForEach $missing {
            $record = Get-StatementError { & $Name -ImagePath /a.wim -Index 1 -Name x -Append:$true -ErrorAction SilentlyContinue }
            $record.FullyQualifiedErrorId | Should -Be "E_NOTIMPL,$Name"
            $record.CategoryInfo.Category | Should -Be 'NotImplemented'
            $record.Exception.HResult | Should -Be 0x80004001
            $record.Exception.Hint | Should -BeLike "*$Instead*"
            (Get-StatementError { [pscustomobject] @{ ImagePath = '/a.wim' } | & $Name }).FullyQualifiedErrorId | Should -Be "E_NOTIMPL,$Name"
        }

        It 'are those of the table, with the aliases of the in-box module' {
            $table = Import-PowerShellDataFile -Path "$root/module/InboxName/InboxCommand.psd1"
            $inbox = Import-PowerShellDataFile -Path "$root/module/InboxName/Dism/Dism.psd1"
            $inbox.FunctionsToExport | Should -Be ($table.Keys | Sort-Object)
            $inbox.AliasesToExport | Should -Be ($table.Values | ForEach-Object { $_['Aliases'] } | Where-Object { $_ } | Sort-Object)
            $inbox.FunctionsToExport | Should -HaveCount 51
            $inbox.AliasesToExport | Should -HaveCount 19
            @(Get-Command -Module Dism).Name | Sort-Object | Should -Be ($inbox.FunctionsToExport + $inbox.AliasesToExport | Sort-Object)
            $enabled.Covered + $enabled.NotCovered | Sort-Object | Should -Be ($inbox.FunctionsToExport + $inbox.AliasesToExport | Sort-Object)
            (Get-Alias -Name Apply-WindowsUnattend).Definition | Should -Be 'Use-WindowsUnattend'
            (Get-Alias -Name Set-AppPackageProvisionedDataFile).Definition | Should -Be 'Set-AppXProvisionedDataFile'
        }

        It 'light up when the command is there' {
            $names = InModuleScope DismTs {
                Mock -CommandName Import-PowerShellDataFile -MockWith { @{ 'New-WindowsImage' = @{ DismTs = 'Save-DismTsImage' }; 'Split-WindowsImage' = @{ DismTs = 'Split-DismTsNothing'; Instead = 'x' } } }
                Get-InboxCommand
            }
            $names.Replacement | Should -Be 'Save-DismTsImage', ''
        }

        It 'have a module that scripts can import, require and name' {
            (Get-Module -Name Dism).Version | Should -Be '3.0'
            { Import-Module -Name Dism -ErrorAction Stop } | Should -Not -Throw
            Get-Module -Name Dism -ListAvailable | Should -HaveCount 1
            @(Dism\Get-WindowsImage -Mounted) | Should -HaveCount 3
            Set-Content -LiteralPath "$TestDrive/required.ps1" -Value "#Requires -Modules Dism`n(Get-WindowsImage -Mounted).Count"
            & "$TestDrive/required.ps1" | Should -Be 3
        }

        It 'complete what the commands complete' {
            (TabExpansion2 -inputScript 'Dismount-WindowsImage -Path /fake/t' -cursorColumn 35).CompletionMatches.CompletionText | Should -Be "'/fake/two files'", '/fake/three'
            (TabExpansion2 -inputScript 'Dismount-WindowsImage -Di' -cursorColumn 25).CompletionMatches.CompletionText | Should -Contain '-Discard'
        }

        It 'take -WhatIf and splatting' {
            $parameters = @{ Path = '/fake/m'; Save = $true }
            Dismount-WindowsImage @parameters -WhatIf | Should -BeNullOrEmpty
            (@(Get-ReceivedMessage -RecordPath $recordPath -Method image/unmount)[-1]).Message.params.validateOnly | Should -BeTrue
        }

        It 'are told by the object' {
            $enabled.Covered | Should -Contain 'Mount-WindowsImage'
            $enabled.Covered | Should -Contain 'Add-ProvisionedAppxPackage'
            $enabled.NotCovered | Should -Contain 'Save-OsImage'
            $enabled.Types | Should -Be 'Compiled'
            $enabled.Hidden | Should -BeNullOrEmpty
            $enabled | Out-String -Width 200 | Should -Match '(?s)Covered +: .*Mount-WindowsImage.*NotCovered +: .*Save-OsImage'
        }

        It 'may be enabled twice' {
            $before = $env:PSModulePath
            (Enable-DismTsInboxName).Types | Should -Be 'Compiled'
            $env:PSModulePath | Should -Be $before
        }
    }

    Context 'Results' {
        It '<Script> gives <Type>' -ForEach @(
            @{ Script = { Get-WindowsImage -Mounted }; Type = 'MountedImageInfoObject' }
            @{ Script = { Get-WindowsImage -ImagePath /fake/x.wim }; Type = 'BasicImageInfoObject' }
            @{ Script = { Get-WindowsImage -ImagePath /fake/x.wim -Index 1 }; Type = 'WimImageInfoObject' }
            @{ Script = { Mount-WindowsImage -ImagePath /fake/x.wim -Index 1 -Path /fake/m }; Type = 'ImageObject' }
            @{ Script = { Save-WindowsImage -Path /fake/m }; Type = 'ImageObject' }
            @{ Script = { Dismount-WindowsImage -Path /fake/m -Discard }; Type = 'BaseDismObject' }
            @{ Script = { Clear-WindowsCorruptMountPoint }; Type = 'BaseDismObject' }
            @{ Script = { Repair-WindowsImage -Path /fake/m -ScanHealth }; Type = 'ImageObjectWithState' }
            @{ Script = { Get-WindowsOptionalFeature -Path /fake/m }; Type = 'BasicFeatureObject' }
            @{ Script = { Get-WindowsOptionalFeature -Path /fake/m -FeatureName * }; Type = 'AdvancedFeatureObject' }
            @{ Script = { Enable-WindowsOptionalFeature -Path /fake/m -FeatureName NetFx3 -All }; Type = 'ImageObject' }
            @{ Script = { Get-WindowsPackage -Path /fake/m }; Type = 'BasicPackageObject' }
            @{ Script = { Get-WindowsPackage -Path /fake/m -PackageName x }; Type = 'AdvancedPackageObject' }
            @{ Script = { Get-WindowsCapability -Path /fake/m }; Type = 'BasicCapabilityObject' }
            @{ Script = { Get-WindowsCapability -Path /fake/m -Name * }; Type = 'AdvancedCapabilityObject' }
            @{ Script = { Get-WindowsDriver -Path /fake/m }; Type = 'BasicDriverObject' }
            @{ Script = { Get-WindowsDriver -Path /fake/m -Driver oem0.inf }; Type = 'AdvancedDriverObject' }
            @{ Script = { Get-WindowsEdition -Path /fake/m }; Type = 'EditionObject' }
            @{ Script = { Get-AppxProvisionedPackage -Path /fake/m }; Type = 'AppxPackageObject' }
            @{ Script = { Get-ProvisionedAppxPackage -Path /fake/m }; Type = 'AppxPackageObject' }
            @{ Script = { Get-WindowsReservedStorageState }; Type = 'ReservedStorageStateObject' }
        ) {
            $objects = @(& $Script)
            $objects.Count | Should -BeGreaterThan 0
            foreach ($object in $objects) {
                $object -is "Microsoft.Dism.Commands.$Type" | Should -BeTrue
                $object -is [Microsoft.Dism.Commands.BaseDismObject] | Should -BeTrue
                $object.PSObject.TypeNames[0, 1] | Should -Be "Microsoft.Dism.Commands.$Type", "DismTs.$Type"
                foreach ($name in 'LogPath', 'ScratchDirectory', 'LogLevel') {
                    $object.PSObject.Properties[$name] | Should -Not -BeNullOrEmpty
                }
                $object.LogLevel | Should -BeOfType ([Microsoft.Dism.Commands.LogLevel])
            }
            # Everything that the commands of DismTs give is there too.
            $own = [scriptblock]::Create(($Script.ToString() -replace 'Clear-WindowsCorruptMountPoint', 'Clear-DismTsMountPoint' -replace '-Windows', '-DismTs' -replace '-(Appx|ProvisionedAppx)', '-DismTs$1'))
            $plain = @(& $own)
            $plain.Count | Should -Be $objects.Count
            $plain[0].PSObject.TypeNames[0] | Should -Be "DismTs.$Type"
            foreach ($property in $plain[0].PSObject.Properties | Where-Object { @($_.Value)[0] -isnot [System.Management.Automation.PSCustomObject] }) {
                # In-box an architecture is a number where the type has one.
                $value = if ($objects[0].($property.Name) -is [uint32] -and $property.Value -is [enum]) { [int] $property.Value } else { $property.Value }
                "$($objects[0].($property.Name))" | Should -Be "$value" -Because $property.Name
            }
        }

        It 'has enumerations that compare with names, numbers and their own values, and that have a number' {
            $mount = @(Get-WindowsImage -Mounted)[1]
            $mount.MountStatus | Should -BeOfType ([Microsoft.Dism.Commands.MountStatus])
            $mount.MountStatus -eq 'NeedsRemount' | Should -BeTrue
            $mount.MountStatus -eq 1 | Should -BeTrue
            [int] $mount.MountStatus | Should -Be 1
            $mount.MountMode -eq [Microsoft.Dism.Commands.MountMode]::ReadOnly | Should -BeTrue
            "$($mount.MountStatus)" | Should -Be 'NeedsRemount'
            ($mount | ConvertTo-Json | ConvertFrom-Json).MountStatus | Should -Be 1
            @(Get-WindowsImage -Mounted | Where-Object MountStatus -EQ 2).Path | Should -Be '/fake/three'
            $features = @(Get-WindowsOptionalFeature -Path /fake/m)
            @($features | Where-Object { $_.State -eq [Microsoft.Dism.Commands.FeatureState]::Disabled }) | Should -HaveCount @($features | Where-Object { -not [bool] $_.State }).Count
            @($features | Where-Object { $_.State -eq 2 }).FeatureName | Should -Be @($features | Where-Object State -EQ 'Enabled').FeatureName
        }

        It 'can be kept in typed variables, parameters and classes' {
            $typed = {
                param([Microsoft.Dism.Commands.WimImageInfoObject] $Image)
                [Microsoft.Dism.Commands.BasicImageInfoObject] $basic = $Image
                $list = [System.Collections.Generic.List[Microsoft.Dism.Commands.WimImageInfoObject]]::new()
                $list.Add($Image)
                "$($basic.ImageName) $($list.Count)"
            }
            & $typed (Get-WindowsImage -ImagePath /fake/x.wim -Index 2) | Should -Be 'Second 1'
            [Microsoft.Dism.Commands.FeatureState] $state = (Get-WindowsOptionalFeature -Path /fake/m -FeatureName NetFx3 | Select-Object -First 1).State
            $state | Should -Not -BeNullOrEmpty
        }

        It 'is nothing for a feature that is not there, and has no name for such a capability' {
            Get-WindowsOptionalFeature -Path /fake/m -FeatureName NoSuchFeature | Should -BeNullOrEmpty
            (Get-WindowsOptionalFeature -Path /fake/m -FeatureName netfx3).FeatureName | Should -Be 'NetFx3'
            $missing = Get-WindowsCapability -Path /fake/m -Name NoSuch~~~~0.0.1.0
            $missing | Should -BeOfType Microsoft.Dism.Commands.AdvancedCapabilityObject
            $missing.Name | Should -Be ''
            $missing.State -eq 'NotPresent' | Should -BeTrue
            $missing.DownloadSize, $missing.InstallSize, $missing.Path | Should -Be 0, 0, '/fake/m'
            (Get-WindowsCapability -Path /fake/m -Name openssh.CLIENT).Name | Should -Be 'OpenSSH.Client~~~~0.0.1.0'
            (Get-WindowsCapability -Path /fake/m -Name openssh).Name | Should -Be ''
            Get-WindowsCapability -Path /fake/m -Name openssh.Server* | Should -BeNullOrEmpty
        }

        It 'goes down a pipeline, in-box and to the commands of DismTs' {
            $results = @(Get-WindowsImage -Mounted | Dismount-WindowsImage -Discard)
            $results | Should -HaveCount 3
            @(Get-WindowsImage -Mounted | Save-DismTsImage) | Should -HaveCount 3
            (Get-WindowsImage -ImagePath /fake/x.wim | Get-WindowsImage).ImageIndex | Should -Be 1, 2
            # The recorded answer has a driver that failed.
            Get-StatementError { Get-WindowsDriver -Path /fake/old | Select-Object -First 1 | Add-WindowsDriver -Path /fake/m } | ForEach-Object { $_.FullyQualifiedErrorId } |
                Should -BeLike '*,Add-WindowsDriver'
        }

        It 'has the log file and folder that were given' {
            $image = Get-WindowsImage -ImagePath /fake/x.wim -Index 1 -LogPath /l.log -ScratchDirectory /s -LogLevel 3
            $image.LogLevel | Should -Be 'Debug'
            $image.ScratchDirectory | Should -Be '/s'
            (@(Get-ReceivedMessage -RecordPath $recordPath -Method image/getInfo)[-1]).Message.params.logPath | Should -Be '/l.log'
        }

        It 'takes -LogLevel <Number> as the in-box enumeration has it: <Level>' -ForEach @(
            @{ Number = 0; Level = 'Errors' }, @{ Number = 1; Level = 'Warnings' }, @{ Number = 2; Level = 'WarningsInfo' }, @{ Number = 3; Level = 'Debug' }, @{ Number = 4; Level = 'Debug' }
        ) {
            $null = Get-WindowsImage -ImagePath /fake/x.wim -LogLevel $Number
            (@(Get-ReceivedMessage -RecordPath $recordPath -Method image/getInfo)[-1]).Message.params.logLevel | Should -Be $Level
            if ($Number -lt 4) {
                $null = Get-WindowsImage -ImagePath /fake/x.wim -LogLevel ([Microsoft.Dism.Commands.LogLevel] $Number)
                (@(Get-ReceivedMessage -RecordPath $recordPath -Method image/getInfo)[-1]).Message.params.logLevel | Should -Be $Level
            }
        }

        It 'has views of its own' {
            Get-WindowsImage -ImagePath /fake/x.wim | Out-String | Should -Match 'Index +Size +Name +Description'
            Get-WindowsImage -Mounted | Out-String -Width 200 | Should -Match '/fake/two files +/fake/b.wim +2 +ReadOnly +NeedsRemount'
        }

        It 'leaves unknown what is unknown, and does not make a value of it' {
            $image = Get-WindowsImage -ImagePath /fake/dateName.wim -Index 1
            $image.CreatedTime | Should -BeNullOrEmpty
            $image.Architecture | Should -BeNullOrEmpty
            $object = InModuleScope DismTs { ConvertTo-InboxObject -InputObject ([pscustomobject] @{ FeatureName = 'x'; State = 'OfNextYear'; More = 1 }) -TypeName BasicFeatureObject }
            $object.State | Should -BeNullOrEmpty
            $object.More | Should -Be 1
        }
    }

    Context 'Errors' {
        It 'carry the code in their text, as .NET writes it, under their in-box name' {
            $record = Get-StatementError { Dismount-WindowsImage -Path /fake/busy -Save -ErrorAction SilentlyContinue }
            $record.Exception.Message | Should -Be 'Cannot unmount "/fake/busy": files are open (Exception from HRESULT: 0xC1420117)'
            $record.FullyQualifiedErrorId | Should -Be 'WIM_E_UNMOUNT_INCOMPLETE,Dismount-WindowsImage'
            $record.Exception | Should -BeOfType ([System.Runtime.InteropServices.COMException])
            $record.Exception.HResult | Should -Be 0xC1420117
            $record.InvocationInfo.MyCommand.Name | Should -Be 'Dismount-WindowsImage'
            $record | ConvertTo-DismTsExitCode | Should -BeIn 1618, 75
        }

        It 'end a pipeline too, so that catch runs' {
            $record = Get-StatementError { '/fake/a', '/fake/busy', '/fake/b' | ForEach-Object { [pscustomobject] @{ Path = $_ } } | Dismount-WindowsImage -Save -ErrorAction SilentlyContinue }
            $record.TargetObject | Should -Be '/fake/busy'
        }

        It 'leave the commands of DismTs as they are' {
            (Get-StatementError { Dismount-DismTsImage -Path /fake/busy -Save }).Exception.Message | Should -Be 'Cannot unmount "/fake/busy": files are open (0xC1420117)'
            (Get-DismTsImage -Mounted)[1].MountStatus | Should -BeOfType ([string])
            $problem = $null
            $mounts = '/fake/a', '/fake/busy', '/fake/b' | ForEach-Object { [pscustomobject] @{ Path = $_ } }
            @($mounts | Dismount-DismTsImage -Save -ErrorAction SilentlyContinue -ErrorVariable problem) | Should -HaveCount 2
        }
    }

    Context 'The differences that stay' {
        BeforeAll {
            $text = [System.IO.File]::ReadAllText("$root/module/en-US/about_DismTs.help.txt")
            $table = [regex]::Match($text, '(?s)DIFFERENCES THAT STAY.*?----[^\n]*\n(.*?)\n\n').Groups[1].Value
            $rows = @{}
            foreach ($line in $table -split '\n') {
                $rows[$line.Substring(8, 25).Trim()] = @($line.Substring(33, 19).Trim(), $line.Substring(52, 18).Trim(), $line.Substring(70).Trim())
            }
            $busy = @{}
            foreach ($name in 'Dismount-DismTsImage', 'Dismount-WindowsImage') {
                $busy[$name] = Get-StatementError { & $name -Path /fake/busy -Save }
            }
        }

        It '<Row>: <Renamed> when renamed, <InboxName> under the in-box names' -ForEach @(
            @{ Row = 'Kind of command'; Renamed = 'function'; InboxName = 'function'; Check = { 'Mount-DismTsImage', 'Mount-WindowsImage' | ForEach-Object { (Get-Command -Name $_).CommandType | Should -Be 'Function' } } }
            @{ Row = 'Error id'; Renamed = 'symbol and'; InboxName = 'symbol and'; Check = { $busy.Keys | ForEach-Object { $busy[$_].FullyQualifiedErrorId | Should -Be "WIM_E_UNMOUNT_INCOMPLETE,$_" } } }
            @{ Row = 'Text of an error'; Renamed = 'own, with code'; InboxName = 'own, with code'; Check = { $busy.Values | ForEach-Object { $_.Exception.Message | Should -BeLike '*files are open*0xC1420117)' } } }
            @{ Row = 'Category of an error'; Renamed = 'by cause'; InboxName = 'by cause'; Check = { $busy.Values | ForEach-Object { $_.CategoryInfo.Category | Should -Be 'ResourceBusy' } } }
            @{
                Row = 'Error of a piped item'; Renamed = 'next item'; InboxName = 'ends pipeline'
                Check = {
                    $mounts = '/fake/busy', '/fake/a' | ForEach-Object { [pscustomobject] @{ Path = $_ } }
                    @($mounts | Dismount-DismTsImage -Save -ErrorAction SilentlyContinue) | Should -HaveCount 1
                    { $mounts | Dismount-WindowsImage -Save -ErrorAction SilentlyContinue } | Should -Throw
                }
            }
            @{
                Row = 'Enumerations'; Renamed = 'strings'; InboxName = 'enumerations'
                Check = { (Get-DismTsImage -Mounted)[0].MountStatus | Should -BeOfType ([string]); (Get-WindowsImage -Mounted)[0].MountStatus | Should -BeOfType ([enum]) }
            }
            @{
                Row = 'Types of objects'; Renamed = 'DismTs.*'; InboxName = 'Microsoft.Dism.*'
                Check = {
                    (Get-DismTsImage -Mounted)[0].PSObject.TypeNames[0] | Should -BeLike 'DismTs.*'
                    (Get-WindowsImage -Mounted)[0].GetType().FullName | Should -BeLike 'Microsoft.Dism.*'
                }
            }
            @{
                Row = '-LogLevel 2'; Renamed = 'Warnings'; InboxName = 'WarningsInfo'
                Check = {
                    $null = Get-DismTsImage -ImagePath /fake/x.wim -LogLevel 2
                    $null = Get-WindowsImage -ImagePath /fake/x.wim -LogLevel 2
                    @(Get-ReceivedMessage -RecordPath $recordPath -Method image/getInfo)[-2, -1].Message.params.logLevel | Should -Be 'Warnings', 'WarningsInfo'
                }
            }
            @{
                Row = 'Log without -LogPath'; Renamed = 'one each'; InboxName = 'one each'
                Check = {
                    $null = Get-WindowsImage -ImagePath /fake/x.wim
                    (@(Get-ReceivedMessage -RecordPath $recordPath -Method image/getInfo)[-1]).Message.params.PSObject.Properties.Name | Should -Not -Contain 'logPath'
                }
            }
            @{
                Row = 'Restart'; Renamed = 'never'; InboxName = 'never'
                Check = {
                    'Save-DismTsImage', 'Save-WindowsImage' | ForEach-Object { (& $_ -Path /fake/restart).RestartNeeded | Should -BeTrue }
                    foreach ($file in Get-ChildItem -LiteralPath "$root/module" -Recurse -Include *.ps1, *.psm1) {
                        $ast = [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref] $null, [ref] $null)
                        $calls = $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)
                        $calls | ForEach-Object { $_.GetCommandName() } | Should -Not -BeIn 'Restart-Computer', 'shutdown', 'shutdown.exe'
                    }
                }
            }
            @{
                Row = 'Feature not there'; Renamed = 'error'; InboxName = 'nothing'
                # That engines refuse a name that they do not find is in test/contract.
                Check = {
                    $null = Get-DismTsOptionalFeature -Path /fake/m -FeatureName NoSuch
                    Get-WindowsOptionalFeature -Path /fake/m -FeatureName NoSuch | Should -BeNullOrEmpty
                    $sent = @(Get-ReceivedMessage -RecordPath $recordPath -Method feature/get)[-2, -1].Message.params
                    $sent[0].featureName, $sent[1].like | Should -Be 'NoSuch', 'NoSuch'
                }
            }
            @{
                Row = 'Capability not there'; Renamed = 'error'; InboxName = 'no Name'
                Check = {
                    $null = Get-DismTsCapability -Path /fake/m -Name NoSuch~~~~0.0.1.0
                    (Get-WindowsCapability -Path /fake/m -Name NoSuch~~~~0.0.1.0).Name | Should -BeExactly ''
                    $sent = @(Get-ReceivedMessage -RecordPath $recordPath -Method capability/get)[-2, -1].Message.params
                    $sent[0].name, $sent[1].like | Should -Be 'NoSuch~~~~0.0.1.0', 'NoSuch~~~~0.0.1.0'
                }
            }
            @{ Row = '-WhatIf, -Confirm'; Renamed = 'known'; InboxName = 'known'; Check = { 'Mount-DismTsImage', 'Mount-WindowsImage' | ForEach-Object { (Get-Command -Name $_).Parameters.Keys | Should -Contain 'WhatIf' } } }
            @{ Row = 'dism.exe'; Renamed = 'not replaced'; InboxName = 'not replaced'; Check = { (Get-Module -Name Dism).ExportedCommands.Keys | Should -Not -BeIn 'dism', 'dism.exe' } }
            @{
                Row = 'Servicing off Windows'; Renamed = '0x80070032'; InboxName = '0x80070032'
                # PortedScript.Tests.ps1 runs the script that this is from, in each way.
                Check = { (Import-PowerShellDataFile -Path "$PSScriptRoot/scripts/Expected.psd1")['Servicing'] | Should -Contain 'engine: 80070032' }
            }
        ) {
            $rows[$Row] | Should -Not -BeNullOrEmpty
            $rows[$Row][1, 2] | Should -Be $Renamed, $InboxName
            & $Check
        }

        It 'are all in this test' {
            @($rows.Keys | Where-Object { $_ }) | Should -HaveCount 15
        }
    }

    Context 'Other runspaces and jobs' {
        It 'have the names by themselves, with the same types' {
            $types = 1..3 | ForEach-Object -Parallel {
                $object = try { Get-WindowsImage -ImagePath "/nothing-$_.wim" } catch { $_ }
                $object.FullyQualifiedErrorId
                [Microsoft.Dism.Commands.MountStatus].Assembly.FullName
                Remove-Module -Name DismTs
            }
            $types | Sort-Object -Unique | Should -Be @('ERROR_FILE_NOT_FOUND,Get-WindowsImage', [Microsoft.Dism.Commands.MountStatus].Assembly.FullName | Sort-Object)
            $job = Start-Job -ScriptBlock { try { Get-WindowsImage -ImagePath /nothing.wim } catch { "$($_.FullyQualifiedErrorId) $($_.Exception.Message)" } }
            $job | Receive-Job -Wait -AutoRemoveJob | Should -BeLike 'ERROR_FILE_NOT_FOUND,Get-WindowsImage *0x80070002)'
        }
    }
}

Describe 'Enable-DismTsInboxName where other commands have the names' -Tag 'Unit' {
    BeforeAll {
        $script = @'
            Import-Module -Name $manifest -ArgumentList (, $sidecar)
            $results = [ordered] @{}
            function global:Mount-WindowsImage { 'mine' }
            Set-Alias -Name Get-WindowsImage -Value Get-Date -Scope Global
            $results.Error = try { Enable-DismTsInboxName -ErrorAction SilentlyContinue } catch { $_ }
            $results.Untouched = "$(Mount-WindowsImage) $((Get-Alias Get-WindowsImage).Definition)"
            $path = $env:PSModulePath
            $results.Forced = Enable-DismTsInboxName -Force
            $results.Mounted = @(Get-WindowsImage -Mounted).Count
            $results.Command = (Get-Command -Name Mount-WindowsImage).ModuleName
            Disable-DismTsInboxName
            $results.Restored = "$(Mount-WindowsImage) $((Get-Alias Get-WindowsImage).Definition)"
            $results.Path = $env:PSModulePath -eq $path
            $results.Gone = @(Get-Command -Name Save-WindowsImage, Add-ProvisionedAppxPackage, Dism\* -ErrorAction Ignore).Count
            Disable-DismTsInboxName
            $null = Enable-DismTsInboxName -Force
            Remove-Module -Name DismTs
            $results.AfterRemove = "$(Mount-WindowsImage) $($env:PSModulePath -eq $path) $(@(Get-Module -Name Dism).Count)"
            [pscustomobject] $results
'@
        $recordPath = Import-FakeModule -Folder $TestDrive
        Remove-Module -Name DismTs
        $shell = New-TestPowerShell -Script $script -Variables @{ manifest = "$(Get-RepositoryRoot)/DismTs.psd1"; sidecar = (Get-FakeSidecarCommand -RecordPath $recordPath) }
        $result = $shell.Invoke()[0]
        $errors = @($shell.Streams.Error)
        $shell.Runspace.Dispose()
        $shell.Dispose()
    }

    It 'does nothing without -Force, and says what it would hide' {
        $result.Error.FullyQualifiedErrorId | Should -Be 'ERROR_ALREADY_EXISTS,Enable-DismTsInboxName'
        $result.Error.Exception.Message | Should -Match 'Get-WindowsImage, Mount-WindowsImage'
        $result.Error.Exception.Hint | Should -Match '-Force'
        $result.Untouched | Should -Be 'mine Get-Date'
    }

    It 'hides them with -Force, and tells which' {
        $result.Forced.Hidden | Should -Be 'Get-WindowsImage', 'Mount-WindowsImage'
        $result.Mounted | Should -Be 3
        $result.Command | Should -Be 'Dism'
    }

    It 'brings them back, and leaves nothing: <What>' -ForEach @(@{ What = 'Disable-DismTsInboxName' }, @{ What = 'Remove-Module' }) {
        $result.Restored | Should -Be 'mine Get-Date'
        $result.Path | Should -BeTrue
        $result.Gone | Should -Be 0
        $result.AfterRemove | Should -Be 'mine True 0'
        $errors | Should -BeNullOrEmpty
    }

    It 'counts the in-box module although it is not loaded' {
        $null = New-Item -ItemType Directory -Path "$TestDrive/modules/Dism"
        Set-Content -LiteralPath "$TestDrive/modules/Dism/Dism.psm1" -Value 'function Mount-WindowsImage { 1 }; function Get-Other { 2 }'
        New-ModuleManifest -Path "$TestDrive/modules/Dism/Dism.psd1" -RootModule Dism.psm1 -FunctionsToExport Mount-WindowsImage, Get-Other
        $path = $env:PSModulePath
        $env:PSModulePath = "$TestDrive/modules$([System.IO.Path]::PathSeparator)$path"
        try {
            Import-Module -Name "$(Get-RepositoryRoot)/DismTs.psd1"
            $record = Get-StatementError { Enable-DismTsInboxName }
            $record.Exception.Message | Should -Match 'Mount-WindowsImage \('
            (Enable-DismTsInboxName -Force).Hidden | Should -Be 'Mount-WindowsImage'
            (Get-Command -Name Mount-WindowsImage).Parameters.Keys | Should -Contain 'ImagePath'
        } finally {
            Remove-Module -Name DismTs
            $env:PSModulePath = $path
        }
    }
}

Describe 'Import-InboxType' -Tag 'Unit' {
    BeforeAll {
        Import-Module -Name "$(Get-RepositoryRoot)/DismTs.psd1"
    }

    AfterAll {
        Remove-Module -Name DismTs
    }

    It 'says so where PowerShell may not compile, and goes on with names only' {
        # A process of its own, because types stay for its life.
        $script = @"
            Import-Module -Name '$(Get-RepositoryRoot)/DismTs.psd1'
            & (Get-Module -Name DismTs) {
                Import-Module -Name (Join-Path -Path `$script:moduleFolder -ChildPath InboxName/DismTs.InboxName.psm1)
                & (Get-Module -Name DismTs.InboxName) { function script:Add-Type { throw 'Cannot add type. Definition of new types is not supported in this language mode.' } }
            }
            `$enabled = Enable-DismTsInboxName -WarningVariable warned -WarningAction SilentlyContinue
            "`$(`$enabled.Types) `$(`$warned.Count) `$(`$warned -match 'compile')"
            (Get-Command -Name Mount-WindowsImage).ModuleName
            try { Mount-WindowsImage -ImagePath /nothing.wim -Index 1 -Path /nothing } catch { `$_.FullyQualifiedErrorId }
"@
        $output = & (Get-PowerShellProgram) -NoProfile -NonInteractive -Command $script
        $output[0] | Should -BeLike 'None 1 *compile*'
        $output[1] | Should -Be 'Dism'
        $output[2] | Should -BeLike '*,Mount-WindowsImage'
    }

    It 'has source that the compiler of Windows PowerShell knows: C# 5' {
        $source = [System.IO.File]::ReadAllText("$(Get-RepositoryRoot)/module/InboxName/InboxType.cs")
        $source | Should -Not -Match '=>|\?\.|\?\?=|\$"|nameof|using static|\bout var\b|\}\s*=\s*[^;{}]+;|\bget;\s*\}'
        $source | Should -Not -Match '[^\x00-\x7F]'
    }
}
