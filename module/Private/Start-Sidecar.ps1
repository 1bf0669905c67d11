function Start-Sidecar {
    <#
    .SYNOPSIS
    Starts a sidecar, shakes hands with it, and keeps it.
    .DESCRIPTION
    Its stdio is redirected, stderr too: Intune judges a script by its streams, so nothing of the sidecar may reach those of PowerShell.
    .OUTPUTS
    The sidecar, or an error record.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Starts a helper that changes nothing by itself')]
    param(
        # What it is kept under.
        [Parameter(Mandatory)]
        [string] $Key,

        # Engine choice for "initialize".
        [Parameter(Mandatory)]
        [string] $Engine,

        # Absolute path of the native engine's DismApi.dll, or of its folder.
        [string] $DismPath,

        # The command on whose behalf it is started.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet
    )
    $sidecarArguments = @('--stdio')
    if ($SidecarCommand) {
        $executable, $sidecarArguments = $SidecarCommand
    } else {
        $executable = Get-SidecarExecutable
        if ($executable -is [System.Management.Automation.ErrorRecord]) {
            return $executable
        }
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
    # Node would obey NODE_OPTIONS, NODE_PATH, NODE_TLS_REJECT_UNAUTHORIZED and the like, which are meant for other programs.
    foreach ($name in [System.Environment]::GetEnvironmentVariables().Keys | Where-Object { $_ -like 'NODE_*' }) {
        $startInfo.EnvironmentVariables.Remove($name)
    }
    $sidecar = [pscustomobject] @{
        Key         = $Key
        Executable  = $executable
        # What "initialize" answered; null until then.
        Server      = $null
        Process     = $null
        Input       = $null
        Output      = $null
        LastId      = 0
        Busy        = $false
        # The write under way, and the id of the request that was written last.
        WriteTask   = $null
        WrittenId   = $null
        # Buffer[Start..Length-1] was received and not yet consumed; BodyStart is 0 until the header of the next frame is complete.
        ReadTask    = $null
        Buffer      = New-Object -TypeName byte[] -ArgumentList 65536
        Start       = 0
        Length      = 0
        BodyStart   = 0
        BodyLength  = 0
        # The message that was read last, and the exception that ended reading or writing.
        Message     = $null
        Failure     = $null
        ErrorStream = $null
        ErrorTask   = $null
        ErrorBuffer = New-Object -TypeName byte[] -ArgumentList 65536
        ErrorTail   = ''
    }
    $initialize = @{
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
        PassError           = $true
    }
    if ($DismPath) {
        $initialize['Params']['dismPath'] = $DismPath
    }

    $consoleEncoding = $null
    try {
        if ($PSVersionTable.PSEdition -eq 'Desktop' -and [Console]::InputEncoding.GetPreamble().Length -gt 0) {
            # .NET Framework writes the console encoding's byte order mark into the pipe before the first frame.
            $consoleEncoding = [Console]::InputEncoding
            [Console]::InputEncoding = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
        }
        try {
            $sidecar.Process = [System.Diagnostics.Process]::Start($startInfo)
        } catch {
            $errorParameters = @{
                Message  = "Cannot start `"$executable`": $($_.Exception.GetBaseException().Message)"
                HResult  = 0x80004005
                Symbol   = 'DISMTS_E_SIDECAR_START'
                Category = 'ResourceUnavailable'
                Target   = $executable
                Hint     = 'Check that the file may be executed: its mode, a "noexec" volume, application control, a virus scanner.'
            }
            return New-DismTsErrorRecord @errorParameters -Unusable
        }
        $sidecar.Input = $sidecar.Process.StandardInput.BaseStream
        $sidecar.Output = $sidecar.Process.StandardOutput.BaseStream
        $sidecar.ErrorStream = $sidecar.Process.StandardError.BaseStream

        $answer = Invoke-SidecarRequest @initialize
        if ($answer -is [System.Management.Automation.ErrorRecord]) {
            # Whatever is wrong here, no request can be served.
            $answer.Exception.Data['DismTs.Unusable'] = $true
            return $answer
        }
        if ("$($answer.protocolVersion)".Split('.')[0] -ne $script:protocolVersion.Split('.')[0]) {
            $errorParameters = @{
                Message  = "Cannot use `"$executable`": it speaks version $($answer.protocolVersion) of the protocol, this module version $script:protocolVersion"
                HResult  = 0xA0440001
                Symbol   = 'DISMTS_E_PROTOCOL_VERSION'
                Category = 'InvalidOperation'
                Target   = $executable
                Hint     = 'Module and executable are of different releases: install DismTs again.'
            }
            return New-DismTsErrorRecord @errorParameters -Unusable
        }
        # One assignment, so that Ctrl+C leaves no running sidecar that nobody knows.
        $script:sidecars[$Key], $sidecar.Server = $sidecar, $answer
        return $sidecar
    } finally {
        # Also on Ctrl+C.
        if ($consoleEncoding) {
            [Console]::InputEncoding = $consoleEncoding
        }
        if ($null -eq $sidecar.Server -and $null -ne $sidecar.Process) {
            Stop-Sidecar -Sidecar $sidecar -Force
        }
    }
}
