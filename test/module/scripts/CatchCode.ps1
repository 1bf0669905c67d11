# Errors caught by type, by HRESULT, by the code in the text, and not at all.
param($ImagePath, $MountPath, $Folder)

try {
    Mount-WindowsImage -ImagePath "$Folder/none.wim" -Index 1 -Path $MountPath -ErrorAction SilentlyContinue | Out-Null
    'not reached'
} catch [System.Runtime.InteropServices.COMException] {
    "no file: $($_.Exception.ErrorCode -eq 0x80070002)"
}
try {
    $null = Get-WindowsImage -ImagePath $ImagePath -Index 99
    'not reached'
} catch {
    if ($_.Exception.Message -match '0xc0040005') {
        'no such index'
    } elseif ($_.Exception.HResult -eq 0xC0040005) {
        'no code in the text'
    }
}
$null = Mount-WindowsImage -ImagePath $ImagePath -Index 1 -Path $MountPath
$null = New-Item -ItemType Directory -Path "$Folder/other"
try {
    Mount-WindowsImage -ImagePath $ImagePath -Index 1 -Path "$Folder/other" | Out-Null
    'not reached'
} catch {
    switch ($_.Exception.HResult) {
        0xC1420127 { 'mounted already' }
        default { "unknown: $_" }
    }
}
$result = 'as it was'
$result = Dismount-WindowsImage -Path $Folder -Save -ErrorAction SilentlyContinue 2>$null
"went on: $result, $([bool] ($Error[0].Exception.HResult -eq 0xC0040007))"
$null = Dismount-WindowsImage -Path $MountPath -Discard # piped: $null = Get-WindowsImage -Mounted | Dismount-WindowsImage -Discard
"left: $(@(Get-WindowsImage -Mounted).Count)"
