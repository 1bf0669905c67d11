# The whole product: the module, the built executable, the portable engine, real WIM files. wimlib's own programs confirm what is in the files.

BeforeDiscovery {
    Import-Module -Name "$PSScriptRoot/MountPrerequisite.psm1"
    $missing = @(Get-MissingMountPrerequisite -Skipped 'the integration tests' -Wimlib)
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
}

Describe 'DismTs on real WIM files' -Tag 'Integration' -Skip:($missing.Count -gt 0) {
    BeforeAll {
        # Not TestDrive, which Pester empties after each Context, mounted or not.
        $testFolder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "dismts-module-$([System.IO.Path]::GetRandomFileName())")
        $null = New-Item -ItemType Directory -Path $testFolder
        $stateBefore = $env:DISMTS_STATE_DIR
        $env:DISMTS_STATE_DIR = "$testFolder/state"
        Remove-Module -Name DismTs -ErrorAction Ignore
        Import-Module -Name "$(Get-RepositoryRoot)/DismTs.psd1"

        $pristine = "$testFolder/pristine.wim"
        $tree = "$testFolder/tree"
        $null = New-Item -ItemType Directory -Path "$tree/Windows/System32"
        Set-Content -LiteralPath "$tree/Windows/a.txt" -Value 'old'
        foreach ($number in 1..20) {
            Set-Content -LiteralPath "$tree/Windows/System32/file$number.txt" -Value ("$number " * 1000)
        }
        $null = wimlib-imagex capture $tree $pristine First 'The first image' --check 2>&1
        Set-Content -LiteralPath "$tree/Windows/second.txt" -Value 'second'
        $null = wimlib-imagex append $tree $pristine Second --check 2>&1

        function Get-WimText {
            # A text file in an image, as wimlib reads it.
            param($Path, $Index, $File)
            wimlib-imagex extract $Path $Index $File --to-stdout 2>"$testFolder/wimlib.txt"
        }

        function Get-ServingProcess {
            # Processes that serve a mount.
            param($MountPath)
            Get-Process -Name wimlib-imagex* -ErrorAction Ignore | Where-Object {
                [System.IO.File]::Exists("/proc/$($_.Id)/cmdline") -and [System.IO.File]::ReadAllText("/proc/$($_.Id)/cmdline").Split([char] 0) -contains $MountPath
            }
        }
    }

    AfterAll {
        Remove-Module -Name DismTs
        $env:DISMTS_STATE_DIR = $stateBefore
        Get-Content -LiteralPath /proc/mounts | Where-Object { $_.Contains($testFolder) } | Should -BeNullOrEmpty
        Get-ChildItem -LiteralPath "$testFolder/state/mounts" | Should -BeNullOrEmpty
        Remove-Item -LiteralPath $testFolder -Recurse -Force
    }

    BeforeEach {
        $folder = "$testFolder/$([System.IO.Path]::GetRandomFileName())"
        $wim = "$folder/install.wim"
        $mount = "$folder/mount"
        $null = New-Item -ItemType Directory -Path $mount
        Copy-Item -LiteralPath $pristine -Destination $wim
    }

    AfterEach {
        # A test that failed must not fail the next ones.
        foreach ($left in Get-DismTsImage -Mounted) {
            if ($left.MountStatus -eq 'NeedsRemount') {
                $null = $left | Mount-DismTsImage -Remount
            }
            if ($left.MountStatus -ne 'Invalid') {
                $null = $left | Dismount-DismTsImage -Discard -Confirm:$false
            }
        }
        $null = Clear-DismTsMountPoint -Confirm:$false
        Get-Content -LiteralPath /proc/mounts | Where-Object { $_.Contains($folder) } | Should -BeNullOrEmpty
        Get-ServingProcess -MountPath $mount | Should -BeNullOrEmpty
    }

    Context 'The main job' {
        It 'mounts, changes, saves and dismounts' {
            $mounted = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            $mounted.PSObject.TypeNames[0] | Should -Be 'DismTs.ImageObject'
            $mounted.MountMode | Should -Be 'ReadWrite'
            Get-Content -LiteralPath "$mount/Windows/a.txt" | Should -Be 'old'
            Set-Content -LiteralPath "$mount/Windows/a.txt" -Value 'saved'
            (Save-DismTsImage -Path $mount).ImageIndex | Should -Be 1
            Get-WimText -Path $wim -Index 1 -File /Windows/a.txt | Should -Be 'saved'

            Set-Content -LiteralPath "$mount/Windows/new.txt" -Value 'dismounted'
            Remove-Item -LiteralPath "$mount/Windows/System32/file1.txt"
            $result = Dismount-DismTsImage -Path $mount -Save
            $result.PSObject.TypeNames[0] | Should -Be 'DismTs.BaseDismObject'
            Get-WimText -Path $wim -Index 1 -File /Windows/a.txt | Should -Be 'saved'
            Get-WimText -Path $wim -Index 1 -File /Windows/new.txt | Should -Be 'dismounted'
            Get-WimText -Path $wim -Index 2 -File /Windows/a.txt | Should -Be 'old'
            (wimlib-imagex dir $wim 1) -contains '/Windows/System32/file1.txt' | Should -BeFalse
            $null = wimlib-imagex verify $wim 2>&1
            $LASTEXITCODE | Should -Be 0
            Get-ChildItem -LiteralPath $mount | Should -BeNullOrEmpty
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty
        }

        It 'gives the information that wimlib gives' {
            $images = Get-DismTsImage -ImagePath $wim
            $images.ImageName | Should -Be 'First', 'Second'
            $images.ImageDescription | Should -Be 'The first image', ''
            $image = Get-DismTsImage -ImagePath $wim -Name Second
            $facts = @{}
            foreach ($line in wimlib-imagex info $wim 2) {
                if ($line -match '^([^:]+):\s+(.*)$') {
                    $facts[$Matches[1]] = $Matches[2]
                }
            }
            $image.ImageIndex | Should -Be 2
            $image.FileCount | Should -Be $facts['File Count']
            $image.DirectoryCount | Should -Be $facts['Directory Count']
            $image.ImageSize | Should -Be $facts['Total Bytes']
            [Math]::Abs(($image.CreatedTime - [datetime]::Now).TotalMinutes) | Should -BeLessThan 10
        }

        It 'mounts by name and read-only, and dismounts that without a question' {
            $mounted = Mount-DismTsImage -ImagePath $wim -Name Second -Path $mount -ReadOnly -CheckIntegrity
            $mounted.ImageIndex | Should -Be 2
            Get-Content -LiteralPath "$mount/Windows/second.txt" | Should -Be 'second'
            { [System.IO.File]::WriteAllText("$mount/x", 'x') } | Should -Throw
            $entry = Get-DismTsImage -Mounted
            $entry.Path | Should -Be $mount
            $entry.ImagePath | Should -Be $wim
            $entry.ImageIndex | Should -Be 2
            $entry.MountMode | Should -Be 'ReadOnly'
            $entry.MountStatus | Should -Be 'Ok'
            (Dismount-DismTsImage -Path $mount -Discard).PSObject.TypeNames[0] | Should -Be 'DismTs.BaseDismObject'
        }

        It 'discards, and leaves the file bit for bit as it was' {
            $before = (Get-FileHash -LiteralPath $wim).Hash
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            Set-Content -LiteralPath "$mount/Windows/a.txt" -Value 'dropped'
            $null = Dismount-DismTsImage -Path $mount -Discard -Confirm:$false
            (Get-FileHash -LiteralPath $wim).Hash | Should -Be $before
        }

        It 'appends, and tells the new image' {
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            Set-Content -LiteralPath "$mount/Windows/a.txt" -Value 'appended'
            (Save-DismTsImage -Path $mount -Append).ImageIndex | Should -Be 3
            $null = Dismount-DismTsImage -Path $mount -Discard -Confirm:$false
            Get-WimText -Path $wim -Index 3 -File /Windows/a.txt | Should -Be 'appended'
            Get-WimText -Path $wim -Index 1 -File /Windows/a.txt | Should -Be 'old'
        }

        It 'brings a mount back whose server was killed, with its changes' {
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            Set-Content -LiteralPath "$mount/Windows/a.txt" -Value 'survived'
            Get-ServingProcess -MountPath $mount | Stop-Process -Force
            Wait-Until { (Get-DismTsImage -Mounted).MountStatus -eq 'NeedsRemount' }
            $problem = Get-StatementError { Save-DismTsImage -Path $mount }
            $problem.FullyQualifiedErrorId | Should -Be 'DISMAPI_E_NEEDS_REMOUNT,Save-DismTsImage'
            $null = Get-DismTsImage -Mounted | Where-Object MountStatus -EQ 'NeedsRemount' | Mount-DismTsImage -Remount
            Get-Content -LiteralPath "$mount/Windows/a.txt" | Should -Be 'survived'
            $null = Dismount-DismTsImage -Path $mount -Save
            Get-WimText -Path $wim -Index 1 -File /Windows/a.txt | Should -Be 'survived'
        }

        It 'clears a mount whose file is gone, and only that' {
            $other = "$folder/other"
            $null = New-Item -ItemType Directory -Path $other
            Copy-Item -LiteralPath $wim -Destination "$folder/gone.wim"
            $null = Mount-DismTsImage -ImagePath "$folder/gone.wim" -Index 1 -Path $mount
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $other
            Get-ServingProcess -MountPath $mount | Stop-Process -Force
            Remove-Item -LiteralPath "$folder/gone.wim"
            Wait-Until { (Get-DismTsImage -Mounted | Where-Object Path -EQ $mount).MountStatus -eq 'Invalid' }
            Clear-DismTsMountPoint -WhatIf
            @(Get-DismTsImage -Mounted) | Should -HaveCount 2
            (Clear-DismTsMountPoint -Confirm:$false).Removed.Path | Should -Be $mount
            (Get-DismTsImage -Mounted).Path | Should -Be $other
        }
    }

    Context 'Pipelines and paths' {
        It 'dismounts everything that is mounted' {
            $paths = 1..2 | ForEach-Object { "$folder/m$_" }
            foreach ($path in $paths) {
                $null = New-Item -ItemType Directory -Path $path
            }
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $paths[0]
            $null = Mount-DismTsImage -ImagePath $wim -Index 2 -Path $paths[1] -ReadOnly
            Get-DismTsImage -Mounted | Dismount-DismTsImage -Discard -Confirm:$false | Should -HaveCount 2
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty
        }

        It 'mounts what a filter finds' {
            $null = Get-DismTsImage -ImagePath $wim | Where-Object ImageName -Like 'Sec*' | Mount-DismTsImage -Path $mount -ReadOnly
            (Get-DismTsImage -Mounted).ImageIndex | Should -Be 2
        }

        It 'takes paths relative to the current location, and on PSDrives' {
            $null = New-PSDrive -Name Wims -PSProvider FileSystem -Root $folder
            Push-Location -LiteralPath $folder
            try {
                $null = Mount-DismTsImage -ImagePath ./install.wim -Index 1 -Path mount
                (Get-DismTsImage -Mounted).Path | Should -Be $mount
                $null = Save-DismTsImage -Path Wims:/mount
                $null = Dismount-DismTsImage -Path Wims:\mount -Discard -Confirm:$false
                $null = Mount-DismTsImage -ImagePath Wims:/install.wim -Index 1 -Path Wims:/mount -ReadOnly
                $null = Dismount-DismTsImage -Path ./mount/ -Discard -Confirm:$false
            } finally {
                Pop-Location
            }
        }

        It 'expands wildcards, and reports the file that is no image' {
            Copy-Item -LiteralPath $wim -Destination "$folder/second.wim"
            Set-Content -LiteralPath "$folder/bad.wim" -Value 'This is no WIM file'
            $results = @(try { Get-DismTsImage -ImagePath "$folder/*.wim" } catch { $_ })
            $results | Should -HaveCount 5
            $results[4].TargetObject | Should -Be "$folder/bad.wim"
        }

        It 'takes names with blanks, brackets, quotes and characters beyond ASCII' {
            $odd = "$folder/odd [1] 'q' `$x $([char] 0xFC)$([char]::ConvertFromUtf32(0x1F4BF))"
            $null = New-Item -ItemType Directory -Path $odd
            [System.IO.File]::Copy($wim, "$odd/my image.wim")
            $null = [System.IO.Directory]::CreateDirectory("$odd/mount point")
            (Get-DismTsImage -ImagePath "$odd/my image.wim").ImageName | Should -Be 'First', 'Second'
            (Mount-DismTsImage -ImagePath "$odd/my image.wim" -Index 1 -Path "$odd/mount point").Path | Should -Be "$odd/mount point"
            $null = Get-DismTsImage -Mounted | Dismount-DismTsImage -Discard -Confirm:$false
        }

        It 'writes the log that is asked for' {
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount -LogPath "$folder/my.log" -LogLevel Debug
            $result = Dismount-DismTsImage -Path $mount -Save -LogPath "$folder/my.log" -LogLevel 4
            $result.LogPath | Should -Be "$folder/my.log"
            $result.LogLevel | Should -Be 'Debug'
            Get-Content -LiteralPath "$folder/my.log" -Raw | Should -Match 'image/unmount'
        }
    }

    Context '-WhatIf' {
        It 'changes nothing, and says what is wrong' {
            $before = (Get-FileHash -LiteralPath $wim).Hash
            Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount -WhatIf | Should -BeNullOrEmpty
            { Mount-DismTsImage -ImagePath $wim -Index 9 -Path $mount -WhatIf } | Should -Throw -ErrorId 'DISMAPI_E_INVALID_IMAGE_INDEX,Mount-DismTsImage'
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty

            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            Set-Content -LiteralPath "$mount/Windows/a.txt" -Value 'changed'
            Save-DismTsImage -Path $mount -WhatIf | Should -BeNullOrEmpty
            Dismount-DismTsImage -Path $mount -Save -WhatIf | Should -BeNullOrEmpty
            Dismount-DismTsImage -Path $mount -Discard -WhatIf | Should -BeNullOrEmpty
            { Save-DismTsImage -Path $folder -WhatIf } | Should -Throw -ErrorId 'DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH,Save-DismTsImage'
            (Get-DismTsImage -Mounted).MountStatus | Should -Be 'Ok'
            Get-Content -LiteralPath "$mount/Windows/a.txt" | Should -Be 'changed'
            (Get-FileHash -LiteralPath $wim).Hash | Should -Be $before
        }
    }

    Context 'Errors' {
        It '<Name> is <Symbol>' -ForEach @(
            @{ Name = 'a bad index'; Symbol = 'DISMAPI_E_INVALID_IMAGE_INDEX'; HResult = 0xC0040005; Category = 'ObjectNotFound'; Script = { Get-DismTsImage -ImagePath $wim -Index 9 } }
            @{ Name = 'a bad name'; Symbol = 'DISMAPI_E_INVALID_IMAGE_NAME'; HResult = 0xC0040006; Category = 'ObjectNotFound'; Script = { Mount-DismTsImage -ImagePath $wim -Name Nope -Path $mount } }
            @{ Name = 'a folder that is no mount'; Symbol = 'DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH'; HResult = 0xC0040007; Script = { Dismount-DismTsImage -Path $folder -Save } }
            @{ Name = 'a folder that is not empty'; Symbol = 'WIM_E_MOUNT_DIR_NOT_EMPTY'; HResult = 0xC1420114; Script = { Mount-DismTsImage -ImagePath $wim -Index 1 -Path $folder } }
            @{ Name = 'a folder that does not exist'; Symbol = 'WIM_E_MOUNT_DIR_NOT_FOUND'; HResult = 0xC1420115; Category = 'ObjectNotFound'; Script = { Mount-DismTsImage -ImagePath $wim -Index 1 -Path "$folder/none" } }
            @{ Name = 'a file that does not exist'; Symbol = 'ERROR_FILE_NOT_FOUND'; HResult = 0x80070002; Category = 'ObjectNotFound'; Script = { Get-DismTsImage -ImagePath "$folder/none.wim" } }
            @{ Name = 'a remount of what is no mount'; Symbol = 'WIM_E_INVALID_REMOUNT_TARGET'; HResult = 0xC1420123; Script = { Mount-DismTsImage -Path $folder -Remount } }
        ) {
            $record = $null
            try {
                $ErrorActionPreference = 'Stop'
                & $Script
            } catch {
                $record = $_
            }
            $record.FullyQualifiedErrorId | Should -BeLike "$Symbol,*"
            $record.Exception.HResult | Should -Be $HResult
            if ($Category) {
                $record.CategoryInfo.Category | Should -Be $Category
            }
            $record.Exception.Hint | Should -Not -BeNullOrEmpty
            (Resolve-DismTsError $record).Symbol | Should -Be $Symbol
            (Resolve-DismTsError $record.Exception.HResultHex).Symbol | Should -Be $Symbol
        }

        It 'a second mount for writing, a save of a read-only mount and a busy folder have their codes' {
            $other = "$folder/other"
            $null = New-Item -ItemType Directory -Path $other
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            { Mount-DismTsImage -ImagePath $wim -Index 1 -Path $other } | Should -Throw -ErrorId 'WIM_E_ALREADY_MOUNTED_READWRITE,Mount-DismTsImage'

            $stream = [System.IO.File]::OpenRead("$mount/Windows/a.txt")
            $problem = $null
            try {
                $problem = Get-StatementError { Dismount-DismTsImage -Path $mount -Save }
            } finally {
                $stream.Dispose()
            }
            $problem.FullyQualifiedErrorId | Should -Be 'WIM_E_UNMOUNT_INCOMPLETE,Dismount-DismTsImage'
            $problem[0].Exception.Holders.Pid | Should -Contain $PID
            $problem[0].CategoryInfo.Category | Should -Be 'ResourceBusy'
            $problem | ConvertTo-DismTsExitCode | Should -BeIn 1618, 75
            $null = Dismount-DismTsImage -Path $mount -Discard -Confirm:$false

            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount -ReadOnly
            { Save-DismTsImage -Path $mount } | Should -Throw -ErrorId 'WIM_E_MOUNTED_READONLY,Save-DismTsImage'
        }

        It '<Command> is what only the Native engine can, and says so without looking at the image' -ForEach @(
            @{ Command = 'Add-DismTsPackage'; Parameters = @{ PackagePath = '/u/a.cab' }; Target = '/u/a.cab' }
            @{ Command = 'Remove-DismTsPackage'; Parameters = @{ PackageName = 'a' }; Target = 'a' }
            @{ Command = 'Enable-DismTsOptionalFeature'; Parameters = @{ FeatureName = 'a' }; Target = 'a' }
            @{ Command = 'Disable-DismTsOptionalFeature'; Parameters = @{ FeatureName = 'a' }; Target = 'a' }
            @{ Command = 'Add-DismTsCapability'; Parameters = @{ Name = 'a' }; Target = 'a' }
            @{ Command = 'Remove-DismTsCapability'; Parameters = @{ Name = 'a' }; Target = 'a' }
            @{ Command = 'Set-DismTsEdition'; Parameters = @{ Edition = 'Education' }; Target = 'Education' }
            @{ Command = 'Set-DismTsProductKey'; Parameters = @{ ProductKey = 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' } }
            @{ Command = 'Get-DismTsEdition'; Parameters = @{ Target = $true } }
            @{ Command = 'Get-DismTsOptionalFeature'; Parameters = @{ FeatureName = 'a'; Parent = $true } }
            @{ Command = 'Get-DismTsPackage'; Parameters = @{ PackagePath = '/u/a.cab' }; Target = '/u/a.cab' }
        ) {
            foreach ($more in @{}, @{ WhatIf = $true }) {
                if ($more.Count -gt 0 -and $Command -like 'Get-*') {
                    continue
                }
                $problems = @(Get-StatementError { & $Command -Path $folder @Parameters @more })
                $problems[0].FullyQualifiedErrorId | Should -Be "ERROR_NOT_SUPPORTED,$Command"
                $problems[0].CategoryInfo.Category | Should -Be 'NotImplemented'
                $problems[0].Exception.HResult | Should -Be 0x80070032
                "$($problems[0].Exception.Message) $($problems[0].Exception.Hint)" | Should -Match 'Native engine'
                $problems[0].TargetObject | Should -Be $(if ($Target) { $Target } else { $folder })
            }
        }

        It 'an engine that this system does not have ends the command' {
            { Get-DismTsImage -Mounted -Engine Native -ErrorAction SilentlyContinue } | Should -Throw -ErrorId '*,Get-DismTsImage'
        }
    }

    Context 'Interruptions' {
        BeforeAll {
            # Takes a while to compress, so that there is something to interrupt.
            $random = New-Object -TypeName System.Random -ArgumentList 1
            $block = New-Object -TypeName byte[] -ArgumentList 1MB
            function Add-Change {
                param($Folder)
                foreach ($number in 1..60) {
                    $random.NextBytes($block)
                    [System.IO.File]::WriteAllBytes("$Folder/Windows/change$number.bin", $block)
                }
            }
            $variables = @{ manifest = "$(Get-RepositoryRoot)/DismTs.psd1" }
        }

        It 'Ctrl+C during a save leaves the old file, and the changes in the mount' {
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            Add-Change -Folder $mount
            $powerShell = New-TestPowerShell -Variables ($variables + @{ mount = $mount }) -Script 'Import-Module -Name $manifest; Save-DismTsImage -Path $mount'
            $handle = $powerShell.BeginInvoke()
            Wait-Until { $handle.IsCompleted -or ($powerShell.Streams.Progress | Where-Object { $_.Activity -like 'Save*' -and $_.RecordType -eq 'Processing' }) }
            $powerShell.Stop()
            $powerShell.InvocationStateInfo.State | Should -Be 'Stopped'
            $powerShell.Streams.Error | Should -BeNullOrEmpty
            $powerShell.Commands.Clear()
            $log = @($powerShell.AddCommand('Get-DismTsLog').Invoke())
            $log[0].Provider | Should -Be 'image/commit'
            $log[-1].Message | Should -Match '^cancelled after \d+\.\d{3} s$'
            $powerShell.Runspace.Dispose()
            (wimlib-imagex dir $wim 1) -contains '/Windows/change60.bin' | Should -BeFalse
            $null = wimlib-imagex verify $wim 2>&1
            $LASTEXITCODE | Should -Be 0
            (Get-DismTsImage -Mounted).MountStatus | Should -Be 'Ok'
            $null = Dismount-DismTsImage -Path $mount -Save
            (wimlib-imagex dir $wim 1) -contains '/Windows/change60.bin' | Should -BeTrue
        }

        It 'a sidecar killed during a save fails the save, and the changes are still there' {
            $shared = [hashtable]::Synchronized(@{})
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            Add-Change -Folder $mount
            $powerShell = New-TestPowerShell -Variables ($variables + @{ mount = $mount; shared = $shared }) -Script @'
                Import-Module -Name $manifest
                $null = Get-DismTsImage -Mounted
                $shared['Id'] = & (Get-Module -Name DismTs) { $script:sidecars['Auto'].Process.Id }
                Save-DismTsImage -Path $mount
'@
            $handle = $powerShell.BeginInvoke()
            Wait-Until { $handle.IsCompleted -or ($powerShell.Streams.Progress | Where-Object { $_.Activity -like 'Save*' -and $_.RecordType -eq 'Processing' }) }
            Stop-Process -Id $shared['Id'] -Force
            Wait-Until { $handle.IsCompleted }
            $powerShell.Streams.Error.FullyQualifiedErrorId | Should -Be 'DISMTS_E_SIDECAR_LOST,Save-DismTsImage'
            $powerShell.Commands.Clear()
            $log = @($powerShell.AddCommand('Get-DismTsLog').Invoke())
            $log[0].Provider, $log[0].ProcessId | Should -Be 'image/commit', $shared['Id']
            $log[-1].Message | Should -Not -Match '^(done|failed|cancelled) after'
            $powerShell.Runspace.Dispose()
            $null = wimlib-imagex verify $wim 2>&1
            $LASTEXITCODE | Should -Be 0
            $state = Get-DismTsImage -Mounted
            if ($state.MountStatus -eq 'NeedsRemount') {
                $null = $state | Mount-DismTsImage -Remount
            }
            [System.IO.File]::Exists("$mount/Windows/change60.bin") | Should -BeTrue
            $null = Dismount-DismTsImage -Path $mount -Save
            (wimlib-imagex dir $wim 1) -contains '/Windows/change60.bin' | Should -BeTrue
        }
    }

    Context 'Several at once' {
        It 'ForEach-Object -Parallel mounts, saves and dismounts different images' {
            $manifestPath = "$(Get-RepositoryRoot)/DismTs.psd1"
            $results = 1..3 | ForEach-Object -ThrottleLimit 3 -Parallel {
                Import-Module -Name $using:manifestPath
                $ProgressPreference = 'SilentlyContinue'
                $own = "$using:folder/own$_"
                $null = New-Item -ItemType Directory -Path "$own/mount"
                Copy-Item -LiteralPath $using:wim -Destination "$own/install.wim"
                $null = Mount-DismTsImage -ImagePath "$own/install.wim" -Index 1 -Path "$own/mount"
                Set-Content -LiteralPath "$own/mount/Windows/a.txt" -Value "parallel $_"
                Dismount-DismTsImage -Path "$own/mount" -Save
            }
            $results | Should -HaveCount 3
            foreach ($number in 1..3) {
                Get-WimText -Path "$folder/own$number/install.wim" -Index 1 -File /Windows/a.txt | Should -Be "parallel $number"
            }
        }
    }

    Context 'The executable' {
        It 'is ready here' {
            $environment = Test-DismTsEnvironment
            $environment.Ready | Should -BeTrue -Because ($environment | Out-String)
            $environment.Executable | Should -Be (InModuleScope DismTs { Get-SidecarExecutable })
            $environment.SidecarVersion | Should -Be (Get-Module -Name DismTs).Version.ToString()
        }

        It 'stays silent, and ends with PowerShell' {
            $script = "Import-Module -Name '$(Get-RepositoryRoot)/DismTs.psd1'; `$null = Get-DismTsImage -ImagePath '$wim'; (& (Get-Module DismTs) { `$script:sidecars['Auto'].Process.Id })"
            $id = & (Get-PowerShellProgram) -NoProfile -NonInteractive -Command $script 2>"$folder/err.txt"
            Get-Content -LiteralPath "$folder/err.txt" -Raw | Should -BeNullOrEmpty
            $id | Should -Match '^\d+$'
            Get-Process -Id $id -ErrorAction Ignore | Should -BeNullOrEmpty
        }
    }
}
