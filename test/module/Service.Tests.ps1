# Commands that change packages, features, drivers, capabilities, settings and the edition of an image: what they send, what they give, what they say.

BeforeDiscovery {
    $key = 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE'
    # Each command: what it needs beside the image, what it sends then, what its ShouldProcess names, and its parameters with the names that they have on the wire.
    $changes = @(
        @{ Command = 'Add-DismTsPackage'; Parameters = @{ PackagePath = '/u/a.cab' }; Method = 'package/add'; Sent = '"packagePath":"/u/a.cab"'; Action = 'Add package /u/a.cab' }
        @{ Command = 'Remove-DismTsPackage'; Parameters = @{ PackageName = 'a~b' }; Method = 'package/remove'; Sent = '"packageName":"a~b"'; Action = 'Remove package a~b' }
        @{ Command = 'Enable-DismTsOptionalFeature'; Parameters = @{ FeatureName = 'a' }; Method = 'feature/enable'; Sent = '"featureName":"a"'; Action = 'Enable feature a' }
        @{ Command = 'Disable-DismTsOptionalFeature'; Parameters = @{ FeatureName = 'a' }; Method = 'feature/disable'; Sent = '"featureName":"a"'; Action = 'Disable feature a' }
        @{ Command = 'Add-DismTsCapability'; Parameters = @{ Name = 'a' }; Method = 'capability/add'; Sent = '"name":"a"'; Action = 'Add capability a' }
        @{ Command = 'Remove-DismTsCapability'; Parameters = @{ Name = 'a' }; Method = 'capability/remove'; Sent = '"name":"a"'; Action = 'Remove capability a' }
        @{ Command = 'Use-DismTsUnattend'; Parameters = @{ UnattendPath = '/u/a.xml' }; Method = 'unattend/apply'; Sent = '"unattendPath":"/u/a.xml"'; Action = 'Apply answer file /u/a.xml' }
        @{ Command = 'Add-DismTsDriver'; Parameters = @{ Driver = '/d/a.inf' }; Method = 'driver/add'; Sent = '"driver":"/d/a.inf"'; Action = 'Add driver /d/a.inf'; Offline = $true }
        @{ Command = 'Remove-DismTsDriver'; Parameters = @{ Driver = 'oem1.inf' }; Method = 'driver/remove'; Sent = '"driver":"oem1.inf"'; Action = 'Remove driver oem1.inf'; Offline = $true }
        @{ Command = 'Export-DismTsDriver'; Parameters = @{ Destination = '/d/out' }; Method = 'driver/export'; Sent = '"destination":"/d/out"'; Action = 'Copy drivers to /d/out' }
        @{ Command = 'Set-DismTsEdition'; Parameters = @{ Edition = 'Education' }; Method = 'edition/set'; Sent = '"edition":"Education"'; Action = 'Set edition Education'; Offline = $true }
        @{ Command = 'Set-DismTsProductKey'; Parameters = @{ ProductKey = $key }; Method = 'productKey/set'; Sent = "`"productKey`":`"$key`""; Action = 'Set product key'; Offline = $true }
    )
    $imageObjects = $changes | Where-Object { $_.Command -notin 'Add-DismTsDriver', 'Export-DismTsDriver' }
    $online = $changes | Where-Object { -not $_.Offline }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"

    function Get-SentChange {
        # Requests that change something as text.
        @(Get-SentText -RecordPath $recordPath -Method '^(package|feature|capability|driver|unattend|edition|productKey)/(?!get)')
    }
}

Describe 'Commands that change what is in an image' -Tag 'Unit' {
    BeforeEach {
        $recordPath = Import-FakeModule -Folder $TestDrive
    }

    AfterEach {
        Remove-Module -Name DismTs
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    Context 'What they send' {
        It '<Command> sends <Method>' -ForEach $changes {
            try {
                $null = & $Command -Path /fake/m @Parameters
            } catch {
                # The recorded answer about drivers has one that failed.
                $Command | Should -Be 'Add-DismTsDriver'
            }
            $members = ($Sent, '"path":"/fake/m"' | Sort-Object) -join ','
            Get-SentChange | Should -Be "$Method {$members}"
        }

        It '<Command> is about the running Windows with -Online' -ForEach $online {
            $null = & $Command -Online @Parameters
            $members = ($Sent, '"online":true' | Sort-Object) -join ','
            Get-SentChange | Should -Be "$Method {$members}"
        }

        It '<Script>' -ForEach @(
            @{ Script = { Add-DismTsPackage -Path /fake/m -PackagePath /a.cab -IgnoreCheck -PreventPending -NoRestart }; Sent = 'package/add {"ignoreCheck":true,"packagePath":"/a.cab","path":"/fake/m","preventPending":true}' }
            @{ Script = { Add-DismTsPackage -Path /fake/m -PackagePath /a.cab -IgnoreCheck:$false }; Sent = 'package/add {"packagePath":"/a.cab","path":"/fake/m"}' }
            @{ Script = { Remove-DismTsPackage -Path /fake/m -PackagePath /a.cab -NoRestart }; Sent = 'package/remove {"packagePath":"/a.cab","path":"/fake/m"}' }
            @{
                Script = { Enable-DismTsOptionalFeature -Path /fake/m -FeatureName a -PackageName p -All -LimitAccess -Source /s, /t -NoRestart }
                Sent   = 'feature/enable {"all":true,"featureName":"a","limitAccess":true,"packageName":"p","path":"/fake/m","sources":["/s","/t"]}'
            }
            @{
                Script = { Disable-DismTsOptionalFeature -Path /fake/m -FeatureName a, b -PackageName p -Remove -NoRestart }
                Sent   = 'a', 'b' | ForEach-Object { "feature/disable {`"featureName`":`"$_`",`"packageName`":`"p`",`"path`":`"/fake/m`",`"remove`":true}" }
            }
            @{ Script = { Add-DismTsCapability -Path /fake/m -Name a -LimitAccess -Source /s }; Sent = 'capability/add {"limitAccess":true,"name":"a","path":"/fake/m","sources":["/s"]}' }
            @{ Script = { Add-DismTsDriver -Path /fake/m -Driver /d -Recurse -ForceUnsigned }; Sent = 'driver/add {"driver":"/d","forceUnsigned":true,"path":"/fake/m","recurse":true}' }
            @{
                Script = { Set-DismTsEdition -Path /fake/m -Edition e -WindowsDirectory WINNT -SystemDrive D: -LogPath /l -LogLevel 1 -ScratchDirectory /t }
                Sent   = 'edition/set {"edition":"e","logLevel":"Errors","logPath":"/l","path":"/fake/m","scratchDirectory":"/t","systemDrive":"D:","windowsDirectory":"WINNT"}'
            }
        ) {
            try {
                $null = & $Script
            } catch {
                $_.FullyQualifiedErrorId | Should -BeLike '*,Add-DismTsDriver' -Because 'one of the recorded drivers failed'
            }
            Get-SentChange | Should -Be $Sent
        }

        It 'resolves relative paths and drives' {
            $null = New-PSDrive -Name Stick -PSProvider FileSystem -Root $TestDrive
            Push-Location -LiteralPath $TestDrive
            try {
                $null = Add-DismTsPackage -Path mnt -PackagePath Stick:/a.cab
                $null = Enable-DismTsOptionalFeature -Path mnt -FeatureName a -Source sxs, Stick:/sxs
                $null = Export-DismTsDriver -Path mnt -Destination out
            } finally {
                Pop-Location
            }
            $root = [System.IO.Path]::GetFullPath($TestDrive)
            Get-SentChange | Should -Be @(
                "package/add {`"packagePath`":`"$root/a.cab`",`"path`":`"$root/mnt`"}"
                "feature/enable {`"featureName`":`"a`",`"path`":`"$root/mnt`",`"sources`":[`"$root/sxs`",`"$root/sxs`"]}"
                "driver/export {`"destination`":`"$root/out`",`"path`":`"$root/mnt`"}"
            )
        }

        It '<Command> sends a time limit with no request, and obeys it' -ForEach ($changes | Where-Object { $_.Command -ne 'Remove-DismTsDriver' }) {
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $problem = @(try { & $Command -Path /fake/hang @Parameters -TimeoutSec 1 } catch { $_ })
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 10
            $problem | Should -HaveCount 1
            $problem[0].FullyQualifiedErrorId | Should -Be "DISMTS_E_TIMEOUT,$Command"
            $problem[0].TargetObject | Should -Not -BeNullOrEmpty
            @(Get-ReceivedMessage -RecordPath $recordPath -Method '$/cancelRequest') | Should -HaveCount 1
        }
    }

    Context 'Pipelines' {
        It '<Command> takes each mount' -ForEach $changes {
            $null = Get-DismTsImage -Mounted | & $Command @Parameters -ErrorAction SilentlyContinue
            Get-SentChange | ForEach-Object { [regex]::Match($_, '"path":"([^"]*)"').Groups[1].Value } | Should -Be '/fake/one', '/fake/two files', '/fake/three'
        }

        It '<Script> sends <Sent>' -ForEach @(
            @{
                Script = { Get-DismTsOptionalFeature -Path /fake/m | Where-Object State -EQ 'Disabled' | Enable-DismTsOptionalFeature -All }
                Sent   = 'feature/enable {"all":true,"featureName":"SampleGames","logLevel":"WarningsInfo","path":"/fake/m"}'
            }
            @{
                Script = { Get-DismTsOptionalFeature -Online | Where-Object State -EQ 'Disabled' | Enable-DismTsOptionalFeature }
                Sent   = 'feature/enable {"featureName":"SampleGames","logLevel":"WarningsInfo","online":true}'
            }
            @{
                Script = { Get-DismTsPackage -Path /fake/m | Where-Object ReleaseType -EQ 'OnDemandPack' | Remove-DismTsPackage }
                Sent   = 'package/remove {"logLevel":"WarningsInfo","packageName":"OpenSSH-Client-Package~31bf3856ad364e35~amd64~~10.0.26100.1","path":"/fake/m"}'
            }
            @{
                Script = { Get-DismTsCapability -Path /fake/m | Where-Object State -EQ 'NotPresent' | Add-DismTsCapability -LimitAccess }
                Sent   = 'capability/add {"limitAccess":true,"logLevel":"WarningsInfo","name":"Language.Basic~~~de-DE~0.0.1.0","path":"/fake/m"}'
            }
            @{
                Script = { Get-DismTsDriver -Path /fake/m | Where-Object DriverSignature -EQ 'Unsigned' | Remove-DismTsDriver }
                Sent   = 'driver/remove {"driver":"oem1.inf","logLevel":"WarningsInfo","path":"/fake/m"}'
            }
            @{
                Script = { Get-DismTsEdition -Path /fake/m -Target | Where-Object Edition -EQ 'Education' | Set-DismTsEdition }
                Sent   = 'edition/set {"edition":"Education","logLevel":"WarningsInfo","path":"/fake/m"}'
            }
        ) {
            try {
                $null = & $Script
            } catch {
                $_.FullyQualifiedErrorId | Should -BeLike '*,Add-DismTsDriver' -Because 'one of the recorded drivers failed'
            }
            Get-SentChange | Should -Be $Sent
        }

        It 'take package files and INF files from Get-ChildItem' {
            $folder = New-Item -ItemType Directory -Path "$TestDrive/files" -Force
            'b.cab', 'a.cab', 'a.inf' | ForEach-Object { $null = New-Item -ItemType File -Path "$folder/$_" -Force }
            $null = Get-ChildItem -LiteralPath $folder -Filter *.cab | Sort-Object Name | Add-DismTsPackage -Path /fake/m
            $null = Get-ChildItem -LiteralPath $folder -Filter *.cab | Sort-Object Name -Descending | Remove-DismTsPackage -Path /fake/m
            $null = Get-ChildItem -LiteralPath $folder -Filter *.inf | Add-DismTsDriver -Path /fake/m -ErrorAction SilentlyContinue
            Get-SentChange | Should -Be @(
                "package/add {`"packagePath`":`"$folder/a.cab`",`"path`":`"/fake/m`"}", "package/add {`"packagePath`":`"$folder/b.cab`",`"path`":`"/fake/m`"}"
                "package/remove {`"packagePath`":`"$folder/b.cab`",`"path`":`"/fake/m`"}", "package/remove {`"packagePath`":`"$folder/a.cab`",`"path`":`"/fake/m`"}"
                "driver/add {`"driver`":`"$folder/a.inf`",`"path`":`"/fake/m`"}"
            )
        }

        It 'add the drivers of another image, each once' {
            $store = '/mnt/a/Windows/System32/DriverStore/FileRepository'
            $null = Get-DismTsDriver -Path /fake/old | Add-DismTsDriver -Path /fake/m -ErrorAction SilentlyContinue
            # One object for each of its two devices.
            Get-DismTsDriver -Path /fake/old -Driver oem0.inf | Should -HaveCount 2
            $null = Get-DismTsDriver -Path /fake/old -Driver oem0.inf | Add-DismTsDriver -Path /fake/m -ErrorAction SilentlyContinue
            $null = Get-StatementError { Add-DismTsDriver -Path /fake/m -BasicDriverObject @(Get-DismTsDriver -Path /fake/old)[1] -ForceUnsigned }
            Get-SentChange | ForEach-Object { [regex]::Match($_, '"driver":"([^"]*)".*"path":"([^"]*)"').Groups[1, 2].Value -join ' ' } | Should -Be @(
                "$store/net.inf_amd64_0123456789abcdef/net.inf /fake/m", "$store/bare.inf_amd64_0123456789abcdef/bare.inf /fake/m"
                "$store/net.inf_amd64_0123456789abcdef/net.inf /fake/m", "$store/bare.inf_amd64_0123456789abcdef/bare.inf /fake/m"
            )
        }

        It 'take nothing else for a driver of another image' {
            { Add-DismTsDriver -Path /fake/m -BasicDriverObject 'C:\net.inf' } | Should -Throw -ErrorId 'MismatchedPSTypeName,Add-DismTsDriver'
        }
    }

    Context 'What they give' {
        It '<Command> gives an ImageObject' -ForEach $imageObjects {
            $result = & $Command -Path /fake/m @Parameters
            $result | Should -HaveCount 1
            $result.PSObject.TypeNames[0] | Should -Be 'DismTs.ImageObject'
            $own = @('PackageFile' | Where-Object { $Command -eq 'Add-DismTsPackage' }) + @('Changed' | Where-Object { $Command -eq 'Use-DismTsUnattend' })
            $result.PSObject.Properties.Name | Should -Be (@('Path', 'Online', 'WinPath', 'SysDrivePath', 'RestartNeeded', 'LogPath', 'ScratchDirectory', 'LogLevel') + $own)
            $result.Path | Should -Be '/fake/m'
            $result.RestartNeeded | Should -BeOfType ([bool])
            $result | Out-String | Should -Not -Match 'LogLevel'
        }

        It '<Command> with -Online gives an object without a path' -ForEach $online {
            $result = @(& $Command -Online @Parameters)[0]
            $result.Online | Should -BeTrue
            $result.Path | Should -BeNullOrEmpty
        }

        It 'Add-DismTsDriver gives the drivers that are new, and errors of those that failed' {
            $drivers = @(try { Add-DismTsDriver -Path /fake/m -Driver /drivers -Recurse } catch { $_ })
            $problem = $drivers[2]
            $drivers[0, 1].Driver | Should -Be 'oem2.inf', 'oem5.inf'
            $drivers[0].PSObject.TypeNames[0] | Should -Be 'DismTs.BasicDriverObject'
            $drivers[0].Path | Should -Be '/fake/m'
            $drivers[0].Date | Should -BeOfType ([datetime])
            $drivers[1].OriginalFileName | Should -Be ([char]::ConvertFromUtf32(0x1F5A8) + ' ' + [char] 0xE9 + '.inf')
            $problem | Should -HaveCount 1
            $problem[0].TargetObject | Should -Be '/drivers/unsigned.inf'
            $problem[0].Exception.HResult | Should -Be -2146500030
            $problem[0].FullyQualifiedErrorId | Should -BeLike '*,Add-DismTsDriver'
            $problem[0].ErrorDetails.RecommendedAction | Should -Match '-ForceUnsigned'
        }

        It 'Add-DismTsDriver tells with -Verbose what was there already' {
            [pscustomobject] @{ Path = '/fake/m' } | Add-DismTsDriver -Driver /drivers -Recurse -Verbose -ErrorAction SilentlyContinue 4>&1 |
                Where-Object { $_ -is [System.Management.Automation.VerboseRecord] -and $_.Message -like '*already' } | Should -HaveCount 1
        }

        It 'Export-DismTsDriver gives one object for each hardware id' {
            $devices = @(Export-DismTsDriver -Path /fake/m -Destination /out)
            $devices.HardwareId | Should -Be 'PCI\VEN_8086&DEV_0001', 'PCI\VEN_8086&DEV_0002', 'ROOT\BARE'
            $devices[0].PSObject.TypeNames[0] | Should -Be 'DismTs.AdvancedDriverObject'
            $devices[2].Architecture | Should -BeNullOrEmpty
        }
    }

    Context 'One bad item' {
        It '<Command> goes on with the others of a pipeline' -ForEach @(@{ Command = 'Enable-DismTsOptionalFeature' }, @{ Command = 'Disable-DismTsOptionalFeature' }) {
            $problem = $null
            $results = 'a', 'unknown', 'b' | ForEach-Object { [pscustomobject] @{ FeatureName = $_ } } |
                & $Command -Path /fake/m -ErrorAction SilentlyContinue -ErrorVariable problem
            $results | Should -HaveCount 2
            $problem | Should -HaveCount 1
            $problem[0].FullyQualifiedErrorId | Should -Be "DISMAPI_E_UNKNOWN_FEATURE,$Command"
            $problem[0].TargetObject | Should -Be 'unknown' -Because 'the error of the sidecar names none'
            $problem[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
            Get-SentChange | Should -HaveCount 3
        }

        It 'of several on the command line ends it, as in-box' {
            { Enable-DismTsOptionalFeature -Path /fake/m -FeatureName a, unknown, b -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'DISMAPI_E_UNKNOWN_FEATURE,*'
            Get-SentChange | Should -HaveCount 2
        }

        It 'of a pipeline leaves the others alone' {
            $problem = $null
            $results = '/fake/a', '/fake/unknown', '/fake/b' | ForEach-Object { [pscustomobject] @{ Path = $_ } } |
                Add-DismTsPackage -PackagePath /x.cab -ErrorAction SilentlyContinue -ErrorVariable problem
            $results.Path | Should -Be '/fake/a', '/fake/b'
            $problem.TargetObject | Should -Be '/x.cab'
        }
    }

    Context 'What is missing or does not go together' {
        It '<Script> is an error that says so, and nothing is sent' -ForEach @(
            @{ Script = { Remove-DismTsPackage -Path /fake/m }; Message = '*either -PackageName or -PackagePath*' }
            @{ Script = { Remove-DismTsPackage -Path /fake/m -PackageName a -PackagePath /a.cab }; Message = '*either -PackageName or -PackagePath*' }
            @{ Script = { Add-DismTsDriver -Path /fake/m }; Message = '*-Driver is not given*' }
            @{ Script = { Export-DismTsDriver -Path /fake/m }; Message = '*-Destination is not given*' }
            @{ Script = { Enable-DismTsOptionalFeature -Path '' -FeatureName a }; Message = '*-Path is empty*' }
            @{ Script = { Enable-DismTsOptionalFeature -Online:$false -FeatureName a }; Message = '*-Path is empty*' }
        ) {
            $problems = @(Get-StatementError $Script)
            $problems[0].FullyQualifiedErrorId | Should -BeLike 'E_INVALIDARG,*'
            $problems[0].Exception.Message | Should -BeLike $Message
            Get-SentChange | Should -BeNullOrEmpty
        }

        It '<Command> cannot change the running Windows' -ForEach ($changes | Where-Object { $_.Offline }) {
            (Get-Command -Name $Command).Parameters.Keys | Should -Not -Contain 'Online'
            { [pscustomobject] @{ Path = ''; Online = $true } | & $Command @Parameters -ErrorAction Stop } | Should -Throw -ErrorId 'ParameterArgumentValidationErrorEmptyStringNotAllowed,*'
            Get-SentChange | Should -BeNullOrEmpty
        }

        It 'sends nothing for an empty -Path beside objects about the running Windows' {
            $problems = @(Get-DismTsOptionalFeature -Online | Enable-DismTsOptionalFeature -Path '' 2>&1)
            $problems | Should -HaveCount 4
            $problems[0].FullyQualifiedErrorId | Should -Be 'E_INVALIDARG,Enable-DismTsOptionalFeature'
            Get-SentChange | Should -BeNullOrEmpty
        }
    }

    Context '-WhatIf and -Confirm' {
        It '<Command> -WhatIf only validates' -ForEach $changes {
            try {
                & $Command -Path /fake/m @Parameters -WhatIf | Should -BeNullOrEmpty
            } catch [System.Runtime.InteropServices.COMException] {
                # The recorded answer about drivers has one that would fail, which -WhatIf says, too.
                $_.FullyQualifiedErrorId | Should -BeLike '*,Add-DismTsDriver'
            }
            Get-SentChange | Should -HaveCount 1
            Get-SentChange | Should -Match '"validateOnly":true'
        }

        It '<Command> -WhatIf still says what is wrong' -ForEach $changes {
            { & $Command -Path /fake/unknown @Parameters -WhatIf } | Should -Throw -ErrorId 'DISMAPI_E_UNKNOWN_FEATURE,*'
        }

        It '<Command> says what it does: <Action>' -ForEach $changes {
            $told = [pscustomobject] @{ Path = '/fake/m' } | & $Command @Parameters -Verbose -ErrorAction SilentlyContinue 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
            @($told.Message)[0] | Should -Be "Performing the operation `"$Action`" on target `"/fake/m`"."
        }

        It 'validates one name after the other' {
            Enable-DismTsOptionalFeature -Path /fake/m -FeatureName a, b -WhatIf
            Get-SentChange | Should -Be 'feature/enable {"featureName":"a","path":"/fake/m","validateOnly":true}', 'feature/enable {"featureName":"b","path":"/fake/m","validateOnly":true}'
        }

        It 'does nothing where nobody can answer -Confirm' {
            $variables = @{ manifest = "$(Get-RepositoryRoot)/DismTs.psd1"; sidecar = Get-FakeSidecarCommand -RecordPath $recordPath }
            $script = 'Import-Module -Name $manifest -ArgumentList (, $sidecar); try { Disable-DismTsOptionalFeature -Path /fake/m -FeatureName a -Confirm } catch { Write-Error $_ }; Remove-Module DismTs'
            $powerShell = New-TestPowerShell -Variables $variables -Script $script
            $null = $powerShell.Invoke()
            $powerShell.Streams.Error | Should -Not -BeNullOrEmpty
            $powerShell.Runspace.Dispose()
            Get-SentChange | Should -BeNullOrEmpty
        }
    }

    Context 'A restart that is needed' {
        It '<Command> shows and warns of it' -ForEach ($imageObjects) {
            $output = @(& $Command -Path /fake/restart @Parameters 3>&1)
            $output | Should -HaveCount 2
            $output[0] | Should -BeOfType ([System.Management.Automation.WarningRecord])
            $output[0].Message | Should -Match 'restart'
            $output[1].RestartNeeded | Should -BeTrue
            $output[1] | ConvertTo-DismTsExitCode | Should -BeIn 3010, 0
        }

        It 'is warned of once a command' {
            $output = @(Enable-DismTsOptionalFeature -Path /fake/m -FeatureName a, restart, restart 3>&1)
            $output | Where-Object { $_ -is [System.Management.Automation.WarningRecord] } | Should -HaveCount 1
            $output = @('restart', 'a', 'restart' | ForEach-Object { [pscustomobject] @{ FeatureName = $_ } } | Disable-DismTsOptionalFeature -Path /fake/m 3>&1)
            $output | Where-Object { $_ -is [System.Management.Automation.WarningRecord] } | Should -HaveCount 1
            $output | Where-Object { $_ -isnot [System.Management.Automation.WarningRecord] } | ForEach-Object { $_.RestartNeeded } | Should -Be $true, $false, $true
        }

        It 'is not warned of where the caller wants no warnings, or where nothing was changed' {
            Add-DismTsPackage -Path /fake/restart -PackagePath /a.cab -WarningAction SilentlyContinue 3>&1 | Should -HaveCount 1
            Add-DismTsPackage -Path /fake/restart -PackagePath /a.cab -WhatIf 3>&1 | Should -BeNullOrEmpty
            Use-DismTsUnattend -Path /fake/m -UnattendPath /a.xml 3>&1 | Should -HaveCount 1
        }
    }

    Context 'Ctrl+C' {
        It 'cancels the request and sends none for the names that follow' {
            $variables = @{ manifest = "$(Get-RepositoryRoot)/DismTs.psd1"; sidecar = Get-FakeSidecarCommand -RecordPath $recordPath }
            $script = 'Import-Module -Name $manifest -ArgumentList (, $sidecar); Enable-DismTsOptionalFeature -Path /fake/m -FeatureName a, hang, b'
            $powerShell = New-TestPowerShell -Variables $variables -Script $script
            $null = $powerShell.BeginInvoke()
            Wait-Until { (Get-SentChange).Count -eq 2 }
            $powerShell.Stop()
            $powerShell.InvocationStateInfo.State | Should -Be 'Stopped'
            $powerShell.Streams.Error | Should -BeNullOrEmpty
            $hanging = @(Get-ReceivedMessage -RecordPath $recordPath -Method feature/enable)[1].Message
            (Get-ReceivedMessage -RecordPath $recordPath -Method '$/cancelRequest').Message.params.id | Should -Be $hanging.id
            Get-SentChange | Should -HaveCount 2
            $powerShell.Runspace.Dispose()
        }

        It 'is preceded by progress' {
            Mock -ModuleName DismTs -CommandName Invoke-SidecarRequest
            Add-DismTsPackage -Path /fake/m -PackagePath /a.cab -TimeoutSec 7
            Should -Invoke -ModuleName DismTs -CommandName Invoke-SidecarRequest -Times 1 -Exactly -ParameterFilter {
                $Activity -eq 'Add package /a.cab: /fake/m' -and $TimeoutMilliseconds -eq 7000
            }
        }
    }

    Context 'A product key' {
        It 'is in no message, warning or error' {
            $productKey = 'SECRT-BBBBB-CCCCC-DDDDD-EEEEE'
            $output = @(
                '/fake/m', '/fake/restart', '/fake/unknown', '/fake/bug', '/fake/invalidParams', '/fake/crash' | ForEach-Object {
                    [pscustomobject] @{ Path = $_ } | Set-DismTsProductKey -ProductKey $productKey -Verbose *>&1
                    try {
                        Set-DismTsProductKey -Path $_ -ProductKey $productKey -Verbose *>&1
                    } catch {
                        $_
                    }
                }
                try {
                    Set-DismTsProductKey -Path /fake/m -ProductKey "$productKey-x" *>&1
                } catch {
                    $_
                }
                try {
                    Set-DismTsProductKey -Path /fake/hang -ProductKey $productKey -TimeoutSec 1 *>&1
                } catch {
                    $_
                }
            )
            $errors = @($output | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
            $errors | Should -HaveCount 10
            $text = @($output | Out-String -Width 1000) + @($output | ForEach-Object { "$_" }) + @($errors | ForEach-Object {
                    $_.Exception | Format-List -Property * -Force | Out-String -Width 1000
                    "$($_.TargetObject) $($_.ErrorDetails) $($_.FullyQualifiedErrorId) $($_.CategoryInfo)"
                })
            $text -join "`n" | Should -Not -Match 'SECRT'
        }

        It 'of another form is refused before it is sent: <ProductKey>' -ForEach @(
            @{ ProductKey = 'AAAAABBBBBCCCCCDDDDDEEEEE' }, @{ ProductKey = 'AAAAA-BBBBB-CCCCC-DDDDD' }, @{ ProductKey = " $key" }, @{ ProductKey = "$key`n" }
        ) {
            $problem = Get-StatementError { Set-DismTsProductKey -Path /fake/m -ProductKey $ProductKey }
            $problem.FullyQualifiedErrorId | Should -Be 'E_INVALIDARG,Set-DismTsProductKey'
            Get-SentChange | Should -BeNullOrEmpty
        }

        It 'may have small letters' {
            $null = Set-DismTsProductKey -Path /fake/m -ProductKey aaaaa-bbbbb-ccccc-ddddd-12345
            Get-SentChange | Should -HaveCount 1
        }
    }
}
