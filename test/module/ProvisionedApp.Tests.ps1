# Provisioned apps, reserved storage, roll back, optimisation, custom data, sources of capabilities: what the commands send, refuse, ask and give.

BeforeDiscovery {
    $base = 'Path', 'Online', 'WinPath', 'SysDrivePath', 'RestartNeeded', 'LogPath', 'ScratchDirectory', 'LogLevel'
    $typeCases = @(
        @{
            Script = { Get-DismTsAppxProvisionedPackage -Path /fake/m }; Type = 'AppxPackageObject'
            Properties = @(
                'Architecture', 'Build', 'DisplayName', 'InstallLocation', 'MajorVersion', 'MinorVersion', 'PackageName', 'PublisherId', 'Regions', 'ResourceId', 'Revision'
            ) + $base
        }
        @{ Script = { Add-DismTsAppxProvisionedPackage -Path /fake/m -PackagePath /a/x.msix -SkipLicense }; Type = 'ImageObject'; Properties = $base }
        @{ Script = { Remove-DismTsAppxProvisionedPackage -Path /fake/m -PackageName x }; Type = 'ImageObject'; Properties = @('Changed', 'RemovedPackages') + $base }
        @{ Script = { Optimize-DismTsAppxProvisionedPackage -Path /fake/m }; Type = 'ImageObject'; Properties = $base }
        @{ Script = { Set-DismTsAppxProvisionedDataFile -Path /fake/m -PackageName x -CustomDataPath /a/x.dat }; Type = 'ImageObject'; Properties = $base }
        @{ Script = { Get-DismTsNonRemovableAppsPolicy -Path /fake/m }; Type = 'NonRemovableAppObject'; Properties = @('PackageFamilyName') + $base }
        @{ Script = { Set-DismTsNonRemovableAppsPolicy -Path /fake/m -PackageFamilyName x -NonRemovable 1 }; Type = 'ImageObject'; Properties = $base }
        @{ Script = { Get-DismTsReservedStorageState }; Type = 'ReservedStorageStateObject'; Properties = @('ReservedStorageState') + $base }
        @{ Script = { Set-DismTsReservedStorageState -State Disabled }; Type = 'ReservedStorageStateObject'; Properties = @('ReservedStorageState') + $base }
        @{ Script = { Start-DismTsOSUninstall -Online -Confirm:$false }; Type = 'BaseDismObject'; Properties = 'LogPath', 'ScratchDirectory', 'LogLevel', 'RestartNeeded' }
        @{ Script = { Optimize-DismTsImage -Path /fake/m -OptimizationTarget Boot }; Type = 'ImageObject'; Properties = $base }
        @{ Script = { Expand-DismTsCustomDataImage -CustomDataImage /a/x.ppkg -ImagePath /fake/m }; Type = 'OfflineImageObject'; Properties = $base }
        @{ Script = { Export-DismTsCapabilitySource -Path /fake/m -Name x -Source /a -Target /b }; Type = 'ImageObject'; Properties = $base }
    )
    # What each command sends, by method and parameters in alphabetical order.
    $sentCases = @(
        @{ Script = { Get-DismTsAppxProvisionedPackage -Path /fake/m }; Sent = 'appx/get {"path":"/fake/m"}' }
        @{
            Script = { Remove-DismTsAppxProvisionedPackage -Path /fake/m -DisplayName 'x*' }
            Sent   = 'appx/remove {"displayName":"x*","path":"/fake/m"}'
        }
        @{ Script = { Get-DismTsAppxProvisionedPackage -Online }; Sent = 'appx/get {"online":true}' }
        @{
            Script = {
                $all = @{
                    PackagePath = '/a/x.msix'; DependencyPackagePath = '/a/1.appx', '/a/2.appx'; OptionalPackagePath = '/a/3.appx'; LicensePath = '/a/l.xml'
                    CustomDataPath = '/a/x.dat'; Regions = 'de;at'; StubPackageOption = 'InstallStub'
                }
                Add-DismTsAppxProvisionedPackage -Online @all
            }
            Sent   = 'appx/add {"customDataPath":"/a/x.dat","dependencyPackagePaths":["/a/1.appx","/a/2.appx"],"licensePaths":["/a/l.xml"],"online":true,' +
            '"optionalPackagePaths":["/a/3.appx"],"packagePath":"/a/x.msix","regions":"de;at","stubPackageOption":"InstallStub"}'
        }
        @{ Script = { Add-DismTsAppxProvisionedPackage -Path /fake/m -FolderPath /a/x -SkipLicense }; Sent = 'appx/add {"folderPath":"/a/x","path":"/fake/m","skipLicense":true}' }
        @{ Script = { Remove-DismTsAppxProvisionedPackage -Path /fake/m -PackageName x -AllUsers }; Sent = 'appx/remove {"allUsers":true,"packageName":"x","path":"/fake/m"}' }
        @{ Script = { Remove-DismTsAppxProvisionedPackage -Path /fake/m -PackageName x -AllUsers:$false }; Sent = 'appx/remove {"packageName":"x","path":"/fake/m"}' }
        @{ Script = { Optimize-DismTsAppxProvisionedPackage -Online }; Sent = 'appx/optimize {"online":true}' }
        @{
            Script = { Set-DismTsAppxProvisionedDataFile -Path /fake/m -PackageName x -CustomDataPath /a/x.dat }
            Sent   = 'appx/setDataFile {"customDataPath":"/a/x.dat","packageName":"x","path":"/fake/m"}'
        }
        @{
            Script = { Get-DismTsNonRemovableAppsPolicy -Path /fake/m -WindowsDirectory WINNT -SystemDrive D: }
            Sent   = 'appsPolicy/getNonRemovable {"path":"/fake/m","systemDrive":"D:","windowsDirectory":"WINNT"}'
        }
        @{
            Script = { Set-DismTsNonRemovableAppsPolicy -Path /fake/m -PackageFamilyName x -NonRemovable 1 }
            Sent   = 'appsPolicy/setNonRemovable {"nonRemovable":true,"packageFamilyName":"x","path":"/fake/m"}'
        }
        @{
            Script = { Set-DismTsNonRemovableAppsPolicy -Path /fake/m -PackageFamilyName x -NonRemovable 0 }
            Sent   = 'appsPolicy/setNonRemovable {"nonRemovable":false,"packageFamilyName":"x","path":"/fake/m"}'
        }
        @{ Script = { Get-DismTsReservedStorageState -LogLevel 4 }; Sent = 'reservedStorage/get {"logLevel":"Debug"}' }
        @{ Script = { Set-DismTsReservedStorageState -State enabled }; Sent = 'reservedStorage/set {"state":"Enabled"}' }
        @{ Script = { Start-DismTsOSUninstall -Online -NoRestart -Confirm:$false }; Sent = 'osUninstall/start {"online":true}' }
        @{ Script = { Optimize-DismTsImage -Path /fake/m -OptimizationTarget wimboot }; Sent = 'image/optimize {"optimizationTarget":"WIMBoot","path":"/fake/m"}' }
        @{
            Script = { Expand-DismTsCustomDataImage -CustomDataImage /a/x.ppkg -ImagePath /fake/m -SingleInstance }
            Sent   = 'image/applyCustomData {"customDataImage":"/a/x.ppkg","imagePath":"/fake/m","singleInstance":true}'
        }
        @{
            Script = { Export-DismTsCapabilitySource -Path /fake/m -Name x -Source /a -Target /b }
            Sent   = 'capability/exportSource {"name":"x","path":"/fake/m","source":"/a","target":"/b"}'
        }
    )
    $changeCases = @(
        @{ Command = 'Add-DismTsAppxProvisionedPackage'; Parameters = @{ Path = '/fake/m'; PackagePath = '/a/x.msix'; SkipLicense = $true } }
        @{ Command = 'Remove-DismTsAppxProvisionedPackage'; Parameters = @{ Path = '/fake/m'; PackageName = 'x' } }
        @{ Command = 'Optimize-DismTsAppxProvisionedPackage'; Parameters = @{ Path = '/fake/m' } }
        @{ Command = 'Set-DismTsAppxProvisionedDataFile'; Parameters = @{ Path = '/fake/m'; PackageName = 'x'; CustomDataPath = '/a/x.dat' } }
        @{ Command = 'Set-DismTsNonRemovableAppsPolicy'; Parameters = @{ Path = '/fake/m'; PackageFamilyName = 'x'; NonRemovable = 0 } }
        @{ Command = 'Set-DismTsReservedStorageState'; Parameters = @{ State = 'Disabled' } }
        @{ Command = 'Start-DismTsOSUninstall'; Parameters = @{ Online = $true } }
        @{ Command = 'Optimize-DismTsImage'; Parameters = @{ Path = '/fake/m'; OptimizationTarget = 'Boot' } }
        @{ Command = 'Expand-DismTsCustomDataImage'; Parameters = @{ CustomDataImage = '/a/x.ppkg'; ImagePath = '/fake/m' } }
        @{ Command = 'Export-DismTsCapabilitySource'; Parameters = @{ Path = '/fake/m'; Name = 'x'; Source = '/a'; Target = '/b' } }
    )
    # The in-box module has each of these nouns in every order of its words.
    $aliasCases = foreach ($verb in 'Get', 'Add', 'Remove', 'Optimize', 'Set') {
        $noun, $plural = 'Package', ''
        if ($verb -eq 'Set') {
            $noun = 'DataFile'
        } elseif ($verb -eq 'Optimize') {
            $plural = 's'
            @{ Alias = 'Optimize-DismTsAppxProvisionedPackages'; Command = 'Optimize-DismTsAppxProvisionedPackage' }
        }
        foreach ($order in 'AppProvisioned', 'ProvisionedAppx', 'ProvisionedApp') {
            @{ Alias = "$verb-DismTs$order$noun$plural"; Command = "$verb-DismTsAppxProvisioned$noun" }
        }
    }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"

    function Get-SentRequest {
        # Requests after "initialize" as text.
        @(Get-SentText -RecordPath $recordPath)
    }

    function Invoke-Unattended {
        # Runs a script where nobody can answer a question, and tells whether that failed.
        param($Script)
        $variables = @{ manifest = "$(Get-RepositoryRoot)/DismTs.psd1"; sidecar = Get-FakeSidecarCommand -RecordPath $recordPath }
        $text = "Import-Module -Name `$manifest -ArgumentList (, `$sidecar); try { $Script } catch { Write-Error `$_ }; Remove-Module DismTs"
        $powerShell = New-TestPowerShell -Variables $variables -Script $text
        $null = $powerShell.Invoke()
        $powerShell.Streams.Error.Count -gt 0
        $powerShell.Runspace.Dispose()
    }
}

Describe 'Commands about apps and settings' -Tag 'Unit' {
    BeforeEach {
        $recordPath = Import-FakeModule -Folder $TestDrive
        $WarningPreference = 'SilentlyContinue'
    }

    AfterEach {
        Remove-Module -Name DismTs
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    It 'send <Sent>' -ForEach $sentCases {
        $null = & $Script
        Get-SentRequest | Should -Be $Sent
    }

    It 'give <Type>, with the properties of the in-box type, a view and its name in OutputType: <Script>' -ForEach $typeCases {
        $objects = @(& $Script)
        $objects.Count | Should -BeGreaterThan 0
        foreach ($object in $objects) {
            $object.PSObject.TypeNames[0] | Should -Be "DismTs.$Type"
            $object.PSObject.Properties.Name | Sort-Object | Should -Be ($Properties | Sort-Object)
        }
        $command = $Script.Ast.Find({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true).GetCommandName()
        (Get-Command -Name $command).OutputType.Name | Should -Be "DismTs.$Type[]"
        $objects[0] | Out-String -Width 200 | Should -Not -Match 'WinPath'
    }

    It '<Alias> is <Command>' -ForEach $aliasCases {
        (Get-Alias -Name $Alias).Definition | Should -Be $Command
    }

    Context 'Provisioned packages' {
        It 'have numbers in their types, and a version only in the view' {
            $package = @(Get-DismTsAppxProvisionedPackage -Path /fake/m)[0]
            $package.Architecture | Should -Be 11
            $package.Architecture -eq 'neutral' | Should -BeTrue
            foreach ($name in 'MajorVersion', 'MinorVersion', 'Build', 'Revision') {
                $package.$name | Should -BeOfType ([uint32])
            }
            $package.Regions | Should -Be 'all'
            $package | Out-String | Should -Match 'Version\s+: 1\.2\.3\.4\s+Architecture\s+: neutral'
            $package | Format-Table | Out-String -Width 200 | Should -Match 'Sample\.App\s+1\.2\.3\.4\s+neutral\s+all'
        }

        It 'are removed where they are piped from: <Image>' -ForEach @(
            @{ Image = '-Path'; Parameters = @{ Path = '/fake/m' }; Sent = '"path":"/fake/m"' }, @{ Image = '-Online'; Parameters = @{ Online = $true }; Sent = '"online":true' }
        ) {
            $results = @(Get-DismTsAppxProvisionedPackage @Parameters | Remove-DismTsAppxProvisionedPackage)
            $results | Should -HaveCount 2
            $requests = @(Get-SentRequest)[1, 2]
            $requests[0] | Should -Match '^appx/remove .*"packageName":"Sample\.App_1\.2\.3\.4_neutral_~_abcdefghjkmnp"'
            $requests | ForEach-Object { $_ | Should -Match ([regex]::Escape($Sent)) }
        }

        It 'are added file by file, also after one that fails' {
            'a.msix', 'notFound', 'b.msix' | ForEach-Object { $null = New-Item -ItemType File -Path "$TestDrive/$_" -Force }
            $problem = $null
            $results = Get-Item -LiteralPath "$TestDrive/a.msix", "$TestDrive/notFound", "$TestDrive/b.msix" |
                Add-DismTsAppxProvisionedPackage -Path /fake/m -SkipLicense -ErrorAction SilentlyContinue -ErrorVariable problem
            $results | Should -HaveCount 2
            $problem | Should -HaveCount 1
            $problem[0].FullyQualifiedErrorId | Should -Be 'DISMAPI_E_INVALID_IMAGE_INDEX,Add-DismTsAppxProvisionedPackage'
            $problem[0].TargetObject | Should -Match 'notFound$'
            Get-SentRequest | Should -HaveCount 3
        }

        It 'are found relative to the current location' {
            Push-Location -LiteralPath $TestDrive
            try {
                $null = Add-DismTsAppxProvisionedPackage -Path image -PackagePath x.msix -DependencyPackagePath 1.appx, sub/2.appx -LicensePath l.xml
            } finally {
                Pop-Location
            }
            $root = [System.IO.Path]::GetFullPath($TestDrive)
            $expected = 'appx/add {"dependencyPackagePaths":["ROOT/1.appx","ROOT/sub/2.appx"],"licensePaths":["ROOT/l.xml"],"packagePath":"ROOT/x.msix","path":"ROOT/image"}'
            Get-SentRequest | Should -Be $expected.Replace('ROOT', $root)
        }

        It 'are refused before anything is sent: <Reason>' -ForEach @(
            @{ Reason = 'no package'; Parameters = @{ SkipLicense = $true }; Message = '*either -PackagePath or -FolderPath*' }
            @{ Reason = 'two packages'; Parameters = @{ PackagePath = '/a'; FolderPath = '/b'; SkipLicense = $true }; Message = '*either -PackagePath or -FolderPath*' }
            @{ Reason = 'no licence'; Parameters = @{ PackagePath = '/a' }; Message = '*without a licence*' }
            @{ Reason = 'no licence after all'; Parameters = @{ PackagePath = '/a'; SkipLicense = $false }; Message = '*without a licence*' }
        ) {
            { Add-DismTsAppxProvisionedPackage -Path /fake/m @Parameters } |
                Should -Throw -ErrorId 'E_INVALIDARG,Add-DismTsAppxProvisionedPackage' -ExpectedMessage $Message
            Get-SentRequest | Should -BeNullOrEmpty
        }

        It 'are not added when one path is none' {
            $problem = Get-StatementError { Add-DismTsAppxProvisionedPackage -Path /fake/m -PackagePath /a -SkipLicense -DependencyPackagePath /b, 'NoSuchDrive:\c' }
            $problem[-1].FullyQualifiedErrorId | Should -Be 'ERROR_PATH_NOT_FOUND,Add-DismTsAppxProvisionedPackage'
            Get-SentRequest | Should -BeNullOrEmpty
        }
    }

    Context 'The policy of apps that cannot be removed' {
        It 'goes from the list to the command that changes it' {
            $null = Get-DismTsNonRemovableAppsPolicy -Online | Set-DismTsNonRemovableAppsPolicy -NonRemovable 0
            $requests = @(Get-SentRequest)
            $requests | Should -HaveCount 3
            $requests[1] | Should -Match '^appsPolicy/setNonRemovable .*"nonRemovable":false,"online":true,"packageFamilyName":"Sample\.App_abcdefghjkmnp"'
        }

        It 'takes 0 and 1 only' {
            { Set-DismTsNonRemovableAppsPolicy -Online -PackageFamilyName x -NonRemovable 2 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,Set-DismTsNonRemovableAppsPolicy'
        }
    }

    Context 'Enumerations' {
        It '<Command> -<Parameter> takes <Values>' -ForEach @(
            @{ Command = 'Add-DismTsAppxProvisionedPackage'; Parameter = 'StubPackageOption'; Values = 'None', 'InstallFull', 'InstallStub' }
            @{ Command = 'Set-DismTsReservedStorageState'; Parameter = 'State'; Values = 'Disabled', 'Enabled' }
            @{ Command = 'Optimize-DismTsImage'; Parameter = 'OptimizationTarget'; Values = 'WIMBoot', 'Boot' }
        ) {
            ((Get-Command -Name $Command).Parameters[$Parameter].Attributes | Where-Object { $_ -is [ValidateSet] }).ValidValues | Should -Be $Values
        }

        It 'are strings' {
            (Get-DismTsReservedStorageState).ReservedStorageState | Should -BeExactly 'Enabled'
            (Set-DismTsReservedStorageState -State disabled).ReservedStorageState | Should -BeExactly 'Disabled'
        }
    }

    Context 'A restart' {
        It 'is a property and a warning, once for a pipeline' {
            $WarningPreference = 'Continue'
            $output = 1, 2 | ForEach-Object { [pscustomobject] @{ Online = $true } } | Start-DismTsOSUninstall -Confirm:$false 3>&1
            @($output | Where-Object { $_ -is [System.Management.Automation.WarningRecord] }) | Should -HaveCount 1
            ($output | Where-Object { $_ -isnot [System.Management.Automation.WarningRecord] }).RestartNeeded | Should -Be $true, $true
        }

        It 'makes the exit code 3010' {
            Start-DismTsOSUninstall -Online -Confirm:$false | ConvertTo-DismTsExitCode | Should -BeIn 3010, 0
            Get-DismTsReservedStorageState | ConvertTo-DismTsExitCode | Should -Be 0
        }
    }

    Context '-WhatIf and -Confirm' {
        It '<Command> -WhatIf only validates' -ForEach $changeCases {
            & $Command @Parameters -WhatIf | Should -BeNullOrEmpty
            $requests = @(Get-SentRequest)
            $requests | Should -HaveCount 1
            $requests[0] | Should -Match '"validateOnly":true'
        }

        It '<Command> asks when the caller wants it, and changes nothing without an answer' -ForEach $changeCases {
            $text = ($Parameters.GetEnumerator() | ForEach-Object { if ($_.Value -eq $true) { "-$($_.Key)" } else { "-$($_.Key) '$($_.Value)'" } }) -join ' '
            Invoke-Unattended -Script "$Command $text -Confirm" | Should -BeTrue
            Get-SentRequest | Should -BeNullOrEmpty
        }

        It '<Command> does not ask by itself' -ForEach ($changeCases | Where-Object Command -NE 'Start-DismTsOSUninstall') {
            $text = ($Parameters.GetEnumerator() | ForEach-Object { if ($_.Value -eq $true) { "-$($_.Key)" } else { "-$($_.Key) '$($_.Value)'" } }) -join ' '
            Invoke-Unattended -Script "$Command $text" | Should -BeFalse
            Get-SentRequest | Should -HaveCount 1
        }

        It 'Start-DismTsOSUninstall asks by itself, unless the caller answers before' {
            Invoke-Unattended -Script 'Start-DismTsOSUninstall -Online' | Should -BeTrue
            Get-SentRequest | Should -BeNullOrEmpty
            Invoke-Unattended -Script 'Start-DismTsOSUninstall -Online -Confirm:$false' | Should -BeFalse
            Get-SentRequest | Should -Be 'osUninstall/start {"online":true}'
        }
    }

    Context 'A failure' {
        It 'of <Command> is an error of that image; the next one still is done' -ForEach @(
            @{ Command = 'Get-DismTsAppxProvisionedPackage'; Parameters = @{} }, @{ Command = 'Optimize-DismTsAppxProvisionedPackage'; Parameters = @{} }
            @{ Command = 'Get-DismTsNonRemovableAppsPolicy'; Parameters = @{} }, @{ Command = 'Optimize-DismTsImage'; Parameters = @{ OptimizationTarget = 'Boot' } }
        ) {
            $problem = $null
            $results = '/fake/notFound', '/fake/m' | ForEach-Object { [pscustomobject] @{ Path = $_ } } |
                & $Command @Parameters -ErrorAction SilentlyContinue -ErrorVariable problem
            $results.Path | Sort-Object -Unique | Should -Be '/fake/m'
            $problem | Should -HaveCount 1
            $problem[0].FullyQualifiedErrorId | Should -Be "DISMAPI_E_INVALID_IMAGE_INDEX,$Command"
            $problem[0].TargetObject | Should -Be '/fake/notFound'
        }
    }

    Context 'Progress' {
        It 'has "<Activity>" over it' -ForEach @(
            @{ Script = { Optimize-DismTsImage -Path /fake/m -OptimizationTarget Boot -TimeoutSec 7 }; Activity = 'Optimize image for Boot: /fake/m'; Timeout = 7000 }
            @{ Script = { Add-DismTsAppxProvisionedPackage -Online -PackagePath /a -SkipLicense }; Activity = 'Add provisioned package /a: the running Windows'; Timeout = 0 }
            @{ Script = { Get-DismTsAppxProvisionedPackage -Path /fake/m }; Activity = 'Read packages of /fake/m'; Timeout = 0 }
        ) {
            Mock -ModuleName DismTs -CommandName Invoke-SidecarRequest
            & $Script
            $expected, $milliseconds = $Activity, $Timeout
            Should -Invoke -ModuleName DismTs -CommandName Invoke-SidecarRequest -Times 1 -Exactly -ParameterFilter { $Activity -eq $expected -and [long] $TimeoutMilliseconds -eq $milliseconds }
        }
    }
}
