# Get-DismTsLog: which file it reads, what it sends, what it gives.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"

    function Get-SentRequest {
        # Parameters of the requests for a log as text, in order.
        @(Get-ReceivedMessage -RecordPath $recordPath -Method log/get | ForEach-Object {
                ConvertTo-Json -InputObject (ConvertTo-SortedObject -InputObject $_.Message.params) -Compress
            })
    }

    function Get-Problem {
        # The error record that a script makes.
        param($Script)
        try {
            & $Script
        } catch {
            $_
        }
    }
}

Describe 'Get-DismTsLog' -Tag 'Unit' {
    BeforeEach {
        $recordPath = Import-FakeModule -Folder $TestDrive
    }

    AfterEach {
        Remove-Module -Name DismTs
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    Context 'Which file it reads' {
        It 'the one that is given, wherever that is' {
            Push-Location -LiteralPath $TestDrive
            try {
                $null = Get-DismTsLog -LogPath own.log
                $null = Get-DismTsLog -LP /var/own.log
                $null = '/var/own.log' | Get-DismTsLog
            } finally {
                Pop-Location
            }
            $own = [System.IO.Path]::GetFullPath("$TestDrive/own.log")
            Get-SentRequest | Should -Be "{`"logPath`":`"$own`"}", '{"logPath":"/var/own.log"}', '{"logPath":"/var/own.log"}'
        }

        It 'that of each result, error record, exception and file that is piped in' {
            $record = Get-Problem { Get-DismTsImage -ImagePath /fake/notFound.wim }
            $file = New-Item -ItemType File -Path "$TestDrive/file.log" -Force
            $null = (Clear-DismTsMountPoint), $record, $record.Exception, $file | Get-DismTsLog
            (Get-SentRequest | ConvertFrom-Json).logPath | Should -Be '/fake/clean.log', '/fake/log.txt', '/fake/log.txt', $file.FullName
        }

        It 'that of the operation that ended last, whether it failed or not' {
            $null = Clear-DismTsMountPoint
            $null = Get-DismTsLog
            $null = Get-StatementError { Get-DismTsImage -ImagePath /fake/notFound.wim }
            # These wrote nothing.
            $null = Get-DismTsImage -ImagePath /fake/x.wim
            $null = Get-DismTsLog
            $null = Get-DismTsLog
            $null = Clear-DismTsMountPoint
            $null = Get-DismTsLog
            (Get-SentRequest | ConvertFrom-Json).logPath | Should -Be '/fake/clean.log', '/fake/log.txt', '/fake/log.txt', '/fake/clean.log'
        }

        It 'that of the operation that began last in any session, where this one had none' {
            $null = Get-DismTsLog
            Get-SentRequest | Should -Be '{}'
        }

        It 'none, with an error, where an object names none' {
            $null = Clear-DismTsMountPoint
            $problem = $null
            $entries = (Get-DismTsReservedStorageState), (Clear-DismTsMountPoint) | Get-DismTsLog -ErrorAction SilentlyContinue -ErrorVariable problem
            $entries | Should -Not -BeNullOrEmpty
            $problem | Should -HaveCount 1
            $problem[0].Exception.Message | Should -Match 'the object names none'
            { $null | Get-DismTsLog -ErrorAction Stop } | Should -Throw -ErrorId 'ERROR_FILE_NOT_FOUND,Get-DismTsLog'
            Get-SentRequest | Should -HaveCount 1
        }

        It 'none that is no file' {
            { Get-DismTsLog -LogPath 'NoSuchDrive:\x.log' } | Should -Throw -ErrorId 'ERROR_PATH_NOT_FOUND,Get-DismTsLog'
        }
    }

    Context 'What it sends' {
        It '<Text> sends <Sent>' -ForEach @(
            @{ Text = '-All'; Parameters = @{ All = $true }; Sent = '"lastOperation":false,' }
            @{ Text = '-All:$false'; Parameters = @{ All = $false }; Sent = '' }
            @{ Text = '-Level Warnings'; Parameters = @{ Level = 'Warnings' }; Sent = '"level":"Warnings",' }
            @{ Text = '-Level 1 -Last 10'; Parameters = @{ Level = '1'; Last = 10 }; Sent = '"last":10,"level":"Errors",' }
        ) {
            $null = Get-DismTsLog -LogPath /x.log @Parameters
            Get-SentRequest | Should -Be "{$Sent`"logPath`":`"/x.log`"}"
        }

        It 'refuses <Text>' -ForEach @(
            @{ Text = '-Level All'; Parameters = @{ Level = 'All' } }, @{ Text = '-Level 5'; Parameters = @{ Level = '5' } }, @{ Text = '-Last 0'; Parameters = @{ Last = 0 } }
        ) {
            { Get-DismTsLog -LogPath /x.log @Parameters } | Should -Throw -ErrorId 'ParameterArgumentValidationError,Get-DismTsLog'
        }
    }

    Context 'What it gives' {
        It 'is an object for each entry, in its types' {
            $entries = Get-DismTsLog -LogPath /x.log
            $entries | Should -HaveCount 5
            foreach ($entry in $entries) {
                $entry.PSObject.TypeNames[0] | Should -Be 'DismTs.LogEntry'
                $entry.PSObject.Properties.Name | Should -Be @(
                    'Time', 'Level', 'Source', 'Provider', 'ProcessId', 'ThreadId', 'Message', 'HResult', 'HResultHex', 'LogPath', 'LineNumber')
                $entry.LineNumber | Should -BeOfType ([long])
            }
            $entries.Source | Should -Be 'DISMTS', 'DISM', 'CBS', 'WIMGAPI', 'DISMTS'
            $entries.Level | Should -Be 'Info', 'Info', 'Error', 'Error', 'Error'
            $entries[0].Time | Should -BeOfType ([datetime])
            $entries[0].Time.Kind | Should -Be 'Local'
            $entries[0].Time.ToUniversalTime().ToString('o') | Should -Be '2026-01-02T03:04:05.2500000Z'
            $entries[0].HResult | Should -BeNullOrEmpty
            $entries[0].HResultHex | Should -BeExactly ''
            $entries[1].ProcessId | Should -BeOfType ([uint32])
            $entries[1].ThreadId | Should -Be 5678
            $entries[0].ThreadId | Should -BeNullOrEmpty
            $entries[2].HResult | Should -BeOfType ([int])
            $entries[2].HResult | Should -Be -2146498555
            $entries[2].HResultHex | Should -BeExactly '0x800F0805'
            $entries[3].Time | Should -BeNullOrEmpty
            $entries[2].Message | Should -Match "\n  with a second line $([char] 0xE9)$"
        }

        It 'has a view with time, level, writer and message' {
            $text = Get-DismTsLog -LogPath /x.log | Out-String -Width 200
            $text | Should -Match 'Time\s+Level\s+Provider\s+Message'
            $text | Should -Match ':05\s+Info\s+package/add\s+DismTs 0\.1\.0'
            $text | Should -Match ':07\s+Error\s+CBS\s+Failed to open package'
            $text | Should -Not -Match '1234'
        }

        It 'is one line for each entry, with the columns in their places, in <Width> columns' -ForEach @(@{ Width = 80 }, @{ Width = 120 }) {
            $lines = (Get-DismTsLog -LogPath /x.log | Out-String -Width $Width).Trim() -split '\r?\n'
            $lines | Should -HaveCount 7
            foreach ($line in $lines) {
                $line.Length | Should -BeLessOrEqual $Width
            }
            $start = $lines[0].IndexOf('Message')
            foreach ($line in $lines | Select-Object -Skip 1) {
                $line.Substring($start - 1, 1) | Should -Be ' '
                $line.Substring($start, 1) | Should -Match '\S'
            }
        }

        It 'can be explained by Resolve-DismTsError' {
            (Get-DismTsLog -LogPath /x.log | Where-Object HResult | ForEach-Object { $_.HResult } | Resolve-DismTsError).Hex | Should -Be '0x800F0805', '0x80070002', '0x800F0805'
        }

        It 'is a warning beside the entries where some are missing' {
            $warned = @()
            Mock -ModuleName DismTs -CommandName Read-JsonRpcMessage -MockWith {
                $Sidecar.Message = [pscustomobject] @{ id = $Sidecar.LastId; result = [pscustomobject] @{ entries = @(); warnings = @('Only the last 32 MB were read'); server = $null; protocolVersion = '1.0' } }
                $true
            }
            Get-DismTsLog -LogPath /x.log -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            $warned | Select-Object -Last 1 | Should -Be 'Only the last 32 MB were read'
        }
    }

    It 'asks nothing and changes nothing' {
        (Get-Command -Name Get-DismTsLog).Parameters.Keys | Should -Not -Contain 'WhatIf'
    }
}
