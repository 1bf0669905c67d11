<#
.SYNOPSIS
Compares the commands of DismTs with the documented ones of the in-box module, and prints every difference.
.DESCRIPTION
The table is InboxCommands.psd1. The last line counts the commands that are there. The exit code is 0 where all are, whatever differs in them: differences that are
meant are for who reads them to judge.
.EXAMPLE
pwsh -NoProfile -File test/parity/Compare-InboxParity.ps1

Prints a line for each difference, and "46 of 46 commands, N differences".
.OUTPUTS
System.String
#>
[CmdletBinding()]
[OutputType([string])]
param(
    # Manifest of the module to compare.
    [string] $Manifest = [System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'DismTs.psd1')
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name $Manifest -Force
$table = Import-PowerShellDataFile -LiteralPath ([System.IO.Path]::Combine($PSScriptRoot, 'InboxCommands.psd1'))
$common = @{
    LogPath          = @{ Type = 'string'; Alias = 'LP' }
    ScratchDirectory = @{ Type = 'string' }
    LogLevel         = @{ Type = 'string'; Alias = 'LL' }
}

function Compare-Parameter {
    <#
    .SYNOPSIS
    Gives what differs between a parameter and what is documented of it.
    #>
    param(
        # The command.
        [System.Management.Automation.FunctionInfo] $Command,

        # Name of the parameter.
        [string] $Name,

        # What is documented.
        [hashtable] $Expected
    )
    if (-not $Command.Parameters.ContainsKey($Name)) {
        return "there is no -$Name"
    }
    $parameter = $Command.Parameters[$Name]
    $type = [type] $Expected['Type']
    if ($parameter.ParameterType -ne $type) {
        "-$Name is $($parameter.ParameterType.Name), in-box $($type.Name)"
    }
    if ($Expected.ContainsKey('Alias') -and $Expected['Alias'] -notin $parameter.Aliases) {
        "-$Name has no alias $($Expected['Alias'])"
    }
    $sets = @($parameter.ParameterSets.Keys | Sort-Object)
    if ($Expected.ContainsKey('Sets') -and (@($Expected['Sets'] | Sort-Object) -join ',') -ne ($sets -join ',')) {
        "-$Name is in the sets $($sets -join ', '), in-box $($Expected['Sets'] -join ', ')"
    }
    $isMandatory = @($parameter.ParameterSets.Values | Where-Object { -not $_.IsMandatory }).Count -eq 0
    if ($isMandatory -ne [bool] $Expected['Mandatory']) {
        $words = @{ $true = 'mandatory'; $false = 'optional' }
        "-$Name is $($words[$isMandatory]), in-box $($words[[bool] $Expected['Mandatory']])"
    }
    $byValue = @($parameter.ParameterSets.Values | Where-Object ValueFromPipeline).Count -gt 0
    $byName = @($parameter.ParameterSets.Values | Where-Object ValueFromPipelineByPropertyName).Count -gt 0
    if ($Expected.ContainsKey('ByValue')) {
        if (-not $byValue) {
            "-$Name does not take objects from the pipeline"
        }
    } elseif ($byName -eq ($Expected.ContainsKey('Piped') -and -not $Expected['Piped'])) {
        $words = @{ $true = 'is'; $false = 'is not' }
        "-$Name $($words[$byName]) bound from the pipeline by its name, in-box it $($words[-not $byName])"
    }
}

function Compare-Command {
    <#
    .SYNOPSIS
    Gives what differs between a command and what is documented of it.
    #>
    param(
        # The command.
        [System.Management.Automation.FunctionInfo] $Command,

        # What is documented.
        [hashtable] $Expected
    )
    $parameters = $common + $Expected['Parameters']
    if ($Expected['Image'] -eq 'Both') {
        $parameters += @{
            Path   = @{ Type = 'string'; Mandatory = $true; Sets = @('Offline') }
            Online = @{ Type = 'switch'; Mandatory = $true; Sets = @('Online') }
        }
    } elseif ($Expected['Image'] -eq 'Path') {
        $parameters += @{ Path = @{ Type = 'string'; Mandatory = $true } }
    }
    if ($Expected['Windows']) {
        $parameters += @{ WindowsDirectory = @{ Type = 'string' }; SystemDrive = @{ Type = 'string' } }
    }
    foreach ($name in $parameters.Keys | Sort-Object) {
        Compare-Parameter -Command $Command -Name $name -Expected $parameters[$name]
    }
    $output = @($Command.OutputType | ForEach-Object { $_.Name -replace '^(DismTs|System)\.|\[\]$' })
    if ($Expected['Output'] -and $Expected['Output'] -notin $output) {
        "it gives $($output -join ', '), in-box $($Expected['Output'])"
    }
}

[int] $found, [int] $differences = 0, 0
foreach ($inbox in $table.Keys | Sort-Object) {
    $name = $table[$inbox]['DismTs']
    $command = Get-Command -Name $name -Module DismTs -CommandType Function -ErrorAction Ignore
    if ($null -eq $command) {
        $differences++
        "${inbox}: there is no $name"
        continue
    }
    $found++
    foreach ($difference in Compare-Command -Command $command -Expected $table[$inbox]) {
        $differences++
        "$inbox ($name): $difference"
    }
}
"$found of $($table.Count) commands, $differences differences"
Remove-Module -Name DismTs
if ($found -lt $table.Count) {
    exit 1
}
