function Get-SidecarExecutable {
    <#
    .SYNOPSIS
    Gives the path of the sidecar's executable, after its hash was compared with module/bin/SHA256SUMS.
    .DESCRIPTION
    The hash is computed once a session, and again when length or time of the file change.
    .OUTPUTS
    The path, or an error record.
    #>
    param()
    $platform = Get-SidecarPlatform
    $name = 'dismts'
    if ($platform.StartsWith('win32')) {
        $name = 'dismts.exe'
    }
    $binFolder = [System.IO.Path]::Combine($script:moduleFolder, 'bin')
    $path = [System.IO.Path]::Combine($binFolder, $platform, $name)
    $file = New-Object -TypeName System.IO.FileInfo -ArgumentList $path
    if (-not $file.Exists) {
        $built = 'none'
        if ([System.IO.Directory]::Exists($binFolder)) {
            $folders = [System.IO.Directory]::GetDirectories($binFolder) | ForEach-Object { [System.IO.Path]::GetFileName($_) }
            if ($folders) {
                $built = $folders -join ', '
            }
        }
        $errorParameters = @{
            Message  = "Cannot start DismTs: there is no executable for this machine ($platform) at `"$path`"; there are: $built"
            HResult  = 0x80070002
            Symbol   = 'DISMTS_E_SIDECAR_NOT_FOUND'
            Category = 'ObjectNotFound'
            Target   = $path
            Hint     = 'Install a package of DismTs that has an executable for this machine, or run "npm ci && npm run build" in the source folder.'
        }
        return New-DismTsErrorRecord @errorParameters -Unusable
    }
    $stamp = '{0} {1}' -f $file.Length, $file.LastWriteTimeUtc.Ticks
    if ($script:checkedExecutables[$path] -ne $stamp) {
        $sumsPath = [System.IO.Path]::Combine($binFolder, 'SHA256SUMS')
        $expected = $null
        if ([System.IO.File]::Exists($sumsPath)) {
            $pattern = '^([0-9A-Fa-f]{64}) [ *]' + [regex]::Escape("$platform/$name") + '$'
            foreach ($line in [System.IO.File]::ReadAllLines($sumsPath)) {
                if ($line -match $pattern) {
                    $expected = $Matches[1]
                }
            }
        }
        $actual = (Get-FileHash -LiteralPath $path -Algorithm SHA256 -ErrorAction Stop).Hash
        if ($actual -ne $expected) {
            $reason = "its SHA-256 is $actual, not $expected"
            if (-not $expected) {
                $reason = "`"$sumsPath`" has no line for $platform/$name"
            }
            $errorParameters = @{
                Message  = "Cannot start `"$path`": $reason"
                HResult  = 0x80096010
                Symbol   = 'DISMTS_E_SIDECAR_HASH'
                Category = 'SecurityError'
                Target   = $path
                Hint     = 'The executable is not the one that this module was made with: install DismTs again, or run "npm run build" in the source folder.'
            }
            return New-DismTsErrorRecord @errorParameters -Unusable
        }
        $script:checkedExecutables[$path] = $stamp
    }
    return $path
}
