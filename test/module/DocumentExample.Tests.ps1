# The PowerShell blocks of module/docs are run as they stand, on images that are made here; those of README.md are in Samples.Tests.ps1.

BeforeDiscovery {
    Import-Module -Name "$PSScriptRoot/MountPrerequisite.psm1"
    $missing = @(Get-MissingMountPrerequisite -Skipped 'the examples of the documents' -ImageMaker -Wimlib)

    # What is in no image that is made here, by a word of the line that needs it. All other lines are run.
    $cannotRun = @{
        'automation.md' = @{}
        'imageFiles.md' = @{
            '/disks/golden.vhdx' = 'a virtual disk takes QEMU and a kernel with nbd; test/sidecar/portable has its tests'
            '/mnt/golden -Discard' = 'it dismounts that disk'
        }
        'logs.md'       = @{}
        'repair.md'     = @{}
        'servicing.md'  = @{}
    }
    if (-not $missing) {
        foreach ($document in $cannotRun.Keys | Sort-Object) {
            foreach ($line in $cannotRun[$document].GetEnumerator()) {
                Write-Information -MessageData "Not run: the line of $document with ""$($line.Key)"": $($line.Value)" -InformationAction Continue
            }
        }
    }
    $documents = Get-ChildItem -LiteralPath "$PSScriptRoot/../../module/docs" -Filter *.md | Where-Object { [System.IO.File]::ReadAllText($_.FullName) -match '(?m)^```powershell$' } | ForEach-Object { @{ Name = $_.Name; Known = @($cannotRun.Keys) } }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    Import-Module -Name "$PSScriptRoot/MountPrerequisite.psm1"
}

Describe 'Examples of the documents' -Tag 'Integration' -Skip:($missing.Count -gt 0) {
    BeforeAll {
        $testFolder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "dismts-document-$([System.IO.Path]::GetRandomFileName())")
        $root = Get-RepositoryRoot
        $before = $env:DISMTS_STATE_DIR, $env:PSModulePath
        # The blocks import the module by its name.
        $null = New-Item -ItemType Directory -Path "$testFolder/modules"
        $null = New-Item -ItemType SymbolicLink -Path "$testFolder/modules/DismTs" -Value $root
        $env:DISMTS_STATE_DIR = "$testFolder/state"
        $env:PSModulePath = "$testFolder/modules$([System.IO.Path]::PathSeparator)$env:PSModulePath"
        $store = & (Get-PackagedNode) --no-warnings "$PSScriptRoot/buildStore.mjs" "$testFolder/image" "$testFolder/pristine.wim" "$testFolder/drivers" | ConvertFrom-Json
        Remove-Module -Name DismTs -ErrorAction Ignore
        Import-Module -Name DismTs

        function Get-Block {
            <#
            .SYNOPSIS
            Gives the PowerShell blocks of a document, with the folder of the test in place of the folders that they name, without the lines that cannot be run here.
            #>
            param(
                [string] $Document,

                # How many there are: one that is added is run here, too.
                [int] $Count,

                # What lines have to be left out for, by a part of the line.
                [hashtable] $Without = @{}
            )
            $text = [System.IO.File]::ReadAllText("$root/module/docs/$Document")
            $found = [regex]::Matches($text, '(?ms)^```powershell\n(.*?)^```')
            $found | Should -HaveCount $Count -Because "each block of $Document is run here"
            foreach ($match in $found) {
                $lines = $match.Groups[1].Value.TrimEnd() -split "`n" | Where-Object { $line = $_; -not ($Without.Keys | Where-Object { $line.Contains($_) }) }
                ($lines -join "`n") -replace '(?<=D:\S*)\\', '/' -replace 'D:/', "$folder/" -replace '(?<=\s)/(?=(iso|media|disks|mnt|images)/)', "$folder/"
            }
        }

        function Invoke-Block {
            <#
            .SYNOPSIS
            Runs a block in the folder of the test.
            #>
            param([string] $Text)
            $ErrorActionPreference = 'Stop'
            . ([scriptblock]::Create($Text))
        }

        function Get-WimText {
            <#
            .SYNOPSIS
            Gives a text file in the first image of a file, as wimlib reads it.
            #>
            param([string] $Path, [string] $File)
            wimlib-imagex extract $Path 1 $File --to-stdout 2>"$testFolder/wimlib.txt"
        }
    }

    AfterAll {
        Remove-Module -Name DismTs
        $env:DISMTS_STATE_DIR, $env:PSModulePath = $before
        Get-Content -LiteralPath /proc/mounts | Where-Object { $_.Contains($testFolder) } | Should -BeNullOrEmpty
        Remove-Item -LiteralPath "$testFolder/modules/DismTs"
        Remove-Item -LiteralPath $testFolder -Recurse -Force
    }

    BeforeEach {
        $folder = "$testFolder/$([System.IO.Path]::GetRandomFileName())"
        $null = New-Item -ItemType Directory -Path $folder
        Push-Location -LiteralPath $folder
    }

    AfterEach {
        Pop-Location
        Get-DismTsImage -Mounted | Dismount-DismTsImage -Discard
    }

    It 'there are examples here of each document that has some: <Name>' -ForEach $documents {
        $Name | Should -BeIn $Known
    }

    It 'automation.md: the script for the night, and images in parallel' {
        $script, $parallel = Get-Block -Document automation.md -Count 2
        $null = New-Item -ItemType Directory -Path ./images, ./mnt, ./payload/Windows
        Set-Content -LiteralPath ./payload/Windows/payload.txt -Value 'of the payload'
        Copy-Item -LiteralPath "$testFolder/pristine.wim" -Destination ./images/install.wim
        Set-Content -LiteralPath ./script.ps1 -Value $script
        $output = & (Get-PowerShellProgram) -NoLogo -NoProfile -NonInteractive -File ./script.ps1 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$output"
        $output | Should -BeNullOrEmpty
        Get-WimText -Path ./images/install.wim -File /Windows/payload.txt | Should -Be 'of the payload'

        # Whatever it fails for, there is a line, a code, and nothing left mounted.
        Remove-Item -LiteralPath ./payload/Windows -Recurse
        Set-Content -LiteralPath ./payload/Windows -Value 'a file where the image has a folder'
        $output = & (Get-PowerShellProgram) -NoLogo -NoProfile -NonInteractive -File ./script.ps1 2>&1
        $LASTEXITCODE | Should -Be 1
        "$output" | Should -BeLike 'failed: *Windows*'
        Get-DismTsImage -Mounted | Should -BeNullOrEmpty

        Remove-Item -LiteralPath ./images/install.wim, ./payload/Windows
        $null = New-Item -ItemType Directory -Path ./payload/Windows
        Set-Content -LiteralPath ./payload/Windows/payload.txt -Value 'in parallel'
        foreach ($name in 'a', 'b') {
            Copy-Item -LiteralPath "$testFolder/pristine.wim" -Destination "./images/$name.wim"
        }
        $null = Invoke-Block -Text $parallel
        foreach ($name in 'a', 'b') {
            Get-WimText -Path "./images/$name.wim" -File /Windows/payload.txt | Should -Be 'in parallel'
        }
        Get-DismTsImage -Mounted | Should -BeNullOrEmpty
    }

    It 'imageFiles.md: ESD and WIM files, a stick, a golden image' -ForEach @{ Without = $cannotRun['imageFiles.md'] } {
        $esd, $stick, $golden = Get-Block -Document imageFiles.md -Count 3 -Without $Without
        # An edition with the number 6, as the .esd files of Microsoft have.
        foreach ($number in 1..6) {
            $null = Export-DismTsImage -SourceImagePath "$testFolder/pristine.wim" -SourceIndex 1 -DestinationImagePath ./editions.wim -DestinationName "Edition $number"
        }
        $null = Export-DismTsImage -SourceImagePath ./editions.wim -SourceIndex * -DestinationImagePath ./install.esd -CompressionType Recovery
        Remove-Item -LiteralPath ./editions.wim
        $null = Invoke-Block -Text $esd
        (Get-DismTsImage -ImagePath ./install.wim).ImageName | Should -Be 'Edition 6'
        (Get-DismTsImage -ImagePath ./small.esd).ImageName | Should -Be 'Edition 6'

        $null = New-Item -ItemType Directory -Path ./iso/sources, ./media/stick/sources, ./mnt, ./images
        Copy-Item -LiteralPath ./install.wim -Destination ./iso/sources
        $null = Invoke-Block -Text $stick
        (Get-DismTsImage -ImagePath ./media/stick/sources/install.swm).ImageName | Should -Be 'Edition 6'

        $null = New-Item -ItemType SymbolicLink -Path ./mnt/golden -Value "$testFolder/image"
        $result = Invoke-Block -Text $golden 3>$null
        @($result)[-1].Healthy | Should -BeTrue
        (Get-DismTsImage -ImagePath ./images/golden.wim).ImageName | Should -Be 'Golden'
    }

    It 'logs.md: the log of the latest operation, of an error, of a result' {
        $block = @(Get-Block -Document logs.md -Count 1)
        $result = Export-DismTsImage -SourceImagePath "$testFolder/pristine.wim" -SourceIndex 1 -DestinationImagePath ./new.wim
        $null = try { Get-DismTsImage -ImagePath ./new.wim -Index 9 } catch { $_ }
        $entries = Invoke-Block -Text $block[0]
        "$($entries.Message)" | Should -Match '(?s)0xC0040005.*done'
    }

    It 'repair.md: a mounted image, from two sources' {
        $block = @(Get-Block -Document repair.md -Count 1)
        $null = New-Item -ItemType Directory -Path ./mnt, ./other, ./more
        Copy-Item -LiteralPath "$testFolder/pristine.wim" -Destination ./install.wim
        Copy-Item -LiteralPath "$testFolder/pristine.wim" -Destination ./other/install.wim
        Copy-Item -LiteralPath "$testFolder/image/Windows" -Destination ./more/Windows -Recurse
        $null = Mount-DismTsImage -ImagePath ./install.wim -Index 1 -Path ./mnt
        Set-Content -LiteralPath "./mnt/$($store.payload)" -Value 'damaged'
        $null = Dismount-DismTsImage -Path ./mnt -Save
        $results = Invoke-Block -Text $block[0]
        ($results | Where-Object { $_.PSObject.Properties['ImageHealthState'] }).ImageHealthState | Should -Be 'Repairable', 'Healthy'
        $null = Mount-DismTsImage -ImagePath ./install.wim -Index 1 -Path ./mnt -ReadOnly
        (Repair-DismTsImage -Path ./mnt -ScanHealth).ImageHealthState | Should -Be 'Healthy'
    }

    It 'servicing.md: drivers and apps of two files, then registry, answer file and first start' {
        $both, $later = Get-Block -Document servicing.md -Count 2
        $null = New-Item -ItemType Directory -Path ./virtio-win/amd64
        Copy-Item -LiteralPath "$testFolder/drivers" -Destination ./virtio-win/amd64/w11 -Recurse
        foreach ($name in 'install', 'boot') {
            Copy-Item -LiteralPath "$testFolder/pristine.wim" -Destination "./$name.wim"
        }
        $null = Invoke-Block -Text $both 3>$null
        Get-DismTsImage -Mounted | Should -BeNullOrEmpty

        Set-Content -LiteralPath ./policy.reg -Value "Windows Registry Editor Version 5.00`r`n`r`n[HKEY_LOCAL_MACHINE\SOFTWARE\Contoso]`r`n""Name""=""value""`r`n"
        Set-Content -LiteralPath ./unattend.xml -Value '<?xml version="1.0" encoding="utf-8"?><unattend xmlns="urn:schemas-microsoft-com:unattend"/>'
        [System.IO.File]::WriteAllBytes("$folder/kb5043080.msu", [byte[]] (0x4D, 0x53, 0x43, 0x46) + [byte[]]::new(60))
        $null = Mount-DismTsImage -ImagePath ./install.wim -Index 1 -Path ./mnt
        (Get-DismTsDriver -Path ./mnt).Driver | Should -Contain 'oem2.inf'
        $null = Invoke-Block -Text $later 3>$null 6>$null
        (Get-DismTsRegistryValue -Path ./mnt -Hive SOFTWARE -Key 'Policies\Contoso' -Name Enabled).Value | Should -Be 1
        "./mnt/Windows/Panther/unattend.xml" | Should -Exist
        Get-DismTsFirstBootAction -Path ./mnt | Should -HaveCount 1
    }
}
