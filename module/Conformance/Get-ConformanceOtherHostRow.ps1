# What another host runs: it writes what it has seen to a file, for its streams may not be to be had.
$script:conformanceHostScript = @'
param($Manifest, $AnswerPath, $Engine, $DismPath)
$seen = 'no answer'
try {
    Import-Module -Name $Manifest -ErrorAction Stop
    $choice = @{ Engine = $Engine; ErrorAction = 'Stop'; WarningAction = 'SilentlyContinue' }
    if ($DismPath) { $choice['DismPath'] = $DismPath }
    $seen = "$(@(Get-DismTsOptionalFeature -Online @choice).Count) features"
} catch {
    $seen = '0x{0:X8}' -f $_.Exception.HResult
}
[System.IO.File]::WriteAllText("$AnswerPath.new", $seen)
[System.IO.File]::Move("$AnswerPath.new", $AnswerPath)
'@

function Get-ConformanceOtherHostRow {
    <#
    .SYNOPSIS
    Has the features of the running Windows listed from the other hosts that this machine has: 32 bits, the Store's, SYSTEM, WinRM.
    #>
    param(
        # Engine and DismPath for the command.
        [Parameter(Mandatory)]
        [hashtable] $Choice,

        # A folder for files of this.
        [Parameter(Mandatory)]
        [string] $Root
    )
    $own = Invoke-ConformanceCommand -Command 'Get-DismTsOptionalFeature' -Parameter (@{ Online = $true } + $Choice)
    $expected = "$($own['Rows'].Count) features"
    if ($own['Code']) {
        $expected = $own['Code']
    }
    $script = [System.IO.Path]::Combine($Root, 'host.ps1')
    [System.IO.File]::WriteAllText($script, $script:conformanceHostScript)
    $windows = "$env:SystemRoot"
    $programs = [ordered] @{
        'Windows PowerShell of 64 bits' = "$windows\Sysnative\WindowsPowerShell\v1.0\powershell.exe", "$windows\System32\WindowsPowerShell\v1.0\powershell.exe"
        'Windows PowerShell of 32 bits' = @("$windows\SysWOW64\WindowsPowerShell\v1.0\powershell.exe")
        'PowerShell of the Store'       = @("$env:LOCALAPPDATA\Microsoft\WindowsApps\pwsh.exe")
    }
    foreach ($name in $programs.Keys) {
        $seen = 'not tried: it is not here'
        $program = $programs[$name] | Where-Object { $windows -and [System.IO.File]::Exists($_) } | Select-Object -First 1
        if ($program) {
            $seen = Invoke-ConformanceHost -Program $program -Script $script -Choice $Choice
        }
        New-ConformanceRow -Question "Features of the running Windows, listed from $name" -Expected $expected -Seen $seen
    }
    $seen = 'not tried: no scheduled tasks here, or not elevated'
    if ($windows -and (Get-Command -Name Register-ScheduledTask -ErrorAction Ignore)) {
        $seen = Invoke-ConformanceHost -Program "$windows\System32\WindowsPowerShell\v1.0\powershell.exe" -Script $script -Choice $Choice -AsSystem
    }
    New-ConformanceRow -Question 'Features of the running Windows, listed by SYSTEM in a scheduled task' -Expected $expected -Seen $seen
    $seen = 'not tried: WinRM does not answer here'
    try {
        $null = Test-WSMan -ErrorAction Stop
        $answer = [System.IO.Path]::Combine($Root, 'winrm.txt')
        $null = Invoke-Command -ComputerName localhost -FilePath $script -ArgumentList $script:conformanceManifest, $answer, $Choice['Engine'], $Choice['DismPath'] -ErrorAction Stop
        $seen = [System.IO.File]::ReadAllText($answer)
    } catch {
        Write-Debug -Message "WinRM: $_"
    }
    New-ConformanceRow -Question 'Features of the running Windows, listed over WinRM' -Expected $expected -Seen $seen
}
