# Several runspaces and processes: each has its own sidecar, and none outlives its owner.

BeforeDiscovery {
    $parallel = (Get-Command -Name ForEach-Object).Parameters.ContainsKey('Parallel')
    if (-not $parallel) {
        Write-Information -MessageData 'Skipped: ForEach-Object -Parallel, which Windows PowerShell does not have' -InformationAction Continue
    }
    # Under Wine there is a program that runs script files, and neither pwsh.exe nor powershell.exe.
    $program = -not $env:DISMTS_TEST_MODULE
    if (-not $program) {
        foreach ($left in 'Start-Job', 'a PowerShell that is killed', 'a PowerShell that ends by itself') {
            Write-Information -MessageData "Skipped: ${left}: pwsh.exe does not start under Wine; Windows.Tests.ps1 kills and ends the test host" -InformationAction Continue
        }
    }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    $manifestPath = Get-ModuleManifest
}

Describe 'Several runspaces' -Tag 'Unit' {
    BeforeEach {
        $recordPath = "$TestDrive/$([System.IO.Path]::GetRandomFileName())"
        $null = New-Item -Path $recordPath -ItemType File
        $sidecar = Get-FakeSidecarCommand -RecordPath $recordPath
    }

    It 'ForEach-Object -Parallel has one sidecar a runspace, and leaves none behind' -Skip:(-not $parallel) {
        $paths = 1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module -Name $using:manifestPath -ArgumentList (, $using:sidecar)
            $ProgressPreference = 'SilentlyContinue'
            # Takes a second, so that all run at the same time.
            $null = Save-DismTsImage -Path /fake/steps
            (Mount-DismTsImage -ImagePath "/fake/$_.wim" -Index $_ -Path "/fake/$_").ImagePath
        }
        $paths | Sort-Object | Should -Be (1..4 | ForEach-Object { Get-NativePath -Path "/fake/$_.wim" })
        (Get-ReceivedMessage -RecordPath $recordPath).ProcessId | Sort-Object -Unique | Should -HaveCount 4
        Wait-Until { -not (Get-RunningFake -RecordPath $recordPath) }
    }

    It 'gives results under the names of Import-Module -Prefix, and of a copied function' {
        $variables = @{ manifest = $manifestPath; sidecar = $sidecar }
        $script = 'Import-Module -Name $manifest -Prefix Foo -ArgumentList (, $sidecar); ${function:script:Copied} = ${function:Mount-FooDismTsImage}; ' +
        'Mount-FooDismTsImage -ImagePath /fake/a.wim -Index 1 -Path /fake/m; Copied -ImagePath /fake/a.wim -Index 1 -Path /fake/m; Get-FooDismTsImage -Mounted'
        $powerShell = New-TestPowerShell -Variables $variables -Script $script
        $given = $powerShell.Invoke()
        $powerShell.Streams.Error | Should -BeNullOrEmpty
        $given | Should -HaveCount 5
        $given[0..1] | ForEach-Object { $_.PSObject.TypeNames[0] | Should -BeExactly 'DismTs.ImageObject' }
        $powerShell.Runspace.Close()
        $powerShell.Runspace.Dispose()
    }

    It 'ends the sidecar of a runspace that is closed' {
        $variables = @{ manifest = $manifestPath; sidecar = $sidecar }
        $powerShell = New-TestPowerShell -Variables $variables -Script 'Import-Module -Name $manifest -ArgumentList (, $sidecar); Get-DismTsImage -Mounted'
        $powerShell.Invoke() | Should -HaveCount 3
        Get-RunningFake -RecordPath $recordPath | Should -HaveCount 1
        $powerShell.Runspace.Close()
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
        $powerShell.Runspace.Dispose()
    }

    It 'Start-Job works, and leaves none behind' -Skip:(-not $program) {
        $job = Start-Job -ScriptBlock {
            Import-Module -Name $using:manifestPath -ArgumentList (, $using:sidecar)
            Get-DismTsImage -ImagePath /fake/x.wim -Index 2
        }
        $image = $job | Receive-Job -Wait -AutoRemoveJob
        $image.ImageName | Should -Be 'Second'
        $image.PSObject.TypeNames[0] | Should -Be 'Deserialized.DismTs.WimImageInfoObject'
        Wait-Until { -not (Get-RunningFake -RecordPath $recordPath) }
    }

    It 'ends with its PowerShell, even one that is killed' -Skip:(-not $program) {
        # The process that was started may be one that starts PowerShell: only that itself knows its id.
        $command = "Set-Content -LiteralPath '$TestDrive/id.txt' -Value `$PID; Import-Module -Name '$manifestPath' -ArgumentList (, @('$($sidecar -join "','")')); Save-DismTsImage -Path /fake/hang"
        $process = Start-Process -FilePath (Get-PowerShellProgram) -ArgumentList '-NoProfile', '-NonInteractive', '-Command', "`"$command`"" -PassThru -RedirectStandardOutput "$TestDrive/out.txt"
        Wait-Until { Get-ReceivedMessage -RecordPath $recordPath -Method image/commit }
        Get-RunningFake -RecordPath $recordPath | Should -HaveCount 1
        Stop-Process -Id (Get-Content -LiteralPath "$TestDrive/id.txt") -Force
        Wait-Until { -not (Get-RunningFake -RecordPath $recordPath) }
        Wait-Until { $process.HasExited }
    }

    It 'ends with a PowerShell that ends by itself, and writes nothing but objects' -Skip:(-not $program) {
        $command = "Import-Module -Name '$manifestPath' -ArgumentList (, @('$($sidecar -join "','")')); (Get-DismTsImage -Mounted).Count"
        & (Get-PowerShellProgram) -NoProfile -NonInteractive -Command $command 2>"$TestDrive/err.txt" | Should -Be 3
        Get-Content -LiteralPath "$TestDrive/err.txt" -Raw | Should -BeNullOrEmpty
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }
}
