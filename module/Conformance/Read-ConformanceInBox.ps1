function Read-ConformanceInBox {
    <#
    .SYNOPSIS
    Asks an in-box command, and says something of the first of its objects.
    #>
    param(
        # The command.
        [Parameter(Mandatory)]
        [string] $Name,

        # Its parameters.
        [Parameter(Mandatory)]
        [hashtable] $Parameter,

        # What is said of the object, which it has as $_.
        [Parameter(Mandatory)]
        [scriptblock] $Say,

        # What is said where there is none.
        [string] $None = 'nothing'
    )
    $command = Get-Command -Name $Name -Module Dism -ErrorAction Ignore
    if (-not $command) {
        return $script:conformanceInBoxMissing
    }
    $objects = @(& $command @Parameter -ErrorAction Stop -WarningAction SilentlyContinue)
    if (-not $objects) {
        return $None
    }
    $objects[0] | ForEach-Object -Process $Say
}
