function Get-InvalidParameterText {
    <#
    .SYNOPSIS
    Says which parameters of a command the sidecar refused: the request has names of its own for some of them.
    #>
    param(
        # The command.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # Parameters of the request.
        [Parameter(Mandatory)]
        [System.Collections.IDictionary] $Params,

        # What the answer says of them: objects with path and message. An empty path stands for all of them together.
        [Parameter(Mandatory)]
        [psobject[]] $Issue
    )
    $command = $Cmdlet.MyInvocation.MyCommand
    $bound = $Cmdlet.MyInvocation.BoundParameters
    $names = @{}
    foreach ($requestName in $Params.Keys) {
        if ($command.Parameters.ContainsKey($requestName)) {
            $names[$requestName] = '-' + $command.Parameters[$requestName].Name
            continue
        }
        # It is the one that gave the value; a path was made absolute, and a list may be called for one of it.
        $same = @($bound.Keys | Where-Object { [object]::Equals($bound[$_], $Params[$requestName]) })
        $similar = @($bound.Keys | Where-Object { $requestName -like "*$_" -or $requestName -like "$_*" })
        $name = @($same) + @($similar) | Select-Object -First 1
        if ($name) {
            $names[$requestName] = "-$name"
        }
    }
    # What is in quotation marks is a value, and stays.
    $pattern = '"(?:[^"\\]|\\.)*"'
    if ($names.Count -gt 0) {
        $pattern += "|(?<![-\w])(?:$(@($names.Keys | ForEach-Object { [regex]::Escape($_) }) -join '|'))\b"
    }
    $inWords = {
        param($Match)
        if ($Match.Value.StartsWith('"')) {
            return $Match.Value
        }
        return $names[$Match.Value]
    }
    $texts = foreach ($one in $Issue) {
        $text = "$($one.message)"
        if ($one.path) {
            $text = "$($one.path): $text"
        }
        [regex]::Replace($text, $pattern, $inWords)
    }
    return "Cannot run $($command.Name) with these parameters: $($texts -join '; ')"
}
