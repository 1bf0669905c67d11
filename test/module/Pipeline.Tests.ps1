# What objects carry from one command to the next, and what of it the next one uses.

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'The LogPath of an object that comes down the pipeline' -Tag 'Unit' {
    BeforeEach {
        $recordPath = Import-FakeModule -Folder $TestDrive

        function Get-SentLogPath {
            # The log path of each request, or another parameter.
            param([string] $Name = 'logPath')
            Get-ReceivedMessage -RecordPath $recordPath | Where-Object { $_.Message.method -ne 'initialize' } | ForEach-Object {
                $property = $_.Message.params.PSObject.Properties[$Name]
                if ($property) { $property.Value } else { 'none' }
            }
        }
    }

    It 'is not that of the next operation where it is the log of one' {
        $logPath = [System.IO.Path]::Combine($TestDrive, '20261126-194226-feature-get-4711-3.log')
        $object = [pscustomobject] @{ Path = '/fake/m'; LogPath = $logPath }
        $null = $object, $object | Get-DismTsPackage
        $null = $object | Dismount-DismTsImage -Discard -Confirm:$false
        Get-SentLogPath | Should -Be 'none', 'none', 'none'
    }

    It 'is left out where its folder is not here' {
        $null = [pscustomobject] @{ Path = '/fake/m'; LogPath = 'Q:\Elsewhere\dism.log' } | Get-DismTsPackage
        $null = [pscustomobject] @{ Path = '/fake/m'; LogPath = [System.IO.Path]::Combine($TestDrive, 'missing', 'dism.log') } | Get-DismTsPackage
        Get-SentLogPath | Should -Be 'none', 'none'
    }

    It 'comes without a scratch folder that is gone since' {
        $scratch = [System.IO.Path]::Combine($TestDrive, 'scratch')
        $null = New-Item -ItemType Directory -Path $scratch
        $object = [pscustomobject] @{ Path = '/fake/m'; ScratchDirectory = $scratch }
        $null = $object | Get-DismTsPackage
        Remove-Item -LiteralPath $scratch
        $null = $object | Get-DismTsPackage
        $null = $object | Dismount-DismTsImage -Discard -Confirm:$false
        $null = $object | Get-DismTsPackage -ScratchDirectory "$scratch-2"
        Get-SentLogPath -Name 'scratchDirectory' | Should -Be $scratch, 'none', 'none', "$scratch-2"
    }

    It 'is used where the caller chose it' {
        $logPath = [System.IO.Path]::Combine($TestDrive, 'mine.log')
        $null = [pscustomobject] @{ Path = '/fake/m'; LogPath = $logPath } | Get-DismTsPackage
        $null = Get-DismTsPackage -Path /fake/m -LogPath ([System.IO.Path]::Combine($TestDrive, 'missing', 'dism.log'))
        Get-SentLogPath | Should -Be $logPath, ([System.IO.Path]::Combine($TestDrive, 'missing', 'dism.log'))
    }
}

Describe 'The running Windows' -Tag 'Unit' {
    It 'has no -<Name> of its own' -ForEach @(
        @{ Name = 'WindowsDirectory'; Value = 'WINNT' }, @{ Name = 'SystemDrive'; Value = 'S:' }
    ) {
        $recordPath = Import-FakeModule -Folder $TestDrive
        $extra = @{ $Name = $Value }
        foreach ($command in { Get-DismTsPackage -Online @extra }, { Repair-DismTsImage -Online -CheckHealth @extra }, { Enable-DismTsOptionalFeature -Online -FeatureName x @extra }) {
            $command | Should -Throw -ErrorId 'E_INVALIDARG,*' -ExpectedMessage "*-$Name with -Online*"
        }
        Get-ReceivedMessage -RecordPath $recordPath | Should -BeNullOrEmpty
    }
}

Describe 'Times' -Tag 'Unit' {
    It 'without a zone stay what they are: <Text>' -ForEach @(
        @{ Text = '1601-01-01T00:00:00.000' }, @{ Text = '9999-12-31T23:59:59.999' }, @{ Text = '2025-03-30T02:30:00.000' }
    ) {
        $null = Import-FakeModule -Folder $TestDrive
        $object = InModuleScope DismTs -Parameters @{ Text = $Text } {
            $message = ConvertFrom-SidecarJson -Json "{`"packageName`":`"x`",`"installTime`":`"$Text`"}"
            ConvertTo-DismTsObject -InputObject $message -TypeName 'BasicPackageObject'
        }
        $object.InstallTime.ToString('yyyy-MM-ddTHH:mm:ss.fff') | Should -Be $Text
        $object.InstallTime.Kind | Should -Be 'Unspecified'
    }
}
