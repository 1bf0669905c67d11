function ConvertTo-ErrorCode {
    <#
    .SYNOPSIS
    Gives the number of an error code in any of the forms in which people have it; nothing when it is none.
    #>
    param(
        # Number, string, exception or error record.
        [Parameter(Mandatory)]
        [AllowNull()]
        [object] $InputObject
    )
    $InputObject = Get-ErrorSubject -InputObject $InputObject
    if ($InputObject -is [System.Management.Automation.ErrorRecord]) {
        $InputObject = $InputObject.Exception
    }
    if ($InputObject -is [System.Exception]) {
        # PowerShell wraps what a .NET call throws.
        $wrappers = [System.Management.Automation.MethodInvocationException], [System.Management.Automation.ActionPreferenceStopException], [System.AggregateException]
        while ($InputObject.InnerException -and $InputObject.GetType() -in $wrappers) {
            $InputObject = $InputObject.InnerException
        }
        return [long] $InputObject.HResult
    }
    $number = 0L
    $text = "$InputObject".Trim()
    # Eight hexadecimal digits without 0x are an HRESULT as logs print it: as a decimal number they would be no code that exists.
    if ($text -match '^(?:0x([0-9a-f]{1,8})|([0-9a-f]{8}))$') {
        $number = [System.Convert]::ToInt64("$($Matches[1])$(if ($Matches.ContainsKey(2)) { $Matches[2] })", 16)
    } elseif (-not [long]::TryParse($text, [ref] $number) -or $number -lt -2147483648L -or $number -gt 4294967295L) {
        return
    }
    return $number
}
