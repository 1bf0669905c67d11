# The commands about image files: what -WhatIf says, and what comes of them, without an engine and with the portable one.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
}

Describe 'Commands about image files' -Tag 'Unit' {
    BeforeAll {
        function Get-SaidPlan {
            # What -WhatIf says of the plan in an answer.
            param($Plan, $SizeBefore = 0)
            InModuleScope DismTs -Parameters @{ Result = ConvertTo-Json -InputObject @{ plan = $Plan; sizeBefore = $SizeBefore } -Depth 5 | ConvertFrom-Json } {
                function Write-Plan {
                    [CmdletBinding()]
                    param()
                    Write-ChangePlan -Cmdlet $PSCmdlet -Result $Result
                }
                Write-Plan 6>&1
            }
        }
    }

    BeforeEach {
        $recordPath = Import-FakeModule -Folder $TestDrive
    }

    AfterEach {
        Remove-Module -Name DismTs
        Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
    }

    It '-WhatIf sends a dry run, gives no object and says what would be written' {
        $path = "$PSScriptRoot/../fixtures/rpc/imageFile-capture-whatIf.json"
        Remove-Module -Name DismTs
        $recordPath = Import-FakeModule -Folder $TestDrive -Scenario 'replay', $path
        $said = New-DismTsImage -ImagePath /images/new.wim -CapturePath /mnt/golden -Name Golden -WhatIf 6>&1
        (Get-ReceivedMessage -RecordPath $recordPath -Method imageFile/capture).Message.params.validateOnly | Should -BeTrue
        @($said | ForEach-Object { "$_" }) | Should -Be @(
            'What if: Reads 120,000 files and 27,000 folders with 15,360 MB', 'What if: Makes "/images/new.wim": at most 8,584 MB')
        $said | Should -BeOfType ([System.Management.Automation.InformationRecord])
    }

    It 'says how much is free where that is known' {
        $plan = @{
            files = 1; directories = 1; bytes = 1
            writes = @(@{ path = '/a.wim'; change = 'Grown'; maximumBytes = 1048577; freeBytes = 5368709120 }, @{ path = '/b'; change = 'Filled'; maximumBytes = 0; freeBytes = 0 })
        }
        $said = Get-SaidPlan -Plan $plan -SizeBefore 1048576
        @($said | ForEach-Object { "$_" })[1..2] | Should -Be 'What if: Adds to "/a.wim": at most 1 MB more, 5,120 MB are free', 'What if: Fills "/b": at most 0 MB, 0 MB are free'
    }

    It 'does not say that nothing is read' {
        $plan = @{ files = 0; directories = 0; bytes = 0; writes = @(@{ path = '/a.wim'; change = 'Grown'; maximumBytes = 3145728; freeBytes = $null }) }
        Get-SaidPlan -Plan $plan -SizeBefore 1048576 | ForEach-Object { "$_" } | Should -Be 'What if: Changes "/a.wim": at most 2 MB more'
    }

    It 'shows the first of many parts, and how many more there are' {
        $plan = @{
            files = 2; directories = 1; bytes = 1048576
            writes = @(1..75 | ForEach-Object { @{ path = "/q$_.swm"; change = 'New'; maximumBytes = 1048576; freeBytes = $null } })
        }
        $said = Get-SaidPlan -Plan $plan
        @($said | ForEach-Object { "$_" }) | Should -Be @(
            'What if: Reads 2 files and 1 folder with 1 MB', 'What if: Makes "/q1.swm": at most 1 MB', 'What if: Makes "/q2.swm": at most 1 MB',
            'What if: Makes "/q3.swm": at most 1 MB', 'What if: Makes 72 more, up to "/q75.swm"')
    }

    It '<Command> asks for the index where neither that nor a name is given' -ForEach @(
        @{ Command = 'Export-DismTsImage' }, @{ Command = 'Remove-DismTsImage' }, @{ Command = 'Get-DismTsImageContent' }, @{ Command = 'Expand-DismTsImage' }
    ) {
        (Get-Command -Name $Command).DefaultParameterSet | Should -Be 'InputByFilePathAndIndex'
    }

    It 'refuses one new name for the images <Index>' -ForEach @{ Index = '*' }, @{ Index = 1, 2 } {
        $files = @{ SourceImagePath = '/fake/x.wim'; DestinationImagePath = '/fake/new.wim'; DestinationName = 'x' }
        { Export-DismTsImage @files -SourceIndex $Index } | Should -Throw -ExpectedMessage 'Cannot give the images*one -DestinationName*'
        Export-DismTsImage @files -SourceName '*' | Should -HaveCount 1
    }

    It 'has an image looked at before it is applied, so that warnings come before' {
        Expand-DismTsImage -ImagePath /fake/x.wim -Index 2 -ApplyPath /fake/a | Should -HaveCount 1
        (Get-ReceivedMessage -RecordPath $recordPath -Method imageFile/apply).Message.params | ForEach-Object { [bool] $_.PSObject.Properties['validateOnly'] } | Should -Be $true, $false
    }

    It 'takes the name that a cmdlet of Windows had for solid compression' {
        $null = New-DismTsImage -ImagePath /fake/new.wim -CapturePath /fake/a -Name x -CompressionType LZMS
        (Get-ReceivedMessage -RecordPath $recordPath -Method imageFile/capture).Message.params.compressionType | Should -BeExactly 'Recovery'
    }
}

Describe 'Commands about image files on real files' -Tag 'Integration' -Skip:(-not $IsLinux) {
    BeforeAll {
        Remove-Module -Name DismTs -ErrorAction Ignore
        Import-Module -Name "$PSScriptRoot/../../DismTs.psd1"
        $folder = Join-Path -Path $TestDrive -ChildPath 'files'
        $tree = New-Item -ItemType Directory -Path "$folder/tree/sub"
        Set-Content -LiteralPath "$folder/tree/a.txt" -Value 'a'
        Set-Content -LiteralPath "$tree/b.txt" -Value 'b'
    }

    AfterAll {
        Remove-Module -Name DismTs -ErrorAction Ignore
    }

    It 'captures, appends and lists' {
        $new = New-DismTsImage -CapturePath "$folder/tree" -ImagePath "$folder/new.wim" -Name First -Description 'The first' -CompressionType Max -WarningVariable warnings 3>$null
        $new.PSObject.TypeNames[0] | Should -Be 'DismTs.OfflineImageObject'
        $new.ImagePath | Should -Be "$folder/new.wim"
        $new.Path | Should -Be "$folder/tree"
        $new.SizeBefore | Should -Be 0
        $new.SizeAfter | Should -Be (Get-Item -LiteralPath "$folder/new.wim").Length
        $new.SizeAfter | Should -BeOfType ([uint64])
        @($warnings) | Should -BeLike '*is captured as a Linux folder*'
        $added = Add-DismTsImage -CapturePath "$folder/tree" -ImagePath "$folder/new.wim" -Name Second 3>$null
        $added.ImageIndex | Should -Be 2
        $added.SizeBefore | Should -Be $new.SizeAfter
        (Get-DismTsImage -ImagePath "$folder/new.wim").ImageName | Should -Be 'First', 'Second'
        $target = New-Item -ItemType Directory -Path "$folder/target"
        $applied = Get-DismTsImage -ImagePath "$folder/new.wim" | Where-Object ImageIndex -EQ 2 | Expand-DismTsImage -ApplyPath $target -WarningVariable warnings
        $applied.Path | Should -Be $target.FullName
        $applied.ImageIndex | Should -Be 2
        $warnings | Should -BeNullOrEmpty
        Get-Content -LiteralPath "$target/sub/b.txt" | Should -Be 'b'
        { New-DismTsImage -CapturePath "$folder/tree" -ImagePath "$folder/new.wim" -Name x } | Should -Throw -ErrorId 'ERROR_FILE_EXISTS,New-DismTsImage'
        { Add-DismTsImage -CapturePath "$folder/tree" -ImagePath "$folder/new.wim" -Name second } | Should -Throw -ErrorId 'ERROR_ALREADY_EXISTS,Add-DismTsImage'
    }

    It 'do what Test-DismTsConformance expects of them, and its folder goes' {
        $scratch = New-Item -ItemType Directory -Path "$folder/scratch"
        $rows = InModuleScope DismTs -Parameters @{ Folder = $scratch.FullName } { . Import-ConformanceFunction; Get-ConformanceTrialRow -Choice @{ Engine = 'Portable' } -Folder $Folder }
        if ((id -u) -ne 0) {
            # Mounting for writing is for root.
            $rows = $rows | Where-Object Question -NotMatch 'mount'
        }
        $rows | Where-Object Verdict -EQ 'Differs' | ForEach-Object { "$($_.Question): $($_.Expected), but $($_.Seen)" } | Should -BeNullOrEmpty
        @($rows | Where-Object Verdict -EQ 'Same').Count | Should -BeGreaterOrEqual 20
        Get-ChildItem -LiteralPath $scratch | Should -BeNullOrEmpty
    }

    It 'exports, splits, joins, removes, sets, optimizes, tests, lists and copies' {
        $null = New-DismTsImage -CapturePath "$folder/tree" -ImagePath "$folder/source.wim" -Name First 3>$null
        Set-Content -LiteralPath "$folder/tree/c.txt" -Value 'c'
        $null = Add-DismTsImage -CapturePath "$folder/tree" -ImagePath "$folder/source.wim" -Name Second 3>$null

        $exported = Export-DismTsImage -SourceImagePath "$folder/source.wim" -SourceIndex * -DestinationImagePath "$folder/out.esd" -CompressionType Recovery
        $exported.PSObject.TypeNames[0] | Should -Be 'DismTs.OfflineImageObject'
        $exported.ImageIndexes | Should -Be 1, 2
        $exported.SizeAfter | Should -Be (Get-Item -LiteralPath "$folder/out.esd").Length
        $piped = Get-DismTsImage -ImagePath "$folder/out.esd" | Where-Object ImageName -EQ 'Second' | Export-DismTsImage -DestinationImagePath "$folder/out.wim" -CompressionType Max
        $piped.ImageIndex | Should -Be 1
        { Export-DismTsImage -SourceImagePath "$folder/out.esd" -SourceIndex 2 -DestinationImagePath "$folder/out.wim" } |
            Should -Throw -ErrorId 'ERROR_ALREADY_EXISTS,Export-DismTsImage'

        $split = Split-DismTsImage -ImagePath "$folder/source.wim" -SplitImagePath "$folder/part.swm" -FileSize 1
        $split.Parts[0].Path | Should -Be "$folder/part.swm"
        $split.Parts[0].Bytes | Should -Be (Get-Item -LiteralPath "$folder/part.swm").Length
        { Split-DismTsImage -ImagePath "$folder/source.wim" -SplitImagePath "$folder/part.wim" -FileSize 1 } | Should -Throw -ErrorId 'E_INVALIDARG,Split-DismTsImage'

        (Test-DismTsImageFile -ImagePath "$folder/source.wim").Healthy | Should -BeTrue
        $tested = Get-Item -LiteralPath "$folder/out.wim" | Test-DismTsImageFile
        $tested.PSObject.TypeNames[0] | Should -Be 'DismTs.ImageFileTestObject'
        $tested.IntegrityTable | Should -Be 'None'
        $tested.Damage | Should -BeNullOrEmpty

        Get-DismTsImageContent -ImagePath "$folder/source.wim" -Name Second | Sort-Object | Should -Be '\', '\a.txt', '\c.txt', '\sub\', '\sub\b.txt'
        $null = Copy-DismTsImageItem -ImagePath "$folder/source.wim" -Index 2 -ItemPath \SUB\B.TXT -Destination "$folder/b.txt"
        Get-Content -LiteralPath "$folder/b.txt" | Should -Be 'b'
        $put = Copy-DismTsImageItem -ImagePath "$folder/source.wim" -Index 2 -ItemPath \sub\d.txt -Source "$folder/b.txt"
        $put.ImageIndex | Should -Be 2
        Get-DismTsImageContent -ImagePath "$folder/source.wim" -Index 2 | Should -Contain '\sub\d.txt'

        $set = Set-DismTsImage -ImagePath "$folder/source.wim" -Index 2 -NewName 'Renamed' -Description '' -BootIndex 1
        $set.ImageIndex | Should -Be 2
        (Get-DismTsImage -ImagePath "$folder/source.wim" -Index 1).ImageBootable | Should -Be 'Yes'
        { Set-DismTsImage -ImagePath "$folder/source.wim" -Index 2 } | Should -Throw -ErrorId 'E_INVALIDARG,Set-DismTsImage'
        $removed = Get-DismTsImage -ImagePath "$folder/source.wim" | Where-Object ImageName -EQ 'Renamed' | Remove-DismTsImage
        $removed.RemovedName | Should -Be 'Renamed'
        $removed.UnusedBytes | Should -BeOfType ([uint64])
        { Remove-DismTsImage -ImagePath "$folder/source.wim" -Index 1 } | Should -Throw -ErrorId 'E_ACCESSDENIED,Remove-DismTsImage'
        $optimized = Optimize-DismTsImageFile -ImagePath "$folder/source.wim" -CheckIntegrity
        $optimized.SizeAfter | Should -BeLessThan $optimized.SizeBefore
        (Test-DismTsImageFile -ImagePath "$folder/source.wim").IntegrityTable | Should -Be 'Ok'
    }

    It 'offers paths of the image by Tab, and none of this machine' {
        $own = New-Item -ItemType Directory -Path "$folder/tab/sub"
        'a.txt', 'sub/b.txt' | ForEach-Object { Set-Content -LiteralPath "$folder/tab/$_" -Value 'x' }
        $null = New-DismTsImage -CapturePath $own.Parent.FullName -ImagePath "$folder/tab.wim" -Name Tab 3>$null
        Push-Location -Path $PSScriptRoot
        try {
            $offered = foreach ($line in "-ImagePath $folder/tab.wim -Index 1 -ItemPath ", "-ImagePath $folder/tab.wim -Name Tab -ItemPath SUB\", "-ImagePath $folder/tab.wim -Index 1 -ItemPath /sub/B",
                "-ImagePath $folder/tab.wim -Index 1 -ItemPath Image", '-ItemPath ', "-ImagePath $folder/none.wim -Index 1 -ItemPath Image") {
                $script = "Copy-DismTsImageItem $line"
                (TabExpansion2 -inputScript $script -cursorColumn $script.Length).CompletionMatches.CompletionText -join ' '
            }
        } finally {
            Pop-Location
        }
        $offered | Should -Be '\a.txt \sub', '\sub\b.txt', '/sub/b.txt', 'Image', '\', 'Image'
    }

    It '-WhatIf changes nothing, and says how large a file gets' {
        $before = (Get-FileHash -LiteralPath "$folder/new.wim").Hash
        $said = Optimize-DismTsImageFile -ImagePath "$folder/new.wim" -WhatIf 6>&1
        "$($said[-1])" | Should -BeLike "What if: Replaces `"$folder/new.wim`": at most *"
        Remove-DismTsImage -ImagePath "$folder/new.wim" -Index 1 -WhatIf 6>$null | Should -BeNullOrEmpty
        Split-DismTsImage -ImagePath "$folder/new.wim" -SplitImagePath "$folder/what.swm" -FileSize 1 -WhatIf 6>$null | Should -BeNullOrEmpty
        Test-Path -Path "$folder/what*.swm" | Should -BeFalse
        (Get-FileHash -LiteralPath "$folder/new.wim").Hash | Should -Be $before
    }
}
