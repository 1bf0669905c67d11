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
    $sidecar = New-Sidecar -Key $Key -Executable $executable
    $opened = $null
    $consoleEncoding = $null
    try {
        if (-not $SidecarCommand) {
            $opened = Get-EarlyExecutable -Cmdlet $Cmdlet
            if ($null -eq $opened) {
                $opened = Open-SidecarExecutable -Path $executable
            }
            if ($opened -is [System.Management.Automation.ErrorRecord]) {
                return $opened
            }
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
        $startInfo = New-SidecarStartInfo -Argument $sidecarArguments
        $rehearsal = New-Sidecar -Key $Key -Executable $executable
        if ($null -ne $opened) {
            Invoke-Rehearsal -Sidecar $rehearsal -While $opened['CopyTask']
        }
        if ($PSVersionTable.PSEdition -eq 'Desktop' -and [Console]::InputEncoding.GetPreamble().Length -gt 0) {
            # .NET Framework writes the console encoding's byte order mark into the pipe before the first frame.
            $consoleEncoding = [Console]::InputEncoding
            Set-ConsoleInputEncoding -Encoding ([System.Text.UTF8Encoding]::new($false))
        }
        $program = $executable
        if ($null -ne $opened) {
            $program = Confirm-SidecarExecutable -Executable $opened
            if ($program -is [System.Management.Automation.ErrorRecord]) {
                return $program
            }
        }
        $startInfo.FileName = $program
        try {
            $sidecar['Process'] = [System.Diagnostics.Process]::Start($startInfo)
        } catch {
            $errorParameters = @{
                Message  = "Cannot start `"$executable`": $($_.Exception.GetBaseException().Message.Replace($program, $executable))"
                Symbol   = 'DISMTS_E_SIDECAR_START'
                Target   = $executable
            }
            # EACCES of execve(2).
            if ($PSVersionTable.PSEdition -ne 'Desktop' -and -not $IsWindows -and $_.Exception.GetBaseException().NativeErrorCode -eq 13) {
                $errorParameters['Hint'] = Get-ExecuteAdvice -Path $executable
            }
            return New-DismTsErrorRecord @errorParameters -Unusable
        }
        $sidecar['Input'] = $sidecar['Process'].StandardInput.BaseStream
        $sidecar['Output'] = $sidecar['Process'].StandardOutput.BaseStream
        $sidecar['ErrorStream'] = $sidecar['Process'].StandardError.BaseStream

        # While it starts.
        Register-SessionEnd

        $answer = Invoke-SidecarRequest @initialize -Rehearsal $rehearsal
        if ($answer -is [System.Management.Automation.ErrorRecord]) {
            # Whatever is wrong here, no request can be served.
            $answer.Exception.Data['DismTs.Unusable'] = $true
            return $answer
        }
        if (($answer.protocolVersion -replace '\..*') -ne ($script:protocolVersion -replace '\..*')) {
            $errorParameters = @{
                Message  = "Cannot use `"$executable`": it speaks version $($answer.protocolVersion) of the protocol, this module version $script:protocolVersion"
                Symbol   = 'DISMTS_E_PROTOCOL_VERSION'
                Target   = $executable
            }
            return New-DismTsErrorRecord @errorParameters -Unusable
        }
        # One assignment, so that Ctrl+C leaves no running sidecar that nobody knows.
        $script:sidecars[$Key], $sidecar['Server'] = $sidecar, $answer
        return $sidecar
    } finally {
        # Also on Ctrl+C.
        if ($null -ne $opened -and $opened -isnot [System.Management.Automation.ErrorRecord]) {
            $opened['Stream'].Dispose()
        }
        if ($consoleEncoding) {
            Set-ConsoleInputEncoding -Encoding $consoleEncoding
        }
        if ($null -eq $sidecar['Server'] -and $null -ne $sidecar['Process']) {
            Stop-Sidecar -Sidecar $sidecar -Force
        }
    }
}
