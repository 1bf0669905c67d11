function Test-Wildcard {
    <#
    .SYNOPSIS
    Tells whether names can be compared with wildcards; reports wildcards that nobody can read, such as a bracket without its other half.
    .DESCRIPTION
    They would match nothing, and a slip of the pen would look like an image that has nothing of the kind.
    #>
    [OutputType([bool])]
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # The wildcards.
        [Parameter(Mandatory)]
        [string] $Pattern
    )
    try {
        $null = '' -like $Pattern
        return $true
    } catch {
        $message = "Cannot use the wildcards `"$Pattern`": $($_.Exception.Message.TrimEnd('.'))"
        Write-DismTsError -Cmdlet $Cmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $Pattern)
    }
    return $false
}
