# Every documented command of the in-box module is there, and what differs in it is meant.

BeforeAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
    $script = "$PSScriptRoot/../parity/Compare-InboxParity.ps1"
    # What is meant, and why: a list takes one as well; live systems differ from what Microsoft documents; more can be asked for.
    $meant = @(
        'Expand-WindowsCustomDataImage (Expand-DismTsCustomDataImage): -SingleInstance is optional, in-box mandatory'
        'Export-WindowsCapabilitySource (Export-DismTsCapabilitySource): -Name is mandatory, in-box optional'
        'Export-WindowsImage (Export-DismTsImage): -SourceIndex is String[], in-box UInt32'
        'Get-NonRemovableAppsPolicy (Get-DismTsNonRemovableAppsPolicy): it gives NonRemovableAppObject, in-box ImageObject'
        'Get-WindowsCapability (Get-DismTsCapability): it gives BasicCapabilityObject, AdvancedCapabilityObject, in-box ImageObject'
        'Get-WindowsImage (Get-DismTsImage): -ImagePath is String[], in-box String'
        'Remove-AppxProvisionedPackage (Remove-DismTsAppxProvisionedPackage): -Path is in the sets Offline, OfflineDisplayName, in-box Offline'
    )
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'Compare-InboxParity.ps1' -Tag 'Unit' {
    It 'finds every documented command, with no difference but those that are meant' {
        $lines = @(& $script)
        $lines[-1] | Should -BeLike '46 of 46 commands, * differences'
        $lines | Select-Object -SkipLast 1 | Where-Object { $_ -notin $meant } | Should -BeNullOrEmpty
    }

    It 'tells of a command that lacks what is documented' {
        $folder = Join-Path -Path $TestDrive -ChildPath 'DismTs'
        $null = New-Item -ItemType Directory -Path $folder
        Set-Content -LiteralPath "$folder/DismTs.psm1" -Value 'function Split-DismTsImage { param([Parameter(Mandatory)] [int] $ImagePath) }'
        New-ModuleManifest -Path "$folder/DismTs.psd1" -RootModule DismTs.psm1 -FunctionsToExport Split-DismTsImage
        $lines = @(& $script -Manifest "$folder/DismTs.psd1")
        $lines[-1] | Should -BeLike '1 of 46 commands, *'
        $lines | Should -Contain 'Split-WindowsImage (Split-DismTsImage): -ImagePath is Int32, in-box String'
        $lines | Should -Contain 'Split-WindowsImage (Split-DismTsImage): there is no -FileSize'
        $lines | Should -Contain 'Add-WindowsImage: there is no Add-DismTsImage'
    }
}
