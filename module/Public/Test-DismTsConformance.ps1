function Test-DismTsConformance {
    <#
    .SYNOPSIS
    Compares DismTs with the in-box DISM module on this machine, and answers what only a real Windows can tell.
    .DESCRIPTION
    Reads the running Windows with every listing command, and with the in-box command that it stands for, and compares rows and properties. It also asks what DISM
    answers where its documentation is silent, such as for a name that is not there. It changes nothing, and takes some minutes.

    With -ScratchDirectory it also tries the commands that change image files: in a folder of its own there, it captures, adds, renames, lists, checks, applies,
    exports, splits, joins, mounts, saves, discards and removes images of its own making, and removes the folder at the end. It takes some 30 MB.

    Where the in-box module is absent, or something cannot be read, the line says so: it is no difference. Run it elevated.

    The report has numbers, codes and names of properties, and neither names nor paths of the machine: it can be attached to a bug report.
    .EXAMPLE
    Test-DismTsConformance -ReportPath C:\Temp\conformance.json

    Shows a line for each question, and writes them as JSON.
    .EXAMPLE
    Test-DismTsConformance -ScratchDirectory C:\Temp -ReportPath C:\Temp\conformance.json

    Also tries the commands that change image files, in a folder of its own below C:\Temp.
    .EXAMPLE
    exit @(Test-DismTsConformance | Where-Object Verdict -EQ 'Differs').Count

    Ends a script with the number of differences, which is 0 where there are none.
    .OUTPUTS
    DismTs.ConformanceObject: Question, Expected, Seen, and Verdict: Same, Differs, Answered (what was open) or NotCompared.
    .NOTES
    Native functions: those of the listing commands. Engine: Native. Needs elevation.
    .LINK
    Test-DismTsEnvironment
    .LINK
    about_DismTs
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('DismTs.ConformanceObject')]
    param(
        # File to write the report to, as JSON; its folder must exist. Default: no file.
        [Parameter()]
        [string] $ReportPath,

        # Folder in which the commands that change image files are tried, on images of their own. Default: they are not tried.
        [Parameter()]
        [string] $ScratchDirectory,

        # Engine to compare: Native (DismApi.dll of Windows), Portable (anywhere), or Auto: native on Windows, portable elsewhere.
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
        $path = $null
        if ($ReportPath) {
            $path = Resolve-DismTsPath -Path $ReportPath -Cmdlet $PSCmdlet -Parameter 'ReportPath'
            if ($null -eq $path) {
                return
            }
            if (-not [System.IO.Directory]::Exists([System.IO.Path]::GetDirectoryName($path))) {
                $message = "Cannot write the report `"$path`": its folder does not exist"
                Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $path)
                return
            }
        }
        $scratch = $null
        if ($ScratchDirectory) {
            $scratch = Resolve-DismTsPath -Path $ScratchDirectory -Cmdlet $PSCmdlet -Parameter 'ScratchDirectory'
            if ($null -eq $scratch) {
                return
            }
            if (-not [System.IO.Directory]::Exists($scratch)) {
                $message = "Cannot try anything in `"$scratch`": the folder does not exist"
                Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $scratch)
                return
            }
        }
        $choice = @{ Engine = $Engine }
        if ($DismPath) {
            $choice['DismPath'] = $DismPath
        }
        $rows = @(Get-ConformanceRow -Choice $choice)
        if ($scratch) {
            $rows += @(Get-ConformanceTrialRow -Choice $choice -Folder $scratch)
        }
        if ($path) {
            $facts = [ordered] @{
                Module     = $script:moduleVersion
                Platform   = Get-SidecarPlatform
                Windows    = [string] [System.Environment]::OSVersion.Version
                PowerShell = "$($PSVersionTable.PSVersion)"
                Edition    = "$($PSVersionTable.PSEdition)"
                Process    = "$(8 * [IntPtr]::Size) bits"
                Host       = $Host.Name
                Questions  = @($rows | ForEach-Object { [ordered] @{ Question = $_.Question; Expected = $_.Expected; Seen = $_.Seen; Verdict = $_.Verdict } })
            }
            $json = ConvertTo-Json -InputObject $facts -Depth 4
            [System.IO.File]::WriteAllText($path, $json)
        }
        $rows
    }
}
