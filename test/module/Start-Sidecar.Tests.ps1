# Finding, checking and starting the sidecar.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    $manifestPath = "$(Get-RepositoryRoot)/DismTs.psd1"
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'Start-Sidecar' -Tag 'Unit' {
    AfterEach {
        Remove-Module -Name DismTs -ErrorAction Ignore
    }

    It 'refuses a sidecar that refuses its protocol version' {
        $null = Import-FakeModule -Folder $TestDrive -Scenario refusesVersion
        { Get-DismTsImage -Mounted } | Should -Throw -ErrorId 'DISMTS_E_PROTOCOL_VERSION,Get-DismTsImage'
    }

    It 'refuses a sidecar that speaks another major version' {
        $recordPath = Import-FakeModule -Folder $TestDrive -Scenario otherVersion
        { Get-DismTsImage -Mounted } | Should -Throw -ErrorId 'DISMTS_E_PROTOCOL_VERSION,Get-DismTsImage'
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    It 'takes one that speaks a newer minor version' {
        $null = Import-FakeModule -Folder $TestDrive
        Get-DismTsImage -Mounted | Should -HaveCount 3
    }

    It 'ends the command, with its last words, when it dies at the start' {
        $null = Import-FakeModule -Folder $TestDrive -Scenario diesAtStart
        $caught = $null
        try {
            Get-DismTsImage -Mounted
        } catch {
            $caught = $_
        }
        $caught.FullyQualifiedErrorId | Should -Be 'DISMTS_E_SIDECAR_LOST,Get-DismTsImage'
        $caught.Exception.Message | Should -Match 'exit code 127'
        $caught.Exception.LogExcerpt | Should -Match 'libwim.so.15'
    }

    It 'kills one that does not answer' {
        $recordPath = Import-FakeModule -Folder $TestDrive -Scenario silent
        InModuleScope DismTs { $script:startTimeoutMilliseconds = 1000 }
        { Get-DismTsImage -Mounted } | Should -Throw -ErrorId 'DISMTS_E_TIMEOUT,Get-DismTsImage'
        @(Get-ReceivedMessage -RecordPath $recordPath) | Should -HaveCount 1
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    It 'kills one that does not end when it is asked to' {
        $recordPath = Import-FakeModule -Folder $TestDrive -Scenario ignoresEnd
        $null = Get-DismTsImage -Mounted
        Get-RunningFake -RecordPath $recordPath | Should -HaveCount 1
        Remove-Module -Name DismTs
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    It 'says what cannot be started' {
        Import-Module -Name $manifestPath -ArgumentList (, @("$TestDrive/nothing"))
        { Get-DismTsImage -Mounted } | Should -Throw -ErrorId 'DISMTS_E_SIDECAR_START,Get-DismTsImage' -ExpectedMessage '*nothing*'
    }

    It 'ends a command although errors are not to stop it, because no item could succeed' {
        Import-Module -Name $manifestPath -ArgumentList (, @("$TestDrive/nothing"))
        { 1..3 | ForEach-Object { [pscustomobject] @{ ImagePath = "$_.wim" } } | Get-DismTsImage -ErrorAction SilentlyContinue } |
            Should -Throw -ErrorId 'DISMTS_E_SIDECAR_START,Get-DismTsImage'
    }

    It 'hands over arguments with blanks, quotes and backslashes as they are' {
        $awkward = 'two words', 'say "hi"', 'back\slash', 'ends with blank and \', 'a\\"b', ''
        $recordPath = Import-FakeModule -Folder $TestDrive -Scenario (@('plain', '') + $awkward)
        $null = Get-DismTsImage -Mounted
        $answer = InModuleScope DismTs {
            function Send-Probe {
                [CmdletBinding()]
                param()
                Invoke-SidecarRequest -Method 'test/environment' -Cmdlet $PSCmdlet
            }
            Send-Probe
        }
        $answer.arguments | Should -Be (@($recordPath, 'plain', '') + $awkward)
    }

    It 'gives it neither variables of Node nor the current folder' {
        $null = Import-FakeModule -Folder $TestDrive
        $variables = @{ NODE_OPTIONS = '--no-warnings'; NODE_PATH = '/nowhere'; NODE_TLS_REJECT_UNAUTHORIZED = '0' }
        $before = @{}
        Push-Location -LiteralPath $TestDrive
        foreach ($name in $variables.Keys) {
            $before[$name] = [System.Environment]::GetEnvironmentVariable($name)
            [System.Environment]::SetEnvironmentVariable($name, $variables[$name])
        }
        try {
            $answer = InModuleScope DismTs {
                function Send-Probe {
                    [CmdletBinding()]
                    param()
                    Invoke-SidecarRequest -Method 'test/environment' -Cmdlet $PSCmdlet
                }
                Send-Probe
            }
        } finally {
            foreach ($name in $variables.Keys) {
                [System.Environment]::SetEnvironmentVariable($name, $before[$name])
            }
            Pop-Location
        }
        $answer.nodeVariables | Should -BeNullOrEmpty
        $answer.cwd | Should -Be "$(Get-RepositoryRoot)/module"
    }

    It 'tells it the DismApi.dll of -DismPath, as an absolute path, and without one nothing' {
        $recordPath = Import-FakeModule -Folder $TestDrive
        $null = New-PSDrive -Name Kits -PSProvider FileSystem -Root $TestDrive
        Push-Location -LiteralPath $TestDrive
        try {
            $null = Get-DismTsImage -Mounted
            $null = Get-DismTsImage -Mounted -DismPath adk/DISM
            $null = Get-DismTsPackage -Path /fake/m -DismPath Kits:/other/DismApi.dll
        } finally {
            Pop-Location
        }
        $sent = @(Get-ReceivedMessage -RecordPath $recordPath -Method initialize).Message.params
        $sent | Should -HaveCount 3
        $sent[0].PSObject.Properties.Name | Should -Not -Contain 'dismPath'
        $root = [System.IO.Path]::GetFullPath($TestDrive)
        $sent[1].dismPath | Should -Be "$root/adk/DISM"
        $sent[2].dismPath | Should -Be "$root/other/DismApi.dll"
    }

    It 'keeps one for each engine and DismApi.dll' {
        $recordPath = Import-FakeModule -Folder $TestDrive
        foreach ($engine in 'Auto', 'Native', 'Native', 'Auto') {
            $null = Get-DismTsImage -Mounted -Engine $engine -DismPath /adk
            $null = Get-DismTsImage -Mounted -Engine $engine
        }
        @(Get-ReceivedMessage -RecordPath $recordPath -Method initialize) | Should -HaveCount 4
        Get-RunningFake -RecordPath $recordPath | Should -HaveCount 4
        (Test-DismTsEnvironment -DismPath /adk).SidecarVersion | Should -Be '9.9.9'
        Get-RunningFake -RecordPath $recordPath | Should -HaveCount 4
        Remove-Module -Name DismTs
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    It 'ends a command whose -DismPath is no path, before anything starts' {
        $recordPath = Import-FakeModule -Folder $TestDrive
        { Get-DismTsImage -Mounted -DismPath NoSuchDrive:/x -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'ERROR_PATH_NOT_FOUND,Get-DismTsImage'
        $checks = (Test-DismTsEnvironment -DismPath NoSuchDrive:/x).Checks
        $checks.Detail | Should -BeLike 'Cannot use -DismPath "NoSuchDrive:/x"*'
        @(Get-ReceivedMessage -RecordPath $recordPath) | Should -BeNullOrEmpty
    }
}

Describe 'The executable' -Tag 'Unit' {
    BeforeAll {
        function Update-Checksum {
            $hash = (Get-FileHash -LiteralPath "$folder/bin/linux-x64/dismts").Hash.ToLowerInvariant()
            Set-Content -LiteralPath "$folder/bin/SHA256SUMS" -Value "$('0' * 64)  win32-x64/dismts.exe", "$hash  linux-x64/dismts"
        }
        # Any program that ends by itself will do.
        $echo = (Get-Command -Name echo -CommandType Application | Select-Object -First 1).Source
        $otherProgram = (Get-Command -Name false -CommandType Application | Select-Object -First 1).Source
    }

    BeforeEach {
        $folder = "$TestDrive/$([System.IO.Path]::GetRandomFileName())"
        $path = [System.IO.Path]::GetFullPath("$folder/bin/linux-x64/dismts")
        $null = New-Item -ItemType Directory -Path "$folder/bin/linux-x64"
        Copy-Item -LiteralPath $echo -Destination $path
        Update-Checksum
        Import-Module -Name $manifestPath -Force
        InModuleScope DismTs -Parameters @{ Folder = $folder } {
            $script:moduleFolder = $Folder
            Mock -CommandName Get-SidecarPlatform -MockWith { 'linux-x64' }
        }
    }

    AfterEach {
        Remove-Module -Name DismTs
    }

    It 'is started when its hash is the one in SHA256SUMS' {
        # It is no sidecar: it writes its arguments and ends, before or after the first message was written to it.
        { Get-DismTsImage -Mounted } | Should -Throw -ExpectedMessage '*"initialize"*'
    }

    It 'is started by the file that was hashed, whatever has its name by then' {
        $command = InModuleScope DismTs -Parameters @{ Path = $path; Other = $otherProgram } {
            $opened = Open-SidecarExecutable -Path $Path
            Remove-Item -LiteralPath $Path
            Copy-Item -LiteralPath $Other -Destination $Path
            try {
                $program = Confirm-SidecarExecutable -Executable $opened
                & $program 'what was hashed'
            } finally {
                $opened.Stream.Dispose()
            }
        }
        $command | Should -Be 'what was hashed'
    }

    It 'leaves no file open' {
        { Get-DismTsImage -Mounted } | Should -Throw -ExpectedMessage '*"initialize"*'
        Get-ChildItem -LiteralPath '/proc/self/fd' | ForEach-Object { $_.LinkTarget } | Should -Not -Contain $path
    }

    It 'is open from the beginning of a command, until the module goes where the command needs no sidecar' {
        1..2 | ForEach-Object { { Get-DismTsImage -ImagePath 'NoSuchDrive:/a.wim' } | Should -Throw -ErrorId 'ERROR_PATH_NOT_FOUND,Get-DismTsImage' }
        @(Get-ChildItem -LiteralPath '/proc/self/fd' | Where-Object LinkTarget -EQ $path) | Should -HaveCount 1
        Remove-Module -Name DismTs
        Get-ChildItem -LiteralPath '/proc/self/fd' | ForEach-Object { $_.LinkTarget } | Should -Not -Contain $path
        Import-Module -Name $manifestPath
    }

    It 'is not even opened for a command that never needs a sidecar' {
        Disable-DismTsInboxName
        InModuleScope DismTs { $script:earlyExecutable } | Should -BeNullOrEmpty
    }

    It 'is opened anew for another command, and where it was opened long ago: <Reason>' -ForEach @(
        @{ Reason = 'fresh'; Milliseconds = 1999; ByOther = $false; Taken = $true }
        @{ Reason = 'long ago'; Milliseconds = 2001; ByOther = $false; Taken = $false }
        @{ Reason = 'another command'; Milliseconds = 0; ByOther = $true; Taken = $false }
    ) {
        $taken = InModuleScope DismTs -Parameters @{ Milliseconds = $Milliseconds; ByOther = $ByOther } {
            function Use-Opened {
                [CmdletBinding()]
                param([int] $Milliseconds, [bool] $ByOther, [System.Management.Automation.PSCmdlet] $Opener = $PSCmdlet)
                if ($ByOther -and $Opener -eq $PSCmdlet) {
                    return Use-Opened -Milliseconds $Milliseconds -ByOther $true -Opener $PSCmdlet
                }
                Open-EarlyExecutable -Cmdlet $Opener
                $script:earlyExecutable['Clock'] = @{ ElapsedMilliseconds = $Milliseconds }
                $opened = Get-EarlyExecutable -Cmdlet $PSCmdlet
                $null -ne $opened
                $script:earlyExecutable
                if ($null -ne $opened) {
                    $opened.Stream.Dispose()
                }
            }
            Use-Opened -Milliseconds $Milliseconds -ByOther $ByOther
        }
        $taken | Should -Be $Taken
        Get-ChildItem -LiteralPath '/proc/self/fd' | ForEach-Object { $_.LinkTarget } | Should -Not -Contain $path
    }

    It 'is refused when it was changed' {
        Add-Content -LiteralPath $path -Value 'and more'
        { Get-DismTsImage -Mounted } | Should -Throw -ErrorId 'DISMTS_E_SIDECAR_HASH,Get-DismTsImage'
    }

    It 'is refused when it was changed after its first start and has length and time as before' {
        { Get-DismTsImage -Mounted } | Should -Throw -ExpectedMessage '*"initialize"*'
        $file = Get-Item -LiteralPath $path
        $time = $file.LastWriteTimeUtc
        $bytes = [System.IO.File]::ReadAllBytes($path)
        $bytes[$bytes.Length - 1] = $bytes[$bytes.Length - 1] -bxor 1
        [System.IO.File]::WriteAllBytes($path, $bytes)
        $file.LastWriteTimeUtc = $time
        { Get-DismTsImage -Mounted } | Should -Throw -ErrorId 'DISMTS_E_SIDECAR_HASH,Get-DismTsImage'
    }

    It 'is refused without a line in SHA256SUMS' {
        Set-Content -LiteralPath "$folder/bin/SHA256SUMS" -Value "$('0' * 64)  linux-x64/dismts2"
        { Get-DismTsImage -Mounted } | Should -Throw -ErrorId 'DISMTS_E_SIDECAR_HASH,Get-DismTsImage' -ExpectedMessage '*no line for linux-x64/dismts*'
    }

    It 'is refused without SHA256SUMS' {
        Remove-Item -LiteralPath "$folder/bin/SHA256SUMS"
        { Get-DismTsImage -Mounted } | Should -Throw -ErrorId 'DISMTS_E_SIDECAR_HASH,Get-DismTsImage'
    }

    It 'is named by its path when it cannot be started' {
        # No format that the kernel knows.
        [System.IO.File]::WriteAllBytes($path, [byte[]] (0, 1, 2, 3))
        Set-Content -LiteralPath "$folder/bin/SHA256SUMS" -Value "$((Get-FileHash -LiteralPath $path).Hash)  linux-x64/dismts"
        { Get-DismTsImage -Mounted } | Should -Throw -ErrorId 'DISMTS_E_SIDECAR_START,Get-DismTsImage' -ExpectedMessage "Cannot start `"$path`": *'$path'*"
    }

    It 'is missing for this machine: the error names the platforms that there are' {
        InModuleScope DismTs { Mock -CommandName Get-SidecarPlatform -MockWith { 'win32-arm64' } }
        { Get-DismTsImage -Mounted } | Should -Throw -ErrorId 'DISMTS_E_SIDECAR_NOT_FOUND,Get-DismTsImage' -ExpectedMessage '*(win32-arm64)*dismts.exe*linux-x64*'
    }

    It 'is missing because nothing was built: the error says what to do' {
        Remove-Item -LiteralPath "$folder/bin" -Recurse
        $problem = $null
        try {
            Get-DismTsImage -Mounted
        } catch {
            $problem = $_
        }
        $problem.Exception.Hint | Should -Match 'npm run build'
    }
}

Describe 'Get-SidecarPlatform' -Tag 'Unit' {
    BeforeAll {
        Import-Module -Name $manifestPath -Force
    }

    It 'is that of node on this machine' {
        InModuleScope DismTs { Get-SidecarPlatform } | Should -Be (node -p 'process.platform + "-" + process.arch')
    }
}
