function Invoke-SidecarRequest {
    <#
    .SYNOPSIS
    Sends one request to the sidecar and gives its result: the only transport of the module.
    .DESCRIPTION
    Shows progress while it waits, cancels on Ctrl+C, and throws an error record when the request fails. A request whose sidecar is lost fails and is never
    sent again, because nobody knows how far it came; the next one starts a new sidecar.
    #>
    param(
        # Name of the method, such as image/mount.
        [Parameter(Mandatory)]
        [string] $Method,

        # Its parameters.
        [hashtable] $Params = @{},

        # The command on whose behalf it is sent.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # Engine choice; picks the sidecar.
        [string] $Engine = 'Auto',

        # A sidecar that is not yet in use, for "initialize".
        [psobject] $Sidecar,

        # Title of the progress bar; without it none is shown.
        [string] $Activity,

        # Cancel the request after this time; 0: never.
        [long] $TimeoutMilliseconds = 0,

        # How long a cancelled request may clean up before its sidecar is killed.
        [int] $GraceMilliseconds = $script:cancelGraceMilliseconds
    )
    if ($null -eq $Sidecar) {
        $Sidecar = Get-Sidecar -Engine $Engine -Cmdlet $Cmdlet
    }
    if ($Sidecar.Busy) {
        # Only the action of an event can run here while a command waits; two readers would take each other's answers.
        $errorParameters = @{
            Message   = "Cannot run `"$Method`": another command of this runspace is waiting for its answer"
            HResult   = 0x800700AA
            Symbol    = 'DISMTS_E_BUSY'
            Category  = 'ResourceBusy'
            Operation = $Method
            Hint      = 'Run it in a runspace of its own.'
        }
        throw (New-DismTsErrorRecord @errorParameters)
    }
    $id = $Sidecar.LastId + 1
    $wantsProgress = $Activity -and $ProgressPreference -notin 'SilentlyContinue', 'Ignore'
    if ($wantsProgress) {
        $Params['workDoneToken'] = $id
    }

    $response = $null
    $failure = $null
    $timedOut = $false
    $shown = $null
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $Sidecar.LastId, $Sidecar.Busy, $Sidecar.Message = $id, $true, $null
    $open = $true
    try {
        Write-JsonRpcMessage -Sidecar $Sidecar -Message @{ id = $id; method = $Method; params = $Params }
        $progress = $null
        $nextProgressAt = 0
        while ($null -eq $response) {
            if (Read-JsonRpcMessage -Sidecar $Sidecar) {
                $message = $Sidecar.Message
                if (Test-SidecarResponse -Message $message -Id $id) {
                    $response = $message
                } elseif ($wantsProgress -and $message.PSObject.Properties['method'] -and $message.method -eq '$/progress' -and $message.params.token -eq $id) {
                    $progress = $message.params.value
                } elseif ($message.PSObject.Properties['error'] -and $null -eq $message.id) {
                    throw (New-Object -TypeName System.IO.InvalidDataException -ArgumentList "It refused a message: $($message.error.message)")
                }
            } else {
                Update-SidecarErrorTail -Sidecar $Sidecar
            }
            # At most four a second: a console draws slowly, and remoting carries each record.
            if ($null -ne $progress -and $null -eq $response -and $clock.ElapsedMilliseconds -ge $nextProgressAt) {
                $shown = New-Object -TypeName System.Management.Automation.ProgressRecord -ArgumentList $id, $Activity, $progress.phase
                $shown.PercentComplete = Get-ProgressPercent -Current $progress.current -Total $progress.total
                $Cmdlet.WriteProgress($shown)
                $progress = $null
                $nextProgressAt = $clock.ElapsedMilliseconds + 250
            }
            if ($TimeoutMilliseconds -gt 0 -and $null -eq $response -and $clock.ElapsedMilliseconds -ge $TimeoutMilliseconds) {
                $timedOut = $true
                break
            }
        }
        $open = $timedOut
    } catch {
        $failure = $_
        $open = $false
    } finally {
        # Reached on Ctrl+C too, where $open is still true; commands may run here although the pipeline is stopping.
        if ($open) {
            $null = Stop-SidecarRequest -Sidecar $Sidecar -Id $id -GraceMilliseconds $GraceMilliseconds
        }
        $Sidecar.Busy = $false
        if ($null -ne $shown) {
            $shown.RecordType = 'Completed'
            $Cmdlet.WriteProgress($shown)
        }
    }

    if ($null -ne $failure) {
        throw (ConvertTo-LostSidecarError -Sidecar $Sidecar -Failure $failure -Method $Method -Params $Params)
    }
    if ($timedOut) {
        $errorParameters = @{
            Message   = "Cannot finish `"$Method`" within $($TimeoutMilliseconds / 1000) seconds: it was cancelled"
            HResult   = 0x800705B4
            Symbol    = 'DISMTS_E_TIMEOUT'
            Category  = 'OperationTimeout'
            Operation = $Method
            Hint      = 'Allow more time, or look into the log for what it waits for.'
        }
        throw (New-DismTsErrorRecord @errorParameters)
    }
    if ($response.PSObject.Properties['error']) {
        throw (ConvertTo-DismTsErrorRecord -ResponseError $response.error -Method $Method)
    }
    $result = $response.result
    if ($null -ne $result -and $result.PSObject.Properties['warnings']) {
        foreach ($warning in $result.warnings) {
            $Cmdlet.WriteWarning($warning)
        }
    }
    return $result
}
