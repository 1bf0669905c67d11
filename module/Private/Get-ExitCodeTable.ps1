function Get-ExitCodeTable {
    <#
    .SYNOPSIS
    Gives the table of exit codes in ExitCode.psd1: Outcome, in the order of what counts, with the Code of this system; and the HRESULTs that mean Busy and Restart.
    #>
    param()
    $table = Import-PowerShellDataFile -LiteralPath ([System.IO.Path]::Combine($script:moduleFolder, 'ExitCode.psd1'))
    $system = 'Posix'
    if ((Get-SidecarPlatform).StartsWith('win32')) {
        $system = 'Windows'
    }
    $codes = [ordered] @{}
    foreach ($outcome in $table['Outcome']) {
        $codes[$outcome['Name']] = $outcome[$system]
    }
    return @{ Code = $codes; Busy = $table['Busy']; Restart = $table['Restart'] }
}
