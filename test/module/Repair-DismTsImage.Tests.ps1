# Repair-DismTsImage: what it sends, what it refuses, what it gives.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"

    function Get-SentRequest {
        # Requests about health, in order.
        @(Get-ReceivedMessage -RecordPath $recordPath | ForEach-Object { $_.Message } | Where-Object { $_.PSObject.Properties['method'] -and $_.method -like 'health/*' })
    }
}

Describe 'Repair-DismTsImage' -Tag 'Unit' {
    BeforeEach {
        $recordPath = Import-FakeModule -Folder $TestDrive
        $image = [System.IO.Path]::GetFullPath("$TestDrive/image")
        $null = New-Item -ItemType Directory -Path $image -Force
    }

    AfterEach {
        Remove-Module -Name DismTs
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    Context 'What it sends' {
        It '-<Switch> is <Method>' -ForEach @(
            @{ Switch = 'CheckHealth'; Method = 'health/check' }, @{ Switch = 'ScanHealth'; Method = 'health/scan' }, @{ Switch = 'RestoreHealth'; Method = 'health/restore' }
        ) {
            $parameters = @{ $Switch = $true; Path = $image }
            $null = Repair-DismTsImage @parameters
            $sent = Get-SentRequest
            $sent | Should -HaveCount 1
            $sent[0].method | Should -Be $Method
            $sent[0].params.path | Should -Be $image
        }

        It '-StartComponentCleanup <Switches> is health/cleanComponents' -ForEach @(
            @{ Switches = @(); Sent = '{"path":"IMAGE"}' }, @{ Switches = @('ResetBase'); Sent = '{"path":"IMAGE","resetBase":true}' }
            @{ Switches = 'ResetBase', 'Defer'; Sent = '{"defer":true,"path":"IMAGE","resetBase":true}' }
        ) {
            $parameters = @{ Path = $image; StartComponentCleanup = $true }
            $Switches | ForEach-Object { $parameters[$_] = $true }
            $result = & { $ProgressPreference = 'SilentlyContinue'; Repair-DismTsImage @parameters }
            $request = Get-SentRequest
            $request.method | Should -Be 'health/cleanComponents'
            $sorted = [ordered] @{}
            $request[0].params.PSObject.Properties | Sort-Object -Property Name | ForEach-Object { $sorted[$_.Name] = $_.Value }
            ConvertTo-Json -InputObject $sorted -Compress | Should -Be $Sent.Replace('IMAGE', $image)
            $result.PSObject.TypeNames[0] | Should -Be 'DismTs.ImageObject'
            $result.Path | Should -Be $image
        }

        It 'takes -NoRestart, -LimitAccess, -SystemDrive and -WindowsDirectory' {
            $null = Repair-DismTsImage -Path $image -RestoreHealth -NoRestart -LimitAccess -SystemDrive D: -WindowsDirectory WINNT
            $params = (Get-SentRequest)[0].params
            $params.limitAccess | Should -BeTrue
            $params.windowsDirectory | Should -Be 'WINNT'
            $params.PSObject.Properties.Name | Should -Not -Contain 'sources'
        }

        It 'resolves relative paths and drives of -Source, also within WIM: and ESD:' {
            $null = New-PSDrive -Name Images -PSProvider FileSystem -Root $TestDrive
            Push-Location -LiteralPath $TestDrive
            try {
                $null = Repair-DismTsImage -Path image -RestoreHealth -Source image/Windows, wim:install.wim:6, 'ESD:Images:/a b.esd:2', Images:/other, 'WIM:/c:d.wim:1'
            } finally {
                Pop-Location
            }
            $root = [System.IO.Path]::GetFullPath($TestDrive)
            (Get-SentRequest)[0].params.path | Should -Be $image
            (Get-SentRequest)[0].params.sources | Should -Be "$root/image/Windows", "WIM:$root/install.wim:6", "ESD:$root/a b.esd:2", "$root/other", 'WIM:/c:d.wim:1'
        }

        It 'sends nothing when a source is no path' {
            $problem = Get-StatementError { Repair-DismTsImage -Path $image -RestoreHealth -Source $image, 'NoSuchDrive:\x' }
            $problem[-1].FullyQualifiedErrorId | Should -Be 'ERROR_PATH_NOT_FOUND,Repair-DismTsImage'
            Get-SentRequest | Should -BeNullOrEmpty
        }

        It 'warns of a -Source that nothing will read' {
            $warned = Repair-DismTsImage -Path $image -ScanHealth -Source /x 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] }
            $warned | Should -HaveCount 1
            (Get-SentRequest)[0].params.PSObject.Properties.Name | Should -Not -Contain 'sources'
        }

        It 'takes each mount that comes down the pipeline' {
            $results = Get-DismTsImage -Mounted | Repair-DismTsImage -CheckHealth
            (Get-SentRequest).params.path | Should -Be '/fake/one', '/fake/two files', '/fake/three'
            $results.Path | Should -Be '/fake/one', '/fake/two files', '/fake/three'
        }

        It 'takes what Mount-DismTsImage and it itself give, though that has a property Online' {
            $null = Mount-DismTsImage -ImagePath /fake/x.wim -Index 1 -Path /fake/m | Repair-DismTsImage -CheckHealth | Repair-DismTsImage -ScanHealth
            (Get-SentRequest).params.path | Should -Be '/fake/m', '/fake/m'
        }

        It 'has "<Activity>" over its progress bar' -ForEach @(
            @{ Switch = 'CheckHealth'; Activity = 'Check health of /fake/m' }, @{ Switch = 'ScanHealth'; Activity = 'Scan /fake/m' }
            @{ Switch = 'RestoreHealth'; Activity = 'Restore health: /fake/m' }, @{ Switch = 'StartComponentCleanup'; Activity = 'Clean up components: /fake/m' }
        ) {
            Mock -ModuleName DismTs -CommandName Invoke-SidecarRequest
            $parameters = @{ $Switch = $true; Path = '/fake/m' }
            Repair-DismTsImage @parameters -TimeoutSec 7
            $expected = $Activity
            Should -Invoke -ModuleName DismTs -CommandName Invoke-SidecarRequest -Times 1 -Exactly -ParameterFilter { $Activity -eq $expected -and $TimeoutMilliseconds -eq 7000 }
        }

        It 'takes a folder from Get-Item' {
            $null = Get-Item -LiteralPath $image | Repair-DismTsImage -CheckHealth
            (Get-SentRequest).params.path | Should -Be $image
        }
    }

    Context 'What it refuses' {
        It 'anything but one of -CheckHealth, -ScanHealth, -RestoreHealth and -StartComponentCleanup: <Switches>' -ForEach @(
            @{ Switches = @() }, @{ Switches = 'CheckHealth', 'ScanHealth' }, @{ Switches = 'ScanHealth', 'RestoreHealth' }
            @{ Switches = 'CheckHealth', 'ScanHealth', 'RestoreHealth' }, @{ Switches = 'StartComponentCleanup', 'RestoreHealth' }, @{ Switches = @('ResetBase') }
        ) {
            $parameters = @{ Path = $image }
            $Switches | ForEach-Object { $parameters[$_] = $true }
            { Repair-DismTsImage @parameters } | Should -Throw -ErrorId 'E_INVALIDARG,Repair-DismTsImage' -ExpectedMessage '*exactly one of -CheckHealth, -ScanHealth, -RestoreHealth and -StartComponentCleanup*'
            Get-SentRequest | Should -BeNullOrEmpty
        }

        It 'counts no switch that is set to false' {
            $null = Repair-DismTsImage -Path $image -ScanHealth -RestoreHealth:$false
            (Get-SentRequest).method | Should -Be 'health/scan'
        }

        It '-ResetBase and -Defer without -StartComponentCleanup: <Switches>' -ForEach @(@{ Switches = 'ScanHealth', 'ResetBase' }, @{ Switches = 'RestoreHealth', 'Defer' }) {
            $parameters = @{ Path = $image }
            $Switches | ForEach-Object { $parameters[$_] = $true }
            { Repair-DismTsImage @parameters } | Should -Throw -ErrorId 'E_INVALIDARG,Repair-DismTsImage' -ExpectedMessage '*-ResetBase and -Defer need -StartComponentCleanup*'
            Get-SentRequest | Should -BeNullOrEmpty
        }

        It '-Online:$false, which names no image' {
            { Repair-DismTsImage -Online:$false -CheckHealth } | Should -Throw -ErrorId 'E_INVALIDARG,Repair-DismTsImage'
        }
    }

    Context 'What it gives' {
        It 'is the in-box object without -Detailed' {
            $result = Repair-DismTsImage -Path $image -ScanHealth
            $result.PSObject.TypeNames[0] | Should -Be 'DismTs.ImageObjectWithState'
            $result.PSObject.Properties.Name | Should -Be @(
                'ImageHealthState', 'Path', 'Online', 'WinPath', 'SysDrivePath', 'RestartNeeded', 'LogPath', 'ScratchDirectory', 'LogLevel')
            $result.ImageHealthState | Should -Be 'Repairable'
            $result.ImageHealthState | Should -BeOfType ([string])
            $result.RestartNeeded | Should -BeOfType ([bool])
            $result.Online | Should -BeFalse
            $result.Path | Should -Be $image
        }

        It 'has findings and counts with -Detailed' {
            $result = Repair-DismTsImage -Path $image -ScanHealth -Detailed
            $result.PSObject.TypeNames[0] | Should -Be 'DismTs.ImageObjectWithState'
            $result.Basis | Should -Be 'scan'
            $result.Findings | Should -HaveCount 3
            foreach ($finding in $result.Findings) {
                $finding.PSObject.TypeNames[0] | Should -Be 'DismTs.HealthFinding'
                $finding.PSObject.Properties.Name | Should -Be 'Class', 'Component', 'File', 'State', 'Reason', 'WantedDigest', 'OfferedVersions'
            }
            $result.Findings.State | Should -Be 'Found', 'Found', 'NotChecked'
            , $result.Findings[0].OfferedVersions | Should -BeOfType ([string[]])
            $result.Findings[0].OfferedVersions | Should -HaveCount 0
            $result.Findings[1].OfferedVersions | Should -Be '10.0.26100.1', '10.0.26100.863'
            $result.Counts.PSObject.TypeNames[0] | Should -Be 'DismTs.HealthCounts'
            $result.Counts.TotalDetected | Should -Be 2
            $result.Counts.BytesChecked | Should -Be 16106127360
            $result.Counts.BytesChecked | Should -BeOfType ([long])
            $recorded = (Get-Content -LiteralPath "$PSScriptRoot/../fixtures/rpc/health-scan.json" -Raw | ConvertFrom-Json).exchange[1].message.result.counts
            $result.Counts.PSObject.Properties.Name | Sort-Object | Should -Be ($recorded.PSObject.Properties.Name | Sort-Object)
        }

        It 'has a list of findings with -Detailed where there is one, or none' {
            , (Repair-DismTsImage -Path $image -CheckHealth -Detailed).Findings | Should -BeOfType ([array])
            Mock -ModuleName DismTs -CommandName Invoke-SidecarRequest -MockWith {
                [pscustomobject] @{ imageHealthState = 'Healthy'; path = '/x'; findings = @(); counts = [pscustomobject] @{}; basis = 'scan'; failure = $null }
            }
            $result = Repair-DismTsImage -Path $image -CheckHealth -Detailed
            , $result.Findings | Should -BeOfType ([array])
            $result.Findings | Should -HaveCount 0
        }

        It 'has no counts where the engine tells none' {
            Mock -ModuleName DismTs -CommandName Invoke-SidecarRequest -MockWith {
                [pscustomobject] @{ imageHealthState = 'Healthy'; path = '/x'; online = $false; findings = @(); counts = $null; basis = 'scan'; failure = $null }
            }
            $result = Repair-DismTsImage -Path $image -ScanHealth -Detailed
            $result.PSObject.Properties.Name | Should -Contain 'Counts'
            $result.Counts | Should -BeNullOrEmpty
            $result | Out-String | Should -Not -Match 'Counts|detected'
        }

        It 'warns of a restart that is needed' {
            $warned = Repair-DismTsImage -Path /fake/whole -RestoreHealth 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] }
            $warned | Should -HaveCount 1
            $warned | Should -Match 'restart'
        }

        It 'stands beside an error when sources lacked something' {
            $result, $problem = try { Repair-DismTsImage -Path /fake/lacking -RestoreHealth -Source /x -Detailed } catch { $_ }
            $result.ImageHealthState | Should -Be 'Repairable'
            ($result.Findings | Where-Object State -EQ 'NotRepaired').OfferedVersions | Should -Be '10.0.26100.1', '10.0.26100.863'
            $problem | Should -HaveCount 1
            $problem[0].FullyQualifiedErrorId | Should -Be 'CBS_E_SOURCE_MISSING,Repair-DismTsImage'
            $problem[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
            $problem[0].Exception | Should -BeOfType ([System.Runtime.InteropServices.COMException])
            $problem[0].Exception.HResultHex | Should -Be '0x800F081F'
            $problem[0].TargetObject | Should -Be '/mnt/lacking'
            $problem[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }

        It 'comes before that error' {
            $results = try { Repair-DismTsImage -Path /fake/lacking -RestoreHealth -Source /x } catch { $_ }
            $order = $results | ForEach-Object { $_.GetType().Name }
            $order | Should -Be 'PSCustomObject', 'ErrorRecord'
        }

        It 'goes on with the next image after such an error' {
            $results = '/fake/lacking', '/fake/whole' | ForEach-Object { [pscustomobject] @{ Path = $_ } } | Repair-DismTsImage -RestoreHealth -ErrorAction SilentlyContinue
            $results.ImageHealthState | Should -Be 'Repairable', 'Healthy'
        }

        It 'makes exit codes: 3010 for a restart, 1 for something left damaged' {
            Mock -ModuleName DismTs -CommandName Get-SidecarPlatform -MockWith { 'win32-x64' }
            Repair-DismTsImage -Path /fake/whole -RestoreHealth | ConvertTo-DismTsExitCode | Should -Be 3010
            $results = try { Repair-DismTsImage -Path /fake/lacking -RestoreHealth } catch { $_ }
            $results | ConvertTo-DismTsExitCode | Should -Be 1
        }
    }

    Context '-WhatIf and -Confirm' {
        It 'a restore only validates, with its sources' {
            Repair-DismTsImage -Path $image -RestoreHealth -Source /x -WhatIf | Should -BeNullOrEmpty
            $sent = Get-SentRequest
            $sent | Should -HaveCount 1
            $sent[0].params.validateOnly | Should -BeTrue
            $sent[0].params.sources | Should -Be '/x'
        }

        It 'a cleanup only validates' {
            Repair-DismTsImage -Path $image -StartComponentCleanup -ResetBase -WhatIf | Should -BeNullOrEmpty
            (Get-SentRequest)[0].params.validateOnly | Should -BeTrue
        }

        It 'a <Switch> changes nothing and runs all the same' -ForEach @(@{ Switch = 'CheckHealth' }, @{ Switch = 'ScanHealth' }) {
            $parameters = @{ $Switch = $true; Path = $image; WhatIf = $true }
            (Repair-DismTsImage @parameters).ImageHealthState | Should -Be 'Repairable'
            (Get-SentRequest)[0].params.PSObject.Properties.Name | Should -Not -Contain 'validateOnly'
        }

        It 'a restore asks when the caller wants it: <Script>' -ForEach @(
            @{ Script = 'Repair-DismTsImage -Path /fake/a -RestoreHealth -Confirm'; Asks = $true }
            @{ Script = '& { $ConfirmPreference = "Medium"; Repair-DismTsImage -Path /fake/a -RestoreHealth }'; Asks = $true }
            @{ Script = 'Repair-DismTsImage -Path /fake/a -RestoreHealth'; Asks = $false }
            @{ Script = '& { $ConfirmPreference = "Medium"; Repair-DismTsImage -Path /fake/a -ScanHealth }'; Asks = $false }
        ) {
            $variables = @{ manifest = "$(Get-RepositoryRoot)/DismTs.psd1"; sidecar = Get-FakeSidecarCommand -RecordPath $recordPath }
            $text = "Import-Module -Name `$manifest -ArgumentList (, `$sidecar); try { $Script } catch { Write-Error `$_ }; Remove-Module DismTs"
            $powerShell = New-TestPowerShell -Variables $variables -Script $text
            $null = $powerShell.Invoke()
            $powerShell.Streams.Error.Count -gt 0 | Should -Be $Asks
            (Get-SentRequest).Count | Should -Be ([int] (-not $Asks))
            $powerShell.Runspace.Dispose()
        }
    }

    Context 'Views' {
        It 'show the state, and the findings only with -Detailed' {
            $plain = Repair-DismTsImage -Path $image -ScanHealth | Out-String
            $plain | Should -Match 'ImageHealthState\s*: Repairable'
            $plain | Should -Not -Match 'Findings'
            $detailed = Repair-DismTsImage -Path $image -ScanHealth -Detailed | Out-String -Width 300
            $detailed | Should -Match '2 detected, 0 repaired, 1 not checked; 28512 manifests'
            $detailed | Should -Match 'Found\s+CSI Payload Corrupt: .*shell\.dll: Its content'
            (Repair-DismTsImage -Path $image -ScanHealth -Detailed).Findings | Out-String -Width 400 | Should -Match 'State\s+Class\s+Component\s+File\s+Reason'
        }
    }
}
