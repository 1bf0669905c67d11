function Write-ChangePlan {
    <#
    .SYNOPSIS
    Says for -WhatIf what would become of the image or the files, a line each, where the answer of a dry run has that.
    #>
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # The answer.
        [Parameter(Mandatory)]
        [psobject] $Result
    )
    $lines = @(Get-WritePlan -Result $Result) + @(Get-ServicingPlan -Result $Result)
    # As what -WhatIf says itself these lines are no output; but a script can have them (6>).
    foreach ($line in $lines) {
        $Cmdlet.WriteInformation([System.Management.Automation.HostInformationMessage] @{ Message = $line }, [string[]] @('PSHOST'))
    }
}
