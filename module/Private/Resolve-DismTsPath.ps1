function Resolve-DismTsPath {
    <#
    .SYNOPSIS
    Makes absolute file system paths of what a user typed: relative to the current location, or on a PSDrive.
    .DESCRIPTION
    The sidecar has another current folder and knows no PSDrives. What is no file system path is an error of the command, before anything starts; then it
    gives nothing.
    .OUTPUTS
    The path, or with -PassError an error record.
    #>
    param(
        # The path, taken literally.
        [Parameter(Mandatory)]
        [string] $Path,

        # The command, whose caller's locations and drives count.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # Name of the parameter, for the error.
        [Parameter(Mandatory)]
        [string] $Parameter,

        # Expand wildcards: as many paths as match. A file that has the very name comes first.
        [switch] $Wildcard,

        # Give the error record of what is no path instead of reporting it.
        [switch] $PassError
    )
    $provider = $null
    $drive = $null
    $literal = $Path
    if ($Path -match '^([^:/\\]+):(?!:)(.*)$') {
        # PowerShell looks for drives in the module, where a drive that a function of the caller made for itself does not exist.
        $callerDrive = $Cmdlet.SessionState.Drive.GetAll() | Where-Object { $_.Name -eq $Matches[1] } | Select-Object -First 1
        if ($null -ne $callerDrive -and $callerDrive.Provider.Name -eq 'FileSystem' -and -not $callerDrive.Root.StartsWith("$($Matches[1]):", [StringComparison]::OrdinalIgnoreCase)) {
            $below = $Matches[2]
            if ($below -notmatch '^[/\\]') {
                $below = [System.IO.Path]::Combine($callerDrive.CurrentLocation, $below)
            }
            $literal = [System.IO.Path]::Combine($callerDrive.Root, $below.TrimStart('/', '\'))
        }
    }
    $errorParameters = @{ Target = $Path; Symbol = 'E_INVALIDARG' }
    try {
        $resolved = $Cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath($literal, [ref] $provider, [ref] $drive)
        if ($provider.Name -ne 'FileSystem') {
            $errorParameters['Message'] = "Cannot use -$Parameter `"$Path`": it belongs to the provider $($provider.Name), not to the file system"
        } elseif ([System.IO.Path]::DirectorySeparatorChar -eq '/' -and -not $resolved.StartsWith('/')) {
            # PowerShell leaves \\server\share as it is on Linux, where that is a file in the current folder of whoever takes it.
            $errorParameters['Message'] = "Cannot use -$Parameter `"$Path`": it is a path of Windows, and this system has others"
            $errorParameters['Symbol'] = 'ERROR_PATH_NOT_FOUND'
            $errorParameters['Hint'] = 'Mount the share, as with mount -t cifs //server/share /mnt/share, and give the path below that folder.'
        } elseif ($Wildcard -and $literal.Replace('\\?\', '') -match '[*?\[`]' -and -not [System.IO.File]::Exists($resolved)) {
            return Expand-DismTsWildcard -Path $resolved
        } else {
            return $resolved
        }
    } catch {
        $cause = $_.Exception.GetBaseException()
        $errorParameters['Message'] = "Cannot use -$Parameter `"$Path`": $($cause.Message.TrimEnd('.'))"
        if ($cause -is [System.Management.Automation.SessionStateException]) {
            # No such drive or provider.
            $errorParameters['Symbol'] = 'ERROR_PATH_NOT_FOUND'
        }
    }
    $problem = New-DismTsErrorRecord @errorParameters
    if ($PassError) {
        return $problem
    }
    Write-DismTsError -Cmdlet $Cmdlet -ErrorRecord $problem
}
