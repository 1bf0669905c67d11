function Start-Sidecar {
    <#
    .SYNOPSIS
    Starts a sidecar and shakes hands with it.
    .DESCRIPTION
    Its stdio is redirected, stderr too: Intune judges a script by its streams, so nothing of the sidecar may reach those of PowerShell.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Starts a helper that changes nothing by itself')]
    param(
        # Engine choice for "initialize".
        [Parameter(Mandatory)]
        [string] $Engine,

        # The command on whose behalf it is started.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet
    )
    $sidecarArguments = @('--stdio')
    if ($SidecarCommand) {
        $executable, $sidecarArguments = $SidecarCommand
    } else {
        $executable = Get-SidecarExecutable
    }

    $startInfo = New-Object -TypeName System.Diagnostics.ProcessStartInfo
    $startInfo.FileName = $executable
    # Windows PowerShell has no ArgumentList: quote as the C runtime reads it.
    $startInfo.Arguments = @($sidecarArguments | ForEach-Object { '"{0}"' -f ($_ -replace '(\\*)"', '$1$1\"' -replace '(\\+)$', '$1$1') }) -join ' '
    # Not the current folder: the sidecar would keep it busy, and it may be a mount.
    $startInfo.WorkingDirectory = $script:moduleFolder
    $startInfo.UseShellExecute = $false
    $startInfo.CreateNoWindow = $true
    $startInfo.RedirectStandardInput = $true
    $startInfo.RedirectStandardOutput = $true
    $startInfo.RedirectStandardError = $true
    if ($env:NODE_OPTIONS) {
        $startInfo.EnvironmentVariables.Remove('NODE_OPTIONS')
    }

    $consoleEncoding = $null
    if ($PSVersionTable.PSEdition -eq 'Desktop' -and [Console]::InputEncoding.GetPreamble().Length -gt 0) {
        # .NET Framework writes the console encoding's byte order mark into the pipe before the first frame.
        $consoleEncoding = [Console]::InputEncoding
        [Console]::InputEncoding = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
    }
    try {
        $process = [System.Diagnostics.Process]::Start($startInfo)
    } catch {
        $errorParameters = @{
            Message  = "Cannot start `"$executable`": $($_.Exception.GetBaseException().Message)"
            HResult  = 0x80004005
            Symbol   = 'DISMTS_E_SIDECAR_START'
            Category = 'ResourceUnavailable'
            Target   = $executable
            Hint     = 'Check that the file may be executed: its mode, a "noexec" volume, application control, a virus scanner.'
        }
        throw (New-DismTsErrorRecord @errorParameters -Unusable)
    } finally {
        if ($consoleEncoding) {
            [Console]::InputEncoding = $consoleEncoding
        }
    }

    $sidecar = [pscustomobject] @{
        Engine      = $Engine
        Executable  = $executable
        Process     = $process
        Input       = $process.StandardInput.BaseStream
        Output      = $process.StandardOutput.BaseStream
        WriteTask   = $null
        ReadTask    = $null
        # Buffer[Start..Length-1] was received and not yet consumed; BodyStart is 0 until the header of the next frame is complete.
        Buffer      = New-Object -TypeName byte[] -ArgumentList 65536
        Start       = 0
        Length      = 0
        BodyStart   = 0
        BodyLength  = 0
        # The message that was read last.
        Message     = $null
        ErrorStream = $process.StandardError.BaseStream
        ErrorBuffer = New-Object -TypeName byte[] -ArgumentList 65536
        ErrorTask   = $null
        ErrorTail   = ''
        LastId      = 0
        Busy        = $false
        Server      = $null
    }
    $ready = $false
    try {
        $requestParameters = @{
            Sidecar             = $sidecar
            Cmdlet              = $Cmdlet
            Method              = 'initialize'
            Params              = @{
                client          = @{ name = 'DismTs'; version = $script:moduleVersion }
                protocolVersion = $script:protocolVersion
                engine          = $Engine
            }
            TimeoutMilliseconds = $script:startTimeoutMilliseconds
            GraceMilliseconds   = 0
        }
        $sidecar.Server = Invoke-SidecarRequest @requestParameters
        $serverVersion = "$($sidecar.Server.protocolVersion)"
        if ($serverVersion.Split('.')[0] -ne $script:protocolVersion.Split('.')[0]) {
            $errorParameters = @{
                Message  = "Cannot use `"$executable`": it speaks version $serverVersion of the protocol, this module version $script:protocolVersion"
                HResult  = 0x80070666
                Symbol   = 'DISMTS_E_PROTOCOL_VERSION'
                Category = 'InvalidOperation'
                Target   = $executable
                Hint     = 'Module and executable are of different releases: install DismTs again.'
            }
            throw (New-DismTsErrorRecord @errorParameters -Unusable)
        }
        $ready = $true
    } catch {
        # Whatever is wrong here, no request can be served.
        $_.Exception.Data['DismTs.Unusable'] = $true
        throw $_
    } finally {
        if (-not $ready) {
            Stop-Sidecar -Sidecar $sidecar -Force
        }
    }
    return $sidecar
}
