function Invoke-Rehearsal {
    <#
    .SYNOPSIS
    Makes a message, takes it as an answer that came, and makes an object of a result, as far as that was not done yet.
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
    if ($Sidecar['LastId'] -eq 0 -and -not ($While -and $While.IsCompleted)) {
        $null = Test-SidecarResponse -Message $Sidecar['Message'] -Id 0
        $null = Get-NoteValue -InputObject $Sidecar['Message'] -Name 'result'
        $Sidecar['LastId'] = 1
    }
    if ($null -eq $Sidecar['Server'] -and -not ($While -and $While.IsCompleted)) {
        $Sidecar['Server'] = Get-OperationResult -Params @{} -LogPath ''
        $null = ConvertTo-DismTsObject -InputObject $Sidecar['Server'] -TypeName 'BaseDismObject'
    }
}
