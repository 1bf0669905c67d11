# The native engine, end to end: the module, the executable for Windows under Wine, and a double of DismApi.dll that writes down what is asked of it.

BeforeDiscovery {
    Import-Module -Name "$PSScriptRoot/MountPrerequisite.psm1"
    $missing = @()
    if ($PSVersionTable.PSEdition -eq 'Desktop' -or -not $IsLinux) {
        $missing += 'Wine is used on Linux only'
    } else {
        $node = Get-PackagedNode
        if (Test-Path -LiteralPath $node) {
            $missing += & $node --no-warnings "$PSScriptRoot/wineSidecar.mjs" check
        } else {
            $missing += 'the Node.js that sets Wine up is not installed (npm ci)'
        }
    }
    if ($missing) {
        Write-Information -MessageData "Skipped: the native engine under Wine: $($missing -join '; ')" -InformationAction Continue
    }
    # "script" (util-linux) gives a program a terminal of its own, so that Ctrl+C is what a user types.
    $terminal = Get-Command -Name script -CommandType Application -ErrorAction Ignore
    if (-not $missing -and -not $terminal) {
        Write-Information -MessageData 'Skipped: Ctrl+C in a terminal, because there is no program "script" of util-linux' -InformationAction Continue
    }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    Import-Module -Name "$PSScriptRoot/MountPrerequisite.psm1"
}

Describe 'DismTs with the native engine' -Tag 'Integration' -Skip:($missing.Count -gt 0) {
    BeforeAll {
        $node = Get-PackagedNode
        $sidecar = & $node --no-warnings "$PSScriptRoot/wineSidecar.mjs" install | ConvertFrom-Json
        $disc = [char]::ConvertFromUtf32(0x1F4BF)
        $folder = $sidecar.windowsFolder
        $wim = "$folder\install $disc.wim"
        $mount = "$folder\mount"
        $drivers = "$folder\drivers"
        foreach ($name in 'mount', 'drivers/printer', 'drivers/unsigned', 'mended/Windows', 'media') {
            $null = New-Item -ItemType Directory -Path "$($sidecar.folder)/$name"
        }
        $files = 'drivers/disk.inf', 'drivers/printer/printer.inf', 'drivers/printer/readme.txt', 'drivers/unsigned/unsigned.inf', 'media/install.esd'
        foreach ($name in $files + "install $disc.wim") {
            $null = New-Item -ItemType File -Path "$($sidecar.folder)/$name"
        }

        # What every runspace, and every PowerShell, that talks to the sidecar begins with.
        $beginning = {
            Import-Module -Name $manifest -ArgumentList (, [string[]] $sidecar.command)
            # Wine starts programs slowly, above all where much else runs.
            & (Get-Module -Name DismTs) { $script:startTimeoutMilliseconds = 200000 }
            # The current drive of the sidecar is C, so that the paths of this system are those of that drive.
            $null = New-PSDrive -Name C -PSProvider FileSystem -Root / -Scope Global
            $PSDefaultParameterValues['*-DismTs*:DismPath'] = $sidecar.dismPath
        }.ToString()
        $variables = @{ manifest = "$(Get-RepositoryRoot)/DismTs.psd1"; sidecar = $sidecar; wim = $wim; mount = $mount; drivers = $drivers; folder = $folder }

        function Write-DoubleMode {
            # What the double does from its next call on, and in one that it holds; see test/double/hooks.c.
            param([hashtable] $Modes = @{})
            $lines = $Modes.Keys | ForEach-Object { "$_=$($Modes[$_])`n" }
            [System.IO.File]::WriteAllText("$($sidecar.configuration).new", $sidecar.fixedModes + (-join $lines))
            [System.IO.File]::Move("$($sidecar.configuration).new", $sidecar.configuration, $true)
        }

        function Get-LogLine {
            # What the double wrote since a line: calls, events, violations.
            param([int] $Since)
            $lines = @()
            if (Test-Path -LiteralPath $sidecar.log) {
                $lines = [System.IO.File]::ReadAllLines($sidecar.log)
            }
            # A line that is just being written comes next time.
            $lines | Select-Object -Skip $Since | Where-Object { $_.EndsWith('}') } | ConvertFrom-Json
        }

        function Get-DoubleCall {
            # The calls that have returned since the test began.
            param([string] $Function)
            Get-LogLine -Since $logged | Where-Object { $_.PSObject.Properties['call'] -and ($_.function -eq $Function -or -not $Function) }
        }

        function Wait-BlockedCall {
            # Waits until the double holds a call.
            param()
            Wait-Until -Seconds 200 { Get-LogLine -Since $logged | Where-Object { $_.PSObject.Properties['event'] -and $_.event -eq 'blocked' } }
        }

        function Get-WindowsProcess {
            # Processes of the executable. One that has ended and was not waited for has no command line.
            $mark = [System.IO.Path]::GetFileName($sidecar.folder)
            foreach ($process in Get-Process) {
                try {
                    if ([System.IO.File]::ReadAllText("/proc/$($process.Id)/cmdline").Contains($mark)) {
                        $process
                    }
                } catch [System.IO.IOException] {
                    # It has just ended.
                    continue
                }
            }
        }

        function Invoke-There {
            # Runs a script in the runspace of the module; what it gives, and what it writes into which stream.
            param([scriptblock] $Script)
            $powerShell.Commands.Clear()
            $powerShell.Streams.ClearStreams()
            $output = @($powerShell.AddScript($Script.ToString()).Invoke())
            [pscustomobject] @{
                Output   = $output
                Errors   = @($powerShell.Streams.Error)
                Warnings = @($powerShell.Streams.Warning)
                Progress = @($powerShell.Streams.Progress)
            }
        }

        function Invoke-Well {
            # The same for a script that must not fail; only what it gives.
            param([scriptblock] $Script)
            $result = Invoke-There -Script $Script
            $result.Errors | Should -BeNullOrEmpty
            $result.Output
        }

        # A runspace of its own: its streams can be read, and a command in it can be stopped.
        $powerShell = New-TestPowerShell -Variables $variables -Script $beginning
        $null = $powerShell.Invoke()
    }

    AfterAll {
        $powerShell.Runspace.Dispose()
        Wait-Until -Seconds 200 { -not (Get-WindowsProcess) }
        $null = & $node --no-warnings "$PSScriptRoot/wineSidecar.mjs" remove $sidecar.folder
    }

    Context 'A command' {
        BeforeEach {
            $logged = @(Get-LogLine).Count
            $null = Invoke-Well { Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount }
        }

        AfterEach {
            Write-DoubleMode
            $null = Invoke-Well { Get-DismTsImage -Mounted | Dismount-DismTsImage -Discard }
            (Get-DoubleCall)[-1].outstanding | Should -Be 0 -Because 'every block has to be freed'
            Get-LogLine | Where-Object { $_.PSObject.Properties['violation'] } | Should -BeNullOrEmpty
        }

        It 'reports the library with its version, and that of the Windows ADK, which the registry names' {
            $environment = Invoke-Well { Test-DismTsEnvironment }
            $environment.Ready | Should -BeTrue -Because ($environment | Out-String)
            $environment.Engine | Should -Be 'Native'
            $environment.Platform | Should -Be 'win32-x64'
            $environment.Executable | Should -Be "$folder\dismts.exe"
            $libraries = $environment.Checks | Where-Object Name -Like 'DismApi.dll*'
            $libraries.Name | Should -Be 'DismApi.dll', 'DismApi.dll (ADK)'
            $libraries[0].Detail | Should -Be "10.0.26100.4652, $($sidecar.dismPath)\DismApi.dll (chosen)"
            $libraries[1].Detail | Should -Be "10.0.26100.4652, $($sidecar.kitPath)\DismApi.dll"
        }

        It 'tells what is in a file' {
            $images = Invoke-Well { Get-DismTsImage -ImagePath $wim }
            $images.ImageIndex | Should -Be 1, 2
            $images[0].PSObject.TypeNames[0] | Should -Be 'DismTs.BasicImageInfoObject'
            $images[0].ImageDescription | Should -Be "Gr$([char] 0xfc)$([char] 0xdf)e $disc"
            $images[1].ImageSize | Should -Be 0x1fffffffffffff -Because 'the size of the double is one more than JSON can carry'
            $image = Invoke-Well { Get-DismTsImage -ImagePath $wim -Index 1 }
            $image.Version | Should -Be '10.0.26100.4652'
            $image.Languages | Should -Be 'de-DE', 'en-US'
            $image.CreatedTime | Should -Be ([datetime] '2024-04-01T09:08:07.006Z')
            (Get-DoubleCall -Function DismGetImageInfo).arguments.ImageFilePath | Select-Object -Unique | Should -BeLike "*install $disc.wim"
        }

        It 'mounts, lists and dismounts, and closes its session before' {
            $mounted = Invoke-Well { Get-DismTsImage -Mounted }
            $mounted.ImageIndex | Should -Be 1
            $mounted.MountMode | Should -Be 'ReadWrite'
            $mounted.MountStatus | Should -Be 'Ok'
            $mounted.Path | Should -BeLike '*mount'
            $null = Invoke-Well { Get-DismTsOptionalFeature -Path $mount }
            (Invoke-Well { $mounted = Get-DismTsImage -Mounted; $mounted | Dismount-DismTsImage -Discard }).PSObject.TypeNames[0] | Should -Be 'DismTs.BaseDismObject'
            Invoke-Well { Get-DismTsImage -Mounted } | Should -BeNullOrEmpty
            $names = (Get-DoubleCall).function | Where-Object { $_ -in 'DismMountImage', 'DismOpenSession', 'DismGetFeatures', 'DismCloseSession', 'DismUnmountImage' }
            $names | Should -Be 'DismMountImage', 'DismOpenSession', 'DismGetFeatures', 'DismCloseSession', 'DismUnmountImage'
        }

        It 'reads features, whatever their names' {
            $features = Invoke-Well { Get-DismTsOptionalFeature -Path $mount }
            $features.FeatureName | Should -HaveCount 5
            $features[4].FeatureName | Should -Be "Gr$([char] 0xfc)$([char] 0xdf)e-$([char]::ConvertFromUtf32(0x1D53B))eature"
            $features[2].State | Should -Be 'DisabledWithPayloadRemoved'
            $feature = Invoke-Well { Get-DismTsOptionalFeature -Path $mount -FeatureName TelnetClient }
            $feature.DisplayName | Should -Be 'Telnet Client'
            $feature.CustomProperties[0].Value | Should -Be ([char]::ConvertFromUtf32(0x1F512))
        }

        It 'enables a feature, with progress, and says that a restart is needed' {
            Write-DoubleMode @{
                'result.DismEnableFeature' = 3010; 'callback-thread' = 'helper'
                'progress.DismEnableFeature' = '0/200,50/200,150/200,210/200'; 'step-delay.DismEnableFeature' = 400
            }
            $result = Invoke-There { Enable-DismTsOptionalFeature -Path $mount -FeatureName IIS-WebServer -All -Source "$folder\media" -LimitAccess }
            $result.Errors | Should -BeNullOrEmpty
            $result.Output[0].PSObject.TypeNames[0] | Should -Be 'DismTs.ImageObject'
            $result.Output[0].RestartNeeded | Should -BeTrue
            $result.Warnings | Should -HaveCount 1
            $records = @($result.Progress | Where-Object Activity -Like 'Enable*IIS-WebServer*')
            $records[-1].RecordType | Should -Be 'Completed'
            $percents = @($records.PercentComplete | Where-Object { $_ -ge 0 } | Select-Object -Unique)
            # Of what comes while PowerShell has no time only the last is shown.
            $percents.Count | Should -BeGreaterThan 1
            $percents | Where-Object { $_ -notin 0, 25, 75, 100 } | Should -BeNullOrEmpty
            $percents | Sort-Object | Should -Be $percents
            $call = Get-DoubleCall -Function DismEnableFeature
            $call.arguments.EnableAll | Should -Be 1
            $call.arguments.LimitAccess | Should -Be 1
            $call.arguments.SourcePaths | Should -BeLike '*media'
            $call.callbacks | Should -Be 4
            (Invoke-Well { Get-DismTsOptionalFeature -Path $mount -FeatureName IIS-WebServer }).State | Should -Be 'EnablePending'
        }

        It 'opens the session again where the API asks for that' {
            Write-DoubleMode @{ 'result.DismEnableFeature' = '1,0' }
            $null = Invoke-Well { Enable-DismTsOptionalFeature -Path $mount -FeatureName NetFx3, IIS-WebServerRole }
            $names = (Get-DoubleCall).function | Where-Object { $_ -match 'Session|Enable' }
            $names | Should -Be 'DismOpenSession', 'DismEnableFeature', 'DismCloseSession', 'DismOpenSession', 'DismEnableFeature'
        }

        It 'adds the drivers of a folder, and reports the one that is refused' {
            $result = Invoke-There { Add-DismTsDriver -Path $mount -Driver $drivers -Recurse }
            $result.Output | Should -HaveCount 2
            $result.Output[0].PSObject.TypeNames[0] | Should -Be 'DismTs.BasicDriverObject'
            $result.Output.OriginalFileName | Split-Path -Leaf | Should -Be 'disk.inf', 'printer.inf'
            $result.Errors | Should -HaveCount 1
            $result.Errors[0].FullyQualifiedErrorId | Should -Be 'SPAPI_E_AUTHENTICODE_TRUST_NOT_ESTABLISHED,Add-DismTsDriver'
            $result.Errors[0].Exception.Hint | Should -BeLike '*-ForceUnsigned*'
            $result.Errors[0].TargetObject | Should -BeLike '*unsigned.inf'
            $null = Invoke-Well { Add-DismTsDriver -Path $mount -Driver "$drivers\unsigned" -ForceUnsigned }
            (Get-DoubleCall -Function DismAddDriver).arguments.ForceUnsigned | Should -Be 0, 0, 0, 1
        }

        It 'restores health from three sources, in the order given' {
            Write-DoubleMode @{ health = 1 }
            (Invoke-Well { Repair-DismTsImage -Path $mount -CheckHealth }).ImageHealthState | Should -Be 'Repairable'
            $sources = "$folder\mended", "$folder\mended\Windows", "WIM:$folder\media\install.esd:1"
            $powerShell.Runspace.SessionStateProxy.SetVariable('sources', $sources)
            (Invoke-Well { Repair-DismTsImage -Path $mount -RestoreHealth -Source $sources -LimitAccess }).ImageHealthState | Should -Be 'Healthy'
            $call = Get-DoubleCall -Function DismRestoreImageHealth
            $call.arguments.SourcePathsCount | Should -Be 3
            $call.arguments.SourcePaths -replace '/', '\' | Should -Be ($sources -replace 'C:')
            $call.arguments.LimitAccess | Should -Be 1
        }

        It 'makes an error record of a code: symbol, category, hint, and what Windows says' {
            Write-DoubleMode @{ 'result.DismDisableFeature' = '0x800F0902'; 'fail-after.DismDisableFeature' = 1; 'last-error-text' = "Besch$([char] 0xe4)ftigt" }
            $result = Invoke-There { Disable-DismTsOptionalFeature -Path $mount -FeatureName TelnetClient }
            $result.Output | Should -BeNullOrEmpty
            $result.Errors | Should -HaveCount 1
            $problem = $result.Errors[0]
            $problem.FullyQualifiedErrorId | Should -Be 'DISMAPI_E_BUSY,Disable-DismTsOptionalFeature'
            $problem.CategoryInfo.Category | Should -Be 'ResourceBusy'
            $problem.Exception.HResult | Should -Be 0x800F0902
            $problem.Exception.Hint | Should -BeLike 'Wait*'
            $problem.Exception.Message | Should -BeLike "*Besch$([char] 0xe4)ftigt*"
        }

        It 'names the newer DISM of the Windows ADK where this one is too old for the image' {
            Write-DoubleMode @{ 'result.DismOpenSession' = '0x80070032' }
            $result = Invoke-There { Get-DismTsPackage -Path $mount }
            $result.Errors.FullyQualifiedErrorId | Should -Be 'ERROR_NOT_SUPPORTED,Get-DismTsPackage'
            $result.Errors[0].Exception.Hint | Should -Match ([regex]::Escape("(10.0.26100.4652): -DismPath `"$($sidecar.kitPath)`""))
        }

        It 'lists 5,000 packages' {
            Write-DoubleMode @{ packages = 4997 }
            $packages = Invoke-Well { Get-DismTsPackage -Path $mount }
            $packages | Should -HaveCount 5000
            $packages[-1].PackageName | Should -Be 'Synthetic-Package-04996~31bf3856ad364e35~amd64~~10.0.26100.1'
            $packages[2].PackageName | Should -BeLike "*$([char]::ConvertFromUtf32(0x1F4E6))*"
        }

        It 'stops a command at once, cancels the call, and goes on with the same process' {
            Write-DoubleMode @{ 'block.DismEnableFeature' = 'cancel' }
            $powerShell.Commands.Clear()
            $powerShell.Streams.ClearStreams()
            $handle = $powerShell.AddScript('Enable-DismTsOptionalFeature -Path $mount -FeatureName NetFx3').BeginInvoke()
            Wait-BlockedCall
            $handle.IsCompleted | Should -BeFalse
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $powerShell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 10
            $powerShell.InvocationStateInfo.State | Should -Be 'Stopped'
            $call = Get-DoubleCall -Function DismEnableFeature
            $call.cancelSeen | Should -BeTrue
            $powerShell.Streams.Error | Should -BeNullOrEmpty
            (Invoke-Well { Get-DismTsOptionalFeature -Path $mount -FeatureName NetFx3 }).State | Should -Be 'DisabledWithPayloadRemoved'
            (Get-DoubleCall)[-1].process | Should -Be $call.process
        }

        It 'survives a crash of the library: an error record, and the next command works' {
            Write-DoubleMode @{ 'crash.DismGetPackages' = 'null' }
            $result = Invoke-There { Get-DismTsPackage -Path $mount }
            $result.Output | Should -BeNullOrEmpty
            $result.Errors.FullyQualifiedErrorId | Should -Be 'DISMTS_E_ENGINE_LOST,Get-DismTsPackage'
            $result.Errors[0].CategoryInfo.Category | Should -Be 'ResourceUnavailable'
            $result.Errors[0].Exception.Message | Should -Match '0xC0000005'
            Write-DoubleMode
            Invoke-Well { Get-DismTsPackage -Path $mount } | Should -HaveCount 3
            (Get-DoubleCall).process | Select-Object -Unique | Should -HaveCount 2
        }
    }

    Context 'In the end' {
        BeforeEach {
            $logged = @(Get-LogLine).Count
        }

        It 'closes its sessions, shuts the API down and leaves no process' {
            $null = Invoke-Well { Get-DismTsPackage -Path $mount }
            $null = Invoke-Well { Remove-Module -Name DismTs }
            Wait-Until -Seconds 200 { -not (Get-WindowsProcess) }
            $calls = Get-DoubleCall
            $calls[-2..-1].function | Should -Be 'DismCloseSession', 'DismShutdown'
            $calls[-1].outstanding | Should -Be 0
        }

        It 'does all that after Ctrl+C in a terminal, too' -Skip:(-not $terminal) {
            Write-DoubleMode @{ 'block.DismRestoreImageHealth' = 'cancel' }
            $scriptPath = "$TestDrive/terminal.ps1"
            $donePath = "$TestDrive/done.txt"
            ConvertTo-Json -InputObject $sidecar | Set-Content -LiteralPath "$TestDrive/sidecar.json"
            Set-Content -LiteralPath $scriptPath -Value @"
                `$manifest = '$($variables['manifest'])'
                `$sidecar = Get-Content -LiteralPath '$TestDrive/sidecar.json' -Raw | ConvertFrom-Json
                $beginning
                try {
                    Repair-DismTsImage -Path '$mount' -RestoreHealth
                    Set-Content -LiteralPath '$donePath' -Value 'not stopped'
                } finally {
                    Set-Content -LiteralPath '$donePath' -Value 'stopped'
                }
                Set-Content -LiteralPath '$donePath' -Value 'went on'
"@
            $startInfo = New-Object -TypeName System.Diagnostics.ProcessStartInfo -ArgumentList (Get-Command -Name script -CommandType Application)[0].Source
            $startInfo.Arguments = "-qfec `"'$(Get-PowerShellProgram)' -NoProfile -File '$scriptPath'`" /dev/null"
            $startInfo.UseShellExecute = $false
            $startInfo.RedirectStandardInput = $true
            $startInfo.RedirectStandardOutput = $true
            $process = [System.Diagnostics.Process]::Start($startInfo)
            $output = $process.StandardOutput.ReadToEndAsync()
            try {
                Wait-BlockedCall
                $clock = [System.Diagnostics.Stopwatch]::StartNew()
                $process.StandardInput.Write([char] 3)
                $process.StandardInput.Flush()
                Wait-Until { Test-Path -LiteralPath $donePath }
                $clock.Elapsed.TotalSeconds | Should -BeLessThan 10
                Wait-Until { $process.HasExited }
            } finally {
                if (-not $process.HasExited) {
                    $process.Kill()
                }
            }
            Get-Content -LiteralPath $donePath | Should -Be 'stopped' -Because $output.Result
            Wait-Until -Seconds 200 { -not (Get-WindowsProcess) }
            (Get-DoubleCall -Function DismRestoreImageHealth).cancelSeen | Should -BeTrue
            $calls = Get-DoubleCall
            $calls[-2..-1].function | Should -Be 'DismCloseSession', 'DismShutdown'
            $calls[-1].outstanding | Should -Be 0
        }
    }
}
