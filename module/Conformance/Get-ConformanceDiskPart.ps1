function Get-ConformanceDiskPart {
    <#
    .SYNOPSIS
    Gives the path of diskpart.exe, as Windows and not as the environment says it.
    #>
    param()
    [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'diskpart.exe')
}
