# The documented commands of the in-box module Dism (Windows Server 2025), their parameters and outputs, as Microsoft documents them.
# Image: '' none, 'Path' a mounted image, 'Both' that or the running Windows. All have LogPath (LP), ScratchDirectory and LogLevel (LL).
@{
    'Add-AppxProvisionedPackage' = @{
        DismTs = 'Add-DismTsAppxProvisionedPackage'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            CustomDataPath = @{ Type = 'string' }
            DependencyPackagePath = @{ Type = 'string[]' }
            FolderPath = @{ Type = 'string' }
            LicensePath = @{ Type = 'string[]' }
            OptionalPackagePath = @{ Type = 'string[]' }
            PackagePath = @{ Type = 'string' }
            Regions = @{ Type = 'string' }
            SkipLicense = @{ Type = 'switch' }
            StubPackageOption = @{ Type = 'string' }
        }
    }
    'Add-WindowsCapability' = @{
        DismTs = 'Add-DismTsCapability'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            LimitAccess = @{ Type = 'switch' }
            Name = @{ Type = 'string'; Mandatory = $true }
            Source = @{ Type = 'string[]' }
        }
    }
    'Add-WindowsDriver' = @{
        DismTs = 'Add-DismTsDriver'; Image = 'Path'; Windows = $true; Output = 'BasicDriverObject'
        Parameters = @{
            AdvancedDriverObject = @{ Type = 'psobject'; ByValue = $true }
            BasicDriverObject = @{ Type = 'psobject'; ByValue = $true }
            Driver = @{ Type = 'string' }
            ForceUnsigned = @{ Type = 'switch' }
            Recurse = @{ Type = 'switch' }
        }
    }
    'Add-WindowsImage' = @{
        DismTs = 'Add-DismTsImage'; Image = ''; Windows = $false; Output = 'OfflineImageObject'
        Parameters = @{
            CapturePath = @{ Type = 'string'; Mandatory = $true }
            CheckIntegrity = @{ Type = 'switch' }
            ConfigFilePath = @{ Type = 'string' }
            Description = @{ Type = 'string' }
            ImagePath = @{ Type = 'string'; Mandatory = $true }
            Name = @{ Type = 'string'; Mandatory = $true }
            NoRpFix = @{ Type = 'switch' }
            Setbootable = @{ Type = 'switch' }
            SupportEa = @{ Type = 'switch' }
            Verify = @{ Type = 'switch' }
            WIMBoot = @{ Type = 'switch' }
        }
    }
    'Add-WindowsPackage' = @{
        DismTs = 'Add-DismTsPackage'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            IgnoreCheck = @{ Type = 'switch' }
            NoRestart = @{ Type = 'switch' }
            PackagePath = @{ Type = 'string'; Mandatory = $true }
            PreventPending = @{ Type = 'switch' }
        }
    }
    'Clear-WindowsCorruptMountPoint' = @{
        DismTs = 'Clear-DismTsMountPoint'; Image = ''; Windows = $false; Output = 'BaseDismObject'
        Parameters = @{
        }
    }
    'Disable-WindowsOptionalFeature' = @{
        DismTs = 'Disable-DismTsOptionalFeature'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            FeatureName = @{ Type = 'string[]'; Mandatory = $true }
            NoRestart = @{ Type = 'switch' }
            PackageName = @{ Type = 'string' }
            Remove = @{ Type = 'switch' }
        }
    }
    'Dismount-WindowsImage' = @{
        DismTs = 'Dismount-DismTsImage'; Image = 'Path'; Windows = $false; Output = 'BaseDismObject'
        Parameters = @{
            Append = @{ Type = 'switch'; Sets = @('DismountSave') }
            CheckIntegrity = @{ Type = 'switch'; Sets = @('DismountSave') }
            Discard = @{ Type = 'switch'; Mandatory = $true; Sets = @('DismountDiscard') }
            Save = @{ Type = 'switch'; Mandatory = $true; Sets = @('DismountSave') }
        }
    }
    'Enable-WindowsOptionalFeature' = @{
        DismTs = 'Enable-DismTsOptionalFeature'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            All = @{ Type = 'switch' }
            FeatureName = @{ Type = 'string[]'; Mandatory = $true }
            LimitAccess = @{ Type = 'switch' }
            NoRestart = @{ Type = 'switch' }
            PackageName = @{ Type = 'string' }
            Source = @{ Type = 'string[]' }
        }
    }
    'Expand-WindowsCustomDataImage' = @{
        DismTs = 'Expand-DismTsCustomDataImage'; Image = ''; Windows = $false; Output = 'OfflineImageObject'
        Parameters = @{
            CustomDataImage = @{ Type = 'string'; Mandatory = $true }
            ImagePath = @{ Type = 'string'; Mandatory = $true }
            SingleInstance = @{ Type = 'switch'; Mandatory = $true }
        }
    }
    'Expand-WindowsImage' = @{
        DismTs = 'Expand-DismTsImage'; Image = ''; Windows = $false; Output = 'OfflineImageObject'
        Parameters = @{
            ApplyPath = @{ Type = 'string'; Mandatory = $true }
            CheckIntegrity = @{ Type = 'switch' }
            Compact = @{ Type = 'switch' }
            ConfirmTrustedFile = @{ Type = 'switch' }
            ImagePath = @{ Type = 'string'; Mandatory = $true }
            Index = @{ Type = 'uint32'; Mandatory = $true; Sets = @('InputByFilePathAndIndex') }
            Name = @{ Type = 'string'; Mandatory = $true; Sets = @('InputByFilePathAndName') }
            NoRpFix = @{ Type = 'switch' }
            SplitImageFilePattern = @{ Type = 'string' }
            SupportEa = @{ Type = 'switch' }
            Verify = @{ Type = 'switch' }
            WIMBoot = @{ Type = 'switch' }
        }
    }
    'Export-WindowsCapabilitySource' = @{
        DismTs = 'Export-DismTsCapabilitySource'; Image = 'Path'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            Name = @{ Type = 'string' }
            Source = @{ Type = 'string'; Mandatory = $true }
            Target = @{ Type = 'string'; Mandatory = $true }
        }
    }
    'Export-WindowsDriver' = @{
        DismTs = 'Export-DismTsDriver'; Image = 'Both'; Windows = $true; Output = 'AdvancedDriverObject'
        Parameters = @{
            Destination = @{ Type = 'string' }
        }
    }
    'Export-WindowsImage' = @{
        DismTs = 'Export-DismTsImage'; Image = ''; Windows = $false; Output = 'OfflineImageObject'
        Parameters = @{
            CheckIntegrity = @{ Type = 'switch' }
            CompressionType = @{ Type = 'string' }
            DestinationImagePath = @{ Type = 'string'; Mandatory = $true; Alias = 'DIP' }
            DestinationName = @{ Type = 'string'; Alias = 'DN' }
            Setbootable = @{ Type = 'switch'; Alias = 'SB' }
            SourceImagePath = @{ Type = 'string'; Mandatory = $true; Alias = 'SIP' }
            SourceIndex = @{ Type = 'uint32'; Mandatory = $true; Alias = 'SI'; Sets = @('InputByFilePathAndIndex') }
            SourceName = @{ Type = 'string'; Mandatory = $true; Alias = 'SN'; Sets = @('InputByFilePathAndName') }
            SplitImageFilePattern = @{ Type = 'string' }
            WIMBoot = @{ Type = 'switch' }
        }
    }
    'Get-AppxProvisionedPackage' = @{
        DismTs = 'Get-DismTsAppxProvisionedPackage'; Image = 'Both'; Windows = $true; Output = 'AppxPackageObject'
        Parameters = @{
        }
    }
    'Get-NonRemovableAppsPolicy' = @{
        DismTs = 'Get-DismTsNonRemovableAppsPolicy'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
        }
    }
    'Get-WIMBootEntry' = @{
        DismTs = 'Get-DismTsWimBootEntry'; Image = 'Path'; Windows = $false; Output = 'WimBootEntryObject'
        Parameters = @{
        }
    }
    'Get-WindowsCapability' = @{
        DismTs = 'Get-DismTsCapability'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            LimitAccess = @{ Type = 'switch' }
            Name = @{ Type = 'string' }
            Source = @{ Type = 'string[]' }
        }
    }
    'Get-WindowsDriver' = @{
        DismTs = 'Get-DismTsDriver'; Image = 'Both'; Windows = $true; Output = 'BasicDriverObject'
        Parameters = @{
            All = @{ Type = 'switch' }
            Driver = @{ Type = 'string' }
        }
    }
    'Get-WindowsEdition' = @{
        DismTs = 'Get-DismTsEdition'; Image = 'Both'; Windows = $true; Output = 'EditionObject'
        Parameters = @{
            Target = @{ Type = 'switch' }
        }
    }
    'Get-WindowsImage' = @{
        DismTs = 'Get-DismTsImage'; Image = ''; Windows = $false; Output = 'BasicImageInfoObject'
        Parameters = @{
            ImagePath = @{ Type = 'string'; Mandatory = $true; Sets = 'InputByFilePath', 'InputByFilePathAndName', 'InputByFilePathAndIndex' }
            Index = @{ Type = 'uint32'; Mandatory = $true; Sets = @('InputByFilePathAndIndex') }
            Mounted = @{ Type = 'switch'; Mandatory = $true; Sets = @('InputByMounted') }
            Name = @{ Type = 'string'; Mandatory = $true; Sets = @('InputByFilePathAndName') }
        }
    }
    'Get-WindowsImageContent' = @{
        DismTs = 'Get-DismTsImageContent'; Image = ''; Windows = $false; Output = 'String'
        Parameters = @{
            ImagePath = @{ Type = 'string'; Mandatory = $true }
            Index = @{ Type = 'uint32'; Mandatory = $true; Sets = @('InputByFilePathAndIndex') }
            Name = @{ Type = 'string'; Mandatory = $true; Sets = @('InputByFilePathAndName') }
        }
    }
    'Get-WindowsOptionalFeature' = @{
        DismTs = 'Get-DismTsOptionalFeature'; Image = 'Both'; Windows = $true; Output = 'BasicFeatureObject'
        Parameters = @{
            FeatureName = @{ Type = 'string' }
            PackageName = @{ Type = 'string' }
            PackagePath = @{ Type = 'string' }
        }
    }
    'Get-WindowsPackage' = @{
        DismTs = 'Get-DismTsPackage'; Image = 'Both'; Windows = $true; Output = 'BasicPackageObject'
        Parameters = @{
            PackageName = @{ Type = 'string' }
            PackagePath = @{ Type = 'string' }
        }
    }
    'Get-WindowsReservedStorageState' = @{
        DismTs = 'Get-DismTsReservedStorageState'; Image = ''; Windows = $false; Output = 'ReservedStorageStateObject'
        Parameters = @{
        }
    }
    'Mount-WindowsImage' = @{
        DismTs = 'Mount-DismTsImage'; Image = 'Path'; Windows = $false; Output = 'ImageObject'
        Parameters = @{
            CheckIntegrity = @{ Type = 'switch'; Sets = 'OfflineIndex', 'OfflineName' }
            ImagePath = @{ Type = 'string'; Mandatory = $true; Sets = 'OfflineIndex', 'OfflineName' }
            Index = @{ Type = 'uint32'; Mandatory = $true; Sets = @('OfflineIndex') }
            Name = @{ Type = 'string'; Mandatory = $true; Sets = @('OfflineName') }
            Optimize = @{ Type = 'switch'; Sets = 'OfflineIndex', 'OfflineName' }
            ReadOnly = @{ Type = 'switch'; Sets = 'OfflineIndex', 'OfflineName' }
            Remount = @{ Type = 'switch'; Mandatory = $true; Sets = @('Remount') }
            SupportEa = @{ Type = 'switch' }
        }
    }
    'New-WindowsCustomImage' = @{
        DismTs = 'New-DismTsCustomImage'; Image = ''; Windows = $false; Output = 'ImageObject'
        Parameters = @{
            CapturePath = @{ Type = 'string'; Mandatory = $true }
            CheckIntegrity = @{ Type = 'switch' }
            ConfigFilePath = @{ Type = 'string' }
            Verify = @{ Type = 'switch' }
        }
    }
    'New-WindowsImage' = @{
        DismTs = 'New-DismTsImage'; Image = ''; Windows = $false; Output = 'OfflineImageObject'
        Parameters = @{
            CapturePath = @{ Type = 'string'; Mandatory = $true }
            CheckIntegrity = @{ Type = 'switch' }
            CompressionType = @{ Type = 'string' }
            ConfigFilePath = @{ Type = 'string' }
            Description = @{ Type = 'string' }
            ImagePath = @{ Type = 'string'; Mandatory = $true }
            Name = @{ Type = 'string'; Mandatory = $true }
            NoRpFix = @{ Type = 'switch' }
            Setbootable = @{ Type = 'switch'; Alias = 'SB' }
            SupportEa = @{ Type = 'switch' }
            Verify = @{ Type = 'switch' }
            WIMBoot = @{ Type = 'switch' }
        }
    }
    'Optimize-AppXProvisionedPackages' = @{
        DismTs = 'Optimize-DismTsAppxProvisionedPackage'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
        }
    }
    'Optimize-WindowsImage' = @{
        DismTs = 'Optimize-DismTsImage'; Image = 'Path'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            OptimizationTarget = @{ Type = 'string'; Mandatory = $true }
        }
    }
    'Remove-AppxProvisionedPackage' = @{
        DismTs = 'Remove-DismTsAppxProvisionedPackage'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            PackageName = @{ Type = 'string'; Mandatory = $true }
            AllUsers = @{ Type = 'switch'; Piped = $false }
        }
    }
    'Remove-WindowsCapability' = @{
        DismTs = 'Remove-DismTsCapability'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            Name = @{ Type = 'string'; Mandatory = $true }
        }
    }
    'Remove-WindowsDriver' = @{
        DismTs = 'Remove-DismTsDriver'; Image = 'Path'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            Driver = @{ Type = 'string'; Mandatory = $true }
        }
    }
    'Remove-WindowsImage' = @{
        DismTs = 'Remove-DismTsImage'; Image = ''; Windows = $false; Output = 'ImageObject'
        Parameters = @{
            CheckIntegrity = @{ Type = 'switch' }
            ImagePath = @{ Type = 'string'; Mandatory = $true }
            Index = @{ Type = 'uint32'; Mandatory = $true; Sets = @('InputByFilePathAndIndex') }
            Name = @{ Type = 'string'; Mandatory = $true; Sets = @('InputByFilePathAndName') }
        }
    }
    'Remove-WindowsPackage' = @{
        DismTs = 'Remove-DismTsPackage'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            NoRestart = @{ Type = 'switch' }
            PackageName = @{ Type = 'string' }
            PackagePath = @{ Type = 'string' }
        }
    }
    'Repair-WindowsImage' = @{
        DismTs = 'Repair-DismTsImage'; Image = 'Both'; Windows = $true; Output = 'ImageObjectWithState'
        Parameters = @{
            CheckHealth = @{ Type = 'switch' }
            Defer = @{ Type = 'switch' }
            LimitAccess = @{ Type = 'switch' }
            NoRestart = @{ Type = 'switch' }
            ResetBase = @{ Type = 'switch' }
            RestoreHealth = @{ Type = 'switch' }
            ScanHealth = @{ Type = 'switch' }
            Source = @{ Type = 'string[]' }
            StartComponentCleanup = @{ Type = 'switch' }
        }
    }
    'Save-WindowsImage' = @{
        DismTs = 'Save-DismTsImage'; Image = 'Path'; Windows = $false; Output = 'ImageObject'
        Parameters = @{
            Append = @{ Type = 'switch' }
            CheckIntegrity = @{ Type = 'switch' }
            SupportEa = @{ Type = 'switch' }
        }
    }
    'Set-AppXProvisionedDataFile' = @{
        DismTs = 'Set-DismTsAppxProvisionedDataFile'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            CustomDataPath = @{ Type = 'string'; Mandatory = $true }
            PackageName = @{ Type = 'string'; Mandatory = $true }
        }
    }
    'Set-NonRemovableAppsPolicy' = @{
        DismTs = 'Set-DismTsNonRemovableAppsPolicy'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            NonRemovable = @{ Type = 'int32'; Mandatory = $true; Piped = $false }
            PackageFamilyName = @{ Type = 'string'; Mandatory = $true }
        }
    }
    'Set-WindowsEdition' = @{
        DismTs = 'Set-DismTsEdition'; Image = 'Path'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            Edition = @{ Type = 'string'; Mandatory = $true }
        }
    }
    'Set-WindowsProductKey' = @{
        DismTs = 'Set-DismTsProductKey'; Image = 'Path'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            ProductKey = @{ Type = 'string'; Mandatory = $true }
        }
    }
    'Set-WindowsReservedStorageState' = @{
        DismTs = 'Set-DismTsReservedStorageState'; Image = ''; Windows = $false; Output = 'ReservedStorageStateObject'
        Parameters = @{
            State = @{ Type = 'string'; Mandatory = $true }
        }
    }
    'Split-WindowsImage' = @{
        DismTs = 'Split-DismTsImage'; Image = ''; Windows = $false; Output = 'OfflineImageObject'
        Parameters = @{
            CheckIntegrity = @{ Type = 'switch' }
            FileSize = @{ Type = 'uint64'; Mandatory = $true }
            ImagePath = @{ Type = 'string'; Mandatory = $true }
            SplitImagePath = @{ Type = 'string'; Mandatory = $true }
        }
    }
    'Start-OSUninstall' = @{
        DismTs = 'Start-DismTsOSUninstall'; Image = 'Both'; Windows = $true; Output = 'BaseDismObject'
        Parameters = @{
            NoRestart = @{ Type = 'switch' }
        }
    }
    'Update-WIMBootEntry' = @{
        DismTs = 'Update-DismTsWimBootEntry'; Image = 'Path'; Windows = $false; Output = 'BaseDismObject'
        Parameters = @{
            DataSourceID = @{ Type = 'int64'; Mandatory = $true }
            ImagePath = @{ Type = 'string'; Mandatory = $true }
        }
    }
    'Use-WindowsUnattend' = @{
        DismTs = 'Use-DismTsUnattend'; Image = 'Both'; Windows = $true; Output = 'ImageObject'
        Parameters = @{
            NoRestart = @{ Type = 'switch' }
            UnattendPath = @{ Type = 'string'; Mandatory = $true }
        }
    }
}
