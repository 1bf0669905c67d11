# The transport: frames, errors, progress, a lost sidecar. Against a real process, the fake sidecar.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'Invoke-SidecarRequest' -Tag 'Unit' {
    BeforeEach {
        $recordPath = Import-FakeModule -Folder $TestDrive
    }

    AfterEach {
        Remove-Module -Name DismTs
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    Context 'One sidecar' {
        It 'starts it at the first request and keeps it for the session' {
            Get-ReceivedMessage -RecordPath $recordPath | Should -BeNullOrEmpty
            $null = 1..3 | ForEach-Object { Get-DismTsImage -Mounted }
            $received = @(Get-ReceivedMessage -RecordPath $recordPath)
            $received.Message.method | Should -Be 'initialize', 'image/listMounted', 'image/listMounted', 'image/listMounted'
            $received.ProcessId | Sort-Object -Unique | Should -HaveCount 1
        }

        It 'introduces itself' {
            $null = Get-DismTsImage -Mounted
            $params = (Get-ReceivedMessage -RecordPath $recordPath -Method initialize).Message.params
            $params.client.name | Should -Be 'DismTs'
            $params.client.version | Should -Be (Get-Module -Name DismTs).Version.ToString()
            $params.protocolVersion | Should -Be '1.0'
            $params.engine | Should -Be 'Auto'
        }

        It 'has one for each engine choice' {
            $null = Get-DismTsImage -Mounted
            $null = Get-DismTsImage -Mounted -Engine Portable
            $null = Get-DismTsImage -Mounted
            (Get-ReceivedMessage -RecordPath $recordPath -Method initialize).Message.params.engine | Should -Be 'Auto', 'Portable'
            @(Get-RunningFake -RecordPath $recordPath) | Should -HaveCount 2
        }

        It 'ends it when the module is removed' {
            $null = Get-DismTsImage -Mounted
            Get-RunningFake -RecordPath $recordPath | Should -HaveCount 1
            Remove-Module -Name DismTs
            Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
            Import-Module -Name (Get-ModuleManifest)
        }
    }

    Context 'Frames' {
        It 'reads one that comes in many small pieces, cut within characters' {
            (Get-DismTsImage -ImagePath /fake/pieces.wim).ImageName | Should -Be "Gr$([char] 0xFC)$([char] 0xDF)e $([char]::ConvertFromUtf32(0x1F4BF))"
        }

        It 'reads one far larger than its buffer' {
            $images = @(Get-DismTsImage -ImagePath /fake/big.wim)
            $images | Should -HaveCount 3000
            $images[2999].ImageName | Should -Be "Image 3000 $([char] 0xE4)$([char]::ConvertFromUtf32(0x1F4BF))"
            (Get-DismTsImage -ImagePath /fake/x.wim).ImageName | Should -Be 'First', 'Second'
        }

        It 'reads several that come at once' {
            (Get-DismTsImage -ImagePath /fake/together.wim).ImageName | Should -Be 'together'
            (Get-DismTsImage -ImagePath /fake/x.wim).ImageName | Should -Be 'First', 'Second'
        }

        It 'writes characters beyond ASCII as UTF-8' {
            $name = "Gr$([char] 0xFC)$([char] 0xDF)e $([char]::ConvertFromUtf32(0x1F4BF)) 'x' `"y`" <z> \"
            $null = Get-DismTsImage -ImagePath /fake/x.wim -Name $name
            (Get-ReceivedMessage -RecordPath $recordPath -Method image/getInfo).Message.params.imageName | Should -Be $name
        }

        It 'keeps a name that looks like a date as it is' {
            $image = Get-DismTsImage -ImagePath /fake/dateName.wim
            $image.ImageName | Should -BeOfType ([string])
            $image.ImageName | Should -Be '2024-04-01T10:11:12Z'
        }

        It 'takes <Name> for a sidecar that does not speak the protocol, and starts another' -ForEach @(
            @{ Name = 'garbage' }, @{ Name = 'badJson' }, @{ Name = 'badHeader' }, @{ Name = 'huge' }, @{ Name = 'refused' }
        ) {
            $problem = Get-StatementError { Get-DismTsImage -ImagePath "/fake/$Name.wim" }
            $problem[-1].FullyQualifiedErrorId | Should -Be 'DISMTS_E_SIDECAR_PROTOCOL,Get-DismTsImage'
            Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
            Get-DismTsImage -ImagePath /fake/x.wim | Should -HaveCount 2
        }

        It 'is not held up by a sidecar that floods stderr' {
            (Get-DismTsImage -ImagePath /fake/noisy.wim).ImageName | Should -Be 'quiet'
        }
    }

    Context 'Errors' {
        It 'is a COMException with everything that is known' {
            $problem = Get-StatementError { Get-DismTsImage -ImagePath /fake/notFound.wim }
            $problem | Should -HaveCount 1
            $record = $problem[0]
            $record.FullyQualifiedErrorId | Should -Be 'DISMAPI_E_INVALID_IMAGE_INDEX,Get-DismTsImage'
            $record.CategoryInfo.Category | Should -Be 'ObjectNotFound'
            $record.CategoryInfo.Activity | Should -Be 'Get-DismTsImage'
            $path = Get-NativePath -Path /fake/notFound.wim
            $record.TargetObject | Should -Be $path
            $record.ErrorDetails.RecommendedAction | Should -Be 'List the images first.'
            $record.Exception | Should -BeOfType ([System.Runtime.InteropServices.COMException])
            $record.Exception.HResult | Should -Be 0xC0040005
            $record.Exception.ErrorCode | Should -Be 0xC0040005
            $record.Exception.HResultHex | Should -Be '0xC0040005'
            $record.Exception.LogPath | Should -Be '/fake/log.txt'
            $record.Exception.Hint | Should -Be 'List the images first.'
            $record.Exception.Message | Should -Be "Cannot read `"$path`": image index 9 does not exist (0xC0040005)"
        }

        It 'can be caught as one' {
            $caught = $null
            try {
                Get-DismTsImage -ImagePath /fake/notFound.wim
            } catch [System.Runtime.InteropServices.COMException] {
                $caught = $_
            }
            $caught.FullyQualifiedErrorId | Should -Be 'DISMAPI_E_INVALID_IMAGE_INDEX,Get-DismTsImage'
            $caught.Exception.Symbol | Should -Be 'DISMAPI_E_INVALID_IMAGE_INDEX'
        }

        It 'names the programs that keep the target busy' {
            $problem = Get-StatementError { Dismount-DismTsImage -Path /fake/busy -Save }
            $problem[0].CategoryInfo.Category | Should -Be 'ResourceBusy'
            $problem[0].Exception.Holders.Program | Should -Be 'bash'
            $problem[0].Exception.Holders.Pid | Should -Be 42
        }

        It 'says so when it is a bug' {
            { Get-DismTsImage -ImagePath /fake/bug.wim } | Should -Throw -ErrorId 'E_UNEXPECTED,Get-DismTsImage'
        }

        It 'is an invalid argument when the sidecar refuses the parameters' {
            $problem = Get-StatementError { Get-DismTsImage -ImagePath /fake/invalidParams.wim }
            $problem[0].FullyQualifiedErrorId | Should -Be 'E_INVALIDARG,Get-DismTsImage'
            $problem[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
        }

        It 'names parameters that were refused as the command does' {
            $problem = Get-StatementError { Get-DismTsImage -ImagePath /fake/refusedName.wim -Name x }
            $problem[0].Exception.Message | Should -BeLike ('Cannot run Get-DismTsImage with these parameters: -Name: Too big; ' +
                '-ImagePath.0: must be an absolute path (it is "a \"imageName"); ' +
                'give one of -Name and imageIndex (0x80070057)')
            $problem[0].FullyQualifiedErrorId | Should -Be 'E_INVALIDARG,Get-DismTsImage'
        }

        It 'gives the warnings of a result' {
            $said = $null
            $null = Save-DismTsImage -Path /fake/warns -WarningVariable said -WarningAction SilentlyContinue
            $said | Should -Be 'One file was too long'
        }

        It 'says that the work is done where the caller has a warning end the command' {
            { Save-DismTsImage -Path /fake/warns -WarningAction Stop } | Should -Throw -ErrorId 'ActionPreferenceStop,Save-DismTsImage' -ExpectedMessage '*"image/commit" is done*'
        }

        It 'goes on after a preference ended a command before its request was sent' {
            $null = Get-DismTsImage -Mounted
            { & (Get-Module DismTs) { $VerbosePreference = 'Stop'; Get-DismTsImage -Mounted } } | Should -Throw
            { Get-DismTsImage -Mounted } | Should -Not -Throw
        }
    }

    Context 'A lost sidecar' {
        It 'fails the request with exit code and last words' {
            $problem = Get-StatementError { Get-DismTsImage -ImagePath /fake/crash.wim }
            $record = $problem[0]
            $record.FullyQualifiedErrorId | Should -Be 'DISMTS_E_SIDECAR_LOST,Get-DismTsImage'
            $record.CategoryInfo.Category | Should -Be 'ConnectionError'
            $record.Exception.HResultHex | Should -Be '0xA0440013'
            $record.Exception.Message | Should -Match 'exit code 99'
            $record.Exception.LogExcerpt | Should -Be 'node: out of luck'
        }

        It 'is replaced at the next request' {
            $null = Get-StatementError { Get-DismTsImage -ImagePath /fake/crash.wim }
            Get-DismTsImage -ImagePath /fake/x.wim | Should -HaveCount 2
            (Get-ReceivedMessage -RecordPath $recordPath).ProcessId | Sort-Object -Unique | Should -HaveCount 2
        }

        It 'never gets a mutation twice' {
            $null = Get-StatementError { Mount-DismTsImage -ImagePath /fake/crash.wim -Index 1 -Path /fake/m }
            $null = Get-DismTsImage -Mounted
            @(Get-ReceivedMessage -RecordPath $recordPath -Method image/mount) | Should -HaveCount 1
        }

        It 'fails only its item of a pipeline' {
            $problem = $null
            $paths = '/fake/a.wim', '/fake/crash.wim', '/fake/b.wim'
            $images = $paths | ForEach-Object { [pscustomobject] @{ ImagePath = $_ } } |
                Get-DismTsImage -ErrorAction SilentlyContinue -ErrorVariable problem
            $images.ImagePath | Sort-Object -Unique | Should -Be (Get-NativePath -Path /fake/a.wim), (Get-NativePath -Path /fake/b.wim)
            $problem | Should -HaveCount 1
        }

        It 'is replaced when it was killed while idle' {
            $null = Get-DismTsImage -Mounted
            $first = @(Get-RunningFake -RecordPath $recordPath)[0]
            Stop-Process -Id $first -Force
            Wait-Until { -not (Get-Process -Id $first -ErrorAction Ignore) }
            Get-DismTsImage -Mounted | Should -HaveCount 3
        }
    }

    Context 'Progress' {
        BeforeAll {
            function Invoke-WithProgress {
                # Runs a command in a runspace of its own and gives its progress records.
                param($Command, $Preference = 'Continue')
                $variables = @{ manifest = (Get-ModuleManifest); sidecar = Get-FakeSidecarCommand -RecordPath $recordPath }
                $powerShell = New-TestPowerShell -Variables $variables -Script @"
                    Import-Module -Name `$manifest -ArgumentList (, `$sidecar)
                    `$global:ProgressPreference = '$Preference'
                    `$null = $Command
                    Remove-Module -Name DismTs
"@
                $null = $powerShell.Invoke()
                $powerShell.Streams.Error | Should -BeNullOrEmpty
                $records = @($powerShell.Streams.Progress | Where-Object { $_.Activity -match 'fake' })
                $powerShell.Runspace.Dispose()
                $records
            }
        }

        It 'keeps the bars of runspaces apart, which ForEach-Object -Parallel shows on one console' {
            $first, $second = 1, 2 | ForEach-Object { (Invoke-WithProgress -Command 'Save-DismTsImage -Path /fake/steps').ActivityId | Sort-Object -Unique }
            $first | Should -Not -Be $second
        }

        It 'shows phase and percentage under one title, and ends' {
            $records = Invoke-WithProgress -Command 'Save-DismTsImage -Path /fake/steps'
            $records.Count | Should -BeGreaterThan 2
            $records.Activity | Sort-Object -Unique | Should -Be "Save $(Get-NativePath -Path /fake/steps)"
            $records.ActivityId | Sort-Object -Unique | Should -HaveCount 1
            $records[0].StatusDescription | Should -Be 'Collecting changes'
            $records.StatusDescription | Should -Contain 'Writing'
            $records[-1].RecordType | Should -Be 'Completed'
            $running = $records | Where-Object RecordType -EQ 'Processing'
            foreach ($record in $running) {
                $record.PercentComplete | Should -BeIn (0, 15, 30, 45, 60, 75, 90, 100)
            }
            $running[-1].PercentComplete | Should -BeGreaterThan $running[0].PercentComplete
        }

        It 'shows at most four a second' {
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $records = Invoke-WithProgress -Command 'Save-DismTsImage -Path /fake/flood'
            @($records | Where-Object RecordType -EQ 'Processing').Count | Should -BeLessOrEqual ([Math]::Ceiling($clock.Elapsed.TotalSeconds * 4) + 1)
            $records[-1].RecordType | Should -Be 'Completed'
        }

        It 'is not asked for when the user wants none' {
            Invoke-WithProgress -Command 'Save-DismTsImage -Path /fake/steps' -Preference SilentlyContinue | Should -BeNullOrEmpty
            (Get-ReceivedMessage -RecordPath $recordPath -Method image/commit).Message.params.PSObject.Properties.Name | Should -Not -Contain 'workDoneToken'
        }

        It 'is not asked for by a query' {
            $null = Get-DismTsImage -Mounted
            (Get-ReceivedMessage -RecordPath $recordPath -Method image/listMounted).Message.params.PSObject.Properties.Name | Should -BeNullOrEmpty
        }

        It 'is <Percent> percent at <Current> of <Total>' -ForEach @(
            @{ Current = 0; Total = 10; Percent = 0 }, @{ Current = 5; Total = 10; Percent = 50 }, @{ Current = 999; Total = 1000; Percent = 99 }
            @{ Current = 20; Total = 10; Percent = 100 }, @{ Current = 3; Total = 0; Percent = -1 }, @{ Current = 9000000000; Total = 12000000000; Percent = 75 }
        ) {
            InModuleScope DismTs -Parameters @{ Current = $Current; Total = $Total } { Get-ProgressPercent -Current $Current -Total $Total } | Should -Be $Percent
        }

        It 'says <Text> beside it' -ForEach @(
            @{ Progress = @{ phase = 'Mounting'; current = 1; total = 2 }; Text = 'Mounting' }
            @{ Progress = @{ phase = 'Writing'; current = 1.5MB; total = 2GB; unit = 'bytes' }; Text = 'Writing: 1 of 2,048 MB' }
            @{ Progress = @{ phase = 'Writing'; current = 1.5MB; total = 0; unit = 'bytes'; bytesPerSecond = 2.5MB }; Text = 'Writing: 1 MB, 2.5 MB/s' }
            @{ Progress = @{ phase = 'Reading'; current = 5GB; total = 5GB; unit = 'bytes'; bytesPerSecond = 1500MB }; Text = 'Reading: 5,120 of 5,120 MB, 1,500 MB/s' }
            @{ Progress = @{ phase = 'Reading'; current = 0; total = 1; unit = 'bytes'; bytesPerSecond = 0 }; Text = 'Reading: 0 of 1 MB, 0.0 MB/s' }
        ) {
            InModuleScope DismTs -Parameters @{ Progress = [pscustomobject] $Progress } { Get-ProgressStatus -Progress $Progress } | Should -Be $Text
        }
    }

    Context 'Limits' {
        It 'cancels a command that takes longer than it may' {
            { Save-DismTsImage -Path /fake/hang -TimeoutSec 1 } | Should -Throw -ErrorId 'DISMTS_E_TIMEOUT,Save-DismTsImage'
            Get-ReceivedMessage -RecordPath $recordPath -Method '$/cancelRequest' | Should -HaveCount 1
            Get-DismTsImage -Mounted | Should -HaveCount 3
            (Get-ReceivedMessage -RecordPath $recordPath).ProcessId | Sort-Object -Unique | Should -HaveCount 1
        }

        It 'gives the result of what was done before it could be cancelled, with a warning' {
            $result = Save-DismTsImage -Path /fake/late -TimeoutSec 1 -ErrorAction Stop -WarningVariable warned -WarningAction SilentlyContinue
            $result.PSObject.TypeNames[0] | Should -Be 'DismTs.ImageObject'
            $warned | Should -HaveCount 1
            "$warned" | Should -BeLike '*took longer than the 1 seconds allowed*'
        }

        It 'gives the error of what failed before it could be cancelled' {
            { Save-DismTsImage -Path /fake/lateFailure -TimeoutSec 1 -ErrorAction Stop } | Should -Throw -ErrorId 'ERROR_DISK_FULL,Save-DismTsImage'
        }

        It 'says that the outcome of what does not stop is unknown' {
            InModuleScope DismTs { $script:cancelGraceMilliseconds = 500 }
            $problem = { Save-DismTsImage -Path /fake/deaf -TimeoutSec 1 } | Should -Throw -ErrorId 'DISMTS_E_TIMEOUT,Save-DismTsImage' -PassThru
            $problem.Exception.Message | Should -BeLike '*may still be running, and its outcome is unknown*'
            $problem.Exception.Message | Should -Not -BeLike '*: it was cancelled*'
        }

        It 'sends half of a character as it is, for the sidecar to refuse' {
            $half = [char] 0xD83D
            $null = Get-DismTsImage -ImagePath "/fake/a$half.wim"
            [System.IO.File]::ReadAllText($recordPath) | Should -BeLike '*fake*a\ud83d.wim*'
            $null = Get-DismTsImage -ImagePath "/fake/$([char]::ConvertFromUtf32(0x1F4BF)).wim"
            (Get-ReceivedMessage -RecordPath $recordPath -Method image/getInfo)[-1].Message.params.imagePath |
                Should -Be (Get-NativePath -Path "/fake/$([char]::ConvertFromUtf32(0x1F4BF)).wim")
        }

        It 'refuses a second command of the same runspace while one waits' {
            $null = Get-DismTsImage -Mounted
            InModuleScope DismTs { $script:sidecars['Auto'].Busy = $true }
            { Get-DismTsImage -Mounted } | Should -Throw -ErrorId 'DISMTS_E_BUSY,Get-DismTsImage'
            InModuleScope DismTs { $script:sidecars['Auto'].Busy = $false }
            Get-DismTsImage -Mounted | Should -HaveCount 3
        }
    }
}
