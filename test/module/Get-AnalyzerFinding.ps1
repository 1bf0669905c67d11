<#
.SYNOPSIS
Runs PSScriptAnalyzer over the module and its tests, and writes what it finds as JSON.
.DESCRIPTION
A process of its own for Source.Tests.ps1: what other tests do to theirs must not count, and the start of the analyzer is what takes time.
#>
[CmdletBinding()]
param()

$root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
$module = @("$root/DismTs.psd1") + @((Get-ChildItem -LiteralPath "$root/module" -Recurse -Include *.ps1, *.psm1, *.psd1 -File).FullName)
# But for the scripts of the folder "scripts", which are as others write them.
$tests = @((Get-ChildItem -LiteralPath $PSScriptRoot -Include *.ps1, *.psm1 -File -Recurse).FullName | Where-Object { $_ -notlike "$PSScriptRoot/scripts/*.ps1" })
$style = "$root/PSScriptAnalyzerSettings.psd1"
# The analyzer does not follow variables from block to block of a test, and helpers of one file need no help.
$testExclusions = 'PSUseDeclaredVarsMoreThanAssignments', 'PSProvideCommentHelp'
# Only commands and parameters that Windows PowerShell 5.1 has.
$desktopCommands = @{
    IncludeRules = @('PSUseCompatibleCmdlets')
    Rules        = @{ PSUseCompatibleCmdlets = @{ compatibility = @('desktop-5.1.14393.206-windows') } }
}
# Only .NET types and members that it has, where the analyzer was installed with the profile for that.
$desktopProfile = 'win-48_x64_10.0.17763.0_5.1.17763.316_x64_4.0.30319.42000_framework'
$desktopTypes = @{
    IncludeRules = @('PSUseCompatibleTypes')
    Rules        = @{ PSUseCompatibleTypes = @{ Enable = $true; TargetProfiles = @($desktopProfile) } }
}

Import-Module -Name PSScriptAnalyzer
# The analyzer looks every command up, in several runspaces at once, which import what they find it in. With Pester among that, every second run fails with
# "The term 'Get-Command' is not recognized" (PSScriptAnalyzer issue 2205); with the modules of PowerShell alone, few do.
$env:PSModulePath = "$PSHOME/Modules"
$hasProfile = Test-Path -LiteralPath "$((Get-Module -Name PSScriptAnalyzer).ModuleBase)/compatibility_profiles/$desktopProfile.json"
$findings = @(
    foreach ($path in $module + $style) {
        Invoke-ScriptAnalyzer -Path $path -Settings $style -ErrorAction Stop
    }
    foreach ($path in $tests) {
        Invoke-ScriptAnalyzer -Path $path -Settings $style -ExcludeRule $testExclusions -ErrorAction Stop
    }
    foreach ($path in $module) {
        Invoke-ScriptAnalyzer -Path $path -Settings $desktopCommands -ErrorAction Stop
        if ($hasProfile) {
            Invoke-ScriptAnalyzer -Path $path -Settings $desktopTypes -ErrorAction Stop
        }
    }
)
@{
    checkedTypes = $hasProfile
    findings     = @($findings | ForEach-Object { @{ path = $_.ScriptPath; text = "$($_.Line): $($_.RuleName): $($_.Message)" } })
} | ConvertTo-Json -Depth 4 -Compress
