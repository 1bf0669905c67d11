# Ctrl+C: the sidecar is asked to cancel, the command returns when it has cleaned up, and nothing is left behind.

BeforeDiscovery {
    # "script" (util-linux) gives a program a terminal of its own, so that Ctrl+C is what a user types.
    $terminal = Get-Command -Name script -CommandType Application -ErrorAction Ignore
    if (-not $terminal -or $PSVersionTable.PSEdition -eq 'Desktop' -or -not $IsLinux) {
        $terminal = $null
        Write-Information -MessageData 'Skipped: Ctrl+C in a terminal, because there is no program "script" of util-linux' -InformationAction Continue
    }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    $manifestPath = Get-ModuleManifest
}

Describe 'Stopping a command' -Tag 'Unit' {
    BeforeEach {
        $recordPath = "$TestDrive/$([System.IO.Path]::GetRandomFileName())"
        $null = New-Item -Path $recordPath -ItemType File
        $variables = @{ manifest = $manifestPath; sidecar = Get-FakeSidecarCommand -RecordPath $recordPath }
    }

    It 'asks the sidecar, waits for its answer and keeps it (<Name>)' -ForEach @(@{ Name = 'hang' }, @{ Name = 'slowCancel' }) {
        $powerShell = New-TestPowerShell -Variables $variables -Script "Import-Module -Name `$manifest -ArgumentList (, `$sidecar); Save-DismTsImage -Path /fake/$Name"
        $null = $powerShell.BeginInvoke()
        Wait-Until { Get-ReceivedMessage -RecordPath $recordPath -Method image/commit }
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $powerShell.Stop()
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 10
        $powerShell.InvocationStateInfo.State | Should -Be 'Stopped'
        if ($Name -eq 'slowCancel') {
            $clock.Elapsed.TotalSeconds | Should -BeGreaterThan 0.45 -Because 'the command must not return before the sidecar has cleaned up'
        }

        $commit = (Get-ReceivedMessage -RecordPath $recordPath -Method image/commit).Message
        Wait-Until { Get-ReceivedMessage -RecordPath $recordPath -Method '$/cancelRequest' }
        (Get-ReceivedMessage -RecordPath $recordPath -Method '$/cancelRequest').Message.params.id | Should -Be $commit.id
        $powerShell.Streams.Error | Should -BeNullOrEmpty
        if ($powerShell.Streams.Progress | Where-Object Activity -Like 'Save*') {
            @($powerShell.Streams.Progress | Where-Object Activity -Like 'Save*')[-1].RecordType | Should -Be 'Completed'
        }

        $powerShell.Commands.Clear()
        $powerShell.AddScript('Get-DismTsImage -Mounted').Invoke() | Should -HaveCount 3
        (Get-ReceivedMessage -RecordPath $recordPath).ProcessId | Sort-Object -Unique | Should -HaveCount 1
        $powerShell.Runspace.Dispose()
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    It 'kills a sidecar that does not answer within the grace time, or does not even read (<Name>)' -ForEach @(@{ Name = 'deaf' }, @{ Name = 'stopsReading' }) {
        $powerShell = New-TestPowerShell -Variables $variables -Script @"
            Import-Module -Name `$manifest -ArgumentList (, `$sidecar)
            & (Get-Module -Name DismTs) { `$script:cancelGraceMilliseconds = 700 }
            Save-DismTsImage -Path /fake/$Name
"@
        $null = $powerShell.BeginInvoke()
        Wait-Until { Get-ReceivedMessage -RecordPath $recordPath -Method image/commit }
        Get-RunningFake -RecordPath $recordPath | Should -HaveCount 1
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $powerShell.Stop()
        $clock.Elapsed.TotalSeconds | Should -BeGreaterThan 0.6
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 100
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty

        $powerShell.Commands.Clear()
        $powerShell.AddScript('Get-DismTsImage -Mounted').Invoke() | Should -HaveCount 3
        $powerShell.Runspace.Dispose()
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    It 'stops while it starts the sidecar' {
        $variables['sidecar'] = Get-FakeSidecarCommand -RecordPath $recordPath -Scenario silent
        $powerShell = New-TestPowerShell -Variables $variables -Script 'Import-Module -Name $manifest -ArgumentList (, $sidecar); Get-DismTsImage -Mounted'
        $null = $powerShell.BeginInvoke()
        Wait-Until { Get-ReceivedMessage -RecordPath $recordPath -Method initialize }
        $powerShell.Stop()
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
        $powerShell.Runspace.Dispose()
    }

    It 'is what Ctrl+C in a terminal does' -Skip:(-not $terminal) {
        # The terminal sends the signal to the whole process group, the sidecar too, which must outlive it to clean up.
        $scriptPath = "$TestDrive/terminal.ps1"
        $donePath = "$TestDrive/done.txt"
        Set-Content -LiteralPath $scriptPath -Value @"
            Import-Module -Name '$manifestPath' -ArgumentList (, @('$($variables['sidecar'] -join "','")'))
            try {
                Save-DismTsImage -Path /fake/slowCancel
                Set-Content -LiteralPath '$donePath' -Value 'not stopped'
            } finally {
                Set-Content -LiteralPath '$donePath' -Value 'stopped'
            }
            Set-Content -LiteralPath '$donePath' -Value 'went on'
"@
        $startInfo = New-Object -TypeName System.Diagnostics.ProcessStartInfo -ArgumentList (Get-Command -Name script -CommandType Application)[0].Source
        $pwsh = Get-PowerShellProgram
        $startInfo.Arguments = "-qfec `"'$pwsh' -NoProfile -File '$scriptPath'`" /dev/null"
        $startInfo.UseShellExecute = $false
        $startInfo.RedirectStandardInput = $true
        $startInfo.RedirectStandardOutput = $true
        $process = [System.Diagnostics.Process]::Start($startInfo)
        $output = $process.StandardOutput.ReadToEndAsync()
        try {
            Wait-Until { Get-ReceivedMessage -RecordPath $recordPath -Method image/commit }
            $process.StandardInput.Write([char] 3)
            $process.StandardInput.Flush()
            Wait-Until { $process.HasExited }
        } finally {
            if (-not $process.HasExited) {
                $process.Kill()
            }
        }
        Get-Content -LiteralPath $donePath | Should -Be 'stopped' -Because $output.Result
        @(Get-ReceivedMessage -RecordPath $recordPath -Method '$/cancelRequest') | Should -HaveCount 1
        Wait-Until { -not (Get-RunningFake -RecordPath $recordPath) }
    }
}
