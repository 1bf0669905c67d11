# The scripts of test/module/scripts on Windows: each with the in-box names, renamed and piped, on the double. Run by windowsSuite.ts.

BeforeDiscovery {
    # What cannot be run here, and why.
    $leftOut = @{
        Parallel = 'Start-Job starts pwsh.exe, which does not start under Wine; Windows.Tests.ps1 has runspaces'
    }
    # What the double needs for a script, and the lines that a native engine gives where the portable one gives others.
    $conditions = @{
        RetryDismount = @{ Modes = @{ 'result.DismUnmountImage' = '0xC1420117,0xC1420117,0' } }
        Save          = @{
            Modes = @{ 'dism-log' = 'write' }
            # Nothing is appended by the double.
            Lines = @{ 'images: 3' = 'images: 2' }
        }
        Servicing     = @{
            Lines = @{
                'not enabled: 2'                                  = 'not enabled: 4'
                'DismTs-Feature-Gone: DisabledWithPayloadRemoved' = "Gr$([char] 0xFC)$([char] 0xDF)e-$([char]::ConvertFromUtf32(0x1D53B))eature: PartiallyInstalled"
                'installed: 4'                                    = 'installed: 1'
                'engine: 80070032'                                = 'enabled'
            }
        }
    }
    Import-Module -Name "$PSScriptRoot/../module/scripts/ScriptSuite.psm1"
    $scripts = foreach ($script in Get-SuiteScript -CommandTable "$PSScriptRoot/../../module/InboxName/InboxCommand.psd1") {
        if ($leftOut.ContainsKey($script.Name)) {
            continue
        }
        $condition = $conditions[$script.Name]
        if ($null -eq $condition) {
            $condition = @{}
        }
        $script['Modes'] = $condition['Modes']
        $script['Lines'] = foreach ($line in $script['Expected']) {
            if ($condition['Lines'] -and $condition['Lines'].ContainsKey($line)) {
                $condition['Lines'][$line]
            } else {
                $line
            }
        }
        $script
    }
    foreach ($name in $leftOut.Keys) {
        Write-Information -MessageData "Left out: the script $name on Windows: $($leftOut[$name])" -InformationAction Continue
    }
    $ways = @($scripts | Group-Object -Property { $_.Way } | ForEach-Object { @{ Way = $_.Name; Scripts = @($_.Group) } })
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/../module/TestHelper.psm1"
}

Describe 'Scripts for the in-box module on Windows, <Way>' -ForEach $ways {
    BeforeAll {
        $dismPath = $env:DISMTS_TEST_DOUBLE
        $configuration = "$dismPath\DismApi.dll.conf"
        $fixedModes = [System.IO.File]::ReadAllText($configuration)
        $testFolder = "$env:DISMTS_TEST_FOLDER\scripts $Way"
        $manifest = Get-ModuleManifest

        # One session for all scripts of a way, as starting a program takes long under Wine. The scripts do not know of the double: it is a default here.
        $shell = New-TestPowerShell -Variables @{ manifest = $manifest; dismPath = $dismPath; inbox = $Way -eq 'InboxName' } -Script @'
            $global:PSDefaultParameterValues = @{ '*:DismPath' = $dismPath }
            Import-Module -Name $manifest
            & (Get-Module -Name DismTs) { $script:startTimeoutMilliseconds = 200000 }
            if ($inbox) {
                (Enable-DismTsInboxName).Types
            }
'@
        $types = $shell.Invoke()

        function Get-Violation {
            # What the double says that nobody may do.
            param()
            # Not there before the first call.
            if (Test-Path -LiteralPath "$dismPath\calls.jsonl") {
                Get-Content -LiteralPath "$dismPath\calls.jsonl" | Where-Object { $_ -like '*"violation"*' }
            }
        }
        $violations = @(Get-Violation).Count
    }

    AfterAll {
        $shell.Commands.Clear()
        $null = $shell.AddScript('Remove-Module -Name DismTs').Invoke()
        $shell.Runspace.Dispose()
        $shell.Dispose()
    }

    AfterEach {
        # A test that failed must not fail the next ones.
        [System.IO.File]::WriteAllText("$dismPath\mounts.txt", '')
        [System.IO.File]::WriteAllText($configuration, $fixedModes)
    }

    It '<Name> gives what it gives with the in-box module' -ForEach $Scripts {
        if ($Way -eq 'InboxName') {
            $types | Should -Be 'Compiled' -Because 'the in-box types are part of the mode'
        }
        $folder = "$testFolder\$Name"
        $null = New-Item -ItemType Directory -Path "$folder\mount"
        $null = New-Item -ItemType Directory -Path "$folder\image"
        $null = New-Item -ItemType File -Path "$folder\install.wim"
        $null = New-Item -ItemType Directory -Path "$folder\content"
        $wanted = @{ 'image-names' = 'First,Second'; 'files' = 'check' }
        if ($Name -in 'RetryDismount', 'Save') {
            $wanted['mount-content'] = "$folder\content"
        }
        if ($Modes) {
            $wanted += $Modes
        }
        [System.IO.File]::WriteAllText("$configuration.new", $fixedModes + (-join ($wanted.Keys | ForEach-Object { "$_=$($wanted[$_])`n" })))
        # While a double looks at the file Windows lets nobody replace it.
        Wait-Until {
            try {
                [System.IO.File]::Move("$configuration.new", $configuration, $true)
                $true
            } catch [System.UnauthorizedAccessException], [System.IO.IOException] {
                $false
            }
        }
        Set-Content -LiteralPath "$folder\script.ps1" -Value $Text

        $given = @{ ImagePath = "$folder\install.wim"; MountPath = "$folder\mount"; Folder = $folder; ImageFolder = "$folder\image" }
        $taken = (Get-Command -Name "$folder\script.ps1").Parameters.Keys
        $parameters = @{}
        $given.Keys | Where-Object { $_ -in $taken } | ForEach-Object { $parameters[$_] = $given[$_] }
        $shell.Commands.Clear()
        $shell.Streams.ClearStreams()
        # Not within "try", which would end the script at an error that nothing in it catches.
        $output = @($shell.AddCommand("$folder\script.ps1").AddParameters($parameters).Invoke() | ForEach-Object { "$_" })
        $output -join "`n" | Should -Be ($Lines -join "`n") -Because "$($shell.Streams.Error)"
        @(Get-Violation | Select-Object -Skip $violations) | Should -BeNullOrEmpty
    }
}
