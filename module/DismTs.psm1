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
    $type = "Microsoft.PowerShell.Commands.$($name.Replace('-', ''))Command, Microsoft.PowerShell.Commands.Utility" -as [type]
    $script:cmdlets[$name] = $name
    if ($null -ne $type) {
        $script:cmdlets[$name] = [System.Management.Automation.CmdletInfo]::new($name, $type)
    }
}

# Aliases come before functions: what a script gives the name of one of these (Write-Verbose of a log framework, Get-Item of a test double) changes nothing in here.
foreach ($name in @(
        'Core\ForEach-Object', 'Core\Get-Command', 'Core\Get-Module', 'Core\Import-Module', 'Core\Remove-Module', 'Core\Where-Object'
        'Management\Remove-Item', 'Management\Set-Item'
        'Utility\Add-Member', 'Utility\ConvertTo-Json', 'Utility\Get-Variable', 'Utility\Import-PowerShellDataFile', 'Utility\New-Object'
        'Utility\Select-Object', 'Utility\Set-Alias', 'Utility\Set-Variable', 'Utility\Sort-Object', 'Utility\Update-TypeData', 'Utility\Write-Debug', 'Utility\Write-Verbose'
    )) {
    # By the provider, because Set-Alias would load the module that it is of.
    $null = $ExecutionContext.InvokeProvider.Item.Set("Alias:$($name.Split('\')[1])", "Microsoft.PowerShell.$name")
}

# A package has the text of these files in place of this loop.
foreach ($folder in 'Private', 'Public') {
    foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($PSScriptRoot, $folder), '*.ps1')) {
        . $file
    }
}

# A module of its own, because Get-Help finds about_DismTs only below the folder of a loaded module, and that of DismTs itself is one up.
Import-Module -Name ([System.IO.Path]::Combine($PSScriptRoot, 'DismTs.Completion.psm1'))

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
