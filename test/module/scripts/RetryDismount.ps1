# A retry loop around a dismount that is busy, as image builders have it: it counts on an error that is thrown.
param($ImagePath, $MountPath)

$null = Mount-WindowsImage -ImagePath $ImagePath -Index 1 -Path $MountPath
Set-Content -LiteralPath "$MountPath/Windows/a.txt" -Value 'changed'
$handle = [System.IO.File]::OpenRead("$MountPath/Windows/a.txt")
$attempt = 0
$done = $false
while (-not $done -and $attempt -lt 5) {
    $attempt++
    try {
        $null = Dismount-WindowsImage -Path $MountPath -Save # piped: $null = Get-WindowsImage -Mounted | Where-Object Path -EQ $MountPath | Dismount-WindowsImage -Save -ErrorAction Stop
        $done = $true
    } catch {
        'attempt {0}: 0x{1:X8}' -f $attempt, $_.Exception.HResult
        if ($attempt -eq 2) {
            $handle.Dispose()
        }
    }
}
"$done after $attempt"
"left: $(@(Get-WindowsImage -Mounted).Count)"
