function ConvertTo-DismTsErrorRecord {
    <#
    .SYNOPSIS
    Makes an error record of the error in a JSON-RPC answer.
    #>
    param(
        # Member "error" of the answer: code, message, data.
        [Parameter(Mandatory)]
        [psobject] $ResponseError,

        # The request's method.
        [Parameter(Mandatory)]
        [string] $Method,

        # What the request is about, where the error does not name it.
        [string] $Target,

        # The command that sent the request.
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # Parameters of the request.
        [System.Collections.IDictionary] $Params
    )
    $errorParameters = @{ Message = $ResponseError.message; Operation = $Method; Target = $Target }
    $data = $null
    if ($ResponseError.PSObject.Properties['data']) {
        $data = $ResponseError.data
    }
    if ($null -ne $data -and $data.PSObject.Properties['symbol']) {
        $errorParameters['HResult'] = $data.nativeCode
        foreach ($name in 'Symbol', 'Category', 'Operation', 'Target', 'Hint', 'LogPath') {
            if ($data.PSObject.Properties[$name]) {
                $errorParameters[$name] = $data.$name
            }
        }
        if ($data.PSObject.Properties['holders']) {
            $errorParameters['Holders'] = @($data.holders | ForEach-Object { ConvertTo-DismTsObject -InputObject $_ -TypeName 'HolderObject' })
        }
    } elseif ($ResponseError.code -eq -32602) {
        $errorParameters['Symbol'] = 'E_INVALIDARG'
        $issues = @()
        if ($null -ne $data) {
            $issues = @(Get-NoteValue -InputObject $data -Name 'issues' | Where-Object { $_ })
        }
        if ($issues -and $null -ne $Cmdlet) {
            $errorParameters['Message'] = Get-InvalidParameterText -Cmdlet $Cmdlet -Params $Params -Issue $issues
        }
    } else {
        $errorParameters['Message'] = "Cannot finish `"$Method`" because of a bug in DismTs: $($ResponseError.message) (JSON-RPC $($ResponseError.code))"
        $errorParameters['Symbol'] = 'E_UNEXPECTED'
        if ($null -ne $data -and $data.PSObject.Properties['logPath']) {
            $errorParameters['LogPath'] = $data.logPath
        }
    }
    return New-DismTsErrorRecord @errorParameters
}
