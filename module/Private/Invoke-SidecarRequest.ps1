function Invoke-SidecarRequest {
    <#
    .SYNOPSIS
    Sends one request to the sidecar and gives its result: the only transport of the module.
    .DESCRIPTION
    Shows progress while it waits, and cancels on Ctrl+C. A request that fails is an error of the command, and gives nothing. A request whose sidecar is lost
    fails and is never sent again, because nobody knows how far it came; the next one starts a new sidecar.

    Nothing here is thrown and caught: that would get into the -ErrorVariable of the caller beside the one error that counts.
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

        # DismApi.dll of the native engine, as in -DismPath; picks the sidecar too.
        [string] $DismPath,

        # A sidecar that is not yet in use, for "initialize".
        [psobject] $Sidecar,

        # Title of the progress bar; without it none is shown.
        [string] $Activity,

        # What the request is about, for the error that does not name it.
        [string] $Target,

        # Cancel the request after this time; 0: never.
        [long] $TimeoutMilliseconds = 0,

        # How long a cancelled request may clean up before its sidecar is killed.
        [int] $GraceMilliseconds = $script:cancelGraceMilliseconds,

        # Warnings that have been given already.
        [string[]] $KnownWarning,

        # What Invoke-Rehearsal is given until the answer comes; null: nothing.
        [hashtable] $Rehearsal,

        # Give the error record of a failure instead of reporting it.
        [switch] $PassError
    )
    if ($null -eq $Sidecar) {
        $Sidecar = Get-Sidecar -Engine $Engine -DismPath $DismPath -Cmdlet $Cmdlet
    }
    $problem = $null
    $response = $null
    $clock = $null
    if ($Sidecar -is [System.Management.Automation.ErrorRecord]) {
        $problem = $Sidecar
    } elseif ($Sidecar['Busy']) {
        # Only the action of an event can run here while a command waits; two readers would take each other's answers.
        $errorParameters = @{
            Message   = "Cannot run `"$Method`": another command of this runspace is waiting for its answer"
            Symbol    = 'DISMTS_E_BUSY'
            Operation = $Method
        }
        $problem = New-DismTsErrorRecord @errorParameters
    } else {
        $id = $Sidecar['LastId'] + 1
        # Not with Stop, Inquire and the like: a progress bar would end the command in the middle of a change.
        $wantsProgress = $Activity -and $ProgressPreference -eq 'Continue'
        if ($wantsProgress) {
            $Params['workDoneToken'] = $id
        }
        $shown = $null
        $timedOut = $false
        $finished = $false
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        # By preferences, not through the command, which would ask with -Debug whether to go on.
        if ($VerbosePreference -notin 'SilentlyContinue', 'Ignore') {
            Write-Verbose -Message "$Method started in process $($Sidecar['Process'].Id)"
        }
        if ($DebugPreference -notin 'SilentlyContinue', 'Ignore') {
            Write-RequestParameter -Method $Method -Params $Params
        }
        # Last: a preference such as Stop ends the command at what is said above, and the sidecar must not stay busy for ever.
        $Sidecar['LastId'], $Sidecar['Busy'], $Sidecar['Message'] = $id, $true, $null
        try {
            $null = Write-JsonRpcMessage -Sidecar $Sidecar -Message @{ id = $id; method = $Method; params = $Params } -TimeoutMilliseconds $TimeoutMilliseconds
            $progress = $null
            $nextProgressAt = 0
            $wait = 100
            if ($null -ne $Rehearsal) {
                $wait = 0
            }
            while ($null -eq $Sidecar['Failure'] -and $null -eq $response -and -not $timedOut) {
                if (Read-JsonRpcMessage -Sidecar $Sidecar -WaitMilliseconds $wait) {
                    $message = $Sidecar['Message']
                    if (Test-SidecarResponse -Message $message -Id $id) {
                        $response = $message
                        break
                    }
                    if ($wantsProgress -and $message.PSObject.Properties['method'] -and $message.method -eq '$/progress' -and $message.params.token -eq $id) {
                        $progress = $message.params.value
                    } elseif ($message.PSObject.Properties['error'] -and $null -eq $message.id) {
                        $Sidecar['Failure'] = [System.IO.InvalidDataException]::new("It refused a message: $($message.error.message)")
                    }
                } elseif ($wait -eq 0) {
                    Invoke-Rehearsal -Sidecar $Rehearsal -While $Sidecar['ReadTask']
                    $wait = 100
                } else {
                    Update-SidecarErrorTail -Sidecar $Sidecar
                }
                # At most four a second: a console draws slowly, and remoting carries each record.
                if ($null -ne $progress -and $clock.ElapsedMilliseconds -ge $nextProgressAt) {
                    $shown = New-ProgressRecord -Sidecar $Sidecar -Activity $Activity -Progress $progress
                    $Cmdlet.WriteProgress($shown)
                    $progress = $null
                    $nextProgressAt = $clock.ElapsedMilliseconds + 250
                }
                $timedOut = $TimeoutMilliseconds -gt 0 -and $clock.ElapsedMilliseconds -ge $TimeoutMilliseconds
            }
            $finished = -not $timedOut
        } finally {
            # Reached on Ctrl+C too; commands may run here although the pipeline is stopping.
            $sent = $Sidecar['WrittenId'] -eq $id
            if (-not $finished -and $sent) {
                # Ctrl+C: the log that was begun last is that of this operation.
                $script:lastLogPath = ''
                $response = Stop-SidecarRequest -Sidecar $Sidecar -Id $id -GraceMilliseconds $GraceMilliseconds
            }
            $Sidecar['Busy'] = $false
            if ($null -ne $shown) {
                $shown.RecordType = 'Completed'
                $Cmdlet.WriteProgress($shown)
            }
        }
        $refusal = $null
        if ($null -ne $response -and $response.PSObject.Properties['error']) {
            $refusal = $response.error
        }
        if ($timedOut -and ($null -eq $response -or ($null -ne $refusal -and $refusal.code -eq -32800))) {
            $mayRun = $null -eq $response -and $sent -and $GraceMilliseconds -gt 0
            $problem = New-TimeoutErrorRecord -Method $Method -Target $Target -TimeoutMilliseconds $TimeoutMilliseconds -Refusal $refusal -MayRun:$mayRun
        } elseif ($null -eq $response) {
            $problem = ConvertTo-LostSidecarError -Sidecar $Sidecar -Method $Method -Params $Params
        } elseif ($null -ne $refusal) {
            $problem = ConvertTo-DismTsErrorRecord -ResponseError $refusal -Method $Method -Target $Target -Cmdlet $Cmdlet -Params $Params
        }
    }

    if ($null -ne $clock -and $VerbosePreference -notin 'SilentlyContinue', 'Ignore') {
        Write-RequestOutcome -Method $Method -Clock $clock -Problem $problem -Response $response
    }
    if ($null -ne $problem) {
        if ($problem.Exception.LogPath -or $problem.Exception.Symbol -eq 'DISMTS_E_SIDECAR_LOST') {
            $script:lastLogPath = $problem.Exception.LogPath
        }
        if ($PassError) {
            return $problem
        }
        Write-DismTsError -Cmdlet $Cmdlet -ErrorRecord $problem
        return
    }
    $result = $response.result
    if ($timedOut) {
        $Cmdlet.WriteWarning("`"$Method`" took longer than the $($TimeoutMilliseconds / 1000) seconds allowed; it was done before it could be cancelled")
    }
    $logPath = Get-NoteValue -InputObject $result -Name 'logPath'
    if ($logPath) {
        $script:lastLogPath = $logPath
    }
    $warnings = Get-NoteValue -InputObject $result -Name 'warnings'
    if ($warnings) {
        Write-ResultWarning -Cmdlet $Cmdlet -Method $Method -Warning $warnings -KnownWarning $KnownWarning
    }
    return $result
}
