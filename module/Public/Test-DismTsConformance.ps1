function Test-DismTsConformance {
    <#
    .SYNOPSIS
    Compares DismTs with the in-box DISM module on this machine, and answers what only a real Windows can tell.
    .DESCRIPTION
    Reads the running Windows with every listing command, and with the in-box command that it stands for, and compares rows and properties. It also asks what DISM
    answers where its documentation is silent, such as for a name that is not there. It changes nothing, and takes some minutes.

    With -ScratchDirectory it also tries the commands that change something. In a folder of its own there it captures, adds, renames, lists, checks, applies,
    exports, splits, joins and removes images of its own making; mounts one, adds and removes a driver, enables and disables a feature, asks for the codes of what
    cannot be; compares it with what the in-box module reads of it; saves and discards it; asks the open questions about image files; and lists features from the
    other hosts of PowerShell that are here: 32 bits, the Store's, SYSTEM (by a scheduled task, which is removed again), WinRM. Nothing else is touched,
    and nothing is left: the image is dismounted and the folder removed at the end, also after an error or Ctrl+C. What a run that was killed has left, the next one
    with the same -ScratchDirectory removes first. It takes some 120 MB, and with a Windows image up to three times its size.

    On Windows, elevated, diskpart.exe makes a virtual disk of at most 64 MB in that folder, with one file, to be mounted, read and discarded. It is attached to a
    folder for some seconds, gets no drive letter, and no other disk is named. Where the path of the folder cannot stand in a script of diskpart.exe (not ASCII, a
    quote, more than 255 characters), or the folder is on no NTFS volume, those lines say that they were not tried.

    Drivers, features and packages can be tried on a Windows image only: name one with -ImagePath. It is only read; a copy of one image is serviced. By default
    Winre.wim of this Windows is taken where it can be read, else those lines say that they were not tried.

    Where the in-box module is absent, or something cannot be read, the line says so: it is no difference. Run it elevated.

    The report has numbers, codes and names of properties, and neither names nor paths of the machine: it can be attached to a bug report.
    .EXAMPLE
    Test-DismTsConformance -ReportPath C:\Temp\conformance.json

    Shows a line for each question, and writes them as JSON.
    .EXAMPLE
    Test-DismTsConformance -ScratchDirectory C:\Temp -ReportPath C:\Temp\conformance.json

    Also tries the commands that change something, in a folder of its own below C:\Temp.
    .EXAMPLE
    Test-DismTsConformance -ScratchDirectory C:\Temp -ImagePath D:\sources\boot.wim -Index 2 -ReportPath C:\Temp\conformance.json

    Tries servicing on a copy of the second image of an installation medium.
    .EXAMPLE
    exit (Test-DismTsConformance | ConvertTo-DismTsExitCode)

    Ends a script with 0 where nothing differs, with 1 where something does. The report has the same number as ExitCode.
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
    [OutputType('DismTs.ConformanceObject[]')]
    param(
        # File to write the report to, as JSON; its folder must exist. Default: no file.
        [Parameter()]
        [string] $ReportPath,

        # Folder in which the commands that change something are tried, on images of their own. Default: they are not tried.
        [Parameter()]
        [string] $ScratchDirectory,

        # WIM file with a Windows image, of which a copy is serviced in the scratch directory. Default: Winre.wim of this Windows, where it can be read.
        [Parameter()]
        [string] $ImagePath,

        # Index of that image.
        [Parameter()]
        [ValidateRange(1, 2147483647)]
        [uint32] $Index = 1,

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
        . Import-ConformanceFunction
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
        $image = $null
        if ($ImagePath) {
            $image = Resolve-DismTsPath -Path $ImagePath -Cmdlet $PSCmdlet -Parameter 'ImagePath'
            if ($null -eq $image) {
                return
            }
            if (-not $scratch) {
                $message = "Cannot try servicing on a copy of `"$image`": -ScratchDirectory, where the copy would be, is missing"
                Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $image)
                return
            }
            if (-not [System.IO.File]::Exists($image)) {
                $message = "Cannot try servicing on a copy of `"$image`": the file does not exist"
                Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-ArgumentErrorRecord -Message $message -Target $image)
                return
            }
        } elseif ((Get-SidecarPlatform).StartsWith('win32')) {
            # Only where Windows RE is switched off; else it is on a partition without a letter.
            $winre = [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'Recovery', 'Winre.wim')
            if ([System.IO.File]::Exists($winre)) {
                $image = $winre
            }
        }
        $choice = @{ Engine = $Engine }
        if ($DismPath) {
            $choice['DismPath'] = $DismPath
        }
        $rows = @(Get-ConformanceHostRow) + @(Get-ConformanceRow -Choice $choice) + @(Get-ConformanceProbeRow -Choice $choice)
        if ($scratch) {
            $rows += @(Get-ConformanceTrialRow -Choice $choice -Folder $scratch -ImagePath $image -Index $Index)
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
                ExitCode   = $rows | ConvertTo-DismTsExitCode
                Questions  = @($rows | ForEach-Object { [ordered] @{ Question = $_.Question; Expected = $_.Expected; Seen = $_.Seen; Verdict = $_.Verdict } })
            }
            $json = ConvertTo-Json -InputObject $facts -Depth 4
            [System.IO.File]::WriteAllText($path, $json)
        }
        $rows
    }
}
