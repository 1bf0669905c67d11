function Invoke-Rehearsal {
    <#
    .SYNOPSIS
    Writes a message to memory, reads it back and makes an object of it, as far as that was not done yet.
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
    if ($null -eq $Sidecar['Input'] -and -not ($While -and $While.IsCompleted)) {
        $Sidecar['Input'] = [System.IO.MemoryStream]::new()
        $null = Write-JsonRpcMessage -Sidecar $Sidecar -Message @{ id = 0; result = @{} }
    }
    if ($null -eq $Sidecar['Output'] -and -not ($While -and $While.IsCompleted)) {
        $Sidecar['Output'] = [System.IO.MemoryStream]::new($Sidecar['Input'].ToArray())
        $null = Read-JsonRpcMessage -Sidecar $Sidecar
    }
    if ($null -eq $Sidecar['Server'] -and -not ($While -and $While.IsCompleted)) {
        $Sidecar['Server'] = ConvertTo-DismTsObject -InputObject ([pscustomobject] @{}) -TypeName 'BaseDismObject'
    }
}
