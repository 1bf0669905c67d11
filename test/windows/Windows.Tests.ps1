# What only Windows has: its paths, programs, consoles and locks. Run by windowsSuite.ts in PowerShell for Windows, against the packaged module.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/../module/TestHelper.psm1"
    Import-Module -Name "$PSScriptRoot/WindowsHelper.psm1"
    $folder = $env:DISMTS_TEST_FOLDER
    $dismPath = $env:DISMTS_TEST_DOUBLE
    $manifest = Get-ModuleManifest
    $disc = [char]::ConvertFromUtf32(0x1F4BF)
    $umlaut = [char] 0xFC

    function Get-DismTsProcess {
        # Processes of the executable.
        param()
        Get-Process -Name dismts -ErrorAction Ignore | Where-Object { -not $_.HasExited }
    }
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'This PowerShell' {
    It 'is one for Windows, and the module is where packages are installed' {
        $IsWindows | Should -BeTrue
        $PSVersionTable.PSEdition | Should -Be 'Core'
        $manifest | Should -BeLike '*:\*\Program Files\*\DismTs.psd1'
    }
}

Describe 'Paths of Windows' {
    BeforeAll {
        $recordPath = Import-FakeModule -Folder $TestDrive
        New-PSDrive -Name Pictures -PSProvider FileSystem -Root C:\windows -Scope Global | Out-Null
        $long = 'C:\' + ('deep folder\' * 40) + 'a.wim'
    }

    AfterAll {
        Remove-PSDrive -Name Pictures -Scope Global
    }

    It 'are sent as a program of Windows reads them: <Path>' -ForEach @(
        @{ Path = 'C:\Images\a.wim' }
        @{ Path = 'C:/Images/a.wim'; Sent = 'C:\Images\a.wim' }
        @{ Path = 'C:\Images\sub\..\a.wim'; Sent = 'C:\Images\a.wim' }
        @{ Path = '\\server\share\folder\a.wim' }
        @{ Path = '\\?\C:\Images\a.wim' }
        @{ Path = '\\?\UNC\server\share\a.wim' }
        @{ Path = 'C:\PROGRA~1\a.wim' }
        @{ Path = 'C:\with [brackets] and ''quotes''\a b.wim' }
        @{ Path = 'Pictures:\system32\a.wim'; Sent = 'C:\windows\system32\a.wim' }
        @{ Path = 'FileSystem::C:\Images\a.wim'; Sent = 'C:\Images\a.wim' }
        @{ Path = '.\a.wim'; Sent = 'C:\windows\a.wim' }
        @{ Path = '\Images\a.wim'; Sent = 'C:\Images\a.wim' }
    ) {
        Push-Location -LiteralPath C:\windows
        try {
            $null = Mount-DismTsImage -ImagePath $Path -Index 1 -Path C:\mount
        } finally {
            Pop-Location
        }
        if (-not $Sent) {
            $Sent = $Path
        }
        (Get-ReceivedMessage -RecordPath $recordPath -Method image/mount)[-1].Message.params.imagePath | Should -Be $Sent
    }

    It 'of the form \\?\ have no wildcard in them' {
        $null = Get-DismTsImage -ImagePath '\\?\C:\Images\a.wim' -Index 1
        (Get-ReceivedMessage -RecordPath $recordPath -Method image/getInfo)[-1].Message.params.imagePath | Should -Be '\\?\C:\Images\a.wim'
    }

    It 'may be longer than 260 characters' {
        $null = Get-DismTsImage -ImagePath $long -Index 1
        (Get-ReceivedMessage -RecordPath $recordPath -Method image/getInfo)[-1].Message.params.imagePath | Should -Be $long
    }

    It 'may have a backslash behind them' {
        $null = Save-DismTsImage -Path 'C:\mount\'
        (Get-ReceivedMessage -RecordPath $recordPath -Method image/commit)[-1].Message.params.mountPath.TrimEnd('\') | Should -Be 'C:\mount'
    }

    It 'of another provider, or on no drive, are refused: <Path>' -ForEach @(
        @{ Path = 'HKLM:\Software\a.wim' }, @{ Path = 'Env:\PATH' }, @{ Path = 'Registry::HKEY_LOCAL_MACHINE\Software' }
    ) {
        { Get-DismTsImage -ImagePath $Path -Index 1 } | Should -Throw -ErrorId 'E_INVALIDARG,Get-DismTsImage'
        { Get-DismTsImage -ImagePath 'Nowhere:\a.wim' -Index 1 } | Should -Throw -ErrorId 'ERROR_PATH_NOT_FOUND,Get-DismTsImage'
    }
}

Describe 'Arguments and consoles' {
    It 'are quoted as the C runtime reads them' {
        $null = Import-FakeModule -Folder $TestDrive
        $arguments = @('plain', 'two words', 'C:\ends with\', 'C:\two\\', 'a "quoted" word', 'back\"slash', '', "$umlaut $disc", '%PATH%', 'a^b&c|d>e')
        $printArguments = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'
        $json = InModuleScope DismTs -Parameters @{ Node = $env:DISMTS_TEST_NODE; Arguments = @('-e', $printArguments, '--') + $arguments } {
            $startInfo = New-SidecarStartInfo -Argument $Arguments
            $startInfo.FileName = $Node
            $startInfo.StandardOutputEncoding = [System.Text.Encoding]::UTF8
            $process = [System.Diagnostics.Process]::Start($startInfo)
            $process.StandardOutput.ReadToEnd()
            $process.WaitForExit()
        }
        ($json | ConvertFrom-Json) -join "`n" | Should -Be ($arguments -join "`n")
    }

    It 'of the code page <CodePage> do not change what is sent and received' -ForEach @(
        @{ CodePage = 437 }, @{ CodePage = 850 }, @{ CodePage = 1252 }, @{ CodePage = 65001 }
    ) {
        $recordPath = Import-FakeModule -Folder $TestDrive
        $input, $output, $pipe = [Console]::InputEncoding, [Console]::OutputEncoding, $global:OutputEncoding
        try {
            # Without a console only the last one can be set, which is what redirected pipes of other programs go by.
            try {
                [Console]::InputEncoding = [Console]::OutputEncoding = [System.Text.Encoding]::GetEncoding($CodePage)
            } catch [System.IO.IOException] {
                Write-Information -MessageData "No console: code page $CodePage is set for pipes alone" -InformationAction Continue
            }
            $global:OutputEncoding = [System.Text.Encoding]::GetEncoding($CodePage)
            $image = Get-DismTsImage -ImagePath "C:\$umlaut $disc\pieces" -Index 1
        } finally {
            $global:OutputEncoding = $pipe
        }
        $image.ImageName | Should -Be "Gr$umlaut$([char] 0xDF)e $disc"
        (Get-ReceivedMessage -RecordPath $recordPath -Method image/getInfo)[-1].Message.params.imagePath | Should -Be "C:\$umlaut $disc\pieces"
    }
}

Describe 'dismts.exe and DISM' {
    BeforeAll {
        $wim = "$folder\install $disc.wim"
        $mount = "$folder\mount $umlaut"
        $sources = "$folder\source one", "$folder\source two"
        foreach ($path in @($mount) + $sources) {
            $null = New-Item -ItemType Directory -Path $path -Force
        }
        $null = New-Item -ItemType File -Path $wim -Force
        Import-Packaged
        $dism = @{ DismPath = $dismPath }
    }

    AfterEach {
        Write-DoubleMode
    }

    It 'say what the machine has' {
        $environment = Test-DismTsEnvironment @dism
        $environment.Engine | Should -Be 'Native'
        $environment.Ready | Should -BeTrue -Because ($environment.Checks | Out-String)
        $environment.Executable | Should -BeLike '*\Program Files\*\win32-x64\dismts.exe'
    }

    It 'list, mount, change, repair, save and dismount an image' {
        (Get-DismTsImage -ImagePath $wim @dism).ImageIndex | Should -Be 1, 2
        (Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount @dism).Path | Should -Be $mount
        (Get-DismTsImage -Mounted @dism).MountStatus | Should -Be 'Ok'
        (Get-DismTsOptionalFeature -Path $mount @dism).FeatureName | Should -Contain 'NetFx3'
        (Enable-DismTsOptionalFeature -Path $mount -FeatureName NetFx3 @dism).PSObject.TypeNames[0] | Should -Be 'DismTs.ImageObject'
        (Repair-DismTsImage -Path $mount -RestoreHealth -Source $sources @dism).ImageHealthState | Should -Be 'Healthy'
        $call = Get-DoubleLine | Where-Object { $_.PSObject.Properties['function'] -and $_.function -eq 'DismRestoreImageHealth' } | Select-Object -Last 1
        $call.arguments.SourcePaths | Should -Be $sources
        $null = Save-DismTsImage -Path $mount @dism
        $null = Dismount-DismTsImage -Path $mount -Save @dism
        Get-DismTsImage -Mounted @dism | Should -BeNullOrEmpty
        Get-DoubleLine | Where-Object { $_.PSObject.Properties['violation'] } | Should -BeNullOrEmpty
    }

    It 'give a time as DISM has it, in the hour that is not there too' {
        Write-DoubleMode @{ odd = 'yes' }
        $packages = Get-DismTsPackage -Path $sources[0] @dism
        $packages[-4].InstallTime | Should -Be ([datetime]::new(1601, 1, 1))
        $packages[-2].InstallTime | Should -Be ([datetime]::new(2025, 3, 30, 2, 30, 0))
        $packages[-4].PackageState | Should -Be 'Unknown'
    }

    It 'stay warm in a pipeline' {
        $since = @(Get-DoubleLine).Count
        $null = Get-DismTsOptionalFeature -Path $sources[1] @dism | Select-Object -First 3 | Get-DismTsOptionalFeature @dism
        $names = (Get-DoubleLine -Since $since | Where-Object { $_.PSObject.Properties['function'] }).function
        $names | Should -Contain 'DismGetFeatureInfo'
        @($names | Where-Object { $_ -eq 'DismInitialize' }).Count | Should -BeLessOrEqual 1
    }

    It 'are cancelled by Stop(), and go on' {
        $since = @(Get-DoubleLine).Count
        Write-DoubleMode @{ 'block.DismEnableFeature' = 'cancel' }
        $script = '& $importer; Enable-DismTsOptionalFeature -Path $path -FeatureName NetFx3 -DismPath $dismPath'
        $importer = Get-Importer
        $powerShell = New-TestPowerShell -Script $script -Variables @{ importer = $importer; path = $sources[0]; dismPath = $dismPath }
        $running = $powerShell.BeginInvoke()
        Wait-Until -Seconds 90 { Get-DoubleLine -Since $since | Where-Object { $_.PSObject.Properties['event'] -and $_.event -eq 'blocked' } }
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $powerShell.Stop()
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 30
        $running.IsCompleted | Should -BeTrue
        (Get-DoubleLine -Since $since | Where-Object { $_.PSObject.Properties['function'] -and $_.function -eq 'DismEnableFeature' -and $_.PSObject.Properties['call'] }).cancelSeen | Should -BeTrue
        $powerShell.Runspace.Dispose()
    }

    It 'are one for each of several runspaces' {
        $names = 1..3 | ForEach-Object -ThrottleLimit 3 -Parallel {
            Import-Module -Name $using:manifest
            & (Get-Module -Name DismTs) { $script:startTimeoutMilliseconds = 200000 }
            (Get-DismTsOptionalFeature -Path $using:sources[0] -DismPath $using:dismPath -FeatureName TelnetClient).DisplayName
        }
        $names | Should -Be 'Telnet Client', 'Telnet Client', 'Telnet Client'
    }

    It 'work where Windows says nothing of the user''s folders' {
        $kept = @{}
        foreach ($name in 'APPDATA', 'LOCALAPPDATA', 'USERPROFILE', 'HOMEPATH', 'ProgramData', 'DISMTS_STATE_DIR') {
            $kept[$name] = [System.Environment]::GetEnvironmentVariable($name)
            [System.Environment]::SetEnvironmentVariable($name, $null)
        }
        try {
            Import-Packaged
            (Get-DismTsOptionalFeature -Path $sources[0] -FeatureName TelnetClient @dism).State | Should -Be 'Enabled'
        } finally {
            foreach ($name in $kept.Keys) {
                [System.Environment]::SetEnvironmentVariable($name, $kept[$name])
            }
        }
    }

    It 'work from <Kind>' -ForEach @(
        @{ Kind = 'a share'; Root = "$env:DISMTS_TEST_SHARE\" }
        @{ Kind = 'a share, by the path that has no limits'; Root = $env:DISMTS_TEST_SHARE -replace '^\\\\', '\\?\UNC\' -replace '$', '\' }
        @{ Kind = 'a folder, by the path that has no limits'; Root = "\\?\$env:DISMTS_TEST_FOLDER\" }
    ) {
        Import-Packaged -Path ($Root + $manifest.Substring($folder.Length + 1))
        $environment = Test-DismTsEnvironment @dism
        $environment.Ready | Should -BeTrue
        $environment.Executable | Should -BeLike '*\win32-x64\dismts.exe'
        [System.IO.Path]::IsPathRooted($environment.Executable) | Should -BeTrue -Because $environment.Executable
        # It starts itself again for this.
        (Get-DismTsOptionalFeature -Path $sources[0] -FeatureName TelnetClient @dism).State | Should -Be 'Enabled'
        $on = $Root + 'source one'
        (Get-DismTsOptionalFeature -Path $on -FeatureName TelnetClient @dism).Path | Should -Be $on
    }

    It 'work from a folder with spaces, parentheses and other letters, that nobody may write to' {
        # Not with brackets: Import-Module itself takes them for wildcards.
        $copy = "$folder\a (b) $umlaut $disc\DismTs\0.1.0"
        $null = New-Item -ItemType Directory -Path $copy -Force
        Copy-Item -Path "$([System.Management.Automation.WildcardPattern]::Escape([System.IO.Path]::GetDirectoryName($manifest)))\*" -Destination ([System.Management.Automation.WildcardPattern]::Escape($copy)) -Recurse
        Get-ChildItem -LiteralPath $copy -Recurse -File | ForEach-Object { $_.IsReadOnly = $true }
        try {
            Import-Packaged -Path "$copy\DismTs.psd1"
            (Test-DismTsEnvironment @dism).Executable | Should -BeLike "*a (b) $umlaut $disc*dismts.exe"
            (Get-DismTsOptionalFeature -Path $sources[0] -FeatureName TelnetClient @dism).State | Should -Be 'Enabled'
        } finally {
            Remove-Module -Name DismTs
            Get-ChildItem -LiteralPath $copy -Recurse -File | ForEach-Object { $_.IsReadOnly = $false }
        }
    }

    It 'are not overwritten while they run: a newer version is put beside them, or they go aside, and Remove-Module frees their file' {
        Import-Packaged
        $null = Get-DismTsImage -Mounted @dism
        $binary = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($manifest), 'module', 'bin', 'win32-x64')
        { [System.IO.File]::Delete("$binary\dismts.exe") } | Should -Throw
        { [System.IO.File]::WriteAllBytes("$binary\dismts.exe", [byte[]] (1, 2)) } | Should -Throw
        Test-Path -LiteralPath "$binary\dismts.exe" | Should -BeTrue
        # As Update-Module does: another version in a folder of its own, and a session that has it, while the first goes on.
        $newer = "$folder\Program Files\PowerShell\Modules\DismTs\99.0.0"
        Copy-Item -LiteralPath ([System.IO.Path]::GetDirectoryName($manifest)) -Destination $newer -Recurse
        try {
            $text = [System.IO.File]::ReadAllText("$newer\DismTs.psd1") -replace "(?m)^(\s*ModuleVersion\s*=\s*).*$", '$1''99.0.0'''
            [System.IO.File]::WriteAllText("$newer\DismTs.psd1", $text)
            $importer = [scriptblock]::Create((Get-Importer).ToString().Replace($manifest, "$newer\DismTs.psd1"))
            $powerShell = New-TestPowerShell -Variables @{ importer = $importer; path = $sources[0]; dismPath = $dismPath } -Script @'
                & $importer
                "$((Get-Module -Name DismTs).Version)"
                (Get-DismTsOptionalFeature -Path $path -FeatureName TelnetClient -DismPath $dismPath).State
'@
            $powerShell.Invoke() | Should -Be '99.0.0', 'Enabled' -Because "$($powerShell.Streams.Error)"
            (Get-DismTsOptionalFeature -Path $sources[0] -FeatureName TelnetClient @dism).State | Should -Be 'Enabled'
            $powerShell.Runspace.Dispose()
        } finally {
            Wait-Until -Seconds 60 {
                try {
                    [System.IO.Directory]::Delete($newer, $true)
                    $true
                } catch [System.UnauthorizedAccessException], [System.IO.IOException] {
                    $false
                }
            }
        }
        # In place: what runs goes aside, the new file gets its name. The session that has the old one goes on with it, the next one has the new one.
        [System.IO.File]::Move("$binary\dismts.exe", "$binary\dismts.aside.exe")
        [System.IO.File]::Copy("$binary\dismts.aside.exe", "$binary\dismts.exe")
        (Get-DismTsOptionalFeature -Path $sources[0] -FeatureName TelnetClient @dism).State | Should -Be 'Enabled'
        { [System.IO.File]::Delete("$binary\dismts.aside.exe") } | Should -Throw
        Remove-Module -Name DismTs
        Wait-Until -Seconds 60 { -not (Get-DismTsProcess) }
        [System.IO.File]::Delete("$binary\dismts.aside.exe")
        Import-Packaged
        (Get-DismTsOptionalFeature -Path $sources[0] -FeatureName TelnetClient @dism).State | Should -Be 'Enabled'
    }

    It 'refuse a file that an upgrade broke off in the middle has left, and say what to do' {
        Import-Packaged
        Remove-Module -Name DismTs
        Wait-Until -Seconds 60 { -not (Get-DismTsProcess) }
        $binary = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($manifest), 'module', 'bin', 'win32-x64')
        Rename-Item -LiteralPath "$binary\dismts.exe" -NewName 'dismts.old.exe'
        try {
            $old = [System.IO.FileStream]::new("$binary\dismts.old.exe", 'Open', 'Read', 'Read')
            $half = [byte[]]::new(1MB)
            $null = $old.Read($half, 0, $half.Length)
            $old.Dispose()
            [System.IO.File]::WriteAllBytes("$binary\dismts.exe", $half)
            Import-Packaged
            $problem = Get-StatementError { Get-DismTsImage -Mounted @dism }
            $problem.FullyQualifiedErrorId | Should -Be 'DISMTS_E_SIDECAR_HASH,Get-DismTsImage'
            $problem.Exception.Hint | Should -Not -BeNullOrEmpty
            Test-DismTsEnvironment @dism | Select-Object -ExpandProperty Ready | Should -BeFalse
        } finally {
            [System.IO.File]::Delete("$binary\dismts.exe")
            Rename-Item -LiteralPath "$binary\dismts.old.exe" -NewName 'dismts.exe'
        }
    }

    It 'end with a host that is killed; a call that cannot be stopped goes on, and others leave its image alone until it ends' {
        $since = @(Get-DoubleLine).Count
        Write-DoubleMode @{ 'block.DismEnableFeature' = 'hang'; 'cancel.DismEnableFeature' = 'ignore' }
        $script = "$TestDrive\enable.ps1"
        Set-Content -LiteralPath $script -Value @(
            "Import-Module -Name '$manifest'"
            '& (Get-Module -Name DismTs) { $script:startTimeoutMilliseconds = 200000 }'
            "Enable-DismTsOptionalFeature -Path '$($sources[0])' -FeatureName NetFx3 -DismPath '$dismPath'"
        ) -Encoding utf8BOM
        $killed = Start-TestHost -Script $script
        Wait-Until -Seconds 90 { Get-DoubleLine -Since $since | Where-Object { $_.PSObject.Properties['event'] -and $_.event -eq 'blocked' } }
        $killed.Kill()
        Import-Packaged
        Wait-Until -Seconds 60 {
            try {
                $null = Get-DismTsOptionalFeature -Path $sources[0] @dism
            } catch {
                $_.FullyQualifiedErrorId -eq 'DISM_E_IMAGE_BUSY,Get-DismTsOptionalFeature'
            }
        }
        (Get-DismTsOptionalFeature -Path $sources[1] @dism).Count | Should -BeGreaterThan 1
        Remove-Module -Name DismTs
        Write-DoubleMode
        Wait-Until -Seconds 60 { -not (Get-DismTsProcess) }
        Import-Packaged
        (Get-DismTsOptionalFeature -Path $sources[0] @dism).Count | Should -BeGreaterThan 1
        # What the double wrote last of that process: its session closed, the API shut down.
        $lines = @(Get-DoubleLine -Since $since | Where-Object { $_.PSObject.Properties['function'] -and $_.PSObject.Properties['call'] })
        $worker = ($lines | Where-Object function -EQ 'DismEnableFeature').process
        ($lines | Where-Object { $_.process -eq $worker -and $_.function -ne 'DismDelete' })[-1].function | Should -Be 'DismShutdown'
    }
}
