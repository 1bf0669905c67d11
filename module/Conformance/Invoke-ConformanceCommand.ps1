function Invoke-ConformanceCommand {
    <#
    .SYNOPSIS
    Gives the rows of a command, or the code that it fails with: a message may have names in it.
    .OUTPUTS
    A hashtable with Rows and Code.
    #>
    param(
        # The command.
        [Parameter(Mandatory)]
        [object] $Command,

        # Its parameters.
        [Parameter(Mandatory)]
        [hashtable] $Parameter
    )
    try {
        return @{ Rows = @(& $Command @Parameter -ErrorAction Stop -WarningAction SilentlyContinue); Code = $null }
    } catch {
        return @{ Rows = @(); Code = '0x{0:X8}' -f $_.Exception.HResult }
    }
}
