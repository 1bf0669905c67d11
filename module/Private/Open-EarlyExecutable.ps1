# What was opened at the beginning of a command: the command, the executable or the error record, and since when; null where there is nothing to take.
$script:earlyExecutable = $null

function Open-EarlyExecutable {
    <#
    .SYNOPSIS
    Has the hash of the executable computed from the beginning of the command that will start it, while PowerShell loads and compiles what else the command needs.
    .DESCRIPTION
    Get-EarlyExecutable takes what this opens. Where it cannot be opened the error waits for that too, and nothing is reported here.
    #>
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet
    )
    if ($null -ne $script:earlyExecutable) {
        Close-EarlyExecutable
    }
    $path = Get-SidecarExecutable
    if ($path -is [string]) {
        $script:earlyExecutable = @{ Cmdlet = $Cmdlet; Opened = (Open-SidecarExecutable -Path $path); Clock = [System.Diagnostics.Stopwatch]::StartNew() }
    }
}
