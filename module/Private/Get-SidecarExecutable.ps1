function Get-SidecarExecutable {
    <#
    .SYNOPSIS
    Gives the path of the sidecar's executable for this machine.
    .OUTPUTS
    The path, or an error record where there is no such file.
    #>
    param()
    $platform = Get-SidecarPlatform
    $name = 'dismts'
    if ($platform -like 'win32*') {
        $name = 'dismts.exe'
    }
    $path = [System.IO.Path]::Combine($script:moduleFolder, 'bin', $platform, $name)
    if ([System.IO.File]::Exists($path)) {
        return $path
    }
    $built = 'none'
    $binFolder = [System.IO.Path]::Combine($script:moduleFolder, 'bin')
    if ([System.IO.Directory]::Exists($binFolder)) {
        $folders = [System.IO.Directory]::GetDirectories($binFolder) | ForEach-Object { [System.IO.Path]::GetFileName($_) }
        if ($folders) {
            $built = $folders -join ', '
        }
    }
    $errorParameters = @{
        Message  = "Cannot start DismTs: there is no executable for this machine ($platform) at `"$path`"; there are: $built"
        Symbol   = 'DISMTS_E_SIDECAR_NOT_FOUND'
        Target   = $path
    }
    return New-DismTsErrorRecord @errorParameters -Unusable
}
