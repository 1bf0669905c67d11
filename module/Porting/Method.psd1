# The method that a command asks the engine for; with the switch, where the call has it, another one. For Test-DismTsScript.
@{
    'Add-DismTsAppxProvisionedPackage'      = @{ '' = 'appx/add' }
    'Add-DismTsCapability'                  = @{ '' = 'capability/add' }
    'Add-DismTsDriver'                      = @{ '' = 'driver/add' }
    'Add-DismTsPackage'                     = @{ '' = 'package/add' }
    'Disable-DismTsOptionalFeature'         = @{ '' = 'feature/disable' }
    'Enable-DismTsOptionalFeature'          = @{ '' = 'feature/enable' }
    'Expand-DismTsCustomDataImage'          = @{ '' = 'image/applyCustomData' }
    'Export-DismTsCapabilitySource'         = @{ '' = 'capability/exportSource' }
    'Export-DismTsDriver'                   = @{ '' = 'driver/export' }
    'Get-DismTsAppxProvisionedPackage'      = @{ '' = 'appx/get' }
    'Get-DismTsEdition'                     = @{ '' = 'edition/get'; Target = 'edition/getTargets' }
    'Get-DismTsNonRemovableAppsPolicy'      = @{ '' = 'appsPolicy/getNonRemovable' }
    'Get-DismTsReservedStorageState'        = @{ '' = 'reservedStorage/get' }
    'Optimize-DismTsAppxProvisionedPackage' = @{ '' = 'appx/optimize' }
    'Optimize-DismTsImage'                  = @{ '' = 'image/optimize' }
    'Remove-DismTsAppxProvisionedPackage'   = @{ '' = 'appx/remove' }
    'Remove-DismTsCapability'               = @{ '' = 'capability/remove' }
    'Remove-DismTsDriver'                   = @{ '' = 'driver/remove' }
    'Remove-DismTsPackage'                  = @{ '' = 'package/remove' }
    'Repair-DismTsImage'                    = @{ '' = 'health/check'; StartComponentCleanup = 'health/cleanComponents' }
    'Set-DismTsAppxProvisionedDataFile'     = @{ '' = 'appx/setDataFile' }
    'Set-DismTsEdition'                     = @{ '' = 'edition/set' }
    'Set-DismTsNonRemovableAppsPolicy'      = @{ '' = 'appsPolicy/setNonRemovable' }
    'Set-DismTsProductKey'                  = @{ '' = 'productKey/set' }
    'Set-DismTsReservedStorageState'        = @{ '' = 'reservedStorage/set' }
    'Start-DismTsOSUninstall'               = @{ '' = 'osUninstall/start' }
    'Undo-DismTsPendingAction'              = @{ '' = 'pendingActions/revert' }
    'Use-DismTsUnattend'                    = @{ '' = 'unattend/apply' }
}
