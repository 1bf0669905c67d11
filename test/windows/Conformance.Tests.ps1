# Test-DismTsConformance on Windows: whole, on the doubles of DismApi.dll and wimgapi.dll, with and without an in-box module. Run by windowsSuite.ts.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/../module/TestHelper.psm1"
    Import-Module -Name "$PSScriptRoot/WindowsHelper.psm1"
    Import-Packaged
    $dism = @{ DismPath = $env:DISMTS_TEST_DOUBLE }
    $scratch = "$env:DISMTS_TEST_FOLDER\conformance"
    $null = New-Item -ItemType Directory -Path $scratch
    # Mounts show what the files have.
    $modes = @{ 'files' = 'check'; 'mount-content' = 'wim' }
    $script = '& $importer; Test-DismTsConformance -ScratchDirectory $scratch -DismPath $dismPath'
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'Test-DismTsConformance' {
    AfterEach {
        Write-DoubleMode
    }

    It 'runs whole: nothing differs, nothing is left, and the report names nothing of the machine' {
        Write-DoubleMode $modes
        $report = "$env:DISMTS_TEST_FOLDER\conformance.json"
        $rows = Test-DismTsConformance -ScratchDirectory $scratch -ReportPath $report @dism
        # Wine has a powershell.exe that does nothing.
        $rows | Where-Object { $_.Verdict -eq 'Differs' -and $_.Seen -ne 'no answer' } | ForEach-Object { "$($_.Question): $($_.Expected), but $($_.Seen)" } |
            Should -BeNullOrEmpty
        ($rows | Where-Object Question -EQ 'DismShutdown with open sessions').Seen | Should -Be '0xC0040003' -Because 'DismApi.dll is asked by a probe'
        ($rows | Where-Object Question -EQ 'DismApi.dll is asked, by calls of its own').Verdict | Should -Be 'Same'
        Get-ChildItem -LiteralPath $scratch | Should -BeNullOrEmpty
        Get-DismTsImage -Mounted @dism | Should -BeNullOrEmpty
        foreach ($question in @(
                'Code for a feature that is not there', 'An applied image has the files that were captured', 'A mounted image takes a file, and saves it'
                'A driver is added, and published under a new name', 'The driver is listed with its file, and with its device'
                'Drivers are exported, one INF file at least', 'The driver is removed', 'A feature is enabled', 'The feature is disabled again'
                'A mounted image is saved as a further one, and into its own', 'What the trial has left'
            )) {
            ($rows | Where-Object Question -EQ $question).Verdict | Should -Be 'Same' -Because $question
        }
        ($rows | Where-Object Question -EQ 'A package is added').Seen | Should -BeLike 'not tried: *signed*'
        ($rows | Where-Object Question -Like 'A virtual disk*').Seen | Should -BeLike 'not tried: images become virtual disks on Linux only (80070032)'
        ($rows | Where-Object Question -EQ 'diskpart.exe makes a virtual disk').Seen | Should -Be 'not tried: diskpart.exe is not here' -Because 'Wine has none'
        ($rows | Where-Object Question -Like 'The virtual disk is *').Seen | Should -Be @('not tried: no virtual disk was made', 'not tried: no virtual disk was made')
        @($rows | Where-Object Expected -Like '*in-box module, which is not here*').Count | Should -BeGreaterThan 20
        $json = [System.IO.File]::ReadAllText($report) | ConvertFrom-Json
        $json.Questions.Count | Should -Be $rows.Count
        $json.ExitCode | Should -Be ([int] [bool] ($rows | Where-Object Verdict -EQ 'Differs'))
        foreach ($private in $env:COMPUTERNAME, $env:USERNAME, 'C:\\', 'oem0', 'NetFx3', 'conformance-', '@{') {
            if ($private) {
                [System.IO.File]::ReadAllText($report) | Should -Not -BeLike "*$private*"
            }
        }
        Write-Information -MessageData ($rows | Group-Object -Property Verdict | ForEach-Object { "$($_.Count) $($_.Name)" } | Join-String -Separator ', ') -InformationAction Continue
        Get-DoubleLine | Where-Object { $_.PSObject.Properties['violation'] } | Should -BeNullOrEmpty
    }

    It 'finds each property in which the in-box module differs, and nothing else' {
        $modules = "$env:DISMTS_TEST_FOLDER\inbox"
        $null = New-Item -ItemType Directory -Path "$modules\Dism"
        Set-Content -LiteralPath "$modules\Dism\Dism.psm1" -Value @'
            # As the in-box commands, which it is not: what DismTs gives, with differences that have to be found.
            $forward = {
                param($Name, $Bound, $Change)
                $parameters = @{ DismPath = $env:DISMTS_TEST_DOUBLE } + $Bound
                & $Name @parameters -ErrorAction Stop | ForEach-Object { if ($_ -is [string]) { $_ } else { $_.PSObject.Copy() } } | ForEach-Object $Change
            }
            function Get-WindowsOptionalFeature { param([switch] $Online, $Path, $FeatureName) & $forward Get-DismTsOptionalFeature $PSBoundParameters { $_ } }
            function Get-WindowsPackage { param([switch] $Online, $Path, $PackageName) throw [System.Runtime.InteropServices.COMException]::new('no', -2147024809) }
            function Get-WindowsDriver {
                param([switch] $Online, $Path, $Driver, [switch] $All)
                & $forward Get-DismTsDriver $PSBoundParameters { if (-not $Driver) { $_.Version = '9.9' } ; $_ }
            }
            function Get-WindowsCapability {
                param([switch] $Online, $Path, $Name)
                & $forward Get-DismTsCapability $PSBoundParameters { $_ | Add-Member -NotePropertyName Hidden -NotePropertyValue 1 -PassThru }
            }
            function Get-AppxProvisionedPackage { param([switch] $Online, $Path) & $forward Get-DismTsAppxProvisionedPackage $PSBoundParameters { $_ } | Select-Object -Skip 1 }
            function Get-WindowsEdition { param([switch] $Online, $Path, [switch] $Target) & $forward Get-DismTsEdition $PSBoundParameters { $_ } }
            function Get-NonRemovableAppsPolicy { param([switch] $Online, $Path) & $forward Get-DismTsNonRemovableAppsPolicy $PSBoundParameters { $_ } }
            function Get-WindowsReservedStorageState { param() & $forward Get-DismTsReservedStorageState @{} { $_ } }
            function Repair-WindowsImage { param([switch] $Online, $Path, [switch] $CheckHealth) & $forward Repair-DismTsImage $PSBoundParameters { $_ } }
'@
        New-ModuleManifest -Path "$modules\Dism\Dism.psd1" -RootModule Dism.psm1 -ModuleVersion 3.0 -CompatiblePSEditions Desktop
        $kept = $env:PSModulePath
        $env:PSModulePath = "$modules;$kept"
        try {
            $rows = Test-DismTsConformance @dism
        } finally {
            $env:PSModulePath = $kept
            Remove-Module -Name Dism -ErrorAction Ignore
        }
        $different = $rows | Where-Object Verdict -EQ 'Differs' | ForEach-Object { "$($_.Question -replace ', of the running.*'): $($_.Expected -replace '^\d+ the', 'all the'): $($_.Seen)" }
        $different | Should -Be @(
            'Get-DismTsPackage: 0x80070057: rows'
            'Get-DismTsDriver: all the same: Version differs in 1'
            'Get-DismTsDriver -All: all the same: Version differs in 2'
            'Get-DismTsCapability: all the same: Hidden is missing'
            'Get-DismTsCapability -Name: all the same: Hidden is missing'
            'Get-DismTsAppxProvisionedPackage: 1 rows: 2 rows'
        )
        @($rows | Where-Object { $_.Question -like 'Get-DismTsOptionalFeature -FeatureName, *: the properties of *' }).Verdict | Should -Be 'Same'
        $rows | ConvertTo-DismTsExitCode | Should -Be 1
    }

    It 'leaves nothing when it is stopped in the middle' {
        $since = @(Get-DoubleLine).Count
        Write-DoubleMode ($modes + @{ 'block.DismEnableFeature' = 'cancel' })
        $powerShell = New-TestPowerShell -Script $script -Variables @{ importer = Get-Importer; scratch = $scratch; dismPath = $env:DISMTS_TEST_DOUBLE }
        $running = $powerShell.BeginInvoke()
        Wait-Until -Seconds 150 { Get-DoubleLine -Since $since | Where-Object { $_.PSObject.Properties['event'] -and $_.event -eq 'blocked' } }
        @(Get-ChildItem -LiteralPath $scratch).Count | Should -Be 1
        $powerShell.Stop()
        $running.IsCompleted | Should -BeTrue
        Get-ChildItem -LiteralPath $scratch | Should -BeNullOrEmpty
        Get-DismTsImage -Mounted @dism | Should -BeNullOrEmpty
        $powerShell.Runspace.Dispose()
    }

    It 'leaves to the next run what it could not remove when it was killed' {
        $since = @(Get-DoubleLine).Count
        Write-DoubleMode ($modes + @{ 'block.DismEnableFeature' = 'hang' })
        $file = "$TestDrive\conformance.ps1"
        Set-Content -LiteralPath $file -Value @(
            "`$importer = { $(Get-Importer) }"
            "`$scratch = '$scratch'; `$dismPath = '$env:DISMTS_TEST_DOUBLE'"
            $script
        ) -Encoding utf8BOM
        $killed = Start-TestHost -Script $file
        Wait-Until -Seconds 150 { Get-DoubleLine -Since $since | Where-Object { $_.PSObject.Properties['event'] -and $_.event -eq 'blocked' } }
        $remove = { & (Get-Module -Name DismTs) { param($Choice, $Folder) . Import-ConformanceFunction; Remove-ConformanceRemnant -Choice ($Choice + @{ ErrorAction = 'Stop' }) -Folder $Folder } $dism $scratch }
        (& $remove)['Left'] | Should -Be 1 -Because 'that run still has its folder'
        $killed.Kill()
        Write-DoubleMode $modes
        Wait-Until -Seconds 200 { (& $remove)['Left'] -eq 0 }
        Get-ChildItem -LiteralPath $scratch | Should -BeNullOrEmpty
        Get-DismTsImage -Mounted @dism | Should -BeNullOrEmpty
    }

    It 'takes no other folder for one of its own' {
        $null = New-Item -ItemType Directory -Path "$scratch\dismts-conformance-mine"
        $found = & (Get-Module -Name DismTs) { param($Choice, $Folder) . Import-ConformanceFunction; Remove-ConformanceRemnant -Choice $Choice -Folder $Folder } $dism $scratch
        $found['Removed'] + $found['Left'] | Should -Be 0
        Test-Path -LiteralPath "$scratch\dismts-conformance-mine" | Should -BeTrue
        Remove-Item -LiteralPath "$scratch\dismts-conformance-mine"
    }
}
