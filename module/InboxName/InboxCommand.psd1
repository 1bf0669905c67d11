# The commands of the in-box module: what stands for each here, its in-box aliases, and what to use where this version has nothing.
# A command that DismTs gets later needs no change here but that "Instead" can go: its in-box name works as soon as the function is there.
@{
    'Add-AppProvisionedSharedPackageContainer'    = @{ Aliases = @('Add-ProvisionedAppSharedPackageContainer'); Instead = 'no other way: it is for OEMs, and documented nowhere' }
    'Add-AppxProvisionedPackage'                  = @{ DismTs = 'Add-DismTsAppxProvisionedPackage'; Aliases = 'Add-AppProvisionedPackage', 'Add-ProvisionedAppPackage', 'Add-ProvisionedAppxPackage' }
    'Add-WindowsCapability'                       = @{ DismTs = 'Add-DismTsCapability' }
    'Add-WindowsDriver'                           = @{ DismTs = 'Add-DismTsDriver' }
    'Add-WindowsImage'                            = @{ DismTs = 'Add-DismTsImage' }
    'Add-WindowsPackage'                          = @{ DismTs = 'Add-DismTsPackage' }
    'Clear-WindowsCorruptMountPoint'              = @{ DismTs = 'Clear-DismTsMountPoint' }
    'Disable-WindowsOptionalFeature'              = @{ DismTs = 'Disable-DismTsOptionalFeature' }
    'Dismount-WindowsImage'                       = @{ DismTs = 'Dismount-DismTsImage' }
    'Enable-WindowsOptionalFeature'               = @{ DismTs = 'Enable-DismTsOptionalFeature' }
    'Expand-WindowsCustomDataImage'               = @{ DismTs = 'Expand-DismTsCustomDataImage' }
    'Expand-WindowsImage'                         = @{ DismTs = 'Expand-DismTsImage' }
    'Export-WindowsCapabilitySource'              = @{ DismTs = 'Export-DismTsCapabilitySource' }
    'Export-WindowsDriver'                        = @{ DismTs = 'Export-DismTsDriver' }
    'Export-WindowsImage'                         = @{ DismTs = 'Export-DismTsImage' }
    'Get-AppProvisionedSharedPackageContainer'    = @{ Aliases = @('Get-ProvisionedAppSharedPackageContainer'); Instead = 'no other way: it is for OEMs, and documented nowhere' }
    'Get-AppxProvisionedPackage'                  = @{ DismTs = 'Get-DismTsAppxProvisionedPackage'; Aliases = 'Get-AppProvisionedPackage', 'Get-ProvisionedAppPackage', 'Get-ProvisionedAppxPackage' }
    'Get-NonRemovableAppsPolicy'                  = @{ DismTs = 'Get-DismTsNonRemovableAppsPolicy' }
    'Get-WIMBootEntry'                            = @{ DismTs = 'Get-DismTsWimBootEntry' }
    'Get-WindowsCapability'                       = @{ DismTs = 'Get-DismTsCapability' }
    'Get-WindowsDriver'                           = @{ DismTs = 'Get-DismTsDriver' }
    'Get-WindowsEdition'                          = @{ DismTs = 'Get-DismTsEdition' }
    'Get-WindowsImage'                            = @{ DismTs = 'Get-DismTsImage' }
    'Get-WindowsImageContent'                     = @{ DismTs = 'Get-DismTsImageContent' }
    'Get-WindowsOptionalFeature'                  = @{ DismTs = 'Get-DismTsOptionalFeature' }
    'Get-WindowsPackage'                          = @{ DismTs = 'Get-DismTsPackage' }
    'Get-WindowsReservedStorageState'             = @{ DismTs = 'Get-DismTsReservedStorageState' }
    'Mount-WindowsImage'                          = @{ DismTs = 'Mount-DismTsImage' }
    'New-WindowsCustomImage'                      = @{ DismTs = 'New-DismTsCustomImage' }
    'New-WindowsImage'                            = @{ DismTs = 'New-DismTsImage' }
    'Optimize-AppXProvisionedPackages'            = @{ DismTs = 'Optimize-DismTsAppxProvisionedPackage'; Aliases = 'Optimize-AppProvisionedPackages', 'Optimize-ProvisionedAppPackages', 'Optimize-ProvisionedAppxPackages' }
    'Optimize-WindowsImage'                       = @{ DismTs = 'Optimize-DismTsImage' }
    'Remove-AppProvisionedSharedPackageContainer' = @{ Aliases = @('Remove-ProvisionedAppSharedPackageContainer'); Instead = 'no other way: it is for OEMs, and documented nowhere' }
    'Remove-AppxProvisionedPackage'               = @{ DismTs = 'Remove-DismTsAppxProvisionedPackage'; Aliases = 'Remove-AppProvisionedPackage', 'Remove-ProvisionedAppPackage', 'Remove-ProvisionedAppxPackage' }
    'Remove-WindowsCapability'                    = @{ DismTs = 'Remove-DismTsCapability' }
    'Remove-WindowsDriver'                        = @{ DismTs = 'Remove-DismTsDriver' }
    'Remove-WindowsImage'                         = @{ DismTs = 'Remove-DismTsImage' }
    'Remove-WindowsPackage'                       = @{ DismTs = 'Remove-DismTsPackage' }
    'Repair-WindowsImage'                         = @{ DismTs = 'Repair-DismTsImage' }
    'Save-OsImage'                                = @{ Instead = 'no other way: it is for OEMs, and documented nowhere' }
    'Save-SoftwareInventory'                      = @{ Instead = 'no other way: it is for OEMs, and documented nowhere' }
    'Save-WindowsImage'                           = @{ DismTs = 'Save-DismTsImage' }
    'Set-AppXProvisionedDataFile'                 = @{ DismTs = 'Set-DismTsAppxProvisionedDataFile'; Aliases = 'Set-AppPackageProvisionedDataFile', 'Set-ProvisionedAppPackageDataFile', 'Set-ProvisionedAppXDataFile' }
    'Set-NonRemovableAppsPolicy'                  = @{ DismTs = 'Set-DismTsNonRemovableAppsPolicy' }
    'Set-WindowsEdition'                          = @{ DismTs = 'Set-DismTsEdition' }
    'Set-WindowsProductKey'                       = @{ DismTs = 'Set-DismTsProductKey' }
    'Set-WindowsReservedStorageState'             = @{ DismTs = 'Set-DismTsReservedStorageState' }
    'Split-WindowsImage'                          = @{ DismTs = 'Split-DismTsImage' }
    'Start-OSUninstall'                           = @{ DismTs = 'Start-DismTsOSUninstall' }
    'Update-WIMBootEntry'                         = @{ DismTs = 'Update-DismTsWimBootEntry' }
    'Use-WindowsUnattend'                         = @{ DismTs = 'Use-DismTsUnattend'; Aliases = @('Apply-WindowsUnattend') }
}
