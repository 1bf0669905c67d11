# What is in an image, chosen by states; what only Windows can do is caught, and the rest goes on.
param($ImageFolder)

$features = Get-WindowsOptionalFeature -Path $ImageFolder
"enabled: $(@($features | Where-Object { $_.State -eq 2 }).Count)" # renamed: "enabled: $(@($features | Where-Object { $_.State -eq 'Enabled' }).Count)"
"not enabled: $(@($features | Where-Object State -NE 'Enabled').Count)"
foreach ($name in $features.FeatureName | Sort-Object | Select-Object -First 1) {
    $feature = Get-WindowsOptionalFeature -Path $ImageFolder -FeatureName $name # piped: $feature = [pscustomobject] @{ Path = $ImageFolder; FeatureName = $name } | Get-WindowsOptionalFeature
    "$($feature.FeatureName): $($feature.State)"
}
"installed: $(@(Get-WindowsPackage -Path $ImageFolder | Where-Object { $_.PackageState -eq 'Installed' }).Count)"
try {
    $null = Enable-WindowsOptionalFeature -Path $ImageFolder -FeatureName $name -All
    'enabled'
} catch {
    "engine: $('{0:X8}' -f $_.Exception.HResult)"
}
$health = Repair-WindowsImage -Path $ImageFolder -ScanHealth
"health: $($health.ImageHealthState)"
"edition: $((Get-WindowsEdition -Path $ImageFolder).Edition)"
