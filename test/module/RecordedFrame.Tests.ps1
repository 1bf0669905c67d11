# The frames of test/fixtures/rpc, which the server's tests read too: what the commands send, and what they make of the answers.

BeforeDiscovery {
    $folder = "$PSScriptRoot/../fixtures/rpc"
    # How a command makes each recorded request.
    $commands = @{
        'environment-get'            = { Test-DismTsEnvironment }
        'error-bug'                  = { Get-DismTsImage -ImagePath /bug/a.wim }
        'error-busy'                 = { Dismount-DismTsImage -Path /busy -Save }
        'error-dism'                 = { Mount-DismTsImage -ImagePath /error=C0040005/install.wim -Index 1 -Path /mnt/a }
        'error-resolve'              = { -1052638953, 5, 3242328405, 'e_accessdenied', 'E_NONE' | Resolve-DismTsError }
        'error-unsupported'          = { Get-DismTsImage -ImagePath /unsupported/a.ffu }
        'error-wimlib'               = { Get-DismTsImage -ImagePath /wimerror/a.wim }
        'image-cleanupMountPoints'   = { Clear-DismTsMountPoint -Confirm:$false }
        'image-commit'               = { Save-DismTsImage -Path /mnt/a -Append -CheckIntegrity }
        'image-getInfo'              = { Get-DismTsImage -ImagePath /images/install.wim }
        'image-getInfo-index'        = { Get-DismTsImage -ImagePath /images/install.wim -Index 2 }
        'image-listMounted'          = { Get-DismTsImage -Mounted }
        'image-mount'                = { Mount-DismTsImage -ImagePath /images/install.wim -Index 1 -Path /mnt/a -ReadOnly -ScratchDirectory /scratch }
        'image-mount-cancel'         = { Mount-DismTsImage -ImagePath /hang/install.wim -Index 1 -Path /mnt/a -TimeoutSec 1 }
        'image-mount-progress'       = { Mount-DismTsImage -ImagePath /progress=100/install.wim -Index 1 -Path /mnt/a }
        'image-remount'              = { Mount-DismTsImage -Path /mnt/b -Remount }
        'image-unmount'              = { Dismount-DismTsImage -Path /mnt/a -Discard -Confirm:$false }
        'health-check'               = { Repair-DismTsImage -Path /mnt/a -WindowsDirectory WINNT -CheckHealth }
        'health-scan'                = { Repair-DismTsImage -Path /mnt/a -ScanHealth -Detailed }
        'health-restore'             = { Repair-DismTsImage -Path /mnt/a -RestoreHealth -Source /mnt/other, WIM:/images/install.wim:6 -LimitAccess }
        'health-restore-failure'     = { Repair-DismTsImage -Path /mnt/lacking -RestoreHealth -Source /mnt/other -Detailed }
        'health-scan-online'         = { Repair-DismTsImage -Online -ScanHealth }
        'package-get'                = { Get-DismTsPackage -Path /mnt/a }
        'package-get-name'           = { Get-DismTsPackage -Path /mnt/a -PackageName Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.1742.1.10 }
        'package-get-online'         = { Get-DismTsPackage -Online }
        'feature-get'                = { Get-DismTsOptionalFeature -Path /mnt/a -PackageName Sample~1~amd64~~1 }
        'feature-get-detailed'       = { Get-DismTsOptionalFeature -Path /mnt/a -FeatureName * }
        'driver-get'                 = { Get-DismTsDriver -Path /mnt/a -All }
        'driver-get-driver'          = { Get-DismTsDriver -Path /mnt/a -Driver oem0.inf }
        'capability-get'             = { Get-DismTsCapability -Path /mnt/a }
        'capability-get-name'        = { Get-DismTsCapability -Path /mnt/a -Name OpenSSH.Client~~~~0.0.1.0 }
        'edition-get'                = { Get-DismTsEdition -Path /mnt/a }
        'initialize-unsupported'     = { Mount-DismTsImage -Path /mnt/a -Remount }
        'package-get-file'           = { Get-DismTsPackage -Path /mnt/a -PackagePath /updates/kb5043080.cab }
        'package-add'                = { Add-DismTsPackage -Path /mnt/a -PackagePath /progress=1000/restart/kb5043080.msu -IgnoreCheck -PreventPending -NoRestart }
        'package-add-folder'         = { Add-DismTsPackage -Path /mnt/a -PackagePath /updates }
        'package-add-cancel'         = { Add-DismTsPackage -Path /mnt/a -PackagePath /hang/kb5043080.msu -TimeoutSec 1 }
        'package-add-online'         = { Add-DismTsPackage -Online -PackagePath /updates/kb5043080.cab }
        'package-remove'             = {
            Remove-DismTsPackage -Path /mnt/a -PackageName OpenSSH-Client-Package~31bf3856ad364e35~amd64~~10.0.26100.1
            Remove-DismTsPackage -Path /mnt/a -PackagePath /updates/kb5043080.cab
        }
        'feature-get-file'           = { Get-DismTsOptionalFeature -Path /mnt/a -PackagePath /updates/kb5043080.cab }
        'feature-getParent'          = { [pscustomobject] @{ FeatureName = 'NetFx3' }, [pscustomobject] @{ FeatureName = 'TelnetClient' } | Get-DismTsOptionalFeature -Path /mnt/a -Parent }
        'feature-enable'             = {
            $features = 'NetFx3', 'error=800F080C', 'Sample.restart' | ForEach-Object { [pscustomobject] @{ FeatureName = $_ } }
            $parameters = @{ Path = '/mnt/a'; PackageName = 'Sample~1~amd64~~1'; All = $true; LimitAccess = $true }
            $features | Enable-DismTsOptionalFeature @parameters -Source /sources/sxs, wim:/images/install.wim:6
        }
        'feature-disable'            = { Disable-DismTsOptionalFeature -Path /mnt/a -FeatureName TelnetClient -Remove }
        'driver-add'                 = { Add-DismTsDriver -Path /mnt/a -Driver /drivers -Recurse }
        'driver-add-file'            = { Add-DismTsDriver -Path /mnt/a -Driver /drivers/unsigned.inf -ForceUnsigned }
        'driver-add-none'            = { Add-DismTsDriver -Path /mnt/a -Driver /drivers/empty }
        'firstBoot-get'              = { Get-DismTsFirstBootAction -Path /mnt/a }
        'firstBoot-add'              = {
            Add-DismTsPackage -Path /mnt/a -PackagePath /updates/kb5043080.msu -AtFirstBoot
            Enable-DismTsOptionalFeature -Path /mnt/a -FeatureName TelnetClient -All -AtFirstBoot
            Add-DismTsCapability -Path /mnt/a -Name OpenSSH.Server~~~~0.0.1.0 -AtFirstBoot
        }
        'firstBoot-remove'           = { Remove-DismTsFirstBootAction -Path /mnt/a -Name Telnet* }
        'registry-getKeys'           = { Get-DismTsRegistryKey -Path /mnt/a -Hive SOFTWARE -Key 'Contoso*' -Child }
        'registry-getValues'         = { Get-DismTsRegistryValue -Path /mnt/a -Hive SOFTWARE -Key Contoso }
        'registry-change'            = {
            Set-DismTsRegistryValue -Path /mnt/a -Hive SOFTWARE -Key Contoso -Name Name -Value text
            Remove-DismTsRegistryValue -Path /mnt/a -Hive SOFTWARE -Key Contoso -Name Old
            New-DismTsRegistryKey -Path /mnt/a -Hive SYSTEM -Key CurrentControlSet\Services\Contoso
            Remove-DismTsRegistryKey -Path /mnt/a -Hive SYSTEM -Key CurrentControlSet\Services\Old -Recurse
        }
        'registry-importFile'        = { Import-DismTsRegistryFile -Path /mnt/a -RegistryFile /reg/a.reg }
        'driver-remove'              = { Remove-DismTsDriver -Path /mnt/a -Driver oem1.inf }
        'driver-export'              = { Export-DismTsDriver -Path /mnt/a -Destination /drivers/out }
        'capability-get-source'      = { Get-DismTsCapability -Path /mnt/a -LimitAccess -Source /sources/fod }
        'capability-add'             = { Add-DismTsCapability -Path /mnt/a -Name OpenSSH.Server~~~~0.0.1.0 -LimitAccess -Source /sources/fod }
        'capability-remove'          = { Remove-DismTsCapability -Path /mnt/a -Name OpenSSH.Client~~~~0.0.1.0 }
        'edition-getTargets'         = { Get-DismTsEdition -Path /mnt/a -Target }
        'edition-set'                = { Set-DismTsEdition -Path /mnt/a -Edition Education }
        'productKey-set'             = { 'AAAAA', 'WRONG' | ForEach-Object { Set-DismTsProductKey -Path /mnt/a -ProductKey "$_-BBBBB-CCCCC-DDDDD-EEEEE" } }
        'unattend-apply'             = { Use-DismTsUnattend -Path /mnt/a -UnattendPath /answers/unattend.xml -NoRestart }
        'health-cleanComponents'     = { Repair-DismTsImage -Path /mnt/a -StartComponentCleanup -ResetBase -Defer }
        'pendingActions-revert'      = { Undo-DismTsPendingAction -Path /mnt/a -Confirm:$false }
        'image-optimize'             = { Optimize-DismTsImage -Path /mnt/a -OptimizationTarget WIMBoot }
        'image-applyCustomData'      = { Expand-DismTsCustomDataImage -CustomDataImage /images/data.ppkg -ImagePath /mnt/a -SingleInstance }
        'imageFile-capture'          = {
            $switches = @{ CheckIntegrity = $true; Verify = $true; NoRpFix = $true; Setbootable = $true; SupportEa = $true; WIMBoot = $true }
            $texts = @{ Name = "Golden $([char]::ConvertFromUtf32(0x1F600))"; Description = 'An "image"'; CompressionType = 'max'; ConfigFilePath = '/images/WimScript.ini' }
            New-DismTsImage -ImagePath /images/new.wim -CapturePath /mnt/golden @texts @switches
        }
        'imageFile-captureCustom'    = { New-DismTsCustomImage -CapturePath /mnt/a -ConfigFilePath /images/WimScript.ini -CheckIntegrity -Verify }
        'wimBoot-getEntries'         = { Get-DismTsWimBootEntry -Path /mnt/a }
        'wimBoot-updateEntry'        = { Update-DismTsWimBootEntry -Path /mnt/a -DataSourceID -9223372036854775808 -ImagePath /images/install.wim }
        'imageFile-capture-cancel'   = { New-DismTsImage -ImagePath /hang/new.wim -CapturePath /mnt/golden -Name Golden -TimeoutSec 1 }
        'imageFile-apply'            = {
            $switches = @{ Verify = $true; NoRpFix = $true; CheckIntegrity = $true; Compact = $true; ConfirmTrustedFile = $true; SupportEa = $true; WIMBoot = $true }
            Expand-DismTsImage -ImagePath /images/install.swm -SplitImageFilePattern /images/install*.swm -Name Second -ApplyPath /dev/sdb1 @switches
        }
        'imageFile-convert'          = {
            Convert-DismTsImage -ImagePath /images/install.wim -Index 2 -DestinationImagePath /vm/new.vhdx -SizeBytes 128GB
            $texts = @{ DestinationName = 'Golden'; CompressionType = 'Max'; Partition = 3 }
            Convert-DismTsImage -ImagePath /vm/golden.vhdx -Index 1 -DestinationImagePath /images/golden.wim @texts -CheckIntegrity -Verify
        }
        'imageFile-append'           = { Add-DismTsImage -ImagePath /images/install.wim -CapturePath /mnt/golden -Name Golden -CheckIntegrity }
        'imageFile-export'           = {
            Export-DismTsImage -SourceImagePath /images/install.esd -SourceIndex * -DestinationImagePath /images/new.wim -CompressionType max
            $parameters = @{ DestinationName = 'Another'; CheckIntegrity = $true; Setbootable = $true }
            Export-DismTsImage -SourceImagePath /images/install.esd -SourceName Second -DestinationImagePath /images/new.wim @parameters
        }
        'imageFile-split'            = { Split-DismTsImage -ImagePath /images/install.wim -SplitImagePath /usb/sources/install.swm -FileSize 3800 }
        'imageFile-join'             = { Join-DismTsImage -ImagePath /images/install.swm -SplitImageFilePattern /images/install*.swm -DestinationImagePath /images/new.wim }
        'imageFile-remove'           = { Remove-DismTsImage -ImagePath /images/install.wim -Index 2 }
        'imageFile-getContent'       = { Get-DismTsImageContent -ImagePath /images/install.wim -Index 1 }
        'imageFile-set'              = {
            $texts = @{ NewName = 'New'; Description = ''; DisplayName = 'Shown'; DisplayDescription = 'Shown, too'; Flags = 'Professional' }
            Set-DismTsImage -ImagePath /images/install.wim -Index 1 @texts
            Set-DismTsImage -ImagePath /images/boot.wim -BootIndex 2 -CheckIntegrity
        }
        'imageFile-optimize'         = { Optimize-DismTsImageFile -ImagePath /images/install.wim -Recompress -CompressionType lzms -CheckIntegrity }
        'imageFile-test'             = {
            Test-DismTsImageFile -ImagePath /images/install.wim
            Test-DismTsImageFile -ImagePath /images/damaged.swm -SplitImageFilePattern /images/damaged*.swm
        }
        'imageFile-extractItem'      = { Copy-DismTsImageItem -ImagePath /images/install.wim -Index 1 -ItemPath \Windows\System32\license.rtf -Destination /tmp/license.rtf }
        'imageFile-putItem'          = {
            $parameters = @{ Source = '/answers/autounattend.xml'; Replace = $true; CheckIntegrity = $true }
            Copy-DismTsImageItem -ImagePath /images/install.wim -Name Second -ItemPath \autounattend.xml @parameters
        }
        'capability-exportSource'    = { Export-DismTsCapabilitySource -Path /mnt/a -Name OpenSSH.Client~~~~0.0.1.0 -Source /sources/fod -Target /sources/small }
        'appx-get'                   = { Get-DismTsAppxProvisionedPackage -Path /mnt/a }
        'appx-add'                   = {
            $parameters = @{ DependencyPackagePath = '/apps/vclibs.appx'; LicensePath = '/apps/license.xml'; Regions = 'de;at'; StubPackageOption = 'InstallFull' }
            Add-DismTsAppxProvisionedPackage -Path /mnt/a -PackagePath /apps/sample.msixbundle @parameters
        }
        'appx-remove'                = { Remove-DismTsAppxProvisionedPackage -Path /mnt/a -PackageName Sample.App_1.2.3.4_neutral_~_abcdefghjkmnp -AllUsers }
        'appx-setDataFile'           = {
            Set-DismTsAppxProvisionedDataFile -Path /mnt/a -PackageName Sample.App_1.2.3.4_neutral_~_abcdefghjkmnp -CustomDataPath /apps/custom.data
        }
        'appsPolicy-getNonRemovable' = { Get-DismTsNonRemovableAppsPolicy -Path /mnt/a }
        'appsPolicy-setNonRemovable' = { Set-DismTsNonRemovableAppsPolicy -Path /mnt/a -PackageFamilyName Sample.App_abcdefghjkmnp -NonRemovable 1 }
        'appx-optimize'              = { Optimize-DismTsAppxProvisionedPackage -Path /mnt/a }
        'reservedStorage-get'        = { Get-DismTsReservedStorageState }
        'reservedStorage-set'        = { Set-DismTsReservedStorageState -State Disabled }
        'osUninstall-start'          = { Start-DismTsOSUninstall -Online -Confirm:$false }
        'log-get'                    = { Get-DismTsLog -LogPath /var/log/dismts/20260102-030405-operation-1234-1.log -Last 1000 }
    }
    # What no command can be made to send, or gives no object for (ImageFile.Tests.ps1 looks at what -WhatIf says).
    $notSent = @(
        'imageFile-capture-whatIf'
        'error-invalid-params', 'error-parse', 'error-unknown-method', 'initialize', 'initialize-protocol-version', 'initialize-twice', 'not-initialized', 'shutdown-exit'
        'productKey-set-malformed'
    )

    $recordings = @(Get-ChildItem -LiteralPath $folder -Filter *.json)
    $commandCases = foreach ($name in $commands.Keys | Sort-Object) {
        @{ Name = $name; Command = $commands[$name] }
    }
    $coverage = @{ Names = $recordings.BaseName; Known = @($commands.Keys) + $notSent }
    $errorCases = foreach ($file in $recordings) {
        $position = 0
        foreach ($entry in (Get-Content -LiteralPath $file.FullName -Raw | ConvertFrom-Json).exchange) {
            $position++
            if ($entry.from -eq 'server' -and $entry.message.PSObject.Properties['error']) {
                @{ Name = "$($file.BaseName), message $position"; ResponseError = $entry.message.error }
            }
        }
    }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"

    function ConvertTo-Comparable {
        # Members in one order, without those that a client chooses for itself.
        param($Value)
        $sorted = [ordered] @{}
        foreach ($property in $Value.PSObject.Properties | Sort-Object -Property Name) {
            if ($property.Name -ne 'workDoneToken') {
                $sorted[$property.Name] = $property.Value
            }
        }
        ConvertTo-Json -InputObject $sorted -Compress -Depth 8
    }
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'Recorded frames' -Tag 'Unit' {
    It 'knows every recording' -ForEach @($coverage) {
        $Names | Where-Object { $_ -notin $Known } | Should -BeNullOrEmpty
        $Known | Where-Object { $_ -notin $Names } | Should -BeNullOrEmpty
    }

    It 'the command of <Name> sends what is recorded, and gives what the answer holds' -ForEach $commandCases {
        $path = "$PSScriptRoot/../fixtures/rpc/$Name.json"
        $exchange = (Get-Content -LiteralPath $path -Raw | ConvertFrom-Json).exchange
        $recordPath = Import-FakeModule -Folder $TestDrive -Scenario 'replay', $path
        $problems = @()
        $output = @(
            try {
                & $Command 2>&1 3>$null | ForEach-Object { if ($_ -is [System.Management.Automation.ErrorRecord]) { $problems += $_ } else { $_ } }
            } catch {
                $problems += $_
            }
        )

        $recordedRequests = @($exchange | Where-Object { $_.from -eq 'client' -and $_.message.method -notin 'initialize', '$/cancelRequest' } | ForEach-Object { $_.message })
        $sentRequests = @(Get-ReceivedMessage -RecordPath $recordPath | ForEach-Object { $_.Message } | Where-Object { $_.method -in $recordedRequests.method })
        $sentRequests.Count | Should -Be $recordedRequests.Count
        for ($i = 0; $i -lt $sentRequests.Count; $i++) {
            $sentRequests[$i].method | Should -Be $recordedRequests[$i].method
            ConvertTo-Comparable -Value $sentRequests[$i].params | Should -Be (ConvertTo-Comparable -Value $recordedRequests[$i].params)
        }

        $answers = @($exchange | Where-Object { $_.from -eq 'server' -and $null -ne $_.message.id } | ForEach-Object { $_.message })
        $failed = @($answers | Where-Object { $_.PSObject.Properties['error'] })
        # A restore that did not repair everything gives its result and an error.
        $partial = @($answers | Where-Object { $_.PSObject.Properties['result'] -and $_.result.PSObject.Properties['failure'] -and $_.result.failure })
        # So does an INF file that is not added, among others.
        $refused = @($answers | Where-Object { $_.PSObject.Properties['result'] -and $_.result.PSObject.Properties['results'] } | ForEach-Object { $_.result.results } | Where-Object failure)
        # A package that does not apply is a warning.
        $refused = @($refused | Where-Object { -not ($_.PSObject.Properties['packageFile'] -and $_.failure.data.symbol -eq 'CBS_E_NOT_APPLICABLE') })
        $problems.Count | Should -Be ($failed.Count + $partial.Count + $refused.Count)
        $listNames = 'images', 'mounts', 'packages', 'features', 'drivers', 'capabilities', 'entries', 'keys', 'values', 'changes', 'items'
        $results = @(foreach ($answer in $answers | Where-Object { $_.PSObject.Properties['result'] -and -not $_.result.PSObject.Properties['protocolVersion'] }) {
                if ($answer.result.PSObject.Properties['plan'] -and $answer.result.plan) {
                    # Of a dry run before the change there is no object.
                    continue
                }
                $lists = @($answer.result.PSObject.Properties.Name | Where-Object { $_ -in $listNames })
                if ($lists) {
                    $answer.result.($lists[0])
                } elseif ($answer.result.PSObject.Properties['paths']) {
                    $answer.result.paths
                } elseif ($answer.result.PSObject.Properties['results']) {
                    $answer.result.results | Where-Object driver | ForEach-Object { $_.driver }
                    $answer.result.results | Where-Object { $_.PSObject.Properties['packageFile'] -and -not $_.failure }
                } elseif ($answer.result.PSObject.Properties['packageFamilyNames']) {
                    $answer.result.packageFamilyNames | ForEach-Object { [pscustomobject] @{ packageFamilyName = $_ } }
                } elseif ($answer.result.PSObject.Properties['editions']) {
                    $answer.result.editions | ForEach-Object { [pscustomobject] @{ edition = $_ } }
                } else {
                    $answer.result
                }
            })
        $output.Count | Should -Be $results.Count
        for ($i = 0; $i -lt $output.Count; $i++) {
            if ($output[$i] -is [string]) {
                $output[$i] | Should -BeExactly $results[$i]
                continue
            }
            $output[$i].PSObject.TypeNames[0] | Should -Match '^DismTs\.\w+(Object(WithState)?|Entry)$'
            foreach ($property in $output[$i].PSObject.Properties) {
                $recorded = $results[$i].PSObject.Properties[$property.Name]
                if (-not $recorded -or $property.Name -in 'Checks', 'Removed', 'Platform', 'Counts', 'Findings', 'CustomProperties', 'Features', 'Value', 'Before', 'After', 'Parts', 'Damage') {
                    continue
                }
                $expected = $recorded.Value
                if ($null -eq $expected) {
                    $property.Value | Should -BeNullOrEmpty -Because $property.Name
                    continue
                }
                if ($property.Name -eq 'Date') {
                    # It has no time of day, which a time zone would move.
                    $expected = ([datetime] $expected).ToUniversalTime().Date
                } elseif ($property.Value -is [datetime]) {
                    $expected = ([datetime] $expected).ToLocalTime()
                }
                $property.Value | Should -Be $expected -Because $property.Name
            }
        }
    }

    It 'the error of <Name> becomes a complete error record' -ForEach $errorCases {
        $record = InModuleScope DismTs -Parameters @{ ResponseError = $ResponseError } {
            ConvertTo-DismTsErrorRecord -ResponseError $ResponseError -Method 'image/getInfo'
        }
        $record | Should -BeOfType ([System.Management.Automation.ErrorRecord])
        $exception = $record.Exception
        $exception | Should -BeOfType ([System.Runtime.InteropServices.COMException])
        $exception.Message | Should -Match ([regex]::Escape($ResponseError.message))
        $exception.HResultHex | Should -Match '^0x[0-9A-F]{8}$'
        $exception.Message | Should -Match $exception.HResultHex
        $record.FullyQualifiedErrorId | Should -Be $exception.Symbol
        $data = $null
        if ($ResponseError.PSObject.Properties['data'] -and $ResponseError.data.PSObject.Properties['symbol']) {
            $data = $ResponseError.data
        }
        if ($null -eq $data) {
            $record.CategoryInfo.Category | Should -Be $(if ($ResponseError.code -eq -32602) { 'InvalidArgument' } else { 'NotSpecified' })
            return
        }
        $exception.HResult | Should -Be $data.nativeCode
        $exception.ErrorCode | Should -Be $data.nativeCode
        $exception.Symbol | Should -Be $data.symbol
        $record.CategoryInfo.Category | Should -Be $data.category
        $exception.Operation | Should -Be $data.operation
        foreach ($name in 'target', 'hint', 'logPath') {
            if ($data.PSObject.Properties[$name]) {
                $exception.$name | Should -Be $data.$name
            }
        }
        if ($data.PSObject.Properties['target']) {
            $record.TargetObject | Should -Be $data.target
        }
        if ($data.PSObject.Properties['hint']) {
            $record.ErrorDetails.RecommendedAction | Should -Be $data.hint
        }
        if ($data.PSObject.Properties['holders']) {
            $exception.Holders.Program | Should -Be $data.holders.program
            $exception.Holders.Pid | Should -Be $data.holders.pid
            $exception.Holders[0].PSObject.TypeNames[0] | Should -Be 'DismTs.HolderObject'
        }
    }
}
