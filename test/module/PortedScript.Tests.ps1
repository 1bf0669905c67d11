# Scripts in the ways of public ones, each run with the in-box names, renamed and piped, on real WIM files: see scripts/README.md.

BeforeDiscovery {
    Import-Module -Name "$PSScriptRoot/MountPrerequisite.psm1"
    $missing = @(Get-MissingMountPrerequisite -Skipped 'the tests of ported scripts' -ImageMaker -Wimlib)
    Import-Module -Name "$PSScriptRoot/scripts/ScriptSuite.psm1"
    $scripts = @(Get-SuiteScript -CommandTable "$PSScriptRoot/../../module/InboxName/InboxCommand.psd1")
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    Import-Module -Name "$PSScriptRoot/MountPrerequisite.psm1"
}

Describe 'Scripts for the in-box module' -Tag 'Integration' -Skip:($missing.Count -gt 0) {
    BeforeAll {
        # Not TestDrive, which Pester empties after each Context, mounted or not.
        $testFolder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "dismts-scripts-$([System.IO.Path]::GetRandomFileName())")
        $null = New-Item -ItemType Directory -Path "$testFolder/tree/Windows"
        $stateBefore = $env:DISMTS_STATE_DIR
        $env:DISMTS_STATE_DIR = "$testFolder/state"
        Remove-Module -Name DismTs -ErrorAction Ignore
        $manifest = "$(Get-RepositoryRoot)/DismTs.psd1"
        Import-Module -Name $manifest

        Set-Content -LiteralPath "$testFolder/tree/Windows/a.txt" -Value 'old'
        $null = wimlib-imagex capture "$testFolder/tree" "$testFolder/pristine.wim" First 'The first image' --check 2>&1
        $null = wimlib-imagex append "$testFolder/tree" "$testFolder/pristine.wim" Second --check 2>&1
        $null = & (Get-PackagedNode) --no-warnings "$PSScriptRoot/buildStore.mjs" "$testFolder/image"
    }

    AfterAll {
        Remove-Module -Name DismTs
        $env:DISMTS_STATE_DIR = $stateBefore
        Get-Content -LiteralPath /proc/mounts | Where-Object { $_.Contains($testFolder) } | Should -BeNullOrEmpty
        Remove-Item -LiteralPath $testFolder -Recurse -Force
    }

    AfterEach {
        # A test that failed must not fail the next ones.
        foreach ($left in Get-DismTsImage -Mounted | Where-Object MountStatus -NE 'Invalid') {
            $null = $left | Dismount-DismTsImage -Discard
        }
        $null = Clear-DismTsMountPoint
    }

    It '<Name>, <Way>, gives what it gives on Windows' -ForEach $scripts {
        $folder = "$testFolder/$Name-$Way"
        $null = New-Item -ItemType Directory -Path "$folder/mount"
        Copy-Item -LiteralPath "$testFolder/pristine.wim" -Destination "$folder/install.wim"
        Set-Content -LiteralPath "$folder/script.ps1" -Value $Text
        $given = @{ ImagePath = "$folder/install.wim"; MountPath = "$folder/mount"; Folder = $folder; Manifest = $manifest; ImageFolder = "$testFolder/image" }
        $taken = (Get-Command -Name "$folder/script.ps1").Parameters.Keys
        $parameters = @{}
        $given.Keys | Where-Object { $_ -in $taken } | ForEach-Object { $parameters[$_] = $given[$_] }
        $before = $env:PSModulePath
        $shell = New-TestPowerShell -Variables @{ manifest = $manifest; path = "$folder/script.ps1"; parameters = $parameters; inbox = $Way -eq 'InboxName' } -Script @'
            Import-Module -Name $manifest
            if ($inbox) {
                $null = Enable-DismTsInboxName
            }
            # Not within "try", which would end the script at an error that nothing in it catches.
            & $path @parameters
            Remove-Module -Name DismTs
'@
        try {
            $output = @($shell.Invoke() | ForEach-Object { "$_" })
            $output -join "`n" | Should -Be ($Expected -join "`n") -Because "$($shell.Streams.Error)"
        } finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }
        $env:PSModulePath | Should -Be $before
    }

    It '<Name> needs the changes that Test-DismTsScript asks for, and no others' -ForEach ($scripts | Where-Object { $_.Way -eq 'InboxName' }) {
        $findings = @(Test-DismTsScript -Path $Path | Where-Object Verdict -NotIn 'Ok', 'Unsupported')
        $findings | Where-Object Verdict -NE 'InboxNameOnly' | Should -BeNullOrEmpty
        @($findings.Line | Sort-Object -Unique) | Should -Be $EditedLine
    }
}
