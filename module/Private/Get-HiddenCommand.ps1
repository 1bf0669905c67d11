function Get-HiddenCommand {
    <#
    .SYNOPSIS
    Finds what commands of some names would hide: Names, and what it takes to bring back what is lost then, Functions and Aliases (name -> definition).
    #>
    param(
        # The names.
        [Parameter(Mandatory)]
        [string[]] $Name,

        # Folder of the module that has them, which does not count.
        [Parameter(Mandatory)]
        [string] $OwnFolder
    )
    $names = @()
    $functions = @{}
    $aliases = @{}
    foreach ($command in Get-Command -Name $Name -ListImported -All -ErrorAction Ignore) {
        if ($null -ne $command.Module -and $command.Module.ModuleBase -eq $OwnFolder) {
            continue
        }
        $names += $command.Name
        if ($command.CommandType -eq 'Function') {
            $functions[$command.Name] = $command.ScriptBlock
        } elseif ($command.CommandType -eq 'Alias') {
            $aliases[$command.Name] = $command.Definition
        }
    }
    # Not loaded yet, as a rule: then its commands are found at the first call.
    foreach ($module in Get-Module -Name Dism -ListAvailable | Where-Object { $_.ModuleBase -ne $OwnFolder }) {
        $names += $module.ExportedCommands.Keys | Where-Object { $_ -in $Name }
    }
    return [pscustomobject] @{ Names = @($names | Sort-Object -Unique); Functions = $functions; Aliases = $aliases }
}
