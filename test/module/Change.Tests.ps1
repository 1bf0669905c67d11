# The commands that change something: what they send, when they ask, what they give.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidGlobalVars', '', Justification = 'Preference variables')]
param()

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"

    function Get-Sent {
        # Parameters of the requests of one method, in order.
        param($Method)
        @(Get-ReceivedMessage -RecordPath $recordPath -Method $Method | ForEach-Object { $_.Message.params })
    }

    function Get-SentNoProgress {
        # Parameters of the last request of one method as JSON, without what is there for progress.
        param($Method)
        ConvertTo-Json -InputObject (ConvertTo-SortedObject -InputObject @(Get-Sent -Method $Method)[-1]) -Compress
    }
}

Describe 'Commands that change something' -Tag 'Unit' {
    BeforeEach {
        $recordPath = Import-FakeModule -Folder $TestDrive
    }

    AfterEach {
        Remove-Module -Name DismTs
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    Context 'Mount-DismTsImage' {
        It 'mounts by index' {
            $result = Mount-DismTsImage -ImagePath /fake/x.wim -Index 2 -Path /fake/m
            Get-SentNoProgress -Method image/mount | Should -Be '{"imageIndex":2,"imagePath":"/fake/x.wim","mountPath":"/fake/m"}'
            $result.PSObject.TypeNames[0] | Should -Be 'DismTs.ImageObject'
            $result.PSObject.Properties.Name | Should -Be @(
                'Path', 'Online', 'WinPath', 'SysDrivePath', 'RestartNeeded', 'LogPath', 'ScratchDirectory', 'LogLevel', 'ImagePath', 'ImageIndex', 'MountMode', 'MountId')
            $result.Online | Should -BeFalse
            $result.RestartNeeded | Should -BeOfType ([bool])
            $result.ImageIndex | Should -BeOfType ([uint32])
        }

        It 'mounts by name, with every switch' {
            $null = Mount-DismTsImage -ImagePath /fake/x.wim -Name Pro -Path /fake/m -ReadOnly -Optimize -CheckIntegrity -SupportEa
            Get-SentNoProgress -Method image/mount |
                Should -Be '{"checkIntegrity":true,"imageName":"Pro","imagePath":"/fake/x.wim","mountPath":"/fake/m","optimize":true,"readOnly":true,"supportEa":true}'
        }

        It 'chooses a partition of a virtual disk' {
            $null = Mount-DismTsImage -ImagePath /fake/x.vhdx -Index 1 -Path /fake/m -Partition 0
            Get-SentNoProgress -Method image/mount | Should -Be '{"imageIndex":1,"imagePath":"/fake/x.vhdx","mountPath":"/fake/m","partition":0}'
        }

        It 'sends no switch that is set to false' {
            $null = Mount-DismTsImage -ImagePath /fake/x.wim -Index 1 -Path /fake/m -ReadOnly:$false
            Get-SentNoProgress -Method image/mount | Should -Be '{"imageIndex":1,"imagePath":"/fake/x.wim","mountPath":"/fake/m"}'
        }

        It 'mounts the image that comes down the pipeline' {
            $null = Get-DismTsImage -ImagePath /fake/x.wim | Where-Object ImageName -EQ 'Second' | Mount-DismTsImage -Path /fake/m
            Get-SentNoProgress -Method image/mount | Should -Be '{"imageIndex":2,"imagePath":"/fake/x.wim","mountPath":"/fake/m"}'
        }

        It 'remounts what comes down the pipeline' {
            $result = Get-DismTsImage -Mounted | Where-Object MountStatus -EQ 'NeedsRemount' | Mount-DismTsImage -Remount
            Get-SentNoProgress -Method image/remount | Should -Be '{"mountPath":"/fake/two files"}'
            $result.Path | Should -Be '/fake/two files'
            $result.PSObject.Properties.Name | Should -Not -Contain 'ImagePath'
        }

        It 'does not guess what is meant without -Index and -Name' {
            { Mount-DismTsImage -ImagePath /fake/x.wim -Path /fake/m } | Should -Throw -ErrorId 'AmbiguousParameterSet,Mount-DismTsImage'
        }
    }

    Context 'A switch that is $false' {
        It 'is no choice of what to do: <Script>' -ForEach @(
            @{ Script = { Mount-DismTsImage -Path /fake/m -Remount:$false }; Command = 'Mount-DismTsImage' }
            @{ Script = { Get-DismTsImage -Mounted:$false }; Command = 'Get-DismTsImage' }
            @{ Script = { Get-DismTsPackage -Online:$false }; Command = 'Get-DismTsPackage' }
        ) {
            $Script | Should -Throw -ErrorId "E_INVALIDARG,$Command"
            Get-ReceivedMessage -RecordPath $recordPath | Should -BeNullOrEmpty
        }
    }

    Context 'Save-DismTsImage' {
        It 'commits' {
            $result = Save-DismTsImage -Path /fake/m
            Get-SentNoProgress -Method image/commit | Should -Be '{"mountPath":"/fake/m"}'
            $result.PSObject.TypeNames[0] | Should -Be 'DismTs.ImageObject'
            $result.ImageIndex | Should -Be 1
        }

        It 'warns where a restart completes the change' {
            $null = Save-DismTsImage -Path /fake/restart -WarningVariable warned -WarningAction SilentlyContinue
            $warned | Should -HaveCount 1
            "$warned" | Should -BeLike 'A restart of Windows is needed*'
        }

        It 'commits with every switch, and tells the new image' {
            (Save-DismTsImage -Path /fake/m -Append -CheckIntegrity -SupportEa).ImageIndex | Should -Be 2
            Get-SentNoProgress -Method image/commit | Should -Be '{"append":true,"checkIntegrity":true,"mountPath":"/fake/m","supportEa":true}'
        }

        It 'takes a folder from Get-Item' {
            $null = Get-Item -LiteralPath $TestDrive | Save-DismTsImage
            (Get-Sent -Method image/commit).mountPath | Should -Be ([System.IO.Path]::GetFullPath($TestDrive))
        }
    }

    Context 'Dismount-DismTsImage' {
        It 'saves' {
            $result = Dismount-DismTsImage -Path /fake/m -Save -Append -CheckIntegrity
            $result | Out-String | Should -Match 'Path +: /fake/m' -Because 'results of different mounts look different'
            Get-SentNoProgress -Method image/unmount | Should -Be '{"append":true,"checkIntegrity":true,"commit":true,"mountPath":"/fake/m"}'
            $result.PSObject.TypeNames[0] | Should -Be 'DismTs.BaseDismObject'
            $result.PSObject.Properties.Name | Should -Be 'LogPath', 'ScratchDirectory', 'LogLevel', 'Path'
            $result.Path | Should -Be /fake/m
        }

        It 'neither saves nor discards where it is told only what not to do: <Script>' -ForEach @(
            @{ Script = { Dismount-DismTsImage -Path /fake/m -Discard:$false } }, @{ Script = { Dismount-DismTsImage -Path /fake/m -Save:$false } }
            @{ Script = { Dismount-DismTsImage -Path /fake/m -Save:$false -Append } }, @{ Script = { $choice = @{ Save = $false }; Dismount-DismTsImage -Path /fake/m @choice } }
        ) {
            $Script | Should -Throw -ErrorId 'E_INVALIDARG,Dismount-DismTsImage' -ExpectedMessage '*"/fake/m"*-Save or -Discard*'
            Get-Sent -Method image/unmount | Should -BeNullOrEmpty
        }

        It 'works on the mount that comes down the pipeline, and on no later one at its folder' {
            $mount = [pscustomobject] @{ Path = '/fake/m'; MountId = '0e4cb1f0-one' }
            $null = $mount | Save-DismTsImage
            (Get-Sent -Method image/commit).mountId | Should -Be '0e4cb1f0-one'
            $null = $mount | Dismount-DismTsImage -Discard
            (Get-Sent -Method image/unmount).mountId | Should -Be '0e4cb1f0-one'
        }

        It 'discards everything that comes down the pipeline' {
            $null = Get-DismTsImage -Mounted | Dismount-DismTsImage -Discard -Confirm:$false
            (Get-Sent -Method image/unmount).mountPath | Should -Be '/fake/one', '/fake/two files', '/fake/three'
            (Get-Sent -Method image/unmount).commit | Should -Be $false, $false, $false
        }

        It 'discards what Mount-DismTsImage gave' {
            $null = Mount-DismTsImage -ImagePath /fake/x.wim -Index 1 -Path /fake/m | Dismount-DismTsImage -Discard -Confirm:$false
            (Get-Sent -Method image/unmount).mountPath | Should -Be '/fake/m'
        }

        It 'goes on with the others when one fails' {
            $problem = $null
            $results = '/fake/a', '/fake/busy', '/fake/b' | ForEach-Object { [pscustomobject] @{ Path = $_ } } |
                Dismount-DismTsImage -Save -ErrorAction SilentlyContinue -ErrorVariable problem
            $results | Should -HaveCount 2
            $problem | Should -HaveCount 1
            $problem[0].TargetObject | Should -Be '/fake/busy'
        }

        It 'does not guess what is meant without -Save and -Discard' {
            { Dismount-DismTsImage -Path /fake/m } | Should -Throw -ErrorId 'AmbiguousParameterSet,Dismount-DismTsImage'
            { Dismount-DismTsImage -Path /fake/m -Discard -CheckIntegrity } | Should -Throw -ErrorId 'AmbiguousParameterSet,Dismount-DismTsImage'
        }
    }

    Context 'Clear-DismTsMountPoint' {
        It 'removes, and tells what' {
            $result = Clear-DismTsCorruptMountPoint -Confirm:$false
            Get-SentNoProgress -Method image/cleanupMountPoints | Should -Be '{}'
            $result.PSObject.TypeNames[0] | Should -Be 'DismTs.BaseDismObject'
            $result.LogPath | Should -Be '/fake/clean.log'
            $result.Removed.Path | Should -Be '/fake/three'
            $result.Removed[0].PSObject.TypeNames[0] | Should -Be 'DismTs.MountedImageInfoObject'
        }
    }

    Context '-WhatIf' {
        It '<Command> only validates' -ForEach @(
            @{ Command = 'Mount-DismTsImage'; Parameters = @{ ImagePath = '/fake/x.wim'; Index = 1; Path = '/fake/m' }; Method = 'image/mount' }
            @{ Command = 'Mount-DismTsImage'; Parameters = @{ Path = '/fake/m'; Remount = $true }; Method = 'image/remount' }
            @{ Command = 'Save-DismTsImage'; Parameters = @{ Path = '/fake/m' }; Method = 'image/commit' }
            @{ Command = 'Dismount-DismTsImage'; Parameters = @{ Path = '/fake/m'; Save = $true }; Method = 'image/unmount' }
            @{ Command = 'Dismount-DismTsImage'; Parameters = @{ Path = '/fake/m'; Discard = $true }; Method = 'image/unmount' }
            @{ Command = 'Clear-DismTsMountPoint'; Parameters = @{}; Method = 'image/cleanupMountPoints' }
        ) {
            & $Command @Parameters -WhatIf | Should -BeNullOrEmpty
            $sent = Get-Sent -Method $Method
            $sent | Should -HaveCount 1
            $sent[0].validateOnly | Should -BeTrue
        }

        It 'still says what is wrong' {
            { Dismount-DismTsImage -Path /fake/busy -Save -WhatIf } | Should -Throw -ErrorId 'WIM_E_UNMOUNT_INCOMPLETE,Dismount-DismTsImage'
        }

        It 'of the script that calls counts, as it does for compiled cmdlets' {
            function Invoke-Script {
                [CmdletBinding(SupportsShouldProcess)]
                param()
                if ($PSCmdlet.ShouldProcess('x')) {
                    throw 'Not reached'
                }
                Dismount-DismTsImage -Path /fake/m -Discard
            }
            Invoke-Script -WhatIf
            (Get-Sent -Method image/unmount).validateOnly | Should -BeTrue
        }
    }

    Context '-Confirm' {
        BeforeAll {
            function Invoke-Unattended {
                # Runs a script where nobody can answer a question, and gives its errors.
                param($Script)
                $variables = @{ manifest = "$(Get-RepositoryRoot)/DismTs.psd1"; sidecar = Get-FakeSidecarCommand -RecordPath $recordPath }
                $powerShell = New-TestPowerShell -Variables $variables -Script "Import-Module -Name `$manifest -ArgumentList (, `$sidecar); $Script; Remove-Module DismTs"
                $null = $powerShell.Invoke()
                $powerShell.Streams.Error
                $powerShell.Runspace.Dispose()
            }
        }

        It 'is not asked for: <Script>' -ForEach @(
            @{ Script = 'Dismount-DismTsImage -Path /fake/one -Discard -Confirm:$false' }
            @{ Script = '$ConfirmPreference = "None"; Dismount-DismTsImage -Path /fake/one -Discard' }
            @{ Script = 'Dismount-DismTsImage -Path "/fake/two files/" -Discard' }
            @{ Script = 'Dismount-DismTsImage -Path /fake/one -Discard' }
            @{ Script = 'Dismount-DismTsImage -Path /fake/one -Save' }
        ) {
            Invoke-Unattended -Script $Script | Should -BeNullOrEmpty
            Get-Sent -Method image/unmount | Should -HaveCount 1
        }

        It 'is asked for by everything when the caller wants it: <Script>' -ForEach @(
            @{ Script = 'Dismount-DismTsImage -Path /fake/one -Save -Confirm' }
            @{ Script = '$ConfirmPreference = "Low"; Dismount-DismTsImage -Path /fake/one -Save' }
            @{ Script = '& { $ConfirmPreference = "Medium"; Dismount-DismTsImage -Path /fake/one -Save }' }
        ) {
            Invoke-Unattended -Script "try { $Script } catch { Write-Error `$_ }" | Should -Not -BeNullOrEmpty
            Get-Sent -Method image/unmount | Should -BeNullOrEmpty
        }

        It 'is asked for by Clear-DismTsMountPoint only when the caller wants it' {
            Invoke-Unattended -Script 'Clear-DismTsMountPoint' | Should -BeNullOrEmpty
            Get-Sent -Method image/cleanupMountPoints | Should -HaveCount 1
            Invoke-Unattended -Script 'try { Clear-DismTsMountPoint -Confirm } catch { Write-Error $_ }' | Should -Not -BeNullOrEmpty
            Get-Sent -Method image/cleanupMountPoints | Should -HaveCount 1
        }
    }

    Context 'An error' {
        It 'ends the statement of a command that is called with its target: <Script>' -ForEach @(
            @{ Script = { Dismount-DismTsImage -Path /fake/busy -Save } }
            @{ Script = { Dismount-DismTsImage -Path /fake/busy -Save -ErrorAction SilentlyContinue } }
            @{ Script = { Dismount-DismTsImage -Path /fake/busy -Save -ErrorAction Ignore } }
            @{ Script = { & { $ErrorActionPreference = 'SilentlyContinue'; try { Dismount-DismTsImage -Path /fake/busy -Save } catch { throw } } } }
            @{ Script = { Dismount-DismTsImage -Path /fake/busy -Save | Out-Null } }
            @{ Script = { '/fake/busy' | ForEach-Object { Dismount-DismTsImage -Path $_ -Save } } }
            @{ Script = { Dismount-DismTsImage -Path NoSuchDrive:/x -Save -ErrorAction SilentlyContinue } }
            @{ Script = { Dismount-DismTsImage -Path /fake/m -Save -LogPath NoSuchDrive:/x -ErrorAction SilentlyContinue } }
        ) {
            $after = $false
            $caught = $null
            try {
                & $Script
                $after = $true
            } catch [System.Runtime.InteropServices.COMException] {
                $caught = $_
            }
            $after | Should -BeFalse
            $caught.FullyQualifiedErrorId | Should -Match '^(WIM_E_UNMOUNT_INCOMPLETE|ERROR_PATH_NOT_FOUND),Dismount-DismTsImage$'
            $caught.Exception.HResultHex | Should -Match '^0x(C1420117|80070003)$'
            $caught.InvocationInfo.MyCommand.Name | Should -Be 'Dismount-DismTsImage'
        }

        It 'lets the script go on with the next statement where nothing catches it' {
            $shell = New-TestPowerShell -Variables @{ manifest = "$(Get-RepositoryRoot)/DismTs.psd1"; sidecar = (Get-FakeSidecarCommand -RecordPath $recordPath) } -Script @'
                Import-Module -Name $manifest -ArgumentList (, $sidecar)
                $result = 'as it was'
                $result = Dismount-DismTsImage -Path /fake/busy -Save
                "$? $result"
                Remove-Module -Name DismTs
'@
            try {
                $shell.Invoke() | Should -Be 'False as it was'
                $shell.Streams.Error | Should -HaveCount 1
            } finally {
                $shell.Runspace.Dispose()
                $shell.Dispose()
            }
        }

        It 'of one item leaves the others of a pipeline alone, unless -ErrorAction Stop' {
            $mounts = '/fake/busy', '/fake/a', 'NoSuchDrive:/x', '/fake/b' | ForEach-Object { [pscustomobject] @{ Path = $_ } }
            $problem = $null
            @($mounts | Dismount-DismTsImage -Save -ErrorAction SilentlyContinue -ErrorVariable problem) | Should -HaveCount 2
            $problem[0].FullyQualifiedErrorId | Should -Be 'WIM_E_UNMOUNT_INCOMPLETE,Dismount-DismTsImage'
            $problem[-1].FullyQualifiedErrorId | Should -Be 'ERROR_PATH_NOT_FOUND,Dismount-DismTsImage'
            { $mounts | Dismount-DismTsImage -Save -ErrorAction Stop } | Should -Throw -ErrorId 'WIM_E_UNMOUNT_INCOMPLETE,Dismount-DismTsImage'
            Get-Sent -Method image/unmount | Should -HaveCount 4
        }

        It 'is decided on by one function' {
            Get-ChildItem -LiteralPath "$(Get-RepositoryRoot)/module" -Recurse -Include *.ps1, *.psm1 | Select-String -Pattern '\.(WriteError|ThrowTerminatingError)\(|Write-Error\b' |
                ForEach-Object { $_.Filename } | Sort-Object -Unique | Should -Be 'Write-DismTsError.ps1'
        }
    }

    Context 'Preferences of the script that calls' {
        It '$ErrorActionPreference stops it' {
            $mount = [pscustomobject] @{ Path = '/fake/busy' }
            { & { $ErrorActionPreference = 'Stop'; $mount | Dismount-DismTsImage -Save } } | Should -Throw -ErrorId 'WIM_E_UNMOUNT_INCOMPLETE,Dismount-DismTsImage'
        }

        It '$WarningPreference silences its warnings' {
            & { $WarningPreference = 'SilentlyContinue'; Save-DismTsImage -Path /fake/warns } 3>&1 |
                Where-Object { $_ -is [System.Management.Automation.WarningRecord] } | Should -BeNullOrEmpty
            & { $WarningPreference = 'Continue'; Save-DismTsImage -Path /fake/warns } 3>&1 |
                Where-Object { $_ -is [System.Management.Automation.WarningRecord] } | Should -HaveCount 1
        }

        It '$ProgressPreference turns progress off' {
            & { $ProgressPreference = 'SilentlyContinue'; $null = Save-DismTsImage -Path /fake/m }
            & { $ProgressPreference = 'Continue'; $null = Save-DismTsImage -Path /fake/m }
            (Get-Sent -Method image/commit | ForEach-Object { [bool] $_.PSObject.Properties['workDoneToken'] }) | Should -Be $false, $true
        }

        It '$ProgressPreference ends no change in its middle' {
            & { $ProgressPreference = 'Stop'; Save-DismTsImage -Path /fake/m } | Should -HaveCount 1
            # None is asked for.
            (Get-Sent -Method image/commit)[-1].PSObject.Properties.Name | Should -Not -Contain 'workDoneToken'
        }

        It 'is left as it was' {
            $before = $global:ErrorActionPreference, $global:WhatIfPreference, $global:ConfirmPreference
            & { $ErrorActionPreference = 'SilentlyContinue'; $WhatIfPreference = $true; $ConfirmPreference = 'Low'; Save-DismTsImage -Path /fake/m }
            $global:ErrorActionPreference, $global:WhatIfPreference, $global:ConfirmPreference | Should -Be $before
            InModuleScope DismTs { $WhatIfPreference } | Should -BeFalse
        }

        It 'gives way to the parameter' {
            $mount = [pscustomobject] @{ Path = '/fake/busy' }
            { & { $ErrorActionPreference = 'Stop'; $mount | Dismount-DismTsImage -Save -ErrorAction SilentlyContinue } } | Should -Not -Throw
            & { $WhatIfPreference = $true; $null = Save-DismTsImage -Path /fake/m -WhatIf:$false }
            (Get-Sent -Method image/commit)[-1].PSObject.Properties.Name | Should -Not -Contain 'validateOnly'
        }
    }
}
