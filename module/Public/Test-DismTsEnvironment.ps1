function Test-DismTsEnvironment {
    <#
    .SYNOPSIS
    Tells whether this machine has what DismTs needs, and what to do where something is missing.
    .DESCRIPTION
    Looks at the engine, its libraries and drivers, the rights of the user and the folders for state and logs. It changes nothing. A sidecar that cannot start
    is a finding like any other, no error: scripts look at the property Ready. Where packages are missing, Fix is the line that installs them, to be pasted into
    a shell.
    .EXAMPLE
    Test-DismTsEnvironment

    Shows the engine in use, whether it is ready, and a table of everything that was looked at.
    .EXAMPLE
    (Test-DismTsEnvironment).Checks | Where-Object State -NE 'Ok'

    Lists only what is missing or doubtful, with what to do about it.
    .EXAMPLE
    if (-not (Test-DismTsEnvironment).Ready) { exit 1 }

    Ends a script early on a machine that cannot do the job.
    .OUTPUTS
    DismTs.EnvironmentObject, with Checks as DismTs.EnvironmentCheckObject.
    .NOTES
    Engines: Native, Portable. Needs no elevation.
    .LINK
    about_DismTs
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('DismTs.EnvironmentObject[]')]
    param(
        # Log file of this operation, to which it appends; its folder must exist. Default: a file of its own in the log folder.
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('LP')]
        [string] $LogPath,

        # Folder for temporary files; it is looked at too. Default: the engine's own choice.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $ScratchDirectory,

        # How much is logged, by name or as dism.exe counts: 1 Errors (also 0), 2 Warnings, 3 WarningsInfo (default), 4 Debug.
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('LL')]
        [ValidateSet('Errors', 'Warnings', 'WarningsInfo', 'Debug', '0', '1', '2', '3', '4')]
        [string] $LogLevel,

        # Engine to look at: Native (DismApi.dll of Windows), Portable (anywhere), or Auto: native on Windows, portable elsewhere.
        [Parameter()]
        [ValidateSet('Auto', 'Native', 'Portable')]
        [string] $Engine = 'Auto',

        # DismApi.dll of the native engine, or its folder, such as that of an ADK. Default: that of Windows.
        [Parameter()]
        [string] $DismPath
    )
    begin {
        Set-CallerPreference -Cmdlet $PSCmdlet
    }
    process {
        $params = Get-OperationParameter -Cmdlet $PSCmdlet -LogPath $LogPath -ScratchDirectory $ScratchDirectory -LogLevel $LogLevel
        if ($null -eq $params) {
            return
        }
        $result = Invoke-SidecarRequest -Method 'environment/get' -Params $params -Cmdlet $PSCmdlet -Engine $Engine -DismPath $DismPath -PassError
        $problem = $null
        if ($result -is [System.Management.Automation.ErrorRecord]) {
            $problem = $result
            if (-not $problem.Exception.Data['DismTs.Unusable']) {
                Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord $problem
                return
            }
        }
        Add-CountMember -TypeName 'EnvironmentObject'
        $environment = [ordered] @{
            PSTypeName     = 'DismTs.EnvironmentObject'
            Ready          = $false
            Engine         = $Engine
            Platform       = Get-SidecarPlatform
            Elevated       = $null
            PowerShell     = "$($PSVersionTable.PSVersion)"
            ModuleVersion  = $script:moduleVersion
            SidecarVersion = ''
            Executable     = ''
            StateDirectory = ''
            LogDirectory   = ''
            Checks         = @()
            Fix            = ''
        }
        if ($problem) {
            $environment['Checks'] = @([pscustomobject] @{
                    PSTypeName = 'DismTs.EnvironmentCheckObject'
                    Name       = 'Sidecar'
                    State      = 'Missing'
                    Detail     = $problem.Exception.Message
                    Hint       = [string] $problem.Exception.Hint
                })
        } else {
            $environment['Ready'] = [bool] $result.ready
            $environment['Platform'] = "$($result.platform)-$($result.architecture)"
            $environment['Elevated'] = [bool] $result.elevated
            $environment['SidecarVersion'] = [string] (Get-Sidecar -Engine $Engine -DismPath $DismPath -Cmdlet $PSCmdlet).Server.server.version
            foreach ($name in 'Engine', 'Executable', 'StateDirectory', 'LogDirectory') {
                $environment[$name] = [string] $result.$name
            }
            $environment['Fix'] = [string] (Get-NoteValue -InputObject $result -Name 'fix')
            $environment['Checks'] = @($result.checks | ForEach-Object { ConvertTo-DismTsObject -InputObject $_ -TypeName 'EnvironmentCheckObject' })
        }
        [pscustomobject] $environment
    }
}
