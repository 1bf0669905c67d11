# The parameter contract: what scripts written for the in-box module rely on, command by command.

BeforeDiscovery {
    # In-box parameters: type, the sets they are in ('*' all), those in which they are mandatory, aliases of the in-box module.
    $inBox = @{
        'Get-DismTsImage'       = @{
            ImagePath = @{ Type = 'string[]'; Sets = 'InputByFilePath', 'InputByFilePathAndIndex', 'InputByFilePathAndName'; Mandatory = $true }
            Index     = @{ Type = 'uint32'; Sets = @('InputByFilePathAndIndex'); Mandatory = $true }
            Name      = @{ Type = 'string'; Sets = @('InputByFilePathAndName'); Mandatory = $true }
            Mounted   = @{ Type = 'switch'; Sets = @('InputByMounted'); Mandatory = $true }
        }
        'Mount-DismTsImage'     = @{
            Path           = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            ImagePath      = @{ Type = 'string'; Sets = 'OfflineIndex', 'OfflineName'; Mandatory = $true }
            Index          = @{ Type = 'uint32'; Sets = @('OfflineIndex'); Mandatory = $true }
            Name           = @{ Type = 'string'; Sets = @('OfflineName'); Mandatory = $true }
            Remount        = @{ Type = 'switch'; Sets = @('Remount'); Mandatory = $true }
            CheckIntegrity = @{ Type = 'switch'; Sets = 'OfflineIndex', 'OfflineName' }
            Optimize       = @{ Type = 'switch'; Sets = 'OfflineIndex', 'OfflineName' }
            ReadOnly       = @{ Type = 'switch'; Sets = 'OfflineIndex', 'OfflineName' }
            SupportEa      = @{ Type = 'switch'; Sets = @('*') }
        }
        'Save-DismTsImage'      = @{
            Path           = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            Append         = @{ Type = 'switch'; Sets = @('*') }
            CheckIntegrity = @{ Type = 'switch'; Sets = @('*') }
            SupportEa      = @{ Type = 'switch'; Sets = @('*') }
        }
        'Dismount-DismTsImage'  = @{
            Path           = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            Discard        = @{ Type = 'switch'; Sets = @('DismountDiscard'); Mandatory = $true }
            Save           = @{ Type = 'switch'; Sets = @('DismountSave'); Mandatory = $true }
            Append         = @{ Type = 'switch'; Sets = @('DismountSave') }
            CheckIntegrity = @{ Type = 'switch'; Sets = @('DismountSave') }
        }
        'Clear-DismTsMountPoint' = @{}
        'Repair-DismTsImage'     = @{
            CheckHealth           = @{ Type = 'switch'; Sets = @('*') }
            ScanHealth            = @{ Type = 'switch'; Sets = @('*') }
            RestoreHealth         = @{ Type = 'switch'; Sets = @('*') }
            Source                = @{ Type = 'string[]'; Sets = @('*') }
            LimitAccess           = @{ Type = 'switch'; Sets = @('*') }
            StartComponentCleanup = @{ Type = 'switch'; Sets = @('*') }
            ResetBase             = @{ Type = 'switch'; Sets = @('*') }
            Defer                 = @{ Type = 'switch'; Sets = @('*') }
            NoRestart             = @{ Type = 'switch'; Sets = @('*') }
        }
        'Get-DismTsPackage'      = @{
            PackageName = @{ Type = 'string'; Sets = @('*') }
            PackagePath = @{ Type = 'string'; Sets = @('*') }
        }
        'Get-DismTsOptionalFeature' = @{
            FeatureName = @{ Type = 'string'; Sets = @('*') }
            PackageName = @{ Type = 'string'; Sets = @('*') }
            PackagePath = @{ Type = 'string'; Sets = @('*') }
        }
        'Get-DismTsCapability'   = @{
            Name        = @{ Type = 'string'; Sets = @('*') }
            LimitAccess = @{ Type = 'switch'; Sets = @('*') }
            Source      = @{ Type = 'string[]'; Sets = @('*') }
        }
        'Get-DismTsDriver'       = @{
            Driver = @{ Type = 'string'; Sets = @('*') }
            All    = @{ Type = 'switch'; Sets = @('*') }
        }
        'Get-DismTsEdition'      = @{
            Target = @{ Type = 'switch'; Sets = @('*') }
        }
        'Add-DismTsPackage'      = @{
            PackagePath    = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            IgnoreCheck    = @{ Type = 'switch'; Sets = @('*') }
            PreventPending = @{ Type = 'switch'; Sets = @('*') }
            NoRestart      = @{ Type = 'switch'; Sets = @('*') }
        }
        'Remove-DismTsPackage'   = @{
            PackageName = @{ Type = 'string'; Sets = @('*') }
            PackagePath = @{ Type = 'string'; Sets = @('*') }
            NoRestart   = @{ Type = 'switch'; Sets = @('*') }
        }
        'Enable-DismTsOptionalFeature' = @{
            FeatureName = @{ Type = 'string[]'; Sets = @('*'); Mandatory = $true }
            PackageName = @{ Type = 'string'; Sets = @('*') }
            All         = @{ Type = 'switch'; Sets = @('*') }
            LimitAccess = @{ Type = 'switch'; Sets = @('*') }
            Source      = @{ Type = 'string[]'; Sets = @('*') }
            NoRestart   = @{ Type = 'switch'; Sets = @('*') }
        }
        'Disable-DismTsOptionalFeature' = @{
            FeatureName = @{ Type = 'string[]'; Sets = @('*'); Mandatory = $true }
            PackageName = @{ Type = 'string'; Sets = @('*') }
            Remove      = @{ Type = 'switch'; Sets = @('*') }
            NoRestart   = @{ Type = 'switch'; Sets = @('*') }
        }
        'Add-DismTsCapability'   = @{
            Name        = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            LimitAccess = @{ Type = 'switch'; Sets = @('*') }
            Source      = @{ Type = 'string[]'; Sets = @('*') }
        }
        'Remove-DismTsCapability' = @{
            Name = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        }
        'Use-DismTsUnattend'     = @{
            UnattendPath = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            NoRestart    = @{ Type = 'switch'; Sets = @('*') }
        }
        'Export-DismTsDriver'    = @{
            Destination = @{ Type = 'string'; Sets = @('*') }
        }
        'Add-DismTsDriver'       = @{
            Driver               = @{ Type = 'string'; Sets = @('*') }
            Recurse              = @{ Type = 'switch'; Sets = @('*') }
            ForceUnsigned        = @{ Type = 'switch'; Sets = @('*') }
            BasicDriverObject    = @{ Type = 'psobject'; Sets = @('*'); Piped = $false; ByValue = $true }
            AdvancedDriverObject = @{ Type = 'psobject'; Sets = @('*'); Piped = $false; ByValue = $true }
        }
        'Remove-DismTsDriver'    = @{
            Driver = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        }
        'Set-DismTsEdition'      = @{
            Edition = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        }
        'Set-DismTsProductKey'   = @{
            ProductKey = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        }
    }
    # Those that are not bound by property name in the in-box module: Piped = $false.
    $inBox += @{
        'Get-DismTsAppxProvisionedPackage'      = @{}
        'Add-DismTsAppxProvisionedPackage'      = @{
            CustomDataPath        = @{ Type = 'string'; Sets = @('*') }
            DependencyPackagePath = @{ Type = 'string[]'; Sets = @('*') }
            FolderPath            = @{ Type = 'string'; Sets = @('*') }
            LicensePath           = @{ Type = 'string[]'; Sets = @('*') }
            OptionalPackagePath   = @{ Type = 'string[]'; Sets = @('*') }
            PackagePath           = @{ Type = 'string'; Sets = @('*') }
            Regions               = @{ Type = 'string'; Sets = @('*') }
            SkipLicense           = @{ Type = 'switch'; Sets = @('*') }
            StubPackageOption     = @{ Type = 'string'; Sets = @('*') }
        }
        'Remove-DismTsAppxProvisionedPackage'   = @{
            PackageName = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            AllUsers    = @{ Type = 'switch'; Sets = @('*'); Piped = $false }
        }
        'Optimize-DismTsAppxProvisionedPackage' = @{}
        'Set-DismTsAppxProvisionedDataFile'     = @{
            CustomDataPath = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            PackageName    = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        }
        'Get-DismTsNonRemovableAppsPolicy'      = @{}
        'Set-DismTsNonRemovableAppsPolicy'      = @{
            PackageFamilyName = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            NonRemovable      = @{ Type = 'int'; Sets = @('*'); Mandatory = $true; Piped = $false }
        }
        'Start-DismTsOSUninstall'               = @{
            NoRestart = @{ Type = 'switch'; Sets = @('*') }
        }
    }
    # What every command has that works on an image or on the running Windows.
    $image = @{
        Path             = @{ Type = 'string'; Sets = @('Offline'); Mandatory = $true }
        Online           = @{ Type = 'switch'; Sets = @('Online'); Mandatory = $true }
        WindowsDirectory = @{ Type = 'string'; Sets = @('*') }
        SystemDrive      = @{ Type = 'string'; Sets = @('*') }
    }
    foreach ($command in $inBox.Keys | Where-Object { $_ -match 'Appx|AppsPolicy|OSUninstall' }) {
        $inBox[$command] += $image
    }
    $imageCommands = @(
        'Repair-DismTsImage', 'Get-DismTsPackage', 'Get-DismTsOptionalFeature', 'Get-DismTsCapability', 'Get-DismTsDriver', 'Get-DismTsEdition', 'Add-DismTsPackage'
        'Remove-DismTsPackage', 'Enable-DismTsOptionalFeature', 'Disable-DismTsOptionalFeature', 'Add-DismTsCapability', 'Remove-DismTsCapability', 'Use-DismTsUnattend'
        'Export-DismTsDriver'
    )
    foreach ($command in $imageCommands) {
        $inBox[$command] += $image
    }
    # Those that work on an offline image only, and those about the running Windows or an applied image.
    $offline = @{
        Path             = @{ Type = 'string'; Sets = @('Offline'); Mandatory = $true }
        WindowsDirectory = @{ Type = 'string'; Sets = @('*') }
        SystemDrive      = @{ Type = 'string'; Sets = @('*') }
    }
    foreach ($command in 'Add-DismTsDriver', 'Remove-DismTsDriver', 'Set-DismTsEdition', 'Set-DismTsProductKey') {
        $inBox[$command] += $offline
    }
    $inBox += @{
        'Optimize-DismTsImage'           = $offline + @{
            OptimizationTarget = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        }
        'Export-DismTsCapabilitySource'  = $offline + @{
            # In-box it is optional, and then nothing is exported.
            Name   = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            Source = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            Target = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        }
        'Expand-DismTsCustomDataImage'   = @{
            CustomDataImage = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            ImagePath       = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            SingleInstance  = @{ Type = 'switch'; Sets = @('*') }
        }
        'Get-DismTsReservedStorageState' = @{}
        'Set-DismTsReservedStorageState' = @{
            State = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        }
    }
    # What capturing and appending have in common.
    $capture = @{
        CapturePath    = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        ImagePath      = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        Name           = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        Description    = @{ Type = 'string'; Sets = @('*') }
        ConfigFilePath = @{ Type = 'string'; Sets = @('*') }
    }
    foreach ($switchName in 'CheckIntegrity', 'NoRpFix', 'SupportEa', 'Verify', 'WIMBoot') {
        $capture[$switchName] = @{ Type = 'switch'; Sets = @('*') }
    }
    $inBox += @{
        'New-DismTsCustomImage' = @{
            CapturePath    = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            ConfigFilePath = @{ Type = 'string'; Sets = @('*') }
            CheckIntegrity = @{ Type = 'switch'; Sets = @('*') }
            Verify         = @{ Type = 'switch'; Sets = @('*') }
        }
        'Get-DismTsWimBootEntry' = @{
            Path = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        }
        'Update-DismTsWimBootEntry' = @{
            Path         = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            DataSourceID = @{ Type = 'int64'; Sets = @('*'); Mandatory = $true }
            ImagePath    = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        }
        'Expand-DismTsImage' = @{
            ImagePath             = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            Index                 = @{ Type = 'uint32'; Sets = @('InputByFilePathAndIndex'); Mandatory = $true }
            Name                  = @{ Type = 'string'; Sets = @('InputByFilePathAndName'); Mandatory = $true }
            ApplyPath             = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            SplitImageFilePattern = @{ Type = 'string'; Sets = @('*') }
            CheckIntegrity        = @{ Type = 'switch'; Sets = @('*') }
            Compact               = @{ Type = 'switch'; Sets = @('*') }
            ConfirmTrustedFile    = @{ Type = 'switch'; Sets = @('*') }
            NoRpFix               = @{ Type = 'switch'; Sets = @('*') }
            SupportEa             = @{ Type = 'switch'; Sets = @('*') }
            Verify                = @{ Type = 'switch'; Sets = @('*') }
            WIMBoot               = @{ Type = 'switch'; Sets = @('*') }
        }
        'Add-DismTsImage' = $capture + @{ Setbootable = @{ Type = 'switch'; Sets = @('*') } }
        'New-DismTsImage' = $capture + @{
            CompressionType = @{ Type = 'string'; Sets = @('*') }
            Setbootable     = @{ Type = 'switch'; Sets = @('*'); Aliases = @('SB') }
        }
    }
    $choice = @{
        ImagePath = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
        Index     = @{ Type = 'uint32'; Sets = @('InputByFilePathAndIndex'); Mandatory = $true }
        Name      = @{ Type = 'string'; Sets = @('InputByFilePathAndName'); Mandatory = $true }
    }
    $inBox += @{
        # In-box SourceIndex is one uint32, which a list of strings takes as well.
        'Export-DismTsImage'     = @{
            SourceImagePath       = @{ Type = 'string'; Sets = @('*'); Mandatory = $true; Aliases = @('SIP') }
            SourceIndex           = @{ Type = 'string[]'; Sets = @('InputByFilePathAndIndex'); Mandatory = $true; Aliases = @('SI') }
            SourceName            = @{ Type = 'string'; Sets = @('InputByFilePathAndName'); Mandatory = $true; Aliases = @('SN') }
            DestinationImagePath  = @{ Type = 'string'; Sets = @('*'); Mandatory = $true; Aliases = @('DIP') }
            DestinationName       = @{ Type = 'string'; Sets = @('*'); Aliases = @('DN') }
            CompressionType       = @{ Type = 'string'; Sets = @('*') }
            SplitImageFilePattern = @{ Type = 'string'; Sets = @('*') }
            CheckIntegrity        = @{ Type = 'switch'; Sets = @('*') }
            Setbootable           = @{ Type = 'switch'; Sets = @('*'); Aliases = @('SB') }
            WIMBoot               = @{ Type = 'switch'; Sets = @('*') }
        }
        'Split-DismTsImage'      = @{
            ImagePath      = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            SplitImagePath = @{ Type = 'string'; Sets = @('*'); Mandatory = $true }
            FileSize       = @{ Type = 'uint64'; Sets = @('*'); Mandatory = $true }
            CheckIntegrity = @{ Type = 'switch'; Sets = @('*') }
        }
        'Remove-DismTsImage'     = $choice + @{ CheckIntegrity = @{ Type = 'switch'; Sets = @('*') } }
        'Get-DismTsImageContent' = $choice
    }
    $common = @{
        LogPath          = @{ Type = 'string'; Sets = @('*'); Aliases = @('LP') }
        ScratchDirectory = @{ Type = 'string'; Sets = @('*') }
        LogLevel         = @{ Type = 'string'; Sets = @('*'); Aliases = @('LL') }
    }
    $parameterCases = foreach ($command in $inBox.Keys | Sort-Object) {
        foreach ($table in $inBox[$command], $common) {
            foreach ($parameter in $table.Keys | Sort-Object) {
                @{ Command = $command; Parameter = $parameter; Expected = $table[$parameter] }
            }
        }
    }
    $ownParameters = 'Engine', 'DismPath', 'TimeoutSec', 'Detailed', 'Parent', 'WhatIf', 'Confirm'
    $ownOfCommand = @{
        'Get-DismTsImage' = 'Path', 'Partition'; 'Mount-DismTsImage' = 'Partition', 'ReplayLog'; 'Save-DismTsImage' = 'MountId'; 'Dismount-DismTsImage' = 'MountId'
        'Remove-DismTsAppxProvisionedPackage' = 'DisplayName'; 'Use-DismTsUnattend' = 'BootCritical', 'CopyToPanther'; 'Add-DismTsPackage' = 'AtFirstBoot'
        'Enable-DismTsOptionalFeature' = 'AtFirstBoot'; 'Add-DismTsCapability' = 'AtFirstBoot'
        'Add-DismTsDriver' = 'BootCritical', 'ReplayLog'; 'Remove-DismTsDriver' = 'Force', 'ReplayLog'
        'Get-DismTsImageContent' = 'SplitImageFilePattern'
    }
    $commandCases = foreach ($command in $inBox.Keys | Sort-Object) {
        @{ Command = $command; Known = @($inBox[$command].Keys) + @($common.Keys) + $ownParameters + $ownOfCommand[$command] }
    }
    $allCommands = (Import-PowerShellDataFile -Path "$PSScriptRoot/../../DismTs.psd1").FunctionsToExport | ForEach-Object { @{ Command = $_ } }
}

BeforeAll {
    Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
    Remove-Module -Name DismTs -ErrorAction Ignore
    Import-Module -Name "$PSScriptRoot/../../DismTs.psd1"
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'Parameter contract' -Tag 'Unit' {
    BeforeAll {
        # Paths that nobody can misread; what else there is has to be named.
        $positional = 'Get-DismTsImage ImagePath', 'Mount-DismTsImage ImagePath', 'Mount-DismTsImage Path', 'Save-DismTsImage Path', 'Dismount-DismTsImage Path', 'Repair-DismTsImage Path'
    }

    It 'holds for each of the 46 documented in-box commands' -ForEach @(@{ Contract = @($inBox.Keys) }) {
        $commands = Import-PowerShellDataFile -Path "$PSScriptRoot/../../module/InboxName/InboxCommand.psd1"
        # What has no counterpart is documented nowhere, and for OEMs.
        $covered = @($commands.Keys | Where-Object { $commands[$_]['DismTs'] })
        $covered.Count | Should -Be 46
        foreach ($name in $covered) {
            $commands[$name]['Instead'] | Should -BeNullOrEmpty
            Get-Command -Name $commands[$name]['DismTs'] -Module DismTs | Should -HaveCount 1
            $Contract | Should -Contain $commands[$name]['DismTs']
        }
    }

    It 'takes paths without their names where there is only one thing that they can be' {
        $bound = { param($Name, $Words) [System.Management.Automation.Language.StaticParameterBinder]::BindCommand(
                [System.Management.Automation.Language.Parser]::ParseInput("$Name $Words", [ref] $null, [ref] $null).Find(
                    { param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true)).BoundParameters }
        (& $bound 'Mount-DismTsImage' 'a.wim mnt -Index 1').Keys | Sort-Object | Should -Be 'ImagePath', 'Index', 'Path'
        (& $bound 'Dismount-DismTsImage' 'mnt -Save').Keys | Sort-Object | Should -Be 'Path', 'Save'
        (& $bound 'Mount-DismTsImage' 'mnt -Remount').Keys | Sort-Object | Should -Be 'Path', 'Remount'
    }

    It '<Command> -<Parameter> is that of the in-box cmdlet' -ForEach $parameterCases {
        $metadata = (Get-Command -Name $Command).Parameters[$Parameter]
        $metadata | Should -Not -BeNullOrEmpty
        $metadata.ParameterType | Should -Be ([type] $Expected.Type)
        # Parameter sets of our own have parameters that the in-box command lacks.
        $sets = @($metadata.ParameterSets.Keys | Where-Object { $_ -ne 'OfflineDisplayName' } | Sort-Object)
        if ($Expected.Sets[0] -eq '*' -and $metadata.ParameterSets.Count -gt 1) {
            $sets | Should -Be @((Get-Command -Name $Command).ParameterSets.Name | Where-Object { $_ -ne 'OfflineDisplayName' } | Sort-Object)
        } elseif ($Expected.Sets[0] -eq '*') {
            $sets | Should -Be '__AllParameterSets'
        } else {
            $sets | Should -Be @($Expected.Sets | Sort-Object)
        }
        foreach ($set in $sets) {
            $inSet = $metadata.ParameterSets[$set]
            $inSet.IsMandatory | Should -Be ([bool] $Expected.Mandatory) -Because "of set $set"
            $inSet.ValueFromPipelineByPropertyName | Should -Be ($Expected.Piped -ne $false) -Because 'every in-box parameter binds by property name, but for four'
            $inSet.ValueFromPipeline | Should -Be ([bool] $Expected.ByValue) -Because 'of the in-box parameters only driver objects bind by value'
            if ("$Command $Parameter" -in $positional) {
                $inSet.Position | Should -BeIn 0, 1
            } else {
                $inSet.Position | Should -BeLessThan 0 -Because 'no in-box parameter is positional'
            }
        }
        foreach ($alias in $Expected.Aliases) {
            $metadata.Aliases | Should -Contain $alias
        }
    }

    It '<Command> has no parameters beside the in-box ones and those that every command has' -ForEach $commandCases {
        $commonParameters = [System.Management.Automation.PSCmdlet]::CommonParameters
        (Get-Command -Name $Command).Parameters.Keys | Where-Object { $_ -notin $Known -and $_ -notin $commonParameters } | Should -BeNullOrEmpty
    }

    It '<Command> takes -Engine Auto, Native or Portable' -ForEach ($allCommands | Where-Object { $_.Command -notin 'ConvertTo-DismTsExitCode', 'Enable-DismTsInboxName', 'Disable-DismTsInboxName' }) {
        $validateSet = (Get-Command -Name $Command).Parameters['Engine'].Attributes | Where-Object { $_ -is [ValidateSet] }
        $validateSet.ValidValues | Should -Be 'Auto', 'Native', 'Portable'
    }

    It '<Command> takes -DismPath, and no object down the pipeline has one' -ForEach ($allCommands | Where-Object { $_.Command -notin 'ConvertTo-DismTsExitCode', 'Enable-DismTsInboxName', 'Disable-DismTsInboxName' }) {
        $metadata = (Get-Command -Name $Command).Parameters['DismPath']
        $metadata.ParameterType | Should -Be ([string])
        $metadata.ParameterSets['__AllParameterSets'].ValueFromPipelineByPropertyName | Should -BeFalse
    }

    It '<Command> takes log levels by name and as dism.exe counts them' -ForEach $commandCases {
        $validateSet = (Get-Command -Name $Command).Parameters['LogLevel'].Attributes | Where-Object { $_ -is [ValidateSet] }
        $validateSet.ValidValues | Should -Be 'Errors', 'Warnings', 'WarningsInfo', 'Debug', '0', '1', '2', '3', '4'
    }

    It '<Command> can ask before it changes something, and by default does not: impact <Impact>' -ForEach @(
        @{ Command = 'Mount-DismTsImage'; Impact = 'Medium' }, @{ Command = 'Save-DismTsImage'; Impact = 'Medium' }
        @{ Command = 'Start-DismTsOSUninstall'; Impact = 'High' }
        @{ Command = 'Repair-DismTsImage'; Impact = 'Medium' }, @{ Command = 'Dismount-DismTsImage'; Impact = 'Medium' }, @{ Command = 'Clear-DismTsMountPoint'; Impact = 'Medium' }
        @{ Command = 'Add-DismTsPackage'; Impact = 'Medium' }, @{ Command = 'Remove-DismTsPackage'; Impact = 'Medium' }
        @{ Command = 'Enable-DismTsOptionalFeature'; Impact = 'Medium' }, @{ Command = 'Disable-DismTsOptionalFeature'; Impact = 'Medium' }
        @{ Command = 'Add-DismTsDriver'; Impact = 'Medium' }, @{ Command = 'Remove-DismTsDriver'; Impact = 'Medium' }, @{ Command = 'Export-DismTsDriver'; Impact = 'Medium' }
        @{ Command = 'Add-DismTsCapability'; Impact = 'Medium' }, @{ Command = 'Remove-DismTsCapability'; Impact = 'Medium' }
        @{ Command = 'Use-DismTsUnattend'; Impact = 'Medium' }, @{ Command = 'Set-DismTsEdition'; Impact = 'Medium' }, @{ Command = 'Set-DismTsProductKey'; Impact = 'Medium' }
    ) {
        $binding = (Get-Command -Name $Command).ScriptBlock.Attributes | Where-Object { $_ -is [System.Management.Automation.CmdletBindingAttribute] }
        $binding.SupportsShouldProcess | Should -BeTrue
        $binding.ConfirmImpact | Should -Be $Impact
    }

    It '<Command> changes nothing and does not ask' -ForEach @(
        @{ Command = 'Get-DismTsAppxProvisionedPackage' }, @{ Command = 'Get-DismTsNonRemovableAppsPolicy' }, @{ Command = 'Get-DismTsReservedStorageState' }, @{ Command = 'Get-DismTsLog' }
        @{ Command = 'Get-DismTsPackage' }, @{ Command = 'Get-DismTsOptionalFeature' }, @{ Command = 'Get-DismTsCapability' }, @{ Command = 'Get-DismTsDriver' }
        @{ Command = 'Get-DismTsEdition' }, @{ Command = 'Get-DismTsImage' }, @{ Command = 'Test-DismTsEnvironment' }, @{ Command = 'Resolve-DismTsError' }, @{ Command = 'ConvertTo-DismTsExitCode' }
    ) {
        (Get-Command -Name $Command).Parameters.Keys | Should -Not -Contain 'WhatIf'
    }

    It '<Command> -<Parameter> also answers to <Aliases>' -ForEach @(
        @{ Command = 'Get-DismTsImage'; Parameter = 'ImagePath'; Aliases = 'FullName', 'Image' }
        # Short forms that name one parameter of the in-box command only.
        @{ Command = 'Get-DismTsImage'; Parameter = 'Mounted'; Aliases = @('Mount') }
        @{ Command = 'Get-DismTsImageContent'; Parameter = 'ImagePath'; Aliases = 'FullName', 'Image' }
        @{ Command = 'Remove-DismTsImage'; Parameter = 'ImagePath'; Aliases = 'FullName', 'Image' }
        @{ Command = 'Expand-DismTsImage'; Parameter = 'ImagePath'; Aliases = 'FullName', 'Image' }
        @{ Command = 'Get-DismTsImage'; Parameter = 'Index'; Aliases = @('ImageIndex') }
        @{ Command = 'Mount-DismTsImage'; Parameter = 'ImagePath'; Aliases = 'FullName', 'Image' }
        @{ Command = 'Mount-DismTsImage'; Parameter = 'Path'; Aliases = @('MountPath') }
        @{ Command = 'Mount-DismTsImage'; Parameter = 'Index'; Aliases = @('ImageIndex') }
        @{ Command = 'Save-DismTsImage'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Dismount-DismTsImage'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Repair-DismTsImage'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Get-DismTsPackage'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Get-DismTsOptionalFeature'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Get-DismTsDriver'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Get-DismTsEdition'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Get-DismTsLog'; Parameter = 'LogPath'; Aliases = 'LP', 'FullName' }
        @{ Command = 'Optimize-DismTsImage'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        # A file that is piped is the package.
        @{ Command = 'Add-DismTsAppxProvisionedPackage'; Parameter = 'Path'; Aliases = @('MountPath') }
        @{ Command = 'Add-DismTsAppxProvisionedPackage'; Parameter = 'PackagePath'; Aliases = @('FullName') }
        @{ Command = 'Add-DismTsPackage'; Parameter = 'Path'; Aliases = @('MountPath') }
        @{ Command = 'Add-DismTsPackage'; Parameter = 'PackagePath'; Aliases = @('FullName') }
        @{ Command = 'Remove-DismTsPackage'; Parameter = 'Path'; Aliases = @('MountPath') }
        @{ Command = 'Remove-DismTsPackage'; Parameter = 'PackagePath'; Aliases = @('FullName') }
        @{ Command = 'Add-DismTsDriver'; Parameter = 'Path'; Aliases = @('MountPath') }
        @{ Command = 'Add-DismTsDriver'; Parameter = 'Driver'; Aliases = @('FullName') }
        @{ Command = 'Enable-DismTsOptionalFeature'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Disable-DismTsOptionalFeature'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Remove-DismTsDriver'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Export-DismTsDriver'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Use-DismTsUnattend'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Set-DismTsEdition'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Set-DismTsProductKey'; Parameter = 'Path'; Aliases = 'MountPath', 'FullName' }
        @{ Command = 'Add-DismTsCapability'; Parameter = 'Path'; Aliases = @('MountPath') }
        @{ Command = 'Remove-DismTsCapability'; Parameter = 'Path'; Aliases = @('MountPath') }
        # Folders have a Name too, which is not that of a capability.
        @{ Command = 'Get-DismTsCapability'; Parameter = 'Path'; Aliases = @('MountPath') }
    ) {
        (Get-Command -Name $Command).Parameters[$Parameter].Aliases | Should -Be $Aliases
    }
}
