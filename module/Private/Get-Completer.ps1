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
    $completeMountFolder = { Import-Completion; Complete-MountFolder @args }
    $completeHive = { Import-Completion; Complete-Hive @args }
    $completeItem = { Import-Completion; Complete-Item @args }
    $completeImage = { Import-Completion; Complete-Image @args }
    $completeItemPath = { Import-Completion; Complete-ItemPath @args }
    # Row by row, because loops would cost the import more.
    return @(
        @{ CommandName = $imageCommands; ParameterName = 'Path'; ScriptBlock = $completeMountFolder }
        @{ CommandName = $registryCommands; ParameterName = 'Hive'; ScriptBlock = $completeHive }
        # Parameters whose values are in the image, of the commands that change or show one of them.
        @{
            CommandName   = @(
                'Get-DismTsPackage', 'Remove-DismTsPackage', 'Get-DismTsOptionalFeature', 'Enable-DismTsOptionalFeature', 'Disable-DismTsOptionalFeature'
                'Remove-DismTsAppxProvisionedPackage', 'Set-DismTsAppxProvisionedDataFile'
            )
            ParameterName = 'PackageName'
            ScriptBlock   = $completeItem
        }
        @{
            CommandName   = 'Get-DismTsOptionalFeature', 'Enable-DismTsOptionalFeature', 'Disable-DismTsOptionalFeature'
            ParameterName = 'FeatureName'
            ScriptBlock   = $completeItem
        }
        @{
            CommandName   = @(
                'Get-DismTsCapability', 'Add-DismTsCapability', 'Remove-DismTsCapability', 'Export-DismTsCapabilitySource', 'Remove-DismTsFirstBootAction'
            )
            ParameterName = 'Name'
            ScriptBlock   = $completeItem
        }
        @{ CommandName = 'Get-DismTsDriver', 'Remove-DismTsDriver'; ParameterName = 'Driver'; ScriptBlock = $completeItem }
        @{ CommandName = 'Set-DismTsEdition'; ParameterName = 'Edition'; ScriptBlock = $completeItem }
        @{ CommandName = 'Set-DismTsNonRemovableAppsPolicy'; ParameterName = 'PackageFamilyName'; ScriptBlock = $completeItem }
        @{ CommandName = $imageFileCommands; ParameterName = 'Index'; ScriptBlock = $completeImage }
        @{ CommandName = $imageFileCommands; ParameterName = 'Name'; ScriptBlock = $completeImage }
        @{ CommandName = 'Export-DismTsImage'; ParameterName = 'SourceIndex'; ScriptBlock = $completeImage }
        @{ CommandName = 'Export-DismTsImage'; ParameterName = 'SourceName'; ScriptBlock = $completeImage }
        @{ CommandName = 'Set-DismTsImage'; ParameterName = 'BootIndex'; ScriptBlock = $completeImage }
        @{ CommandName = 'Copy-DismTsImageItem'; ParameterName = 'ItemPath'; ScriptBlock = $completeItemPath }
    )
}
