# Health and contents of an image: the module, the built executable, the portable engine, and an image with a component store that was made here.

BeforeDiscovery {
    Import-Module -Name "$PSScriptRoot/MountPrerequisite.psm1"
    $missing = @(Get-MissingMountPrerequisite -Skipped 'the integration tests of health' -ImageMaker)
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    Import-Module -Name "$PSScriptRoot/MountPrerequisite.psm1"
}

Describe 'DismTs on an image with a component store' -Tag 'Integration' -Skip:($missing.Count -gt 0) {
    BeforeAll {
        $stateBefore = $env:DISMTS_STATE_DIR
        $env:DISMTS_STATE_DIR = [System.IO.Path]::GetFullPath("$TestDrive/state")
        Remove-Module -Name DismTs -ErrorAction Ignore
        Import-Module -Name "$(Get-RepositoryRoot)/DismTs.psd1"

        $pristine = [System.IO.Path]::GetFullPath("$TestDrive/pristine")
        $pristineWim = "$pristine.wim"
        $store = & (Get-PackagedNode) --no-warnings "$PSScriptRoot/buildStore.mjs" $pristine $pristineWim | ConvertFrom-Json

        function Edit-Byte {
            # Inverts a byte in the middle of a file, under all its names.
            param($Path)
            $stream = [System.IO.File]::Open($Path, 'Open', 'ReadWrite')
            try {
                $stream.Position = [Math]::Floor($stream.Length / 2)
                $byte = $stream.ReadByte()
                $stream.Position -= 1
                $stream.WriteByte($byte -bxor 0xff)
            } finally {
                $stream.Dispose()
            }
        }

        function Get-TreeHash {
            # Path and hash of every file below a folder.
            param($Path)
            Push-Location -LiteralPath $Path
            try {
                bash -c 'find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum'
            } finally {
                Pop-Location
            }
        }
    }

    AfterAll {
        Remove-Module -Name DismTs
        $env:DISMTS_STATE_DIR = $stateBefore
        Get-Content -LiteralPath /proc/mounts | Where-Object { $_.Contains("$TestDrive") } | Should -BeNullOrEmpty
    }

    BeforeEach {
        $folder = [System.IO.Path]::GetFullPath("$TestDrive/$([System.IO.Path]::GetRandomFileName())")
        $image = "$folder/image"
        $null = New-Item -ItemType Directory -Path $folder
        cp -a $pristine $image
    }

    AfterEach {
        # A test that failed must not fail the next ones.
        foreach ($left in Get-DismTsImage -Mounted) {
            $null = $left | Dismount-DismTsImage -Discard -Confirm:$false
        }
        Get-Content -LiteralPath /proc/mounts | Where-Object { $_.Contains($folder) } | Should -BeNullOrEmpty
    }

    Context 'Repair-DismTsImage on a folder' {
        It 'calls an intact image healthy: -<Switch>' -ForEach @(@{ Switch = 'CheckHealth' }, @{ Switch = 'ScanHealth' }, @{ Switch = 'RestoreHealth' }) {
            $parameters = @{ $Switch = $true; Path = $image; Detailed = $true }
            $result = Repair-DismTsImage @parameters
            $result.ImageHealthState | Should -Be 'Healthy'
            $result.Path | Should -Be $image
            $result.WinPath | Should -Be 'Windows'
            $result.Counts.TotalDetected | Should -Be 0
            $result.Findings | Where-Object State -EQ 'Found' | Should -BeNullOrEmpty
        }

        It 'finds a damaged file, changes nothing, and remembers it' {
            Edit-Byte -Path "$image/$($store.payload)"
            $before = Get-TreeHash -Path $image
            $result = Repair-DismTsImage -Path $image -ScanHealth -Detailed
            $result.ImageHealthState | Should -Be 'Repairable'
            $found = @($result.Findings | Where-Object State -EQ 'Found')
            $found | Should -HaveCount 1
            $found[0].Class | Should -Be 'CSI Payload Corrupt'
            $found[0].Component | Should -Be $store.component
            $found[0].File | Should -Be $store.file
            $found[0].WantedDigest | Should -Be (Get-FileHash -LiteralPath "$pristine/$($store.payload)").Hash
            $result.LogPath | Should -FileContentMatch 'CSI Payload Corrupt'
            Get-TreeHash -Path $image | Should -Be $before
            (Repair-DismTsImage -Path $image -CheckHealth).ImageHealthState | Should -Be 'Repairable'
        }

        It 'repairs it from <Kind>' -ForEach @(
            @{ Kind = 'another image in a folder'; Source = { "$TestDrive/pristine" } }
            @{ Kind = 'the WinSxS folder of one'; Source = { "$TestDrive/pristine/Windows/WinSxS" } }
            @{ Kind = 'an image of a WIM file'; Source = { "WIM:$TestDrive/pristine.wim:1" } }
            @{ Kind = 'the second of two sources'; Source = { $folder, "wim:$TestDrive/pristine.wim:1" } }
        ) {
            Edit-Byte -Path "$image/$($store.payload)"
            Remove-Item -LiteralPath "$image/$($store.manifest)"
            $result = Repair-DismTsImage -Path $image -RestoreHealth -Source (& $Source) -LimitAccess -Detailed
            $result.ImageHealthState | Should -Be 'Healthy'
            ($result.Findings | Where-Object State -EQ 'Repaired').Class | Sort-Object | Should -Be 'CSI Manifest Corrupt', 'CSI Payload Corrupt'
            $result.Counts.TotalRepaired | Should -Be 2
            Get-TreeHash -Path $image | Should -Be (Get-TreeHash -Path $pristine)
            (stat -c %i "$image/$($store.payload)") | Should -Be (stat -c %i "$image/$($store.link)")
            (Repair-DismTsImage -Path $image -ScanHealth).ImageHealthState | Should -Be 'Healthy'
        }

        It 'resolves a relative WIM path of -Source' {
            Edit-Byte -Path "$image/$($store.payload)"
            Push-Location -LiteralPath $TestDrive
            try {
                (Repair-DismTsImage -Path $image -RestoreHealth -Source WIM:./pristine.wim:1).ImageHealthState | Should -Be 'Healthy'
            } finally {
                Pop-Location
            }
        }

        It 'repairs what it can, and says what sources lack' {
            $null = New-Item -ItemType Directory -Path "$folder/partial/Windows"
            cp -a "$pristine/Windows/WinSxS" "$folder/partial/Windows/"
            Edit-Byte -Path "$image/$($store.payload)"
            # The copies of the other damaged file are damaged too.
            foreach ($root in $image, "$folder/partial") {
                Edit-Byte -Path "$root/$($store.manifest)"
            }
            $result, $problem = try { Repair-DismTsImage -Path $image -RestoreHealth -Source "$folder/partial" -Detailed } catch { $_ }
            $result.ImageHealthState | Should -Not -Be 'Healthy'
            $problem | Should -HaveCount 1
            $problem[0].FullyQualifiedErrorId | Should -Be 'CBS_E_SOURCE_MISSING,Repair-DismTsImage'
            $problem[0].Exception.HResultHex | Should -Be '0x800F081F'
            $problem[0].TargetObject | Should -Be $image
            $problem[0].Exception.LogPath | Should -Exist
            $result.Findings | Where-Object State -EQ 'NotRepaired' | Should -Not -BeNullOrEmpty
        }

        It 'says that no source was given where one is needed' {
            Edit-Byte -Path "$image/$($store.payload)"
            { Repair-DismTsImage -Path $image -RestoreHealth } | Should -Throw -ErrorId 'CBS_E_REPAIR_CONTENT_NOT_FOUND,Repair-DismTsImage'
        }

        It 'changes nothing with -WhatIf, and says what is wrong with a source' {
            Edit-Byte -Path "$image/$($store.payload)"
            $before = Get-TreeHash -Path $image
            Repair-DismTsImage -Path $image -RestoreHealth -Source $pristine -WhatIf | Should -BeNullOrEmpty
            Get-TreeHash -Path $image | Should -Be $before
            { Repair-DismTsImage -Path $image -RestoreHealth -Source "$folder/nothing" -WhatIf } | Should -Throw -ErrorId '*,Repair-DismTsImage'
            { Repair-DismTsImage -Path $image -RestoreHealth -Source "WIM:$pristineWim`:7" -WhatIf } | Should -Throw -ErrorId '*,Repair-DismTsImage'
        }

        It 'refuses what is no image of Windows' {
            $null = New-Item -ItemType Directory -Path "$folder/empty"
            { Repair-DismTsImage -Path "$folder/empty" -ScanHealth } | Should -Throw -ErrorId '*,Repair-DismTsImage'
        }

        It '-Online is unsupported here, in one line' {
            $problems = @(Get-StatementError { Repair-DismTsImage -Online -ScanHealth })
            $problems[0].FullyQualifiedErrorId | Should -Be 'ERROR_NOT_SUPPORTED,Repair-DismTsImage'
            $problems[0].CategoryInfo.Category | Should -Be 'NotImplemented'
            $problems[0].Exception.Message | Should -Match 'Native engine'
            $problems[0].Exception.Message | Should -Not -Match "`n"
        }
    }

    Context 'Repair-DismTsImage on a mounted image' {
        It 'repairs a WIM: scan, restore, save' {
            $mount = "$folder/mount"
            $wim = "$folder/install.wim"
            $null = New-Item -ItemType Directory -Path $mount
            Copy-Item -LiteralPath $pristineWim -Destination $wim
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            Edit-Byte -Path "$mount/$($store.payload)"
            $null = Dismount-DismTsImage -Path $mount -Save

            $mounted = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            ($mounted | Repair-DismTsImage -ScanHealth).ImageHealthState | Should -Be 'Repairable'
            (Get-DismTsImage -Mounted | Repair-DismTsImage -RestoreHealth -Source "WIM:$pristineWim`:1").ImageHealthState | Should -Be 'Healthy'
            $null = Dismount-DismTsImage -Path $mount -Save

            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount -ReadOnly
            (Repair-DismTsImage -Path $mount -ScanHealth).ImageHealthState | Should -Be 'Healthy'
            (Get-FileHash -LiteralPath "$mount/$($store.payload)").Hash | Should -Be (Get-FileHash -LiteralPath "$pristine/$($store.payload)").Hash
            { Repair-DismTsImage -Path $mount -RestoreHealth } | Should -Throw -ErrorId 'WIM_E_MOUNTED_READONLY,Repair-DismTsImage'
            $null = Dismount-DismTsImage -Path $mount -Discard
        }
    }

    Context 'What is in the image' {
        It 'packages: states, types and dates' {
            $packages = Get-DismTsPackage -Path $image
            foreach ($package in $store.packages) {
                $packages.PackageName | Should -Contain $package.name
            }
            $packages.PackageState | Should -Contain 'Installed'
            ($packages | Where-Object PackageName -Like '*LanguagePack*').ReleaseType | Should -Be 'LanguagePack'
            ($packages | Where-Object PackageName -Like '*LanguagePack*').InstallTime | Should -BeOfType ([datetime])
            $name = $store.packages[0].name
            $advanced = Get-DismTsPackage -Path $image -PackageName $name
            $advanced.PSObject.TypeNames[0] | Should -Be 'DismTs.AdvancedPackageObject'
            $advanced.PackageName | Should -Be $name
            (Get-DismTsPackage -Path $image -PackageName *).PackageName | Should -Be $packages.PackageName
        }

        It 'features: states, and the rest with a name' {
            $features = Get-DismTsOptionalFeature -Path $image
            ($features | Where-Object FeatureName -EQ 'DismTs-Feature-On').State | Should -Be 'Enabled'
            ($features | Where-Object FeatureName -EQ 'DismTs-Feature-Off').State | Should -Be 'Disabled'
            ($features | Where-Object FeatureName -EQ 'DismTs-Feature-Gone').State | Should -Be 'DisabledWithPayloadRemoved'
            (Get-DismTsOptionalFeature -Path $image -FeatureName dismts-feature-on).DisplayName | Should -Not -BeNullOrEmpty
            (Get-DismTsOptionalFeature -Path $image -FeatureName *-O*).FeatureName | Should -Be 'DismTs-Feature-Off', 'DismTs-Feature-On'
        }

        It 'capabilities, drivers and the edition' {
            (Get-DismTsCapability -Path $image | Where-Object State -EQ 'Installed').Name | Should -Be 'DismTs.Tool~~~~0.0.1.0'
            (Get-DismTsCapability -Path $image -Name DismTs.Tool*).DisplayName | Should -Not -BeNullOrEmpty
            (Get-DismTsDriver -Path $image).Driver | Should -Be 'oem0.inf'
            @(Get-DismTsDriver -Path $image -All).Count | Should -BeGreaterThan 1
            $advanced = @(Get-DismTsDriver -Path $image | Get-DismTsDriver)
            $advanced[0].PSObject.TypeNames[0] | Should -Be 'DismTs.AdvancedDriverObject'
            $advanced.HardwareId | Should -Be 'PCI\VEN_1DDD&DEV_0001', 'PCI\VEN_1DDD&DEV_0002'
            (Get-DismTsDriver -Path $image).Date.TimeOfDay | Should -Be ([timespan]::Zero)
            (Get-DismTsEdition -Path $image).Edition | Should -Be 'Professional'
        }

        It 'what is not there is an error with the id of its kind: <Script>' -ForEach @(
            @{ Script = { Get-DismTsPackage -Path $image -PackageName nope -ErrorAction Stop }; Command = 'Get-DismTsPackage' }
            @{ Script = { Get-DismTsOptionalFeature -Path $image -FeatureName nope -ErrorAction Stop }; Command = 'Get-DismTsOptionalFeature' }
            @{ Script = { Get-DismTsCapability -Path $image -Name nope -ErrorAction Stop }; Command = 'Get-DismTsCapability' }
            @{ Script = { Get-DismTsDriver -Path $image -Driver nope.inf -ErrorAction Stop }; Command = 'Get-DismTsDriver' }
        ) {
            $problem = $Script | Should -Throw -PassThru
            $problem.FullyQualifiedErrorId | Should -Match "^[A-Z0-9_]+,$Command$"
            $problem.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        }

        It 'reads a mounted image as it reads a folder' {
            $mount = "$folder/mount"
            $null = New-Item -ItemType Directory -Path $mount
            $mounted = Mount-DismTsImage -ImagePath $pristineWim -Index 1 -Path $mount -ReadOnly
            ($mounted | Get-DismTsPackage).PackageName | Should -Be (Get-DismTsPackage -Path $image).PackageName
            ($mounted | Get-DismTsOptionalFeature).State | Should -Be (Get-DismTsOptionalFeature -Path $image).State
            ($mounted | Get-DismTsEdition).Version | Should -Be (Get-DismTsEdition -Path $image).Version
            $null = Dismount-DismTsImage -Path $mount -Discard
        }

        It '-Online is unsupported here: <Command>' -ForEach @(
            @{ Command = 'Get-DismTsPackage' }, @{ Command = 'Get-DismTsOptionalFeature' }, @{ Command = 'Get-DismTsCapability' }, @{ Command = 'Get-DismTsDriver' }
            @{ Command = 'Get-DismTsEdition' }
        ) {
            $problems = @(Get-StatementError { & $Command -Online })
            $problems[0].FullyQualifiedErrorId | Should -Be "ERROR_NOT_SUPPORTED,$Command"
        }
    }
}
