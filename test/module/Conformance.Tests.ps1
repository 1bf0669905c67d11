# Parts of Test-DismTsConformance that need no Windows; test/windows/Conformance.Tests.ps1 runs it whole.

BeforeDiscovery {
    if (-not $IsLinux) {
        Write-Information -MessageData 'Skipped: a run of diskpart.exe, for which a shell script stands in, and why no disk is made off Windows: this is not Linux' -InformationAction Continue
    }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    Import-Module -Name (Get-ModuleManifest)
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'Test-DismTsConformance' -Tag 'Unit' {
    It 'refuses folders and files that are not there, before it asks anything' {
        { Test-DismTsConformance -ReportPath "$TestDrive/missing/report.json" } | Should -Throw -ErrorId 'E_INVALIDARG,Test-DismTsConformance'
        { Test-DismTsConformance -ScratchDirectory "$TestDrive/missing" } | Should -Throw -ErrorId 'E_INVALIDARG,Test-DismTsConformance'
        { Test-DismTsConformance -ImagePath "$TestDrive/a.wim" } | Should -Throw -ErrorId 'E_INVALIDARG,Test-DismTsConformance' -ExpectedMessage '*-ScratchDirectory*'
        { Test-DismTsConformance -ScratchDirectory $TestDrive -ImagePath "$TestDrive/a.wim" } | Should -Throw -ErrorId 'E_INVALIDARG,Test-DismTsConformance'
    }

    It 'has another PowerShell answer, and says so where that gives no answer' {
        $seen = InModuleScope DismTs -Parameters @{ Program = Get-PowerShellProgram; Folder = "$TestDrive" } {
            . Import-ConformanceFunction
            $script = [System.IO.Path]::Combine($Folder, 'host.ps1')
            [System.IO.File]::WriteAllText($script, $script:conformanceHostScript)
            Invoke-ConformanceHost -Program $Program -Script $script -Choice @{ Engine = 'Portable' }
            [System.IO.File]::WriteAllText($script, 'exit 3')
            Invoke-ConformanceHost -Program $Program -Script $script -Choice @{ Engine = 'Portable' }
            Invoke-ConformanceHost -Program "$Folder/missing" -Script $script -Choice @{ Engine = 'Portable' }
        }
        # No engine for a running Windows, which the other one found out.
        $seen[0] | Should -Be '0x80070032'
        $seen[1] | Should -Be 'no answer'
        $seen[2] | Should -BeLike 'not tried: it cannot be started (0x*)'
    }

    It 'compares <Name> by what they say' -ForEach @(
        @{ Name = 'nothing'; One = $null; Other = '' }
        @{ Name = 'lists'; One = @('a', 'b'); Other = [string[]] ('a', 'b') }
        @{ Name = 'times'; One = [datetime] '2024-01-02T03:04:05.678'; Other = [datetime]::new(2024, 1, 2, 3, 4, 5) }
        @{ Name = 'objects'; One = [pscustomobject] @{ Name = 'x'; LogPath = 'one' }; Other = [pscustomobject] @{ Name = 'x'; LogPath = 'other' } }
        @{ Name = 'numbers'; One = [uint32] 5; Other = '5' }
    ) {
        $texts = InModuleScope DismTs -Parameters @{ One = $One; Other = $Other } {
            . Import-ConformanceFunction
            ConvertTo-ConformanceText -InputObject $One
            ConvertTo-ConformanceText -InputObject $Other
        }
        $texts[0] | Should -BeExactly $texts[1]
    }

    It 'takes <Seen> for <Verdict> where <Expected> is expected' -ForEach @(
        @{ Expected = '0x80070002 or 0x80070003'; Seen = '0x80070003'; Verdict = 'Same' }
        @{ Expected = '0x800F0805, 0x80070057 or x'; Seen = '0x800F0805'; Verdict = 'Same' }
        @{ Expected = '15 rows'; Seen = '5 rows'; Verdict = 'Differs' }
        @{ Expected = 'rows'; Seen = ''; Verdict = 'Differs' }
        @{ Expected = 'rows'; Seen = '0x80070032'; Verdict = 'NotCompared' }
        @{ Expected = 'rows'; Seen = 'not tried: why'; Verdict = 'NotCompared' }
    ) {
        (InModuleScope DismTs -Parameters @{ Expected = $Expected; Seen = $Seen } { . Import-ConformanceFunction; New-ConformanceRow -Question 'x' -Expected $Expected -Seen $Seen }).Verdict | Should -Be $Verdict
    }

    It 'is a failure to ConvertTo-DismTsExitCode where something differs' {
        $rows = InModuleScope DismTs { . Import-ConformanceFunction; foreach ($seen in 'a', 'b') { New-ConformanceRow -Question $seen -Expected 'a' -Seen $seen } }
        $rows | ConvertTo-DismTsExitCode | Should -Be 1
        $rows[0] | ConvertTo-DismTsExitCode | Should -Be 0
    }

    It 'has diskpart.exe name its own disk and folder only' {
        $scripts = InModuleScope DismTs { . Import-ConformanceFunction; Get-ConformanceDiskScript -ImagePath 'C:\own (1)\disk.vhdx' -MountPath 'C:\own (1)\volume\mount' }
        $scripts['Make'] | Should -BeExactly @(
            'create vdisk file="C:\own (1)\disk.vhdx" maximum=64 type=expandable'
            'select vdisk file="C:\own (1)\disk.vhdx"'
            'attach vdisk'
            'create partition primary'
            'format quick fs=ntfs label=DismTs'
            'assign mount="C:\own (1)\volume\mount"'
        )
        $scripts['Detach'] | Should -BeExactly 'select vdisk file="C:\own (1)\disk.vhdx"', 'detach vdisk'
    }

    It 'lets no path with <Name> into a script of diskpart.exe, and runs nothing' -ForEach @(
        @{ Name = 'a quote'; Folder = 'C:\a"b'; Message = 'the path has characters *' }
        @{ Name = 'a line end'; Folder = "C:\a`nclean"; Message = 'the path has characters *' }
        @{ Name = 'a carriage return at its end'; Folder = "C:\a`r"; Message = 'the path has characters *' }
        @{ Name = 'a tab'; Folder = "C:\a`tb"; Message = 'the path has characters *' }
        @{ Name = 'a letter that is not ASCII'; Folder = "C:\M$([char] 0xFC)ller"; Message = 'the path has characters *' }
        @{ Name = '256 characters'; Folder = 'C:\'.PadRight(246, 'a'); Message = 'the path has more than 255 characters' }
    ) {
        $seen = InModuleScope DismTs -Parameters @{ Folder = $Folder } {
            . Import-ConformanceFunction
            function Get-ConformanceDiskObstacle { }
            function Invoke-ConformanceDiskPart { throw 'It was run' }
            New-ConformanceDisk -ImagePath "$Folder\disk.vhdx" -MountPath 'C:\volume\mount' -Source 'C:\a' -Folder 'b'
            New-ConformanceDisk -ImagePath 'C:\disk.vhdx' -MountPath "$Folder\disk.vhdx" -Source 'C:\a' -Folder 'b'
        }
        $seen | Should -HaveCount 2
        $seen[0] | Should -BeLike $Message
        $seen[1] | Should -BeLike $Message
    }

    It 'takes a path of 255 characters' {
        InModuleScope DismTs { . Import-ConformanceFunction; (Get-ConformanceDiskScript -ImagePath 'C:\'.PadRight(255, 'a') -MountPath 'C:\b')['Make'] } | Should -HaveCount 6
    }

    Context 'with a diskpart.exe that <Case>' -ForEach @(
        @{ Case = 'makes the disk'; Failing = 'nothing'; Seen = ''; Copied = $true }
        @{ Case = 'fails to make it'; Failing = 'make'; Seen = 'diskpart.exe ended with 5'; Copied = $false }
        @{ Case = 'makes no file at all'; Failing = 'create'; Seen = 'diskpart.exe ended with 1'; Copied = $false }
        @{ Case = 'mounts nothing'; Failing = 'mount'; Seen = 'its volume is not in its folder'; Copied = $false }
        @{ Case = 'cannot be started'; Failing = 'start'; Seen = 'it failed with 0x*'; Copied = $false }
        @{ Case = 'makes a full disk'; Failing = 'copy'; Seen = 'it failed with 0x*'; Copied = $false }
        @{ Case = 'does not detach the disk'; Failing = 'detach'; Seen = 'it was not detached: diskpart.exe ended with 3'; Copied = $true }
    ) {
        It 'says so, keeps what is on the volume, and always unmounts and detaches' {
            $folder = "$TestDrive/disk-$Failing"
            $null = New-Item -ItemType Directory -Path $folder, "$folder/content"
            [System.IO.File]::WriteAllText("$folder/small.txt", 'small')
            $found = InModuleScope DismTs -Parameters @{ Place = $folder; Failing = $Failing } {
                . Import-ConformanceFunction
                $runs = [System.Collections.Generic.List[string]]::new()
                function Get-ConformanceDiskObstacle { }
                function Invoke-ConformanceDiskPart {
                    param($Line, $ScriptPath)
                    $null = $ScriptPath
                    $runs.Add($Line[-1])
                    if ($Line[-1] -eq 'detach vdisk') {
                        if ([System.IO.Directory]::Exists("$Place/volume")) { throw 'It is still mounted' }
                        if ($Failing -eq 'detach') { return 'diskpart.exe ended with 3' }
                        return
                    }
                    if ($Failing -eq 'create') { return 'diskpart.exe ended with 1' }
                    [System.IO.File]::WriteAllText("$Place/disk.vhdx", 'disk')
                    if ($Failing -eq 'start') { throw [System.ComponentModel.Win32Exception]::new(5) }
                    if ($Failing -eq 'make') { return 'diskpart.exe ended with 5' }
                    if ($Failing -ne 'mount') {
                        [System.IO.Directory]::Delete("$Place/volume/mount")
                        $null = New-Item -ItemType SymbolicLink -Path "$Place/volume/mount" -Target "$Place/content"
                    }
                    if ($Failing -eq 'copy') { [System.IO.File]::Delete("$Place/small.txt") }
                }
                $seen = New-ConformanceDisk -ImagePath "$Place/disk.vhdx" -MountPath "$Place/volume/mount" -Source "$Place/small.txt" -Folder 'Windows'
                @{ Seen = "$seen"; Runs = $runs }
            }
            $found['Seen'] | Should -BeLike $Seen
            $wanted = @("assign mount=`"$folder/volume/mount`"")
            if ($Failing -ne 'create') {
                $wanted += 'detach vdisk'
            }
            $found['Runs'] | Should -BeExactly $wanted
            Test-Path -LiteralPath "$folder/volume" | Should -BeFalse
            Test-Path -LiteralPath "$folder/content/Windows/small.txt" | Should -Be $Copied
        }
    }

    It 'makes no disk where a file is already, and leaves that alone' {
        [System.IO.File]::WriteAllText("$TestDrive/taken.vhdx", 'of somebody else')
        $seen = InModuleScope DismTs -Parameters @{ Folder = "$TestDrive" } {
            . Import-ConformanceFunction
            function Get-ConformanceDiskObstacle { }
            function Invoke-ConformanceDiskPart { throw 'It was run' }
            New-ConformanceDisk -ImagePath "$Folder/taken.vhdx" -MountPath "$Folder/taken/mount" -Source "$Folder/a" -Folder 'b'
        }
        $seen | Should -Be 'its file or folder exists'
    }

    It 'runs diskpart.exe with the script that it was given, says how that ended, and leaves no script' -Skip:(-not $IsLinux) {
        $program = "$TestDrive/diskpart"
        $found = InModuleScope DismTs -Parameters @{ Folder = "$TestDrive"; Program = $program } {
            . Import-ConformanceFunction
            $script:conformanceDiskPartPause = 0
            function Get-ConformanceDiskPart { $Program }
            [System.IO.File]::WriteAllText($Program, "#!/bin/sh`n[ `"`$1`" = /s ] && cp `"`$2`" '$Folder/given.txt' && exit `"`$(cat '$Folder/code.txt')`"`n")
            chmod 755 $Program
            foreach ($code in '0', '5') {
                [System.IO.File]::WriteAllText("$Folder/code.txt", $code)
                "$(Invoke-ConformanceDiskPart -Line 'select vdisk file="x y"', 'detach vdisk' -ScriptPath "$Folder/script.txt")"
            }
        }
        $found | Should -Be '', 'diskpart.exe ended with 5'
        [System.IO.File]::ReadAllText("$TestDrive/given.txt") | Should -BeExactly "select vdisk file=`"x y`"`r`ndetach vdisk`r`n"
        Test-Path -LiteralPath "$TestDrive/script.txt" | Should -BeFalse
    }

    It 'detaches the disk that a killed run has left, before it removes the folder' {
        $root = "$TestDrive/left/dismts-conformance-1"
        $null = New-Item -ItemType Directory -Path "$root/volume/mount"
        foreach ($name in 'running', 'disk.vhdx') {
            [System.IO.File]::WriteAllText("$root/$name", '')
        }
        $found = InModuleScope DismTs -Parameters @{ Folder = "$TestDrive/left"; Root = $root } {
            . Import-ConformanceFunction
            $runs = [System.Collections.Generic.List[string]]::new()
            function Get-DismTsImage { }
            function Get-ConformanceDiskObstacle { }
            function Invoke-ConformanceDiskPart { param($Line, $ScriptPath) $null = $ScriptPath; $runs.Add($Line -join '; ') }
            $null = Remove-ConformanceRemnant -Choice @{} -Folder $Folder
            $runs
        }
        $found | Should -BeExactly "select vdisk file=`"$root/disk.vhdx`"; detach vdisk"
        Test-Path -LiteralPath $root | Should -BeFalse
    }

    It 'says why no disk is made here' -Skip:(-not $IsLinux) {
        InModuleScope DismTs { . Import-ConformanceFunction; Get-ConformanceDiskObstacle } | Should -Be 'this is not Windows'
    }
}
