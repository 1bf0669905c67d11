function Expand-DismTsWildcard {
    <#
    .SYNOPSIS
    Gives the files that a path with wildcards stands for, in order; a part of it that exists by that very name is taken literally.
    .DESCRIPTION
    PowerShell takes every bracket of a path for a wildcard, so in a folder named "b [new]" it finds nothing, and says nothing. Where nothing fits this gives
    the path as it is, and whoever opens it says that it does not exist.
    .OUTPUTS
    System.String
    #>
    [OutputType([string])]
    param(
        # An absolute path of the file system.
        [Parameter(Mandatory)]
        [string] $Path
    )
    $root = [System.IO.Path]::GetPathRoot($Path)
    $found = @($root)
    foreach ($name in $Path.Substring($root.Length).Split([char[]] @([System.IO.Path]::DirectorySeparatorChar, [System.IO.Path]::AltDirectorySeparatorChar))) {
        if ($name -eq '') {
            continue
        }
        $pattern = $null
        if ($name -match '[*?\[`]') {
            $pattern = [System.Management.Automation.WildcardPattern]::new($name, 'IgnoreCase')
        }
        $found = @(foreach ($folder in $found) {
                $literal = [System.IO.Path]::Combine($folder, $name)
                if ([System.IO.File]::Exists($literal) -or [System.IO.Directory]::Exists($literal)) {
                    $literal
                } elseif ($null -ne $pattern -and [System.IO.Directory]::Exists($folder)) {
                    try {
                        [System.IO.Directory]::GetFileSystemEntries($folder) | Where-Object {
                            $entry = [System.IO.Path]::GetFileName($_)
                            $pattern.IsMatch($entry) -and (-not $entry.StartsWith('.') -or $name.StartsWith('.'))
                        }
                    } catch [System.UnauthorizedAccessException] {
                        # A folder that may not be read has nothing that fits.
                        continue
                    }
                }
            })
    }
    if ($found.Count -eq 0) {
        return $Path
    }
    $found | Sort-Object
}
