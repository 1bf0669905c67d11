function Close-EarlyExecutable {
    <#
    .SYNOPSIS
    Closes what Open-EarlyExecutable opened for a command that needed no sidecar after all.
    #>
    param()
    $early, $script:earlyExecutable = $script:earlyExecutable, $null
    if ($null -ne $early -and $early['Opened'] -isnot [System.Management.Automation.ErrorRecord]) {
        $early['Opened']['Stream'].Dispose()
    }
}
