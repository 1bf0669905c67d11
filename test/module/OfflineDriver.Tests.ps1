# Drivers of an offline image without Windows: the module, the built executable, the portable engine, and an image that was made here.

BeforeDiscovery {
    Import-Module -Name "$PSScriptRoot/MountPrerequisite.psm1"
    $missing = @(Get-MissingMountPrerequisite -Skipped 'the tests of drivers in an offline image' -ImageMaker)
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    Import-Module -Name "$PSScriptRoot/MountPrerequisite.psm1"
}

Describe 'Drivers of an offline image' -Tag 'Integration' -Skip:($missing.Count -gt 0) {
    BeforeAll {
        $stateBefore = $env:DISMTS_STATE_DIR
        $env:DISMTS_STATE_DIR = [System.IO.Path]::GetFullPath("$TestDrive/state")
        Remove-Module -Name DismTs -ErrorAction Ignore
        Import-Module -Name "$(Get-RepositoryRoot)/DismTs.psd1"
        $pristine = [System.IO.Path]::GetFullPath("$TestDrive/pristine")
        $null = & (Get-PackagedNode) --no-warnings "$PSScriptRoot/buildStore.mjs" $pristine "$pristine.wim"

        $drivers = [System.IO.Path]::GetFullPath("$TestDrive/drivers")
        foreach ($name in 'first', 'second') {
            $class = @{ first = 'Net', '{4d36e972-e325-11ce-bfc1-08002be10318}', 3; second = 'SCSIAdapter', '{4d36e97b-e325-11ce-bfc1-08002be10318}', 0 }[$name]
            $null = New-Item -ItemType Directory -Path "$drivers/$name"
            Set-Content -LiteralPath "$drivers/$name/$name.sys" -Value "driver $name"
            Set-Content -LiteralPath "$drivers/$name/$name.inf" -Value @(
                '[Version]', 'Signature="$Windows NT$"', "Class=$($class[0])", "ClassGuid=$($class[1])", 'Provider=Tests', 'DriverVer=01/02/2024,1.2.3.4'
                '[Manufacturer]', 'Tests=Models,NTamd64', '[Models.NTamd64]', "Device=Install,PCI\VEN_$name"
                '[Install]', 'CopyFiles=Files', '[Files]', "$name.sys", '[SourceDisksFiles]', "$name.sys=1", '[SourceDisksNames]', '1=Disk'
                '[DestinationDirs]', 'Files=12', '[Install.Services]', "AddService=$name,2,Service", '[Service]', 'ServiceType=1', "StartType=$($class[2])"
                'ErrorControl=1', "ServiceBinary=%12%\$name.sys"
            )
        }
    }

    AfterAll {
        Remove-Module -Name DismTs -ErrorAction Ignore
        $env:DISMTS_STATE_DIR = $stateBefore
    }

    BeforeEach {
        $image = [System.IO.Path]::GetFullPath("$TestDrive/image")
        cp -a $pristine $image
    }

    AfterEach {
        Remove-Item -LiteralPath $image -Recurse -Force
    }

    It 'are added, listed, copied out and removed' {
        $added = Add-DismTsDriver -Path $image -Driver $drivers -Recurse -ForceUnsigned -BootCritical -WarningVariable warnings -WarningAction SilentlyContinue
        $added.Driver | Should -Be 'oem1.inf', 'oem2.inf'
        $added[0].PSObject.TypeNames[0] | Should -Be 'DismTs.BasicDriverObject'
        $added.BootCritical | Should -Be $false, $true
        @($warnings -match 'not signed').Count | Should -Be 2
        @($warnings -match 'no start of Windows with it was tried here').Count | Should -Be 1
        (Get-DismTsDriver -Path $image).Driver | Should -Be 'oem0.inf', 'oem1.inf', 'oem2.inf'
        (Get-DismTsDriver -Path $image -Driver oem2.inf).ServiceName | Should -Be 'second'
        Get-Content -LiteralPath "$image/Windows/System32/drivers/second.sys" | Should -Be 'driver second'
        $again = Add-DismTsDriver -Path $image -Driver "$drivers/first/first.inf" -ForceUnsigned -Verbose 4>&1
        "$again" | Should -Match 'Nothing new'
        $out = New-Item -ItemType Directory -Path "$TestDrive/out"
        (Export-DismTsDriver -Path $image -Destination $out | Sort-Object -Property Driver -Unique).Driver | Should -Be 'oem0.inf', 'oem1.inf', 'oem2.inf'
        @(Get-ChildItem -LiteralPath $out -Filter *.inf -Recurse -File).Name | Sort-Object | Should -Be 'dtnet.inf', 'first.inf', 'second.inf'
        $problem = { Remove-DismTsDriver -Path $image -Driver oem2.inf -ErrorAction Stop } | Should -Throw -PassThru
        $problem.FullyQualifiedErrorId | Should -Be 'SPAPI_E_INF_IN_USE_BY_DEVICES,Remove-DismTsDriver'
        (Remove-DismTsDriver -Path $image -Driver oem2.inf -Force -WarningAction SilentlyContinue).Path | Should -Be $image
        $null = Get-DismTsDriver -Path $image | Where-Object ProviderName -EQ 'Tests' | Remove-DismTsDriver
        (Get-DismTsDriver -Path $image).Driver | Should -Be 'oem0.inf'
        Test-Path -LiteralPath "$image/Windows/System32/drivers/second.sys" | Should -BeFalse
    }

    It 'one bad file is an error of its own, with -WhatIf too' {
        foreach ($whatIf in $true, $false) {
            Get-ChildItem -LiteralPath $drivers -Filter *.inf -Recurse -File | Sort-Object -Property Name |
                Add-DismTsDriver -Path $image -WhatIf:$whatIf -ErrorVariable problems -ErrorAction SilentlyContinue
            $problems.FullyQualifiedErrorId | Should -Be @('SPAPI_E_NO_CATALOG_FOR_OEM_INF,Add-DismTsDriver', 'SPAPI_E_NO_CATALOG_FOR_OEM_INF,Add-DismTsDriver')
            $problems.TargetObject | Should -Be "$drivers/first/first.inf", "$drivers/second/second.inf"
        }
    }

    It '-WhatIf changes nothing and says what would become of each file' {
        $before = bash -c "cd '$image' && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
        $script = "Import-Module '$(Get-RepositoryRoot)/DismTs.psd1'; Add-DismTsDriver -Path '$image' -Driver '$drivers' -Recurse -ForceUnsigned -WhatIf -WarningAction SilentlyContinue"
        $said = pwsh -NoProfile -Command $script
        "$said" | Should -Match 'Publish as oem1\.inf'
        "$said" | Should -Match 'Publish as oem2\.inf'
        $script = "Import-Module '$(Get-RepositoryRoot)/DismTs.psd1'; Remove-DismTsDriver -Path '$image' -Driver oem0.inf -Force -WhatIf -WarningAction SilentlyContinue"
        "$(pwsh -NoProfile -Command $script)" | Should -Match 'What if: Removes the driver package \S+\.inf_amd64_[0-9a-f]{16}'
        bash -c "cd '$image' && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum" | Should -Be $before
    }

    It 'are added to a mounted image, and saved with it' {
        $mount = New-Item -ItemType Directory -Path "$TestDrive/mount"
        Copy-Item -LiteralPath "$pristine.wim" -Destination "$TestDrive/copy.wim"
        Mount-DismTsImage -ImagePath "$TestDrive/copy.wim" -Index 1 -Path $mount | Add-DismTsDriver -Driver "$drivers/second" -ForceUnsigned -BootCritical -WarningAction SilentlyContinue |
            ForEach-Object { $_.Driver } | Should -Be 'oem1.inf'
        $null = Dismount-DismTsImage -Path $mount -Save
        $null = Mount-DismTsImage -ImagePath "$TestDrive/copy.wim" -Index 1 -Path $mount
        (Get-DismTsDriver -Path $mount -Driver oem1.inf).HardwareId | Should -Be 'PCI\VEN_second'
        Get-Content -LiteralPath "$mount/Windows/System32/drivers/second.sys" | Should -Be 'driver second'
        $null = Remove-DismTsDriver -Path $mount -Driver oem1.inf -Force -WarningAction SilentlyContinue
        (Get-DismTsDriver -Path $mount).Driver | Should -Be 'oem0.inf'
        $null = Dismount-DismTsImage -Path $mount -Discard
        $null = Mount-DismTsImage -ImagePath "$TestDrive/copy.wim" -Index 1 -Path $mount -ReadOnly
        $problem = { Remove-DismTsDriver -Path $mount -Driver oem1.inf -ErrorAction Stop } | Should -Throw -PassThru
        $problem.FullyQualifiedErrorId | Should -Be 'WIM_E_MOUNTED_READONLY,Remove-DismTsDriver'
        $null = Dismount-DismTsImage -Path $mount -Discard
    }
    It 'the example of the help topic does what it says' {
        $topic = Get-Content -Raw -LiteralPath "$(Get-RepositoryRoot)/module/en-US/about_DismTs_Servicing.help.txt"
        $example = [regex]::Match($topic, '(?s)\n( +\$mount = .*?\n {8}\}\r?\n)\r?\n').Groups[1].Value
        $example | Should -Match 'Add-DismTsDriver'
        $folder = New-Item -ItemType Directory -Path "$TestDrive/example"
        Copy-Item -LiteralPath "$pristine.wim" -Destination "$folder/boot.wim"
        Copy-Item -LiteralPath "$pristine.wim" -Destination "$folder/install.wim"
        $null = New-Item -ItemType Directory -Path "$folder/virtio-win/amd64"
        Copy-Item -LiteralPath $drivers -Destination "$folder/virtio-win/amd64/w11" -Recurse
        Push-Location -LiteralPath $folder
        try {
            $added = & ([scriptblock]::Create(($example -replace '-BootCritical', '-BootCritical -ForceUnsigned -WarningAction SilentlyContinue')))
            $added.Driver | Should -Be 'oem1.inf', 'oem2.inf', 'oem1.inf', 'oem2.inf'
            $null = Mount-DismTsImage -ImagePath ./boot.wim -Index 1 -Path ./mnt -ReadOnly
            (Get-DismTsDriver -Path ./mnt).Driver | Should -Be 'oem0.inf', 'oem1.inf', 'oem2.inf'
            $null = Dismount-DismTsImage -Path ./mnt -Discard
        } finally {
            Pop-Location
        }
    }
}
