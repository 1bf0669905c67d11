# Get-DismTsPackage, -OptionalFeature, -Capability, -Driver and -Edition: what they send, what they refuse, what they give.

BeforeDiscovery {
    $base = 'Path', 'Online', 'WinPath', 'SysDrivePath', 'RestartNeeded', 'LogPath', 'ScratchDirectory', 'LogLevel'
    $driver = @(
        'Driver', 'OriginalFileName', 'Inbox', 'CatalogFile', 'ClassName', 'ClassGuid', 'ClassDescription', 'BootCritical', 'DriverSignature', 'ProviderName', 'Date',
        'Version', 'MajorVersion', 'MinorVersion', 'Build', 'Revision'
    )
    # The types and properties of the in-box module.
    $typeCases = @(
        @{ Command = 'Get-DismTsPackage'; Parameters = @{}; Type = 'BasicPackageObject'; Properties = @('PackageName', 'PackageState', 'ReleaseType', 'InstallTime') + $base }
        @{
            Command = 'Get-DismTsPackage'; Parameters = @{ PackageName = 'x' }; Type = 'AdvancedPackageObject'
            Properties = @(
                'Applicable', 'Copyright', 'Company', 'CreationTime', 'Description', 'InstallClient', 'InstallPackageName', 'InstallTime', 'LastUpdateTime',
                'DisplayName', 'ProductName', 'ProductVersion', 'ReleaseType', 'RestartRequired', 'SupportInformation', 'PackageState', 'CompletelyOfflineCapable',
                'CapabilityId', 'CustomProperties', 'Features', 'PackageName'
            ) + $base
        }
        @{ Command = 'Get-DismTsOptionalFeature'; Parameters = @{}; Type = 'BasicFeatureObject'; Properties = @('FeatureName', 'State') + $base }
        @{
            Command = 'Get-DismTsOptionalFeature'; Parameters = @{ FeatureName = 'x' }; Type = 'AdvancedFeatureObject'
            Properties = @('FeatureName', 'State', 'DisplayName', 'Description', 'RestartRequired', 'CustomProperties') + $base
        }
        @{ Command = 'Get-DismTsCapability'; Parameters = @{}; Type = 'BasicCapabilityObject'; Properties = @('Name', 'State') + $base }
        @{
            Command = 'Get-DismTsCapability'; Parameters = @{ Name = 'x' }; Type = 'AdvancedCapabilityObject'
            Properties = @('Name', 'State', 'DisplayName', 'Description', 'DownloadSize', 'InstallSize') + $base
        }
        @{ Command = 'Get-DismTsDriver'; Parameters = @{}; Type = 'BasicDriverObject'; Properties = $driver + $base }
        @{
            Command = 'Get-DismTsDriver'; Parameters = @{ Driver = 'oem0.inf' }; Type = 'AdvancedDriverObject'
            Properties = $driver + @('ManufacturerName', 'HardwareDescription', 'HardwareId', 'Architecture', 'ServiceName', 'CompatibleIds', 'ExcludeIds') + $base
        }
        @{
            Command = 'Get-DismTsEdition'; Parameters = @{}; Type = 'EditionObject'
            Properties = @('Edition', 'CompositionEditionId', 'ProductName', 'InstallationType', 'DisplayVersion', 'Version', 'Architecture', 'DefaultLanguage') + $base
        }
        @{ Command = 'Get-DismTsEdition'; Parameters = @{ Target = $true }; Type = 'EditionObject'; Properties = @('Edition') + $base }
        @{ Command = 'Get-DismTsOptionalFeature'; Parameters = @{ FeatureName = 'x'; Parent = $true }; Type = 'BasicFeatureObject'; Properties = @('FeatureName', 'State') + $base }
    )
    $commands = 'Get-DismTsPackage', 'Get-DismTsOptionalFeature', 'Get-DismTsCapability', 'Get-DismTsDriver', 'Get-DismTsEdition' | ForEach-Object { @{ Command = $_ } }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"

    function Get-SentParameter {
        # Requests about an image as text.
        @(Get-SentText -RecordPath $recordPath -Method '/get')
    }
}

Describe 'Commands that list what is in an image' -Tag 'Unit' {
    BeforeEach {
        $recordPath = Import-FakeModule -Folder $TestDrive
    }

    AfterEach {
        Remove-Module -Name DismTs
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    Context 'What they give' {
        It '<Command> gives <Type>, with the properties of the in-box type' -ForEach $typeCases {
            $objects = @(& $Command -Path /fake/m @Parameters)
            $objects.Count | Should -BeGreaterThan 0
            foreach ($object in $objects) {
                $object.PSObject.TypeNames[0] | Should -Be "DismTs.$Type"
                $object.PSObject.Properties.Name | Sort-Object | Should -Be ($Properties | Sort-Object)
                $object.Path | Should -Be '/fake/m'
                $object.Online | Should -BeOfType ([bool])
            }
        }

        It 'makes dates of times, and leaves those of drivers on their day' {
            $package = Get-DismTsPackage -Path /fake/m -PackageName x
            $package.InstallTime | Should -BeOfType ([datetime])
            $package.InstallTime.ToUniversalTime().ToString('s') | Should -Be '2024-09-06T05:14:36'
            $package.LastUpdateTime | Should -BeNullOrEmpty
            $drivers = @(Get-DismTsDriver -Path /fake/m)
            $drivers[0].Date.ToString('s') | Should -Be '2024-03-01T00:00:00'
            $drivers[1].Date | Should -BeNullOrEmpty
        }

        It 'makes objects of features and custom properties' {
            $package = Get-DismTsPackage -Path /fake/m -PackageName x
            $package.Features.FeatureName | Should -Be 'Sample-Feature', 'Sample-Feature-Off'
            $package.Features[0].PSObject.TypeNames[0] | Should -Be 'DismTs.BasicFeatureObject'
            $package.Features[0].Path | Should -Be '/fake/m'
            , $package.CustomProperties | Should -BeOfType ([array])
            $package.CustomProperties[0].PSObject.TypeNames[0] | Should -Be 'DismTs.CustomPropertyObject'
            $package.CustomProperties[0].Path | Should -Be 'mum2'
        }

        It 'gives states and other enumerations as strings, also in JSON' {
            (Get-DismTsPackage -Path /fake/m).PackageState | Should -Be 'Installed', 'Staged', 'UninstallPending'
            (Get-DismTsOptionalFeature -Path /fake/m).State | Should -Be 'DisabledWithPayloadRemoved', 'Enabled', 'Disabled', 'EnablePending'
            Get-DismTsCapability -Path /fake/m | Select-Object -First 1 -Property State | ConvertTo-Json -Compress | Should -Be '{"State":"Installed"}'
        }

        It 'gives numbers in their types' {
            $device = @(Get-DismTsDriver -Path /fake/m -Driver oem0.inf)[0]
            [int] $device.Architecture | Should -BeIn 0, 5, 9, 12
            $device.Revision | Should -BeOfType ([uint32])
            $device.BootCritical | Should -BeOfType ([bool])
            @(Get-DismTsCapability -Path /fake/m -Name x)[0].DownloadSize | Should -BeOfType ([uint64])
        }

        It '<Command> has a view with no blank value' -ForEach $typeCases {
            $text = & $Command -Path /fake/m @Parameters | Select-Object -First 1 | Out-String -Width 200
            $text | Should -Match ' : \S'
            $text | Should -Not -Match 'LogLevel'
        }

        It '<Command> has a table for Format-Table, without what every object has' -ForEach ($typeCases | Where-Object { $_.Type -like 'Basic*' }) {
            & $Command -Path /fake/m @Parameters | Format-Table | Out-String -Width 300 | Should -Not -Match 'ScratchDirectory'
        }

        It 'shows features and custom properties of a package' {
            $text = Get-DismTsPackage -Path /fake/m -PackageName x | Out-String -Width 200
            $text | Should -Match 'Features\s+: Sample-Feature \(Enabled\), Sample-Feature-Off \(Disabled\)'
            $text | Should -Match 'Custom Properties\s+: mum2\\kbid = 5043080'
        }
    }

    Context 'What they send' {
        It '<Script>' -ForEach @(
            @{ Script = { Get-DismTsPackage -Path /fake/m }; Sent = 'package/get {"path":"/fake/m"}' }
            @{ Script = { Get-DismTsPackage -Path /fake/m -PackageName a~b }; Sent = 'package/get {"packageName":"a~b","path":"/fake/m"}' }
            @{ Script = { Get-DismTsPackage -Path /fake/m -PackageName *b }; Sent = 'package/get {"detailed":true,"like":"*b","path":"/fake/m"}' }
            @{ Script = { Get-DismTsOptionalFeature -Path /fake/m -FeatureName NetFx3 -PackageName p }; Sent = 'feature/get {"featureName":"NetFx3","packageName":"p","path":"/fake/m"}' }
            @{ Script = { Get-DismTsOptionalFeature -Path /fake/m -FeatureName * -PackageName p }; Sent = 'feature/get {"detailed":true,"like":"*","packageName":"p","path":"/fake/m"}' }
            @{ Script = { Get-DismTsCapability -Path /fake/m -Name a -LimitAccess -WindowsDirectory WINNT }; Sent = 'capability/get {"limitAccess":true,"name":"a","path":"/fake/m","windowsDirectory":"WINNT"}' }
            @{ Script = { Get-DismTsCapability -Path /fake/m -Source /x, /y }; Sent = 'capability/get {"path":"/fake/m","sources":["/x","/y"]}' }
            @{ Script = { Get-DismTsPackage -Path /fake/m -PackagePath /a/x.cab }; Sent = 'package/get {"packagePath":"/a/x.cab","path":"/fake/m"}' }
            @{ Script = { Get-DismTsOptionalFeature -Path /fake/m -PackagePath /a/x.cab }; Sent = 'feature/get {"packagePath":"/a/x.cab","path":"/fake/m"}' }
            @{
                Script = { Get-DismTsOptionalFeature -Path /fake/m -FeatureName a -PackageName p -Parent }
                Sent   = 'feature/getParent {"featureName":"a","packageName":"p","path":"/fake/m"}'
            }
            @{
                Script = { Get-DismTsOptionalFeature -Path /fake/m -FeatureName *Net* -Parent }
                Sent   = @(
                    'feature/get {"path":"/fake/m"}', 'feature/getParent {"featureName":"NetFx3","path":"/fake/m"}'
                    'feature/getParent {"featureName":"TelnetClient","path":"/fake/m"}'
                )
            }
            @{ Script = { Get-DismTsEdition -Path /fake/m -Target }; Sent = 'edition/getTargets {"path":"/fake/m"}' }
            @{ Script = { Get-DismTsDriver -Path /fake/m }; Sent = 'driver/get {"path":"/fake/m"}' }
            @{ Script = { Get-DismTsDriver -Path /fake/m -All }; Sent = 'driver/get {"all":true,"path":"/fake/m"}' }
            @{ Script = { Get-DismTsDriver -Path /fake/m -Driver oem1.inf -All:$false }; Sent = 'driver/get {"driver":"oem1.inf","path":"/fake/m"}' }
            @{ Script = { Get-DismTsDriver -Path /fake/m -Driver '/d [x64]/net.inf' }; Sent = 'driver/get {"infPath":"/d [x64]/net.inf","path":"/fake/m"}' }
            @{ Script = { Get-DismTsEdition -Path /fake/m -SystemDrive D: -LogLevel 4 }; Sent = 'edition/get {"logLevel":"Debug","path":"/fake/m","systemDrive":"D:"}' }
            @{ Script = { Get-DismTsEdition -Online }; Sent = 'edition/get {"online":true}' }
        ) {
            $null = & $Script
            Get-SentParameter | Should -Be $Sent
        }

        It '<Command> resolves paths' -ForEach $commands {
            Push-Location -LiteralPath $TestDrive
            try {
                $null = & $Command -Path image
            } finally {
                Pop-Location
            }
            @(Get-SentParameter)[0] | Should -Match ([regex]::Escape([System.IO.Path]::GetFullPath("$TestDrive/image")))
        }

        It '<Command> takes each mount that comes down the pipeline' -ForEach $commands {
            (Get-DismTsImage -Mounted | & $Command).Path | Sort-Object -Unique | Should -Be '/fake/one', '/fake/three', '/fake/two files'
        }

        It '<Command> takes what another one gives' -ForEach $commands {
            (Get-DismTsEdition -Path /fake/m | & $Command).Path | Sort-Object -Unique | Should -Be '/fake/m'
        }

        It '<Command> takes what another one gives of the running Windows' -ForEach $commands {
            $object = @(Get-DismTsEdition -Online | & $Command)[0]
            $object.Online | Should -BeTrue
            $object.Path | Should -BeNullOrEmpty
            @(Get-SentParameter)[-1] | Should -Match '"online":true'
            @(Get-SentParameter)[-1] | Should -Not -Match '"path"'
            $null = Get-DismTsEdition -Path /fake/m | & $Command -Online
            @(Get-SentParameter)[-1] | Should -Match '"online":true'
        }

        It '<Command> takes no empty path for the running Windows: <Script>' -ForEach $(
            foreach ($command in $commands) {
                foreach ($script in @(
                        { param($Command) & $Command -Path '' }, { param($Command) [pscustomobject] @{ Path = ''; Online = $false } | & $Command }
                        { param($Command) [pscustomobject] @{ Path = '' } | & $Command }, { param($Command) [pscustomobject] @{ Online = $true; LogLevel = 'Debug' } | & $Command -Path '' }
                        { param($Command) [pscustomobject] @{ Online = $true } | ForEach-Object { & $Command -Path '' } }
                    )) {
                    @{ Command = $command.Command; Script = $script }
                }
            }
        ) {
            $problems = @(try { & $Script $Command 2>&1 } catch { $_ })
            $problems | Should -HaveCount 1
            $problems[0].FullyQualifiedErrorId | Should -Be "E_INVALIDARG,$Command"
            Get-SentParameter | Should -BeNullOrEmpty
        }

        It '<Command> does not choose the running system by itself' -ForEach $commands {
            $sets = (Get-Command -Name $Command).ParameterSets
            ($sets | Where-Object Name -EQ 'Offline').IsDefault | Should -BeTrue
            ($sets | Where-Object Name -EQ 'Online').IsDefault | Should -BeFalse
        }
    }

    Context 'Wildcards and pipelines' {
        It 'keep what matches, in any case' {
            (Get-DismTsOptionalFeature -Path /fake/m -FeatureName *client).FeatureName | Should -Be 'TelnetClient'
            (Get-DismTsOptionalFeature -Path /fake/m -FeatureName '[NT]*').FeatureName | Should -Be 'NetFx3', 'TelnetClient'
            Get-DismTsOptionalFeature -Path /fake/m -FeatureName x* | Should -BeNullOrEmpty
            (Get-DismTsPackage -Path /fake/m -PackageName *rollupfix*).PackageName | Should -BeLike 'Package_for_RollupFix*'
            (Get-DismTsCapability -Path /fake/m -Name openssh*).Name | Should -Be 'OpenSSH.Client~~~~0.0.1.0'
        }

        It 'that nobody can read are an error' {
            foreach ($script in { Get-DismTsPackage -Path /fake/m -PackageName '[x' }, { Remove-DismTsAppxProvisionedPackage -Path /fake/m -DisplayName '[x' }) {
                $script | Should -Throw -ErrorId 'E_INVALIDARG,*'
            }
        }

        It 'take the path of a driver package, relative and on a drive of PowerShell too' {
            Push-Location -LiteralPath $TestDrive
            try {
                $devices = @(Get-DismTsDriver -Path /fake/m -Driver ./net.inf)
                $null = Get-DismTsDriver -Path /fake/m -Driver TestDrive:\sub
            } finally {
                Pop-Location
            }
            $devices[0].PSObject.TypeNames[0] | Should -Be 'DismTs.AdvancedDriverObject'
            $infPaths = Get-ReceivedMessage -RecordPath $recordPath | Where-Object { $_.Message.method -eq 'driver/get' } | ForEach-Object { $_.Message.params.infPath }
            $infPaths | Should -Be ([System.IO.Path]::Combine($TestDrive, 'net.inf')), ([System.IO.Path]::Combine($TestDrive, 'sub'))
            { Get-DismTsDriver -Path /fake/m -Driver NoSuchDrive:/x.inf } | Should -Throw -ErrorId 'ERROR_PATH_NOT_FOUND,Get-DismTsDriver'
        }

        It 'ask for the devices of each driver that matches' {
            (Get-DismTsDriver -Path /fake/m -Driver oem*.inf -All).HardwareId | Should -HaveCount 4
            $requests = '{"all":true,"path":"/fake/m"}', '{"all":true,"driver":"oem0.inf","path":"/fake/m"}', '{"all":true,"driver":"oem1.inf","path":"/fake/m"}'
            Get-SentParameter | Should -Be ($requests | ForEach-Object { "driver/get $_" })
            Get-DismTsDriver -Path /fake/m -Driver usb* | Should -BeNullOrEmpty
        }

        It 'carry a name from the basic to the advanced form' {
            (Get-DismTsOptionalFeature -Path /fake/m | Where-Object State -EQ 'Enabled' | Get-DismTsOptionalFeature)[0].PSObject.TypeNames[0] | Should -Be 'DismTs.AdvancedFeatureObject'
            @(Get-SentParameter)[-1] | Should -Match '"featureName":"TelnetClient".*"path":"/fake/m"'
            (Get-DismTsDriver -Path /fake/m | Get-DismTsDriver)[0].HardwareId | Should -Match '^PCI'
            $null = Get-DismTsPackage -Path /fake/m | Get-DismTsOptionalFeature
            @(Get-SentParameter)[-1] | Should -Match '^feature/get .*"packageName":"Sample-LanguagePack-Package'
        }

        It 'take a folder from Get-Item, whose name is not that of a capability' {
            $folder = New-Item -ItemType Directory -Path "$TestDrive/folder" -Force
            $null = $folder | Get-DismTsPackage
            @(Get-SentParameter)[-1] | Should -Match ('^package/get .*"path":"{0}"' -f [regex]::Escape($folder.FullName))
            { $folder | Get-DismTsCapability -ErrorAction Stop } | Should -Throw
        }
    }

    Context 'What does not go together' {
        It '<Script> is an error of one line that says so' -ForEach @(
            @{ Script = { Get-DismTsPackage -Path /fake/m -PackagePath /a/x.cab -PackageName x }; Command = 'Get-DismTsPackage' }
            @{ Script = { Get-DismTsOptionalFeature -Path /fake/m -PackagePath /a/x.cab -PackageName x }; Command = 'Get-DismTsOptionalFeature' }
            @{ Script = { Get-DismTsOptionalFeature -Path /fake/m -Parent }; Command = 'Get-DismTsOptionalFeature' }
            @{ Script = { Get-DismTsPackage -Path /fake/m -PackagePath NoSuchDrive:/x.cab }; Command = 'Get-DismTsPackage'; Symbol = 'ERROR_PATH_NOT_FOUND' }
            @{ Script = { Get-DismTsCapability -Path /fake/m -Source /x, NoSuchDrive:/y }; Command = 'Get-DismTsCapability'; Symbol = 'ERROR_PATH_NOT_FOUND' }
        ) {
            $problems = @(Get-StatementError $Script)
            $symbol = if ($Symbol) { $Symbol } else { 'E_INVALIDARG' }
            $problems[0].FullyQualifiedErrorId | Should -Be "$symbol,$Command"
            Get-SentParameter | Should -BeNullOrEmpty
        }
    }
}
