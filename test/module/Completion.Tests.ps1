# What Tab offers: properties after a pipe, which PowerShell takes from the output types of a command and the types file.

BeforeDiscovery {
    $executable = Get-ChildItem -Path "$PSScriptRoot/../../module/bin/linux-*/dismts" -ErrorAction Ignore | Where-Object { $IsLinux }
    if (-not $executable) {
        Write-Information -MessageData 'Skipped: the completion of dismts itself, because there is no executable for Linux to run' -InformationAction Continue
    }
    Import-Module -Name "$PSScriptRoot/../../DismTs.psd1"
    $commands = Get-Command -Module DismTs -CommandType Function | ForEach-Object {
        $types = @($_.OutputType.Name | Where-Object { $_ -like 'DismTs.*' } | Sort-Object -Unique)
        if ($types) {
            @{ Command = $_.Name; Types = $types }
        }
    }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    $root = Get-RepositoryRoot
    Remove-Module -Name DismTs -ErrorAction Ignore
    Import-Module -Name "$root/DismTs.psd1"

    function Get-Completion {
        <#
        .SYNOPSIS
        Gives what Tab offers at the end of a line.
        #>
        param([string] $Line)
        (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches.CompletionText
    }
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'Completion of a registry hive' -Tag 'Unit' {
    It '<_> offers its names' -ForEach 'Get-DismTsRegistryValue', 'Set-DismTsRegistryValue', 'Remove-DismTsRegistryKey', 'New-DismTsRegistryKey' {
        Get-Completion -Line "$_ -Path ./mnt -Hive s" | Should -Be 'SOFTWARE', 'SYSTEM', 'SAM', 'SECURITY'
        Get-Completion -Line "$_ -Path ./mnt -Hive nt" | Should -Be 'NTUSER'
    }
}

Describe 'Completion after a pipe' -Tag 'Unit' {
    It 'completes "<Line>"' -ForEach @(
        @{ Line = 'Get-DismTsImage -Mounted | Where-Object Mo'; Expected = 'MountId', 'MountMode', 'MountPath', 'MountStatus' }
        @{ Line = 'Get-DismTsImage -Mounted | Select-Object -Property Stat'; Expected = 'StatusReason' }
        @{ Line = 'Get-DismTsImage -Mounted | ForEach-Object MountP'; Expected = 'MountPath' }
        @{ Line = 'Get-DismTsImage ./install.wim | Sort-Object ImageS'; Expected = 'ImageSize' }
        @{ Line = 'Get-DismTsPackage -Path ./mnt | Where-Object { $_.PackageS'; Expected = 'PackageState' }
        @{ Line = 'Get-DismTsOptionalFeature -Path ./mnt | Where-Object Stat'; Expected = 'State' }
        @{ Line = 'Get-DismTsLog | Where-Object HRes'; Expected = 'HResult', 'HResultHex' }
        @{ Line = '(Test-DismTsEnvironment).Check'; Expected = 'Checks' }
    ) {
        # After a dot PowerShell offers the whole of "$_.X" or the member alone, as versions go.
        $offered = @(Get-Completion -Line $Line | ForEach-Object { ($_ -split '\.')[-1] })
        foreach ($name in $Expected) {
            $offered | Should -Contain $name
        }
    }

    It '<Command> | Select-Object offers the properties of its objects' -ForEach $commands {
        $offered = @(Get-Completion -Line "$Command | Select-Object -Property ")
        foreach ($type in $Types) {
            $members = (Get-TypeData -TypeName ([WildcardPattern]::Escape($type))).Members.Keys
            $members | Should -Not -BeNullOrEmpty -Because $type
            foreach ($member in $members) {
                $offered | Should -Contain $member
            }
        }
    }
}

Describe 'DismTs.Types.ps1xml' -Tag 'Unit' {
    It 'adds nothing to objects, and hinders nobody who makes some for a test' {
        $listed = [xml] [System.IO.File]::ReadAllText("$root/module/DismTs.Types.ps1xml")
        foreach ($name in $listed.Types.Type.Name) {
            $object = [pscustomobject] @{ PSTypeName = $name.Replace('[]', ''); LogPath = 'mine'; Path = '/mnt' }
            @($object.PSObject.Properties | ForEach-Object { "$($_.Name) $($_.MemberType)" }) | Sort-Object | Should -Be 'LogPath NoteProperty', 'Path NoteProperty'
        }
    }

    It 'lists what the objects have' {
        $object = InModuleScope DismTs { ConvertTo-DismTsObject -InputObject ([pscustomobject] @{ path = '/mnt' }) -TypeName 'MountedImageInfoObject' }
        (Get-TypeData -TypeName ([WildcardPattern]::Escape('DismTs.MountedImageInfoObject[]'))).Members.Keys | Sort-Object | Should -Be @($object.PSObject.Properties.Name | Sort-Object)
    }
}

Describe 'dismts completion powershell' -Tag 'Integration' -Skip:(-not $executable) {
    BeforeAll {
        $before = $env:PATH
        $architecture = "$([System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture)".ToLowerInvariant()
        $env:PATH = "$root/module/bin/linux-${architecture}:$before"
        dismts completion powershell | Out-String | Invoke-Expression
    }

    AfterAll {
        $env:PATH = $before
    }

    It 'completes "<Line>" with <Expected>' -ForEach @(
        @{ Line = 'dismts mo'; Expected = 'mount' }, @{ Line = 'dismts mount --in'; Expected = '--index' }, @{ Line = 'dismts completion pow'; Expected = 'powershell' }
    ) {
        Get-Completion -Line $Line | Should -Contain $Expected
    }
}
