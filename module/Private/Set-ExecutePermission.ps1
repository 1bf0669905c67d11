function Set-ExecutePermission {
    <#
    .SYNOPSIS
    Makes the sidecar's executable executable that came without the permission, as everything does that a PSResource repository gives.
    .DESCRIPTION
    To be called once its hash was found to be right, where nobody may execute it. By the open file, so that nothing else gets the permission; the system lets only its owner and root do it.
    .OUTPUTS
    An error record where that is not allowed.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Finishes what the installation could not')]
    param(
        # What Open-SidecarExecutable gave.
        [Parameter(Mandatory)]
        [hashtable] $Executable
    )
    $handle = $Executable['Stream'].SafeFileHandle
    $mode = [int] [System.IO.File]::GetUnixFileMode($handle)
    try {
        # Whoever may read it may run it: r is 4, 32 and 256, x a quarter of that.
        [System.IO.File]::SetUnixFileMode($handle, [System.IO.UnixFileMode] ($mode -bor (($mode -band 292) -shr 2)))
    } catch {
        $errorParameters = @{
            Message = "Cannot start `"$($Executable['Path'])`": it came without the permission to be executed, and belongs to another user"
            Symbol  = 'DISMTS_E_SIDECAR_START'
            Target  = $Executable['Path']
            Hint    = Get-ExecuteAdvice -Path $Executable['Path']
        }
        return New-DismTsErrorRecord @errorParameters -Unusable
    }
}
