# Script module of DismTs: loads the commands, and stops the sidecars when the module or the session ends.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Start-Sidecar reads it')]
param(
    # A sidecar to start in place of the module's own executable, followed by its arguments; it is started as given, with no hash check.
    # Import-Module DismTs -ArgumentList @(, @('/path/to/node', '/path/to/main.js', '--stdio'))
    [string[]] $SidecarCommand
)

Set-StrictMode -Version Latest

# The folder that holds bin/, the built executables.
$script:moduleFolder = $PSScriptRoot
$script:moduleVersion = '0.1.0'
$script:protocolVersion = '1.0'
$script:maxMessageBytes = 16MB
# How long a cancelled operation may clean up before its sidecar is killed.
$script:cancelGraceMilliseconds = 15000
# How long a new sidecar may take to answer "initialize"; a virus scanner may look at the executable first.
$script:startTimeoutMilliseconds = 30000
# Running sidecars of this runspace, by engine choice and DismApi.dll.
$script:sidecars = @{}
# Log file of the operation that ended last and wrote one.
$script:lastLogPath = ''
# Cmdlets of Microsoft.PowerShell.Utility that every command needs. The first one called by name would load that module, which takes half as long as loading
# this one does; its assembly alone loads in no time. Windows PowerShell does not find the assembly in this way, and goes by the name.
$script:cmdlets = @{}
foreach ($name in 'ConvertFrom-Json', 'ConvertTo-Json', 'Set-Variable') {
    $type = "Microsoft.PowerShell.Commands.$($name -replace '-')Command, Microsoft.PowerShell.Commands.Utility" -as [type]
    $script:cmdlets[$name] = $name
    if ($null -ne $type) {
        $script:cmdlets[$name] = [System.Management.Automation.CmdletInfo]::new($name, $type)
    }
}

# Aliases come before functions: what a script gives the name of one of these (Write-Verbose of a log framework, Get-Item of a test double) changes nothing in here.
${Alias:ForEach-Object} = 'Microsoft.PowerShell.Core\ForEach-Object'
${Alias:Get-Command} = 'Microsoft.PowerShell.Core\Get-Command'
${Alias:Get-Module} = 'Microsoft.PowerShell.Core\Get-Module'
${Alias:Import-Module} = 'Microsoft.PowerShell.Core\Import-Module'
${Alias:Register-ArgumentCompleter} = 'Microsoft.PowerShell.Core\Register-ArgumentCompleter'
${Alias:Remove-Module} = 'Microsoft.PowerShell.Core\Remove-Module'
${Alias:Where-Object} = 'Microsoft.PowerShell.Core\Where-Object'
${Alias:Remove-Item} = 'Microsoft.PowerShell.Management\Remove-Item'
${Alias:Set-Item} = 'Microsoft.PowerShell.Management\Set-Item'
${Alias:Add-Member} = 'Microsoft.PowerShell.Utility\Add-Member'
${Alias:ConvertTo-Json} = 'Microsoft.PowerShell.Utility\ConvertTo-Json'
${Alias:Get-Variable} = 'Microsoft.PowerShell.Utility\Get-Variable'
${Alias:Import-PowerShellDataFile} = 'Microsoft.PowerShell.Utility\Import-PowerShellDataFile'
${Alias:New-Object} = 'Microsoft.PowerShell.Utility\New-Object'
${Alias:Select-Object} = 'Microsoft.PowerShell.Utility\Select-Object'
${Alias:Set-Alias} = 'Microsoft.PowerShell.Utility\Set-Alias'
${Alias:Set-Variable} = 'Microsoft.PowerShell.Utility\Set-Variable'
${Alias:Sort-Object} = 'Microsoft.PowerShell.Utility\Sort-Object'
${Alias:Update-TypeData} = 'Microsoft.PowerShell.Utility\Update-TypeData'
${Alias:Write-Debug} = 'Microsoft.PowerShell.Utility\Write-Debug'
${Alias:Write-Verbose} = 'Microsoft.PowerShell.Utility\Write-Verbose'

# A package has the text of these files in place of this loop.
foreach ($folder in 'Private', 'Public') {
    foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($PSScriptRoot, $folder), '*.ps1')) {
        . $file
    }
}
# Here Get-Help finds topics only below the folder of a loaded module, which that of DismTs itself is not; a package has them beside its manifest.
Import-Completion

foreach ($completer in Get-Completer) {
    Register-ArgumentCompleter @completer
}

$ExecutionContext.SessionState.Module.OnRemove = {
    if ($null -ne $script:exitSubscription) {
        $ExecutionContext.Events.UnsubscribeEvent($script:exitSubscription)
    }
    if ($null -ne $script:hiddenByInboxName) {
        Remove-InboxName
    }
    Close-EarlyExecutable
    Stop-AllSidecar
}
