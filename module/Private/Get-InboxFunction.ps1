function Get-InboxFunction {
    <#
    .SYNOPSIS
    Gives the functions to define under the names of the in-box commands: Name, Aliases and ScriptBlock. For the module InboxName/Dism.
    .DESCRIPTION
    Each has the very script block of the command that it stands for, so parameters, help and completion are the same, and it runs in this module. The command
    tells by its name how it was called, see Set-CallerPreference.
    #>
    param()
    Import-InboxSupport
    foreach ($command in Get-InboxCommand) {
        $source = 'Stop-MissingCommand'
        if ($command.Replacement) {
            $source = $command.Replacement
        }
        [pscustomobject] @{
            Name        = $command.Name
            Aliases     = $command.Aliases
            ScriptBlock = $ExecutionContext.InvokeCommand.GetCommand($source, 'Function').ScriptBlock
        }
    }
}
