function Get-Completer {
    <#
    .SYNOPSIS
    Gives the argument completers as parameters of Register-ArgumentCompleter. What they offer is loaded with the first of them that runs.
    #>
    param()
    $registryCommands = @(
        'Get-DismTsRegistryValue', 'Set-DismTsRegistryValue', 'Remove-DismTsRegistryValue'
        'Get-DismTsRegistryKey', 'New-DismTsRegistryKey', 'Remove-DismTsRegistryKey'
    )
    $imageCommands = @(
        'Mount-DismTsImage', 'Save-DismTsImage', 'Dismount-DismTsImage', 'Repair-DismTsImage', 'Optimize-DismTsImage'
        'Get-DismTsPackage', 'Add-DismTsPackage', 'Remove-DismTsPackage'
        'Get-DismTsOptionalFeature', 'Enable-DismTsOptionalFeature', 'Disable-DismTsOptionalFeature'
        'Get-DismTsCapability', 'Add-DismTsCapability', 'Remove-DismTsCapability', 'Export-DismTsCapabilitySource'
        'Get-DismTsDriver', 'Add-DismTsDriver', 'Remove-DismTsDriver', 'Export-DismTsDriver'
        'Get-DismTsEdition', 'Set-DismTsEdition', 'Set-DismTsProductKey', 'Use-DismTsUnattend', 'Undo-DismTsPendingAction', 'Start-DismTsOSUninstall'
        'Get-DismTsAppxProvisionedPackage', 'Add-DismTsAppxProvisionedPackage', 'Remove-DismTsAppxProvisionedPackage', 'Optimize-DismTsAppxProvisionedPackage'
        'Set-DismTsAppxProvisionedDataFile', 'Get-DismTsNonRemovableAppsPolicy', 'Set-DismTsNonRemovableAppsPolicy'
        'Import-DismTsRegistryFile', 'Get-DismTsFirstBootAction', 'Remove-DismTsFirstBootAction'
        $registryCommands
    )
    $imageFileCommands = @(
        'Get-DismTsImage', 'Mount-DismTsImage', 'Remove-DismTsImage', 'Set-DismTsImage', 'Get-DismTsImageContent', 'Copy-DismTsImageItem'
        'Expand-DismTsImage', 'Convert-DismTsImage', 'Test-DismTsConformance'
    )
    # Parameters whose values are in the image, of the commands that change or show one of them.
    $itemParameters = @{
        PackageName       = @(
            'Get-DismTsPackage', 'Remove-DismTsPackage', 'Get-DismTsOptionalFeature', 'Enable-DismTsOptionalFeature', 'Disable-DismTsOptionalFeature'
            'Remove-DismTsAppxProvisionedPackage', 'Set-DismTsAppxProvisionedDataFile'
        )
        FeatureName       = 'Get-DismTsOptionalFeature', 'Enable-DismTsOptionalFeature', 'Disable-DismTsOptionalFeature'
        Name              = 'Get-DismTsCapability', 'Add-DismTsCapability', 'Remove-DismTsCapability', 'Export-DismTsCapabilitySource', 'Remove-DismTsFirstBootAction'
        Driver            = 'Get-DismTsDriver', 'Remove-DismTsDriver'
        Edition           = @('Set-DismTsEdition')
        PackageFamilyName = @('Set-DismTsNonRemovableAppsPolicy')
    }
    $completeMountFolder = { Import-Completion; Complete-MountFolder @args }
    $completeHive = { Import-Completion; Complete-Hive @args }
    $completeItem = { Import-Completion; Complete-Item @args }
    $completeImage = { Import-Completion; Complete-Image @args }
    $completeItemPath = { Import-Completion; Complete-ItemPath @args }
    return @(
        @{ CommandName = $imageCommands; ParameterName = 'Path'; ScriptBlock = $completeMountFolder }
        @{ CommandName = $registryCommands; ParameterName = 'Hive'; ScriptBlock = $completeHive }
        foreach ($parameter in $itemParameters.Keys) {
            @{ CommandName = $itemParameters[$parameter]; ParameterName = $parameter; ScriptBlock = $completeItem }
        }
        foreach ($parameter in 'Index', 'Name') {
            @{ CommandName = $imageFileCommands; ParameterName = $parameter; ScriptBlock = $completeImage }
        }
        foreach ($parameter in 'SourceIndex', 'SourceName') {
            @{ CommandName = 'Export-DismTsImage'; ParameterName = $parameter; ScriptBlock = $completeImage }
        }
        @{ CommandName = 'Set-DismTsImage'; ParameterName = 'BootIndex'; ScriptBlock = $completeImage }
        @{ CommandName = 'Copy-DismTsImageItem'; ParameterName = 'ItemPath'; ScriptBlock = $completeItemPath }
    )
}
