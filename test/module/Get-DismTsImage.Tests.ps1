# Get-DismTsImage: parameter sets, paths, objects.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    $recordPath = Import-FakeModule -Folder $TestDrive

    function Get-LastParameter {
        (@(Get-ReceivedMessage -RecordPath $recordPath -Method image/getInfo)[-1]).Message.params
    }
}

AfterAll {
    Remove-Module -Name DismTs
    Get-RunningFake -RecordPath $recordPath | Should -BeNullOrEmpty
}

Describe '-Verbose and -Debug' -Tag 'Unit' {
    It 'tell what was started, how long it took, and where the log is' {
        $verbose = Get-DismTsImage -ImagePath /fake/x.wim -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        "$($verbose[-2])" | Should -Match '^image/getInfo started in process \d+$'
        "$($verbose[-1])" | Should -Match '^image/getInfo took \d+[.,]\d{3} s\. Log: '
        $failed = & { try { Get-DismTsImage -ImagePath /fake/notFound.wim -Verbose } catch { $null = $_ } } 4>&1
        "$(@($failed)[-1])" | Should -Match '^image/getInfo failed after \d+[.,]\d{3} s\. Log: /fake/log\.txt$'
        $debug = Get-DismTsImage -ImagePath /fake/x.wim -Debug 5>&1 | Where-Object { $_ -is [System.Management.Automation.DebugRecord] }
        "$($debug[-1])" | Should -Be 'image/getInfo {"imagePath":"/fake/x.wim"}'
        Get-DismTsImage -ImagePath /fake/x.wim 4>&1 5>&1 | Should -Not -BeOfType ([System.Management.Automation.InformationalRecord])
    }
}

Describe 'Get-DismTsImage' -Tag 'Unit' {
    Context 'Objects' {
        It 'lists the images of a file' {
            $images = Get-DismTsImage -ImagePath /fake/x.wim
            $images | Should -HaveCount 2
            $images[0].PSObject.TypeNames[0] | Should -Be 'DismTs.BasicImageInfoObject'
            $images[0].PSObject.Properties.Name | Should -Be 'ImageIndex', 'ImageName', 'ImageDescription', 'ImageSize', 'ImagePath'
            $images[0].ImageIndex | Should -BeOfType ([uint32])
            $images[0].ImageSize | Should -BeOfType ([uint64])
            $images[0].ImageSize | Should -Be 5000000000
        }

        It 'gives everything about one image, by <By>' -ForEach @(@{ By = 'index'; Choice = @{ Index = 2 } }, @{ By = 'name'; Choice = @{ Name = 'Second' } }) {
            $image = Get-DismTsImage -ImagePath /fake/x.wim @Choice
            $image | Should -HaveCount 1
            $image.PSObject.TypeNames[0] | Should -Be 'DismTs.WimImageInfoObject'
            $image.PSObject.Properties.Name | Should -Be @(
                'ImageIndex', 'ImageName', 'ImageDescription', 'ImageSize', 'ImagePath', 'ImageType', 'WIMBoot', 'ImageBootable', 'Architecture', 'Hal', 'Version',
                'MajorVersion', 'MinorVersion', 'Build', 'SPBuild', 'SPLevel', 'EditionId', 'InstallationType', 'ProductName', 'ProductType', 'ProductSuite',
                'SystemRoot', 'DirectoryCount', 'FileCount', 'CreatedTime', 'ModifiedTime', 'Languages', 'DefaultLanguageIndex'
            )
            $image.ImageIndex | Should -Be 2
            $image.ImageName | Should -Be 'Second'
            foreach ($name in 'MajorVersion', 'MinorVersion', 'Build', 'SPBuild', 'SPLevel', 'DefaultLanguageIndex') {
                $image.$name | Should -BeOfType ([uint32])
            }
            foreach ($name in 'DirectoryCount', 'FileCount') {
                $image.$name | Should -BeOfType ([uint64])
            }
            $image.WIMBoot | Should -BeOfType ([bool])
            $image.Architecture | Should -Be 9
            $image.Architecture -eq 'x64' | Should -BeTrue
            'x64' -eq $image.Architecture | Should -BeTrue
            $image.Architecture -eq 'arm64' | Should -BeFalse
            $image.Languages.GetType() | Should -Be ([string[]])
            $image.Languages | Should -Be 'en-US', 'de-DE'
            $image.CreatedTime | Should -BeOfType ([datetime])
            $image.CreatedTime.Kind | Should -Be 'Local'
            $image.ModifiedTime.ToUniversalTime() | Should -Be ([datetime]::Parse('2024-12-01T01:02:03.456Z').ToUniversalTime())
        }

        It 'leaves empty what the file does not say' {
            $image = Get-DismTsImage -ImagePath /fake/dateName.wim -Index 1
            $image.CreatedTime | Should -BeNullOrEmpty
            $image.Architecture | Should -BeNullOrEmpty
            $image.PSObject.Properties.Name | Should -Contain 'Architecture'
        }

        It 'lists mounted images, whose folder is both Path and MountPath' {
            $mounts = Get-DismTsImage -Mounted
            $mounts | Should -HaveCount 3
            $mounts[1].PSObject.TypeNames[0] | Should -Be 'DismTs.MountedImageInfoObject'
            $mounts[1].PSObject.Properties.Name | Should -Be 'Path', 'MountPath', 'ImagePath', 'ImageIndex', 'MountMode', 'MountStatus', 'StatusReason', 'MountId'
            $mounts[1].Path | Should -Be '/fake/two files'
            $mounts[1].MountPath | Should -Be '/fake/two files'
            $mounts[1].MountMode | Should -Be 'ReadOnly'
            $mounts[1].MountStatus | Should -Be 'NeedsRemount'
            $mounts[1].ImageIndex | Should -BeOfType ([uint32])
        }

        It 'counts one object as one, in Windows PowerShell too, and shows nobody how' {
            $image = Get-DismTsImage -ImagePath /fake/x.wim -Index 1
            $image.Count | Should -Be 1
            # What Windows PowerShell gets, under other names and here: this one counts by itself.
            InModuleScope DismTs {
                $script:countedTypes.Clear()
                Add-CountMember -TypeName BasicImageInfoObject
                $script:countedTypes.Count | Should -Be 0
                Add-CountMember -TypeName WimImageInfoObject -Member Cownt, Lenkth -Edition $PSVersionTable.PSEdition
            }
            $image = Get-DismTsImage -ImagePath /fake/x.wim -Index 1
            $image.Cownt | Should -Be 1
            $image.Lenkth | Should -Be 1
            $image.PSObject.Properties.Name | Should -Not -Contain 'Cownt'
            $image | ConvertTo-Json | Should -Not -Match 'Cownt'
            ($image | Select-Object -Property *).PSObject.Properties.Name | Should -Not -Contain 'Cownt'
            Remove-TypeData -TypeName DismTs.WimImageInfoObject
        }

        It 'shows a table that a person can read' {
            $table = Get-DismTsImage -ImagePath /fake/x.wim | Out-String
            $table | Should -Match 'Index +Size +Name +Description'
            $table | Should -Match '2 +4[.,]66 GB +Second +described'
            $table = Get-DismTsImage -Mounted | Out-String -Width 200
            $table | Should -Match 'Path +ImagePath +Index +Mode +Status'
            $table | Should -Match '/fake/two files +/fake/b.wim +2 +ReadOnly +NeedsRemount'
            $list = Get-DismTsImage -ImagePath /fake/x.wim -Index 1 | Out-String
            $list | Should -Match 'Architecture +: x64'
            $list | Should -Match 'Languages +: en-US, de-DE \(Default\)'
        }
    }

    Context 'Paths' {
        BeforeAll {
            $folder = "$TestDrive/some images"
            $null = New-Item -ItemType Directory -Path $folder
            foreach ($name in 'a.wim', 'b.wim', 'c.esd', '[x].wim') {
                $null = New-Item -ItemType File -Path "$folder/$name"
            }
        }

        It 'takes a relative path from the current location of PowerShell' {
            Push-Location -LiteralPath $folder
            try {
                $null = Get-DismTsImage -ImagePath ./a.wim
            } finally {
                Pop-Location
            }
            (Get-LastParameter).imagePath | Should -Be ([System.IO.Path]::GetFullPath("$folder/a.wim"))
        }

        It 'takes a path on a PSDrive of its caller' {
            $null = New-PSDrive -Name Images -PSProvider FileSystem -Root $TestDrive
            (Get-DismTsImage -ImagePath 'Images:/some images/b.wim' -Index 1).ImagePath | Should -Be ([System.IO.Path]::GetFullPath("$folder/b.wim"))
            (Get-DismTsImage -ImagePath 'Images:\some images\*.wim' -Index 1).ImagePath | Should -HaveCount 3
            Push-Location -LiteralPath 'Images:/some images'
            try {
                (Get-DismTsImage -ImagePath a.wim -Index 1).ImagePath | Should -Be ([System.IO.Path]::GetFullPath("$folder/a.wim"))
                (Get-DismTsImage -ImagePath Images:a.wim -Index 1).ImagePath | Should -Be ([System.IO.Path]::GetFullPath("$folder/a.wim"))
                (Get-DismTsImage -ImagePath ../y.wim -Index 1).ImagePath | Should -Be ([System.IO.Path]::GetFullPath("$TestDrive/y.wim"))
            } finally {
                Pop-Location
            }
        }

        It 'expands wildcards, in order' {
            (Get-DismTsImage -ImagePath "$folder/*.wim" -Index 1).ImagePath | Should -Be @('[x].wim', 'a.wim', 'b.wim' | ForEach-Object { [System.IO.Path]::GetFullPath("$folder/$_") })
            # What matches nothing is asked for as it is, so that it is an error that there is no such file.
            $null = Get-DismTsImage -ImagePath "$folder/*.nothing"
            (Get-LastParameter).imagePath | Should -Be ([System.IO.Path]::GetFullPath("$folder/*.nothing"))
        }

        It 'takes a name with brackets literally when there is such a file' {
            (Get-DismTsImage -ImagePath "$folder/[x].wim" -Index 1).ImagePath | Should -Be ([System.IO.Path]::GetFullPath("$folder/[x].wim"))
            (Get-DismTsImage -ImagePath "$folder/[ab].wim" -Index 1).ImagePath | Should -HaveCount 2
        }

        It 'takes several files, reads them all, and then reports those that failed' {
            $problem = $null
            $results = @(try { Get-DismTsImage -ImagePath /fake/a.wim, /fake/notFound.wim, env:x, /fake/b.wim -Index 1 -ErrorAction SilentlyContinue -ErrorVariable problem } catch { $_ })
            $results | Should -HaveCount 3
            $results[0, 1].ImagePath | Should -Be '/fake/a.wim', '/fake/b.wim'
            $results[2].FullyQualifiedErrorId | Should -Be 'E_INVALIDARG,Get-DismTsImage'
            $problem | Should -HaveCount 2
            $problem[0].FullyQualifiedErrorId | Should -Be 'DISMAPI_E_INVALID_IMAGE_INDEX,Get-DismTsImage'
        }

        It 'takes files from Get-ChildItem, whose Name is not the name of an image' {
            (Get-ChildItem -LiteralPath $folder -Filter *.esd | Get-DismTsImage).ImageName | Should -Be 'First', 'Second'
            (Get-LastParameter).PSObject.Properties.Name | Should -Not -Contain 'imageName'
            (Get-ChildItem -LiteralPath $folder -Filter *.esd | Get-DismTsImage -Name Second).ImageIndex | Should -Be 2
            (Get-ChildItem -LiteralPath $folder -Filter *.esd | Get-DismTsImage -Index 1).ImageName | Should -Be 'First'
        }

        It 'takes index or name from the properties of what comes down the pipeline' {
            ([pscustomobject] @{ ImagePath = '/fake/x.wim'; Index = 2 } | Get-DismTsImage).ImageName | Should -Be 'Second'
            ([pscustomobject] @{ ImagePath = '/fake/x.wim'; Name = 'Second' } | Get-DismTsImage).ImageIndex | Should -Be 2
            $details = Get-DismTsImage -ImagePath /fake/x.wim | Get-DismTsImage
            $details.ImageIndex | Should -Be 1, 2
            $details[0].PSObject.TypeNames[0] | Should -Be 'DismTs.WimImageInfoObject'
        }

        It 'does not ask for what is missing' {
            { Get-DismTsImage } | Should -Throw -ErrorId 'AmbiguousParameterSet,Get-DismTsImage'
        }

        It 'refuses <Path> before anything is sent' -ForEach @(
            @{ Path = 'env:PATH'; Id = 'E_INVALIDARG' }, @{ Path = 'variable:x'; Id = 'E_INVALIDARG' }, @{ Path = 'NoSuchDrive:/x.wim'; Id = 'ERROR_PATH_NOT_FOUND' }
            if ([System.IO.Path]::DirectorySeparatorChar -eq '/') {
                # PowerShell takes these for absolute there; they would be files in the folder of the sidecar.
                @{ Path = '\\server\share\x.wim'; Id = 'ERROR_PATH_NOT_FOUND' }, @{ Path = '\\?\C:\x.wim'; Id = 'ERROR_PATH_NOT_FOUND' }
            }
        ) {
            $before = @(Get-ReceivedMessage -RecordPath $recordPath).Count
            { Get-DismTsImage -ImagePath $Path } | Should -Throw -ErrorId "$Id,Get-DismTsImage"
            { Get-DismTsImage -ImagePath /fake/x.wim -LogPath $Path } | Should -Throw -ErrorId "$Id,Get-DismTsImage"
            { Get-DismTsImage -Mounted -ScratchDirectory $Path } | Should -Throw -ErrorId "$Id,Get-DismTsImage"
            @(Get-ReceivedMessage -RecordPath $recordPath).Count | Should -Be $before
        }
    }

    Context 'Common parameters' {
        It 'sends log file, log level and scratch folder' {
            Push-Location -LiteralPath $TestDrive
            try {
                $null = Get-DismTsImage -ImagePath /fake/x.wim -LP ./my.log -LL Errors -ScratchDirectory scratch
            } finally {
                Pop-Location
            }
            $params = Get-LastParameter
            $params.logPath | Should -Be ([System.IO.Path]::GetFullPath("$TestDrive/my.log"))
            $params.scratchDirectory | Should -Be ([System.IO.Path]::GetFullPath("$TestDrive/scratch"))
            $params.logLevel | Should -Be 'Errors'
        }

        It 'takes log level <Number> for <Name>' -ForEach @(
            @{ Number = 0; Name = 'Errors' }, @{ Number = 1; Name = 'Errors' }, @{ Number = 2; Name = 'Warnings' }, @{ Number = 3; Name = 'WarningsInfo' }, @{ Number = 4; Name = 'Debug' }
        ) {
            $null = Get-DismTsImage -ImagePath /fake/x.wim -LogLevel $Number
            (Get-LastParameter).logLevel | Should -Be $Name
        }

        It 'takes -Image for -ImagePath, as the in-box command does' {
            (Get-DismTsImage -Image /fake/x.wim -Index 2).ImageName | Should -Be 'Second'
            (Mount-DismTsImage -Image /fake/x.wim -Index 2 -Path /fake/m).ImageIndex | Should -Be 2
        }

        It 'refuses index 0' {
            { Get-DismTsImage -ImagePath /fake/x.wim -Index 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,Get-DismTsImage'
        }
    }
}
