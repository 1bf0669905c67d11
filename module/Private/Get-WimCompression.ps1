function Get-WimCompression {
    <#
    .SYNOPSIS
    Names the compression that the header of a WIM file has.
    #>
    param(
        # The file.
        [Parameter(Mandatory)]
        [string] $Path
    )
    $header = New-Object -TypeName byte[] -ArgumentList 20
    $stream = [System.IO.FileStream]::new($Path, 'Open', 'Read', 'ReadWrite')
    try {
        $null = $stream.Read($header, 0, $header.Length)
    } finally {
        $stream.Dispose()
    }
    $names = @{ 0x20000 = 'XPRESS'; 0x40000 = 'LZX'; 0x80000 = 'LZMS' }
    foreach ($flag in $names.Keys) {
        if ([System.BitConverter]::ToUInt32($header, 16) -band $flag) {
            return $names[$flag]
        }
    }
    return 'none'
}
