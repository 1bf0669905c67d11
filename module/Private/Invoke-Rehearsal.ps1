function Invoke-Rehearsal {
    <#
    .SYNOPSIS
    Makes a message, takes it as one that came, and makes an object of it, as far as that was not done yet.
    .DESCRIPTION
    PowerShell loads and compiles what it runs for the first time. There is time for that while the hash of the executable is computed, and while the sidecar
    starts: so what the first request will need is run before.
    #>
    param(
        # One that is used for nothing else.
        [Parameter(Mandatory)]
        [hashtable] $Sidecar,

        # No step is begun once this has ended. Without it all are.
        [System.Threading.Tasks.Task] $While
    )
    if ($null -eq $Sidecar['Frame'] -and -not ($While -and $While.IsCompleted)) {
        $Sidecar['Frame'] = ConvertTo-JsonRpcFrame -Message @{ id = 0; result = @{} }
    }
    if ($null -eq $Sidecar['Message'] -and -not ($While -and $While.IsCompleted)) {
        $Sidecar['Buffer'], $Sidecar['Length'] = $Sidecar['Frame'], $Sidecar['Frame'].Length
        $null = Read-JsonRpcMessage -Sidecar $Sidecar
    }
    if ($null -eq $Sidecar['Server'] -and -not ($While -and $While.IsCompleted)) {
        $Sidecar['Server'] = ConvertTo-DismTsObject -InputObject ([pscustomobject] @{}) -TypeName 'BaseDismObject'
    }
}
