# Manifest of the PowerShell module DismTs. ModuleVersion equals the version in package.json.
@{
    RootModule           = 'module/DismTs.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '3e20b4a0-a257-42da-bc62-54439d6ef3f2'
    Author               = 'The DismTs authors'
    CompanyName          = 'DismTs'
    Copyright            = '(c) The DismTs authors. MIT License.'
    Description          = 'Mounts, services and repairs Windows images from PowerShell, on Windows and off it. Cmdlets, parameters and objects are those of the in-box Dism module.'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    FormatsToProcess     = @('module/DismTs.Format.ps1xml')
    FunctionsToExport    = @(
        'Add-DismTsAppxProvisionedPackage'
        'Add-DismTsCapability'
        'Add-DismTsDriver'
        'Add-DismTsPackage'
        'Clear-DismTsMountPoint'
        'ConvertTo-DismTsExitCode'
        'Disable-DismTsInboxName'
        'Disable-DismTsOptionalFeature'
        'Dismount-DismTsImage'
        'Enable-DismTsInboxName'
        'Enable-DismTsOptionalFeature'
        'Expand-DismTsCustomDataImage'
        'Export-DismTsCapabilitySource'
        'Export-DismTsDriver'
        'Get-DismTsAppxProvisionedPackage'
        'Get-DismTsCapability'
        'Get-DismTsDriver'
        'Get-DismTsEdition'
        'Get-DismTsImage'
        'Get-DismTsLog'
        'Get-DismTsNonRemovableAppsPolicy'
        'Get-DismTsOptionalFeature'
        'Get-DismTsPackage'
        'Get-DismTsReservedStorageState'
        'Mount-DismTsImage'
        'Optimize-DismTsAppxProvisionedPackage'
        'Optimize-DismTsImage'
        'Remove-DismTsAppxProvisionedPackage'
        'Remove-DismTsCapability'
        'Remove-DismTsDriver'
        'Remove-DismTsPackage'
        'Repair-DismTsImage'
        'Resolve-DismTsError'
        'Save-DismTsImage'
        'Set-DismTsAppxProvisionedDataFile'
        'Set-DismTsEdition'
        'Set-DismTsNonRemovableAppsPolicy'
        'Set-DismTsProductKey'
        'Set-DismTsReservedStorageState'
        'Start-DismTsOSUninstall'
        'Test-DismTsEnvironment'
        'Use-DismTsUnattend'
    )
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @(
        'Add-DismTsAppProvisionedPackage'
        'Add-DismTsProvisionedAppPackage'
        'Add-DismTsProvisionedAppxPackage'
        'Apply-DismTsUnattend'
        'Clear-DismTsCorruptMountPoint'
        'Get-DismTsAppProvisionedPackage'
        'Get-DismTsProvisionedAppPackage'
        'Get-DismTsProvisionedAppxPackage'
        'Optimize-DismTsAppProvisionedPackages'
        'Optimize-DismTsAppxProvisionedPackages'
        'Optimize-DismTsProvisionedAppPackages'
        'Optimize-DismTsProvisionedAppxPackages'
        'Remove-DismTsAppProvisionedPackage'
        'Remove-DismTsProvisionedAppPackage'
        'Remove-DismTsProvisionedAppxPackage'
        'Set-DismTsAppProvisionedDataFile'
        'Set-DismTsProvisionedAppDataFile'
        'Set-DismTsProvisionedAppxDataFile'
    )
    PrivateData          = @{
        PSData = @{
            Tags = @('DISM', 'WIM', 'ESD', 'Windows', 'Imaging', 'Deployment', 'Linux', 'MacOS', 'PSEdition_Desktop', 'PSEdition_Core')
        }
    }
}
