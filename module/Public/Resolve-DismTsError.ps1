function Resolve-DismTsError {
    <#
    .SYNOPSIS
    Explains an error code or an error record: symbol, meaning, and what to do.
    .DESCRIPTION
    Takes HRESULTs and Win32 codes as numbers or text, their symbols, exceptions and error records, also those of the in-box Dism module. Without input it explains
    the latest error of the session. Of errors that DismTs made it also shows the operation, the file or folder at fault, the log file, and the programs that keep
    it busy.
    .EXAMPLE
    Resolve-DismTsError 0xC1420117

    Explains the code: symbol WIM_E_UNMOUNT_INCOMPLETE, files of the mount are open, and what to do.
    .EXAMPLE
    Resolve-DismTsError

    Explains the error that came last.
    .EXAMPLE
    $Error | Resolve-DismTsError | Format-Table Hex, Symbol, Meaning

    Gives a table of all errors of the session.
    .INPUTS
    Numbers, strings, exceptions, error records.
    .OUTPUTS
    DismTs.ErrorInfoObject
    .NOTES
    Engines: Native, Portable; it needs none. Needs no elevation.
    .LINK
    about_DismTs
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('DismTs.ErrorInfoObject[]')]
    param(
        # The code (-2147024894, 3010, '0x80070002', '80070002'), symbol ('E_ACCESSDENIED'), exception or error record. Default: the latest error of the session.
        [Parameter(Position = 0, ValueFromPipeline)]
        [Alias('Code', 'ErrorRecord')]
        [object] $InputObject,

        # Engine whose sidecar is asked: Auto, Native or Portable. They all know the same codes.
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
        $subject = $InputObject
        if ($null -eq $subject -and $global:Error.Count -gt 0) {
            $subject = $global:Error[0]
        }
        $subject = Get-ErrorSubject -InputObject $subject
        $result = $null
        $exception = $null
        if ($subject -is [System.Management.Automation.ErrorRecord]) {
            $exception = $subject.Exception
        } elseif ($subject -is [System.Exception]) {
            $exception = $subject
        }
        $request = @{}
        $symbol = ''
        if ($exception) {
            $symbol = "$(Get-NoteValue -InputObject $exception -Name 'Symbol')"
        }
        if (-not $exception -and "$subject" -match '^\s*([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\s*$') {
            $symbol = $Matches[1].ToUpperInvariant()
            $request['symbol'] = $symbol
        } else {
            $code = ConvertTo-ErrorCode -InputObject $subject
            if ($null -eq $code) {
                $errorParameters = @{
                    Message = "Cannot resolve `"$subject`": it is no error code"
                    Symbol  = 'E_INVALIDARG'
                    Target  = "$subject"
                    Hint    = 'Give a 32-bit number such as -2147024894 or 3010, a text such as "0x80070002", a symbol such as E_ACCESSDENIED, an exception or an error record.'
                }
                Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-DismTsErrorRecord @errorParameters)
                return
            }
            $request['code'] = $code
        }
        if ($symbol.StartsWith('DISMTS_E_')) {
            # Perhaps there is no sidecar to ask, as this error says.
            $result = Get-ModuleError -Symbol $symbol
        } elseif (-not $symbol) {
            $result = Get-ModuleError -Code $code
        }
        if ($null -ne $result) {
            Add-Member -InputObject $result -NotePropertyMembers @{ known = $true; hex = '0x{0:X8}' -f $result.nativeCode }
        } else {
            $result = Invoke-SidecarRequest -Method 'error/resolve' -Params $request -Cmdlet $PSCmdlet -Engine $Engine -DismPath $DismPath
        }
        if ($null -eq $result) {
            return
        }
        $information = ConvertTo-DismTsObject -InputObject $result -TypeName 'ErrorInfoObject'
        if ($exception) {
            Add-Member -InputObject $information -MemberType NoteProperty -Name 'Message' -Value $exception.Message
            foreach ($name in 'Operation', 'Target', 'LogPath', 'LogExcerpt', 'Holders') {
                Add-Member -InputObject $information -MemberType NoteProperty -Name $name -Value (Get-NoteValue -InputObject $exception -Name $name)
            }
            # What was said about this very failure says more than the table.
            $hint = Get-NoteValue -InputObject $exception -Name 'Hint'
            if ($hint) {
                $information.Hint = $hint
            }
        }
        $information
    }
}
