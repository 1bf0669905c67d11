function New-ConformanceContent {
    <#
    .SYNOPSIS
    Makes the files that a trial works with.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'In a new folder of its own')]
    param(
        # The folder of the trial.
        [Parameter(Mandatory)]
        [string] $Root
    )
    $texts = [ordered] @{
        'tree/small.txt'                     = 'small'
        'tree/sub/small.txt'                 = 'also small'
        'second/sub/other.txt'               = 'other'
        # What Windows leaves out of images by default.
        'second/pagefile.sys'                = 'left out'
        'windows/Windows/System32/trial.txt' = 'no Windows at all'
        'corrupt.cab'                        = 'no cabinet'
        'unattend.xml'                       = '<?xml version="1.0" encoding="utf-8"?><unattend xmlns="urn:schemas-microsoft-com:unattend"></unattend>'
        'driver/dismtstrial.inf'             = @(
            '[Version]', 'Signature="$WINDOWS NT$"', 'Class=Sample', 'ClassGuid={78A1C341-4539-11D3-B88D-00C04FAD5171}', 'Provider=%Maker%',
            'DriverVer=01/02/2020,1.2.3.4', 'PnpLockdown=1', 'CatalogFile=dismtstrial.cat', '[Manufacturer]', '%Maker%=Models,NTx86,NTamd64,NTarm64',
            '[Models.NTx86]', '%Device%=Install,ROOT\DISMTS_TRIAL', '[Models.NTamd64]', '%Device%=Install,ROOT\DISMTS_TRIAL',
            '[Models.NTarm64]', '%Device%=Install,ROOT\DISMTS_TRIAL', '[Install.NT]', '[Install.NT.Services]', 'AddService=,2',
            '[Strings]', 'Maker="DismTs"', 'Device="Trial of DismTs, no device"', ''
        ) -join "`r`n"
    }
    foreach ($name in $texts.Keys) {
        $path = [System.IO.Path]::Combine($Root, $name)
        $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($path))
        [System.IO.File]::WriteAllText($path, $texts[$name])
    }
    # Nothing makes them smaller: there has to be something to split.
    $random = New-Object -TypeName System.Random -ArgumentList 1
    foreach ($name in 'one.bin', 'two.bin', 'three.bin') {
        $bytes = New-Object -TypeName byte[] -ArgumentList 1500000
        $random.NextBytes($bytes)
        [System.IO.File]::WriteAllBytes([System.IO.Path]::Combine($Root, 'tree', $name), $bytes)
    }
}
