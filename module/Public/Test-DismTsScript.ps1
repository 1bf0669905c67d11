function Test-DismTsScript {
    <#
    .SYNOPSIS
    Reads scripts for the in-box Dism module, and lists each of its calls, what it becomes, and what will differ.
    .DESCRIPTION
    The scripts are read by the parser of PowerShell; nothing in them is run. Each call of an in-box command is an object with its line, and so is each place that
    will not do the same: comparisons of an enumeration with a number, names of in-box types, "catch" blocks that look at the text of an error, error ids, names of
    commands in texts, and dism.exe.

    Verdict is one of these:

    Ok: the same after renaming, and after Enable-DismTsInboxName without a change. InboxNameOnly: the same after Enable-DismTsInboxName; a script that is ported by
    renaming needs the change in Advice. Differs: needs a change in both cases. Unsupported: the engine of this machine cannot. Missing: not in this version of
    DismTs. Unknown: cannot be read, so look yourself.
    .EXAMPLE
    Test-DismTsScript -Path ./Update-Image.ps1 | Where-Object Verdict -NE 'Ok'

    Lists what needs a look before the script is ported.
    .EXAMPLE
    Get-ChildItem -Path ./scripts -Include *.ps1, *.psm1 -Recurse | Test-DismTsScript | Group-Object -Property Verdict

    Counts the calls of all scripts of a folder by what becomes of them.
    .EXAMPLE
    if (Test-DismTsScript -Path ./Update-Image.ps1 | Where-Object Verdict -NotIn 'Ok', 'InboxNameOnly') { exit 1 }

    Ends a check with 1 where the script would not run unchanged after Enable-DismTsInboxName on this machine.
    .INPUTS
    Files from Get-ChildItem.
    .OUTPUTS
    DismTs.ScriptFinding with File, Line, Column, Command, Replacement, Verdict, Advice and Code (the line as it is).
    .NOTES
    Engines: Native, Portable; it asks the chosen one what it lacks. Where that cannot be started, a warning says so, and no call is Unsupported.
    .LINK
    Enable-DismTsInboxName
    .LINK
    about_DismTs
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('DismTs.ScriptFinding[]')]
    param(
        # Scripts to read: .ps1, .psm1 or any file with PowerShell text. Wildcards are expanded, unless a file has the very name.
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [SupportsWildcards()]
        [string[]] $Path,

        # Engine to port to: Native (DismApi.dll of Windows), Portable (anywhere), or Auto: native on Windows, portable elsewhere.
        [Parameter()]
        [ValidateSet('Auto', 'Native', 'Portable')]
        [string] $Engine = 'Auto',

        # DismApi.dll of the native engine, or its folder, such as that of an ADK. Default: that of Windows.
        [Parameter()]
        [string] $DismPath
    )
    begin {
        Set-CallerPreference -Cmdlet $PSCmdlet
        Import-Module -Name ([System.IO.Path]::Combine($script:moduleFolder, 'Porting', 'DismTs.Porting.psm1'))
        $commands = @{}
        $targets = @{}
        foreach ($command in Get-InboxCommand) {
            foreach ($name in @($command.Name) + $command.Aliases) {
                $commands[$name] = $command
            }
            if ($command.Replacement) {
                $targets[$command.Replacement] = $ExecutionContext.InvokeCommand.GetCommand($command.Replacement, 'Function')
            }
        }
        $unsupported = @{}
        $sidecar = Get-Sidecar -Engine $Engine -DismPath $DismPath -Cmdlet $PSCmdlet
        if ($sidecar -is [System.Management.Automation.ErrorRecord]) {
            $PSCmdlet.WriteWarning("What the engine of this machine supports is not known: $($sidecar.Exception.Message)")
        } else {
            foreach ($entry in $sidecar.Server.capabilities.unsupported) {
                $unsupported[$entry.method] = $entry.reason
            }
        }
    }
    process {
        foreach ($file in $Path | ForEach-Object { Resolve-DismTsPath -Path $_ -Cmdlet $PSCmdlet -Parameter 'Path' -Wildcard }) {
            if (-not [System.IO.File]::Exists($file)) {
                $errorParameters = @{
                    Message  = "Cannot read `"$file`": there is no such file"
                    Symbol   = 'ERROR_FILE_NOT_FOUND'
                    Target   = $file
                }
                Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-DismTsErrorRecord @errorParameters)
                continue
            }
            $parseErrors = $null
            $ast = [System.Management.Automation.Language.Parser]::ParseFile($file, [ref] $null, [ref] $parseErrors)
            foreach ($parseError in $parseErrors) {
                [pscustomobject] @{
                    PSTypeName  = 'DismTs.ScriptFinding'
                    File        = $file
                    Line        = $parseError.Extent.StartLineNumber
                    Column      = $parseError.Extent.StartColumnNumber
                    Command     = ''
                    Replacement = ''
                    Verdict     = 'Unknown'
                    Advice      = "This PowerShell cannot read the script: $($parseError.Message)"
                    Code        = ($parseError.Extent.Text -split '\r?\n')[0].Trim()
                }
            }
            Get-ScriptFinding -Ast $ast -Commands $commands -Targets $targets -Unsupported $unsupported
        }
    }
}
