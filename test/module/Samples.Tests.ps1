# The samples of the package, as their hosts run them: in a process of their own, with the package on PSModulePath, overlapping, with errors and full disks.

BeforeDiscovery {
    Import-Module -Name "$PSScriptRoot/MountPrerequisite.psm1"
    $missing = @(Get-MissingMountPrerequisite -Skipped 'the samples' -ImageMaker -Wimlib)
    $scripts = Get-ChildItem -LiteralPath "$PSScriptRoot/../../module/Samples" -Filter *.ps1 | ForEach-Object { @{ Name = $_.Name; Path = $_.FullName } }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    Import-Module -Name "$PSScriptRoot/MountPrerequisite.psm1"
}

Describe 'Samples' -Tag 'Unit' {
    It '<Name> parses, is ASCII, says what it is, and writes nothing but output' -ForEach $scripts {
        $errors = $null
        $syntax = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $errors)
        $errors | Should -BeNullOrEmpty
        $text = [System.IO.File]::ReadAllText($Path)
        $text | Should -Not -Match '[^\x00-\x7f]'
        $text | Should -Match '\A# [A-Z]'
        $called = $syntax.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true) | ForEach-Object { $_.GetCommandName() }
        $called | Should -Not -Contain 'Write-Host'
        $called | Should -Not -Contain 'Write-Error'
    }
}

Describe 'Samples on real images' -Tag 'Integration' -Skip:($missing.Count -gt 0) {
    BeforeAll {
        $testFolder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "dismts-samples-$([System.IO.Path]::GetRandomFileName())")
        $null = New-Item -ItemType Directory -Path "$testFolder/modules", "$testFolder/payload/Windows"
        $before = $env:DISMTS_STATE_DIR, $env:PSModulePath, $env:DISMTS
        $root = Get-RepositoryRoot
        $node = (Get-Command -Name node -CommandType Application | Select-Object -First 1).Source
        $output = & $node "$root/sidecar/build/run.mjs" package.ts "$testFolder/modules" 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$output"
        $env:DISMTS_STATE_DIR = "$testFolder/state"
        $env:PSModulePath = "$testFolder/modules$([System.IO.Path]::PathSeparator)$env:PSModulePath"
        $version = (Import-PowerShellDataFile -LiteralPath "$root/DismTs.psd1").ModuleVersion
        $samples = "$testFolder/modules/DismTs/$version/module/Samples"
        $env:DISMTS = "$testFolder/modules/DismTs/$version/module/bin/$(Get-PlatformName)/dismts"

        # An image with a component store, so that there is something to scan, and a copy to repair from.
        $store = & (Get-PackagedNode) --no-warnings "$PSScriptRoot/buildStore.mjs" "$testFolder/image" "$testFolder/pristine.wim" "$testFolder/drivers" | ConvertFrom-Json
        Set-Content -LiteralPath "$testFolder/payload/Windows/payload.txt" -Value 'of the payload'
        Import-Module -Name "$testFolder/modules/DismTs/$version/DismTs.psd1"

        function Invoke-Sample {
            <#
            .SYNOPSIS
            Runs a sample in a PowerShell of its own; gives its exit code, its output and whatever it wrote as errors.
            #>
            param([string] $Name, [string[]] $Arguments)
            $errorPath = "$testFolder/stderr.txt"
            $output = & (Get-PowerShellProgram) -NoLogo -NoProfile -NonInteractive -File "$samples/$Name" @Arguments 2>$errorPath
            [pscustomobject] @{ Code = $LASTEXITCODE; Output = @($output); Errors = [System.IO.File]::ReadAllText($errorPath) }
        }

        function Invoke-SampleTwice {
            <#
            .SYNOPSIS
            Runs a sample two times at once; gives exit codes, lines of output and what was written as errors, of each.
            #>
            param([string] $Program = (Get-PowerShellProgram), [string[]] $Arguments)
            $runs = foreach ($number in 1, 2) {
                # The shell redirects: a Process that passes output on may have some on its way when the program has ended.
                $startInfo = [System.Diagnostics.ProcessStartInfo]::new('/bin/sh')
                foreach ($argument in @('-c', 'exec "$@" >"$0.out" 2>"$0.err"', "$testFolder/twice$number", $Program) + $Arguments) {
                    $startInfo.ArgumentList.Add($argument)
                }
                @{ Files = "$testFolder/twice$number"; Process = [System.Diagnostics.Process]::Start($startInfo) }
            }
            foreach ($run in $runs) {
                $run.Process.WaitForExit(120000) | Should -BeTrue
                [pscustomobject] @{
                    Code   = $run.Process.ExitCode
                    Output = @(Get-Content -LiteralPath "$($run.Files).out")
                    Errors = [System.IO.File]::ReadAllText("$($run.Files).err")
                }
            }
        }

        function Invoke-SmallDisk {
            <#
            .SYNOPSIS
            Runs something with a disk of its own at a folder, and takes back what is mounted, and then the disk.
            #>
            param([string] $Path, [int] $KilobytesOver, [string] $Content, [scriptblock] $Action)
            $size = (Get-ChildItem -LiteralPath $Content -Recurse -File -Force | Measure-Object -Property Length -Sum).Sum
            $null = New-Item -ItemType Directory -Path $Path
            mount -t tmpfs -o "size=$([int] ($size / 1KB) + $KilobytesOver)k" tmpfs $Path
            try {
                & $Action
            } finally {
                Get-DismTsImage -Mounted | Dismount-DismTsImage -Discard
                umount $Path
            }
        }

        function Invoke-ShellSample {
            <#
            .SYNOPSIS
            Runs the shell sample likewise.
            #>
            param([string[]] $Arguments)
            $output = bash "$samples/service-image.sh" @Arguments 2>"$testFolder/stderr.txt"
            [pscustomobject] @{ Code = $LASTEXITCODE; Output = @($output); Errors = [System.IO.File]::ReadAllText("$testFolder/stderr.txt") }
        }

        function Get-WimText {
            <#
            .SYNOPSIS
            Gives a text file in the first image of a file, as wimlib reads it.
            #>
            param($Path, $File)
            wimlib-imagex extract $Path 1 $File --to-stdout 2>"$testFolder/wimlib.txt"
        }
    }

    AfterAll {
        Remove-Module -Name DismTs
        $env:DISMTS_STATE_DIR, $env:PSModulePath, $env:DISMTS = $before
        Get-Content -LiteralPath /proc/mounts | Where-Object { $_.Contains($testFolder) } | Should -BeNullOrEmpty
        Remove-Item -LiteralPath $testFolder -Recurse -Force
    }

    BeforeEach {
        $folder = "$testFolder/$([System.IO.Path]::GetRandomFileName())"
        $null = New-Item -ItemType Directory -Path "$folder/mount"
        $wim = "$folder/install.wim"
        $mount = "$folder/mount"
        Copy-Item -LiteralPath "$testFolder/pristine.wim" -Destination $wim
        $arguments = '-ImagePath', $wim, '-PayloadPath', "$testFolder/payload", '-MountPath', "$mount/"
    }

    AfterEach {
        Get-DismTsImage -Mounted | Dismount-DismTsImage -Discard
    }

    Context 'Update-Image.ps1, a scheduled task' {
        It 'puts the payload into the image, with one line and 0' {
            $run = Invoke-Sample -Name Update-Image.ps1 -Arguments $arguments
            $run.Code | Should -Be 0 -Because "$($run.Output)"
            $run.Output | Should -Be "DismTs: done: image 1 of $wim"
            $run.Errors | Should -BeNullOrEmpty
            Get-WimText -Path $wim -File /Windows/payload.txt | Should -Be 'of the payload'
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty
        }

        It 'is busy while another run is at work, and leaves that alone' {
            $other = [System.IO.File]::Open("$mount.lock", 'OpenOrCreate', 'ReadWrite', 'None')
            try {
                $theirs = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
                Set-Content -LiteralPath "$mount/theirs.txt" -Value 'theirs'
                $run = Invoke-Sample -Name Update-Image.ps1 -Arguments $arguments
                $run.Code | Should -Be 75 -Because "$($run.Output)"
                $run.Output | Should -HaveCount 1
                (Get-DismTsImage -Mounted).MountId | Should -Be $theirs.MountId
                Get-Content -LiteralPath "$mount/theirs.txt" | Should -Be 'theirs'
            } finally {
                $other.Dispose()
            }
        }

        It 'is busy where another script has mounted <Where>, and leaves that alone' -ForEach @(@{ Where = 'in the same folder' }, @{ Where = 'the image elsewhere' }) {
            $place = $mount
            if ($Where -notlike '*folder') {
                $place = "$folder/elsewhere"
                $null = New-Item -ItemType Directory -Path $place
            }
            $theirs = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $place
            Set-Content -LiteralPath "$place/theirs.txt" -Value 'theirs'
            $run = Invoke-Sample -Name Update-Image.ps1 -Arguments $arguments
            $run.Code | Should -Be 75 -Because "$($run.Output)"
            $run.Errors | Should -BeNullOrEmpty
            (Get-DismTsImage -Mounted).MountId | Should -Be $theirs.MountId
            $theirs | Dismount-DismTsImage -Save
            Get-WimText -Path $wim -File /theirs.txt | Should -Be 'theirs'
        }

        It 'fails with one line where there is no such index, and leaves nothing mounted' {
            $run = Invoke-Sample -Name Update-Image.ps1 -Arguments ($arguments + '-Index', '9')
            $run.Code | Should -Be 1
            $run.Output | Should -HaveCount 1
            $run.Output | Should -BeLike 'DismTs: failed: *index 9 does not exist*0xC0040005*'
            $run.Errors | Should -BeNullOrEmpty
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty
        }

        It 'drops what it had mounted where the payload cannot be read, and has not changed the file' {
            $hash = (Get-FileHash -LiteralPath $wim).Hash
            # A link that leads to itself: root can read everything else.
            $null = New-Item -ItemType Directory -Path "$folder/bad"
            ln -s loop "$folder/bad/loop"
            $run = Invoke-Sample -Name Update-Image.ps1 -Arguments '-ImagePath', $wim, '-PayloadPath', "$folder/bad", '-MountPath', $mount
            $run.Code, $run.Errors | Should -Be 1, '' -Because "$($run.Output)"
            $run.Output | Should -HaveCount 1
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty
            (Get-FileHash -LiteralPath $wim).Hash | Should -Be $hash
        }

        It 'keeps staged what a full disk does not take, and the next run saves it' {
            $small = "$folder/small"
            $null = New-Item -ItemType Directory -Path $small, "$folder/large"
            mount -t tmpfs -o "size=$([int] ((Get-Item -LiteralPath $wim).Length / 1KB) + 512)k" tmpfs $small
            try {
                Copy-Item -LiteralPath $wim -Destination "$small/install.wim"
                $bytes = [byte[]]::new(4MB)
                [System.Random]::new(7).NextBytes($bytes)
                [System.IO.File]::WriteAllBytes("$folder/large/large.bin", $bytes)
                $full = '-ImagePath', "$small/install.wim", '-PayloadPath', "$folder/large", '-MountPath', $mount
                $run = Invoke-Sample -Name Update-Image.ps1 -Arguments $full
                $run.Code | Should -Be 1
                $run.Output | Should -HaveCount 1
                $run.Output | Should -BeLike '*0x80070070*; the changes stay staged, and the next run saves them'
                (Get-DismTsImage -Mounted).ImagePath | Should -Be "$small/install.wim"
                (wimlib-imagex verify "$small/install.wim" 2>&1) -join ' ' | Should -BeLike '*successfully verified*'

                mount -o remount,size=64m $small
                $run = Invoke-Sample -Name Update-Image.ps1 -Arguments ('-ImagePath', "$small/install.wim", '-PayloadPath', "$testFolder/payload", '-MountPath', $mount)
                $run.Code | Should -Be 0 -Because "$($run.Output)"
                wimlib-imagex extract "$small/install.wim" 1 /large.bin --dest-dir="$folder" 2>&1 | Out-Null
                (Get-Item -LiteralPath "$folder/large.bin").Length | Should -Be 4MB
                Get-WimText -Path "$small/install.wim" -File /Windows/payload.txt | Should -Be 'of the payload'
            } finally {
                Get-DismTsImage -Mounted | Dismount-DismTsImage -Discard
                umount $small
            }
        }

        It 'of two at once does the work of one or of both, and the other is busy' {
            $runs = Invoke-SampleTwice -Arguments (@('-NoProfile', '-NonInteractive', '-File', "$samples/Update-Image.ps1") + $arguments)
            $runs.Code | Should -Contain 0 -Because "$($runs.Output)"
            $runs | ForEach-Object { $_.Code | Should -BeIn 0, 75 -Because "$($_.Output)"; $_.Output | Should -HaveCount 1; $_.Errors | Should -BeNullOrEmpty }
            Get-WimText -Path $wim -File /Windows/payload.txt | Should -Be 'of the payload'
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty
        }

        It 'takes back the half of a run that was killed' {
            $killed = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            Set-Content -LiteralPath "$mount/half.txt" -Value 'half'
            Set-Content -LiteralPath "$mount.note" -Value "begun $($killed.MountId)"
            $run = Invoke-Sample -Name Update-Image.ps1 -Arguments $arguments
            $run.Code | Should -Be 0 -Because "$($run.Output)"
            Get-WimText -Path $wim -File /half.txt | Should -BeNullOrEmpty
            Get-WimText -Path $wim -File /Windows/payload.txt | Should -Be 'of the payload'
        }
    }

    Context 'Intune and ConfigMgr: health' {
        BeforeEach {
            Copy-Item -LiteralPath "$testFolder/image" -Destination "$folder/image" -Recurse
            $image = "$folder/image"
        }

        It 'tell a healthy image from a damaged one and from one that cannot be checked, and repair it' {
            $run = Invoke-Sample -Name Intune-Detect.ps1 -Arguments '-Path', $image, '-Scan'
            $run.Code, "$($run.Output)", $run.Errors | Should -Be 0, 'DismTs: Healthy', ''
            Set-Content -LiteralPath "$image/$($store.payload)" -Value 'damaged'
            $run = Invoke-Sample -Name Intune-Detect.ps1 -Arguments '-Path', $image, '-Scan'
            $run.Code, "$($run.Output)", $run.Errors | Should -Be 1, 'DismTs: Repairable', ''
            $run = Invoke-Sample -Name Intune-Remediate.ps1 -Arguments '-Path', $image, '-Source', "$testFolder/image"
            $run.Code, "$($run.Output)", $run.Errors | Should -Be 0, 'DismTs: Healthy', ''
            $run = Invoke-Sample -Name Intune-Detect.ps1 -Arguments '-Path', $image, '-Scan'
            $run.Code | Should -Be 0
            $run = Invoke-Sample -Name Intune-Detect.ps1 -Arguments '-Path', "$folder/nowhere"
            $run.Code, $run.Errors | Should -Be 2, ''
            $run.Output | Should -HaveCount 1
            $run.Output | Should -BeLike 'DismTs: not checked: *'
        }

        It 'a remediation that could not repair all fails, in one line' {
            Set-Content -LiteralPath "$image/$($store.payload)" -Value 'damaged'
            Remove-Item -LiteralPath "$image/$($store.link)" -ErrorAction Ignore
            $run = Invoke-Sample -Name Intune-Remediate.ps1 -Arguments '-Path', $image, '-Source', $folder
            $run.Code, $run.Errors | Should -Be 1, ''
            $run.Output | Should -HaveCount 1
        }

        It '<Name> twice at once, of a source that has not the index, and on a full disk ends in one line with a code that <Judge> knows' -ForEach @(
            @{ Name = 'Intune-Remediate.ps1'; Judge = 'Intune'; Busy = 1 }, @{ Name = 'ConfigMgr-Remediate.ps1'; Judge = 'ConfigMgr'; Busy = 75 }
        ) {
            Set-Content -LiteralPath "$image/$($store.payload)" -Value 'damaged'
            $run = Invoke-Sample -Name $Name -Arguments '-Path', $image, '-Source', "WIM:$testFolder/pristine.wim:9"
            $run.Code, $run.Errors | Should -Be 1, ''
            $run.Output | Should -HaveCount 1
            $run.Output | Should -Match 'image 9 .*0xC0040005'

            $runs = Invoke-SampleTwice -Arguments '-NoProfile', '-NonInteractive', '-File', "$samples/$Name", '-Path', $image, '-Source', "$testFolder/image"
            $runs.Code | Should -Contain 0 -Because "$($runs.Output)"
            $runs | ForEach-Object { $_.Code | Should -BeIn 0, $Busy -Because "$($_.Output)"; $_.Output | Should -HaveCount 1; $_.Errors | Should -BeNullOrEmpty }
            (Invoke-Sample -Name Intune-Detect.ps1 -Arguments '-Path', $image, '-Scan').Code | Should -Be 0

            $small = "$folder/small"
            Invoke-SmallDisk -Path $small -Content $image -KilobytesOver 4096 -Action {
                cp -a "$image/." $small
                Set-Content -LiteralPath "$small/$($store.payload)" -Value 'damaged'
                # Nothing is left of it.
                dd if=/dev/zero of="$small/filler" bs=4k status=none 2>$null
                $run = Invoke-Sample -Name $Name -Arguments '-Path', $small, '-Source', "$testFolder/image"
                $run.Code, $run.Errors | Should -Be 1, '' -Because "$($run.Output)"
                $run.Output | Should -HaveCount 1
                $run.Output | Should -Match '0x80070070'
                Remove-Item -LiteralPath "$small/filler"
                $run = Invoke-Sample -Name $Name -Arguments '-Path', $small, '-Source', "$testFolder/image"
                $run.Code, "$($run.Output)" | Should -Be 0, 'DismTs: Healthy'
            }
        }

        It 'a configuration item has one value, and a remediation an exit code' {
            $run = Invoke-Sample -Name ConfigMgr-Discover.ps1 -Arguments '-Path', $image
            $run.Code, "$($run.Output)", $run.Errors | Should -Be 0, 'Healthy', ''
            $run = Invoke-Sample -Name ConfigMgr-Discover.ps1 -Arguments '-Path', "$folder/nowhere"
            $run.Code, $run.Errors | Should -Be 0, ''
            $run.Output | Should -Match '^Unknown \(0x8[0-9A-F]{7}\)$'
            $run = Invoke-Sample -Name ConfigMgr-Remediate.ps1 -Arguments '-Path', $image, '-Source', "$testFolder/image"
            $run.Code, "$($run.Output)" | Should -Be 0, 'DismTs: Healthy'
            $run = Invoke-Sample -Name ConfigMgr-Remediate.ps1 -Arguments '-Path', "$folder/nowhere"
            $run.Code | Should -Be 1
        }
    }

    Context 'ConfigMgr-Program.ps1' {
        It 'fails in one line where a driver cannot be added, and leaves image, mounts and folders as they were' {
            $hash = (Get-FileHash -LiteralPath $wim).Hash
            $run = Invoke-Sample -Name ConfigMgr-Program.ps1 -Arguments '-ImagePath', $wim, '-DriverPath', "$folder/none", '-MountPath', "$folder/own"
            $run.Code, $run.Errors | Should -Be 1, ''
            $run.Output | Should -HaveCount 1
            (Get-FileHash -LiteralPath $wim).Hash | Should -Be $hash
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty
            Test-Path -LiteralPath "$folder/own" | Should -BeFalse
        }

        It 'adds the drivers of a folder, with one line and 0' {
            $run = Invoke-Sample -Name ConfigMgr-Program.ps1 -Arguments '-ImagePath', $wim, '-DriverPath', "$testFolder/drivers", '-MountPath', "$folder/own"
            $run.Code, "$($run.Output)", $run.Errors | Should -Be 0, "DismTs: done: 2 drivers in image 1 of $wim", ''
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty
            Test-Path -LiteralPath "$folder/own" | Should -BeFalse
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount -ReadOnly
            (Get-DismTsDriver -Path $mount).OriginalFileName | Split-Path -Leaf | Should -Be 'dtnet.inf', 'first.inf', 'second.inf'
        }

        It 'of two at once does the work of one or of both, and the other is busy' {
            $runs = Invoke-SampleTwice -Arguments '-NoProfile', '-NonInteractive', '-File', "$samples/ConfigMgr-Program.ps1", '-ImagePath', $wim, '-DriverPath', "$testFolder/drivers"
            $runs.Code | Should -Contain 0 -Because "$($runs.Output)"
            $runs | ForEach-Object { $_.Code | Should -BeIn 0, 75 -Because "$($_.Output)"; $_.Output | Should -HaveCount 1; $_.Errors | Should -BeNullOrEmpty }
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty
        }

        It 'fails with one line where there is no such index' {
            $run = Invoke-Sample -Name ConfigMgr-Program.ps1 -Arguments '-ImagePath', $wim, '-Index', '9', '-DriverPath', "$testFolder/drivers", '-MountPath', "$folder/own"
            $run.Code, $run.Errors | Should -Be 1, ''
            $run.Output | Should -HaveCount 1
            $run.Output | Should -BeLike 'DismTs: failed: *index 9 does not exist*0xC0040005*'
            Test-Path -LiteralPath "$folder/own" | Should -BeFalse
        }

        It 'keeps staged what a full disk does not take, and says how to save it' {
            Invoke-SmallDisk -Path "$folder/small" -Content $wim -KilobytesOver 8 -Action {
                Copy-Item -LiteralPath $wim -Destination "$folder/small/install.wim"
                $run = Invoke-Sample -Name ConfigMgr-Program.ps1 -Arguments '-ImagePath', "$folder/small/install.wim", '-DriverPath', "$testFolder/drivers", '-MountPath', "$folder/own"
                $run.Code, $run.Errors | Should -Be 1, '' -Because "$($run.Output)"
                $run.Output | Should -HaveCount 1
                $run.Output | Should -Match '0x80070070.*; the changes stay staged: free space, then (Dismount-DismTsImage .* -Save)$'
                $wayOut = [regex]::Match($run.Output, '(Dismount-DismTsImage .*)$').Value
                (wimlib-imagex verify "$folder/small/install.wim" 2>&1) -join ' ' | Should -BeLike '*successfully verified*'
                mount -o remount,size=64m "$folder/small"
                $null = & ([scriptblock]::Create($wayOut))
                $null = Mount-DismTsImage -ImagePath "$folder/small/install.wim" -Index 1 -Path $mount -ReadOnly
                Get-DismTsDriver -Path $mount | Should -HaveCount 3
            }
        }

        It 'is busy where the image is mounted' {
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            $run = Invoke-Sample -Name ConfigMgr-Program.ps1 -Arguments '-ImagePath', $wim, '-DriverPath', $folder, '-MountPath', "$folder/own"
            $run.Code | Should -Be 75
            Get-DismTsImage -Mounted | Should -HaveCount 1
        }
    }

    Context 'Intune Win32 app with the module' {
        It 'installs, is found, is upgraded while it runs, and is removed' {
            $modules = "$folder/modules"
            $app = '-SourcePath', "$testFolder/modules/DismTs", '-ModulesPath', $modules
            (Invoke-Sample -Name IntuneApp-Detect.ps1 -Arguments '-ModulesPath', $modules).Output | Should -BeNullOrEmpty
            $run = Invoke-Sample -Name IntuneApp-Install.ps1 -Arguments $app
            $run.Code, "$($run.Output)", $run.Errors | Should -Be 0, "DismTs: installed $version", ''
            $run = Invoke-Sample -Name IntuneApp-Detect.ps1 -Arguments '-ModulesPath', $modules
            $run.Code, "$($run.Output)" | Should -Be 0, "DismTs $version"

            # An older version that is at work goes on.
            Move-Item -LiteralPath "$modules/DismTs/$version" -Destination "$modules/DismTs/0.0.9"
            $start = [System.Diagnostics.ProcessStartInfo]::new("$modules/DismTs/0.0.9/module/bin/$(Get-PlatformName)/dismts", '--stdio')
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
            $running = [System.Diagnostics.Process]::Start($start)
            try {
                $run = Invoke-Sample -Name IntuneApp-Install.ps1 -Arguments $app
                $run.Code, "$($run.Output)" | Should -Be 0, "DismTs: installed $version"
                Get-ChildItem -LiteralPath "$modules/DismTs" -Directory | Should -HaveCount 1
            } finally {
                $running.StandardInput.Close()
                $running.WaitForExit(120000) | Should -BeTrue
            }
            $run = Invoke-Sample -Name IntuneApp-Install.ps1 -Arguments ($app + '-Uninstall')
            $run.Code, "$($run.Output)" | Should -Be 0, 'DismTs: removed'
            Get-ChildItem -LiteralPath "$modules/DismTs" -Directory | Should -BeNullOrEmpty
        }

        It 'is busy while another installation runs, and leaves no half of a version on a full disk' {
            $modules = "$folder/modules"
            $app = '-SourcePath', "$testFolder/modules/DismTs", '-ModulesPath', $modules
            $null = New-Item -ItemType Directory -Path "$modules/DismTs"
            $other = [System.IO.File]::Open("$modules/DismTs/.install.lock", 'OpenOrCreate', 'ReadWrite', 'None')
            $run = Invoke-Sample -Name IntuneApp-Install.ps1 -Arguments $app
            $other.Dispose()
            $run.Code | Should -Be 75
            mount -t tmpfs -o size=8m tmpfs "$modules/DismTs"
            try {
                $run = Invoke-Sample -Name IntuneApp-Install.ps1 -Arguments $app
                $run.Code, $run.Errors | Should -Be 1, ''
                $run.Output | Should -HaveCount 1
                Get-ChildItem -LiteralPath "$modules/DismTs" -Directory -Force | Should -BeNullOrEmpty
            } finally {
                umount "$modules/DismTs"
            }
        }
    }

    Context 'Invoke-RemoteImage.ps1' {
        It 'gives objects of another session, and one exit code' {
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            # A session over the remoting protocol, in a process of its own.
            $process = [System.Management.Automation.Runspaces.PowerShellProcessInstance]::new()
            $process.Process.StartInfo.FileName = Get-PowerShellProgram
            $process.Process.StartInfo.ArgumentList.Clear()
            '-s', '-NoLogo', '-NoProfile' | ForEach-Object { $process.Process.StartInfo.ArgumentList.Add($_) }
            $runspace = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateOutOfProcessRunspace($null, $process)
            $runspace.Open()
            try {
                $session = [System.Management.Automation.Runspaces.PSSession]::Create($runspace, 'Test', $null)
                $report = & "$samples/Invoke-RemoteImage.ps1" -Session $session -Scan
                $LASTEXITCODE | Should -Be 0
                $report | Should -HaveCount 1
                $report.Mounts, $report.Worst, $report.ExitCode, $report.Message | Should -Be 1, 'Healthy', 0, ''
                Set-Content -LiteralPath "$mount/$($store.payload)" -Value 'damaged'
                $report = & "$samples/Invoke-RemoteImage.ps1" -Session $session -Scan
                $LASTEXITCODE | Should -Be 65
                $report.Worst, $report.ExitCode | Should -Be 'Repairable', 65
            } finally {
                $runspace.Dispose()
            }
        }
    }

    Context 'Invoke-RemoteImage.ps1, of machines' {
        It 'says of a machine that cannot be reached which and why, and fails' {
            $program = "& '$samples/Invoke-RemoteImage.ps1' -ComputerName nowhere.invalid | ConvertTo-Json -AsArray; exit `$LASTEXITCODE"
            $output = & (Get-PowerShellProgram) -NoLogo -NoProfile -NonInteractive -Command $program 2>"$testFolder/stderr.txt"
            $LASTEXITCODE | Should -Be 1
            $report = $output | ConvertFrom-Json
            $report | Should -HaveCount 1
            $report.Machine, $report.Worst, $report.ExitCode | Should -Be 'nowhere.invalid', 'Unknown', 1
            $report.Message | Should -Not -BeNullOrEmpty
            [System.IO.File]::ReadAllText("$testFolder/stderr.txt") | Should -BeNullOrEmpty
        }
    }

    Context 'service-image.sh, a pipeline' {
        It 'services an image from end to end' {
            $run = Invoke-ShellSample -Arguments $wim, '1', "$testFolder/payload"
            $run.Code | Should -Be 0 -Because $run.Errors
            $run.Output[-1] | Should -Be 'service-image: exit code 0'
            $run.Output | Should -Contain 'Image health state : Healthy'
            Get-WimText -Path $wim -File /Windows/payload.txt | Should -Be 'of the payload'
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty
        }

        It 'repairs damage from another file, and ends with 65 without one' {
            $null = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            Set-Content -LiteralPath "$mount/$($store.payload)" -Value 'damaged'
            $null = Dismount-DismTsImage -Path $mount -Save
            $run = Invoke-ShellSample -Arguments $wim, '1', "$testFolder/payload"
            $run.Code | Should -Be 65 -Because $run.Errors
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty
            Get-WimText -Path $wim -File /Windows/payload.txt | Should -BeNullOrEmpty
            $run = Invoke-ShellSample -Arguments $wim, '1', "$testFolder/payload", "$testFolder/pristine.wim"
            $run.Code | Should -Be 0 -Because $run.Errors
        }

        It 'ends with 75 where the image is mounted, with 1 for a wrong index, and takes back nothing of others' {
            $theirs = Mount-DismTsImage -ImagePath $wim -Index 1 -Path $mount
            (Invoke-ShellSample -Arguments $wim, '1', "$testFolder/payload").Code | Should -Be 75
            (Get-DismTsImage -Mounted).MountId | Should -Be $theirs.MountId
            (Invoke-ShellSample -Arguments $wim, '9', "$testFolder/payload").Code | Should -Be 1
        }

        It 'of two at once does the work of one or of both, and the other is busy' {
            $runs = Invoke-SampleTwice -Program bash -Arguments "$samples/service-image.sh", $wim, '1', "$testFolder/payload"
            $runs.Code | Should -Contain 0 -Because "$($runs.Errors)"
            $runs | ForEach-Object { $_.Code | Should -BeIn 0, 75 -Because "$($_.Errors)"; $_.Output[-1] | Should -Be "service-image: exit code $($_.Code)" }
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty
        }

        It 'keeps staged what a full disk does not take, and says how to save it' {
            $null = New-Item -ItemType Directory -Path "$folder/large"
            $bytes = [byte[]]::new(4MB)
            [System.Random]::new(7).NextBytes($bytes)
            [System.IO.File]::WriteAllBytes("$folder/large/large.bin", $bytes)
            Invoke-SmallDisk -Path "$folder/small" -Content $wim -KilobytesOver 512 -Action {
                Copy-Item -LiteralPath $wim -Destination "$folder/small/install.wim"
                $run = Invoke-ShellSample -Arguments "$folder/small/install.wim", '1', "$folder/large"
                $run.Code, $run.Output[-1] | Should -Be 1, 'service-image: exit code 1'
                $run.Errors | Should -Match '0x80070070'
                $wayOut = [regex]::Match($run.Errors, '(?m)stay staged: dismts (unmount (\S+) --save)$')
                $wayOut.Success | Should -BeTrue -Because $run.Errors
                mount -o remount,size=64m "$folder/small"
                $null = & $env:DISMTS ($wayOut.Groups[1].Value -split ' ') 2>$null
                $LASTEXITCODE | Should -Be 0
                Remove-Item -LiteralPath $wayOut.Groups[2].Value
                wimlib-imagex extract "$folder/small/install.wim" 1 /large.bin --dest-dir="$folder" 2>&1 | Out-Null
                (Get-Item -LiteralPath "$folder/large.bin").Length | Should -Be 4MB
            }
        }
    }

    Context 'README.md, what it is for' {
        BeforeEach {
            $blocks = @([regex]::Matches([System.IO.File]::ReadAllText("$root/README.md"), '(?ms)^```(\w*)\n(.*?)^```') | ForEach-Object { @{ Kind = $_.Groups[1].Value; Text = $_.Groups[2].Value } })
            Remove-Item -LiteralPath $mount
            Push-Location -LiteralPath $folder
        }

        AfterEach {
            Pop-Location
        }

        It 'changes an image as it says' {
            $null = New-Item -ItemType Directory -Path ./mnt
            $null = Mount-DismTsImage ./install.wim ./mnt -Index 1
            $null = New-Item -ItemType Directory -Path ./mnt/Windows/System32/drivers/etc -Force
            $null = Dismount-DismTsImage ./mnt -Save
            Remove-Item -LiteralPath ./mnt
            Set-Content -LiteralPath ./hosts -Value 'of the README'
            $block = @($blocks | Where-Object { $_.Kind -eq 'powershell' -and $_.Text -match 'Mount-DismTsImage' })
            $block | Should -HaveCount 1
            $null = & ([scriptblock]::Create($block[0].Text))
            Get-WimText -Path $wim -File /Windows/System32/drivers/etc/hosts | Should -Be 'of the README'
            Get-DismTsImage -Mounted | Should -BeNullOrEmpty
        }

        It 'scans and repairs as it says, in PowerShell and in a shell, with the output that it shows' {
            $null = New-Item -ItemType Directory -Path ./mnt, ./other
            Copy-Item -LiteralPath $wim -Destination ./other/install.wim
            $null = Mount-DismTsImage ./install.wim ./mnt -Index 1
            Set-Content -LiteralPath "./mnt/$($store.payload)" -Value 'damaged'
            $null = Dismount-DismTsImage ./mnt -Save

            # A line "$ ..." is typed; those that follow are what it writes.
            $block = @($blocks | Where-Object { $_.Text -match '(?m)^\$ dismts mount' })
            $block | Should -HaveCount 1
            $typed = [regex]::Matches($block[0].Text, '(?m)^\$ (.+)$').ForEach({ $_.Groups[1].Value }) -join "`n"
            $shown = @($block[0].Text.Trim() -split "`n" | Where-Object { -not $_.StartsWith('$ ') }) -replace '/images', $folder
            $said = @(bash -c "dismts() { '$env:DISMTS' `"`$@`"; }`n$typed" 2>$null)
            foreach ($line in $shown) {
                $said | Should -Contain $line
            }

            $null = Mount-DismTsImage ./install.wim ./mnt -Index 1
            $block = @($blocks | Where-Object { $_.Text -match '(?m)^PS> Repair' })
            $block | Should -HaveCount 1
            $commands = [regex]::Matches($block[0].Text, '(?m)^PS> (.+)\n(\w+) : (\w+)$')
            $commands | Should -HaveCount 2
            foreach ($command in $commands) {
                $result = & ([scriptblock]::Create($command.Groups[1].Value))
                "$($result.($command.Groups[2].Value))" | Should -Be $command.Groups[3].Value
            }
        }

        It 'exports and splits as it says' {
            $null = New-Item -ItemType Directory -Path ./stick/sources
            $null = Export-DismTsImage -SourceImagePath ./install.wim -SourceIndex 1 -DestinationImagePath ./install.esd -CompressionType Recovery
            Remove-Item -LiteralPath ./install.wim
            $block = @($blocks | Where-Object { $_.Kind -eq 'powershell' -and $_.Text -match 'Split-DismTsImage' })
            $block | Should -HaveCount 1
            # The disk has tests of its own.
            $lines = $block[0].Text -replace '/media/stick', "$folder/stick" -split "`n" | Where-Object { $_ -notlike 'Convert-*' }
            $null = & ([scriptblock]::Create($lines -join "`n"))
            (Get-DismTsImage -ImagePath ./install.wim).ImageIndex | Should -Be 1
            Test-Path -LiteralPath ./stick/sources/install.swm | Should -BeTrue
        }
    }
}
