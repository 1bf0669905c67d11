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
        'Clear-DismTsMountPoint'
        'ConvertTo-DismTsExitCode'
        'Dismount-DismTsImage'
        'Get-DismTsCapability'
        'Get-DismTsDriver'
        'Get-DismTsEdition'
        'Get-DismTsImage'
        'Get-DismTsOptionalFeature'
        'Get-DismTsPackage'
        'Mount-DismTsImage'
        'Repair-DismTsImage'
        'Resolve-DismTsError'
        'Save-DismTsImage'
        'Test-DismTsEnvironment'
    )
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @('Clear-DismTsCorruptMountPoint')
    PrivateData          = @{
        PSData = @{
            Tags = @('DISM', 'WIM', 'ESD', 'Windows', 'Imaging', 'Deployment', 'Linux', 'MacOS', 'PSEdition_Desktop', 'PSEdition_Core')
        }
    }
}
