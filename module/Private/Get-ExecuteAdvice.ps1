function Get-ExecuteAdvice {
    <#
    .SYNOPSIS
    Gives the line to run where the sidecar's executable may not be executed.
    #>
    param(
        # The executable.
        [Parameter(Mandatory)]
        [string] $Path
    )
    return "Run this as its owner, or as root: chmod a+rx '$($Path.Replace("'", "'\''"))'. Where that does not help, the volume is mounted with `"noexec`": install the module on another."
}
