function Stop-MissingCommand {
    <#
    .SYNOPSIS
    Stands for a command of the in-box module that this version of DismTs does not have: it takes any parameters, and fails with what to use instead.
    .DESCRIPTION
    Enable-DismTsInboxName defines it under the names of those commands, so that a script fails at the call with a clear error and not with an unknown name.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Changes nothing')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Takes what the in-box command takes')]
    [CmdletBinding()]
    param(
        # The parameters of the in-box command.
        [Parameter(ValueFromRemainingArguments)]
        [object[]] $UnboundArgument,

        # What comes down the pipeline.
        [Parameter(ValueFromPipeline)]
        [object] $UnboundInput
    )
    begin {
        Set-CallerPreference -Cmdlet $PSCmdlet
        $name = $MyInvocation.MyCommand.Name
        $command = Get-InboxCommand | Where-Object { $_.Name -eq $name }
        $errorParameters = @{
            Message  = "Cannot run `"$name`": it is not in this version of DismTs"
            Symbol   = 'E_NOTIMPL'
            Target   = $name
            Hint     = "Use $($command.Instead)."
        }
        $problem = New-DismTsErrorRecord @errorParameters -Unusable
        Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord $problem
    }
}
