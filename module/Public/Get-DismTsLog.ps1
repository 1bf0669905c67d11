function Get-DismTsLog {
    <#
    .SYNOPSIS
    Gets what an operation wrote into its log file, and into the log of DISM, as objects.
    .DESCRIPTION
    Without parameters it reads the log of the operation that ran last, whether it succeeded, failed, was cancelled or was killed: in this session, else in any
    session of this user. An operation that changes something has its log from its first moment; one that only looks has one where something is wrong. Results and
    error records of other commands know their log file: pipe them in. Where the native engine worked, the lines that DISM wrote into dism.log meanwhile are among
    the others, in the order of their times, also when DISM has moved that file to dism.log.bak.

    A log file that was given with -LogPath holds several operations; only the last one is given, or with -All everything. dism.log and CBS.log can be read too.
    Of files over 32 MB the end is read, with a warning.

    The table has a line for each entry, cut where the terminal ends: Format-List, or Format-Table -Wrap, shows all of a message and times to the millisecond.
    .EXAMPLE
    Get-DismTsLog -Level Warnings

    Shows the warnings and errors of the operation that ran last.
    .EXAMPLE
    $Error[0] | Get-DismTsLog | Where-Object HResult | Format-Table Time, Provider, HResultHex, Message -Wrap

    Shows the lines with an error code in the log of the latest error.
    .EXAMPLE
    Repair-DismTsImage -Path C:\mnt -RestoreHealth | Get-DismTsLog | Export-Csv -Path repair.csv

    Keeps the log of a repair as a table.
    .EXAMPLE
    Get-DismTsLog -LogPath C:\Windows\Logs\DISM\dism.log -All -Last 100

    Shows the last hundred entries of DISM's own log, whoever wrote them.
    .INPUTS
    Objects that commands of DismTs give, error records, log files from Get-Item, paths.
    .OUTPUTS
    DismTs.LogEntry, with Time, Level, Source (DISMTS, DISM, CBS, WIMGAPI and the like), Provider, ProcessId, ThreadId, Message, HResult and HResultHex, LogPath and
    LineNumber. What a line does not tell is null or empty.
    .NOTES
    Engines: Native, Portable; it needs none. Needs the right to read the file.
    .LINK
    Resolve-DismTsError
    .LINK
    about_DismTs
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('DismTs.LogEntry[]')]
    param(
        # The log file. Default: that of the operation that ran last.
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('LP', 'FullName')]
        [AllowEmptyString()]
        [string] $LogPath,

        # A result, an error record, an exception or a path, whose log file is read.
        [Parameter(ValueFromPipeline)]
        [AllowNull()]
        [object] $InputObject,

        # Everything in the file, not only what the last operation wrote.
        [Parameter()]
        [switch] $All,

        # Entries of this level and of worse ones, by name or as dism.exe counts: 1 Errors (also 0), 2 Warnings, 3 WarningsInfo, 4 Debug (default).
        [Parameter()]
        [ValidateSet('Errors', 'Warnings', 'WarningsInfo', 'Debug', '0', '1', '2', '3', '4')]
        [string] $Level,

        # At most this many entries, the last ones.
        [Parameter()]
        [ValidateRange(1, 1000000)]
        [int] $Last,

        # Engine whose sidecar reads the file: Auto, Native or Portable. They all read the same.
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
        $path = $LogPath
        if (-not $path -and $null -ne $InputObject) {
            $subject = Get-ErrorSubject -InputObject $InputObject
            if ($subject -is [System.Management.Automation.ErrorRecord]) {
                $subject = $subject.Exception
            }
            if ($subject -is [string]) {
                $path = $subject
            } else {
                $path = [string] (Get-NoteValue -InputObject $subject -Name 'LogPath')
            }
        } elseif (-not $path -and -not $MyInvocation.ExpectingInput) {
            $path = $script:lastLogPath
        }
        if (-not $path -and ($null -ne $InputObject -or $MyInvocation.ExpectingInput)) {
            $errorParameters = @{
                Message  = 'Cannot tell which log is meant: the object names none, because nothing had to be logged'
                Symbol   = 'ERROR_FILE_NOT_FOUND'
                Hint     = 'Give -LogPath, here or with the operation.'
            }
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-DismTsErrorRecord @errorParameters)
            return
        }
        # Without a path the sidecar takes the log of the operation that began last, in whatever session, and whether it came to an end or not.
        $params = @{}
        $resolved = ''
        if ($path) {
            $resolved = Resolve-DismTsPath -Path $path -Cmdlet $PSCmdlet -Parameter 'LogPath'
            if ($null -eq $resolved) {
                return
            }
            $params['logPath'] = $resolved
        }
        if ($Level) {
            $params['level'] = ConvertTo-LogLevel -LogLevel $Level
        }
        if ($All) {
            $params['lastOperation'] = $false
        }
        if ($Last) {
            $params['last'] = $Last
        }
        $request = @{ Method = 'log/get'; Params = $params; Cmdlet = $PSCmdlet; Engine = $Engine; DismPath = $DismPath; Target = $resolved }
        $result = Invoke-SidecarRequest @request
        if ($null -ne $result) {
            ConvertTo-LogEntry -Entry $result.entries
        }
    }
}
