# Commands that only read, the in-box commands that they stand for, and what tells their rows apart. OnlineOnly: of the running Windows alone.
$script:conformancePairs = @(
    @{ Ours = 'Get-DismTsOptionalFeature'; InBox = 'Get-WindowsOptionalFeature'; Key = 'FeatureName'; Detail = 'FeatureName'; DetailKey = 'FeatureName' }
    @{ Ours = 'Get-DismTsPackage'; InBox = 'Get-WindowsPackage'; Key = 'PackageName'; Detail = 'PackageName'; DetailKey = 'PackageName' }
    @{ Ours = 'Get-DismTsDriver'; InBox = 'Get-WindowsDriver'; Key = 'Driver'; Detail = 'Driver'; DetailKey = 'HardwareId' }
    @{ Ours = 'Get-DismTsDriver'; InBox = 'Get-WindowsDriver'; Key = 'Driver'; Title = ' -All'; Parameters = @{ All = $true } }
    @{ Ours = 'Get-DismTsCapability'; InBox = 'Get-WindowsCapability'; Key = 'Name'; Detail = 'Name'; DetailKey = 'Name' }
    @{ Ours = 'Get-DismTsAppxProvisionedPackage'; InBox = 'Get-AppxProvisionedPackage'; Key = 'PackageName' }
    @{ Ours = 'Get-DismTsNonRemovableAppsPolicy'; InBox = 'Get-NonRemovableAppsPolicy'; Key = 'PackageFamilyName' }
    @{ Ours = 'Get-DismTsEdition'; InBox = 'Get-WindowsEdition'; Key = 'Edition' }
    @{ Ours = 'Get-DismTsEdition'; InBox = 'Get-WindowsEdition'; Key = 'Edition'; Title = ' -Target'; Parameters = @{ Target = $true } }
    @{ Ours = 'Repair-DismTsImage'; InBox = 'Repair-WindowsImage'; Key = 'ImageHealthState'; Title = ' -CheckHealth'; Parameters = @{ CheckHealth = $true } }
    @{ Ours = 'Get-DismTsReservedStorageState'; InBox = 'Get-WindowsReservedStorageState'; Key = 'ReservedStorageState'; OnlineOnly = $true }
)
# Questions about codes: what is asked for, and what the sheets of the project expect.
$script:conformanceCodes = @(
    @{ Question = 'Code for a feature that is not there'; Expected = '0x800F080C'; Command = 'Get-DismTsOptionalFeature'; Name = 'FeatureName' }
    @{ Question = 'Code for a package that is not there'; Expected = '0x800F0805, 0x80070057 or 0x80070490'; Command = 'Get-DismTsPackage'; Name = 'PackageName' }
    @{ Question = 'Code for a capability that is not there, or its state'; Expected = '0x80070057, 0x80070490 or NotPresent'; Command = 'Get-DismTsCapability'; Name = 'Name' }
    @{ Question = 'Code for a driver that is not there'; Expected = '0x80070002'; Command = 'Get-DismTsDriver'; Name = 'Driver' }
)

function Get-ConformanceRow {
    <#
    .SYNOPSIS
    Asks the questions of Test-DismTsConformance about the running Windows; nothing in the answers names this machine or what is on it.
    #>
    param(
        # Engine and DismPath for the commands.
        [Parameter(Mandatory)]
        [hashtable] $Choice
    )
    foreach ($pair in $script:conformancePairs) {
        $target = @{ Online = $true }
        if ($pair['OnlineOnly']) {
            $target = @{}
        }
        Compare-ConformanceCommand -Pair $pair -Choice $Choice -Target $target -Place 'of the running Windows'
    }
    foreach ($code in $script:conformanceCodes) {
        $asked = Invoke-ConformanceCommand -Command $code.Command -Parameter (@{ Online = $true; $code.Name = 'DismTs-Conformance-NotThere' } + $Choice)
        $seen = $asked['Code']
        if (-not $seen) {
            $seen = "$($asked['Rows'].Count) rows"
            if ($asked['Rows'] -and $asked['Rows'][0].PSObject.Properties['State']) {
                $seen = $asked['Rows'][0].State
            }
        }
        New-ConformanceRow -Question $code.Question -Expected $code.Expected -Seen $seen
    }
}
