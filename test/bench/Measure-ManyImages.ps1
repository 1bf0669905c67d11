<#
.SYNOPSIS
Measures many images at once: pwsh -File test/bench/Measure-ManyImages.ps1 [-Count 100] [-ThrottleLimit 4]. Needs root on Linux, PowerShell 7 and wimlib-imagex.
.DESCRIPTION
Makes as many small WIM files, and gives the seconds of: reading all through a pipeline, testing all to the last byte, mounting, changing and saving each one
after the other, the same in runspaces that run at once, and in two sessions that share the machine. What fails is an error, and nothing stays mounted.
#>
[CmdletBinding()]
param(
    # How many image files.
    [int] $Count = 100,

    # How many runspaces at once.
    [int] $ThrottleLimit = 4
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$manifest = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../DismTs.psd1")
Import-Module -Name $manifest
$folder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "dismts-many-$([System.IO.Path]::GetRandomFileName())")
$null = New-Item -ItemType Directory -Path "$folder/content/Windows/System32", "$folder/wim", "$folder/mnt"
# A state folder of its own: the mounts of others are neither listed nor in the way.
$env:DISMTS_STATE_DIR = "$folder/state"
Set-Content -LiteralPath "$folder/content/Windows/System32/config.txt" -Value ('x' * 1MB)

function Measure-Part {
    <#
    .SYNOPSIS
    Gives the seconds of a part, and what memory the sidecars of this session have at its end.
    #>
    param([string] $Name, [scriptblock] $Part)
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $done = & $Part
    $seconds = $watch.Elapsed.TotalSeconds
    $memory = (Get-Process -Name dismts -ErrorAction Ignore | Where-Object { $_.Parent.Id -eq $PID } | Measure-Object -Property WorkingSet64 -Maximum).Maximum
    [pscustomobject] @{ Part = $Name; Images = $done; Seconds = [math]::Round($seconds, 2); 'ms each' = [math]::Round(1000 * $seconds / $done, 1); 'sidecar MB' = [int] ($memory / 1MB) }
}

function Get-ServiceText {
    <#
    .SYNOPSIS
    Gives the script that changes the images whose number leaves a rest, as another session runs it.
    #>
    param([int] $Rest)
    @"
`$ErrorActionPreference = 'Stop'; `$ProgressPreference = 'SilentlyContinue'
Import-Module -Name '$manifest'
foreach (`$number in 1..$Count | Where-Object { `$_ % 2 -eq $Rest }) {
    `$mount = Mount-DismTsImage -ImagePath "$folder/wim/`$number.wim" -Index 1 -Path "$folder/mnt/`$number"
    Set-Content -LiteralPath "$folder/mnt/`$number/new.txt" -Value 'session $Rest'
    `$null = `$mount | Dismount-DismTsImage -Save
}
"@
}

try {
    & wimlib-imagex capture "$folder/content" "$folder/wim/1.wim" 'Image' --compress=LZX | Out-Null
    foreach ($number in 1..$Count) {
        if ($number -gt 1) {
            Copy-Item -LiteralPath "$folder/wim/1.wim" -Destination "$folder/wim/$number.wim"
        }
        $null = New-Item -ItemType Directory -Path "$folder/mnt/$number"
    }
    Measure-Part -Name 'Get-ChildItem *.wim | Get-DismTsImage' -Part { @(Get-ChildItem -Path "$folder/wim/*.wim" | Get-DismTsImage).Count }
    Measure-Part -Name 'Get-ChildItem *.wim | Test-DismTsImageFile' -Part { @(Get-ChildItem -Path "$folder/wim/*.wim" | Test-DismTsImageFile | Where-Object Healthy).Count }
    Measure-Part -Name 'mount, change, save, one after the other' -Part {
        foreach ($number in 1..$Count) {
            $mount = Mount-DismTsImage -ImagePath "$folder/wim/$number.wim" -Index 1 -Path "$folder/mnt/$number"
            Set-Content -LiteralPath "$folder/mnt/$number/new.txt" -Value 'one'
            $null = $mount | Dismount-DismTsImage -Save
        }
        $Count
    }
    Measure-Part -Name "the same, ForEach-Object -Parallel -ThrottleLimit $ThrottleLimit" -Part {
        1..$Count | ForEach-Object -ThrottleLimit $ThrottleLimit -Parallel {
            $ProgressPreference = 'SilentlyContinue'
            Import-Module -Name $using:manifest
            $mount = Mount-DismTsImage -ImagePath "$using:folder/wim/$_.wim" -Index 1 -Path "$using:folder/mnt/$_"
            Set-Content -LiteralPath "$using:folder/mnt/$_/new.txt" -Value 'parallel'
            $null = $mount | Dismount-DismTsImage -Save
        }
        $Count
    }
    Measure-Part -Name 'the same, two sessions at once' -Part {
        $sessions = 0, 1 | ForEach-Object {
            $script = "$folder/session$_.ps1"
            Set-Content -LiteralPath $script -Value (Get-ServiceText -Rest $_)
            Start-Process -FilePath (Get-Command -Name pwsh -CommandType Application | Select-Object -First 1).Source -ArgumentList '-NoProfile', '-File', $script -PassThru
        }
        $sessions | Wait-Process
        if ($sessions.ExitCode -ne 0) {
            throw "A session ended with exit code $($sessions.ExitCode)"
        }
        $Count
    }
    Measure-Part -Name 'all mounted, Get-DismTsImage -Mounted, all discarded' -Part {
        foreach ($number in 1..$Count) {
            $null = Mount-DismTsImage -ImagePath "$folder/wim/$number.wim" -Index 1 -Path "$folder/mnt/$number"
        }
        $mounts = @(Get-DismTsImage -Mounted)
        $null = $mounts | Dismount-DismTsImage -Discard
        $mounts.Count
    }
    foreach ($number in 1..$Count) {
        & wimlib-imagex verify "$folder/wim/$number.wim" *> $null
        if ($LASTEXITCODE -ne 0) {
            throw "$number.wim is damaged"
        }
    }
    if (@(Get-ChildItem -Path "$folder/wim/*.wim" | Get-DismTsImage).Count -ne $Count) {
        throw 'Images are missing'
    }
} finally {
    Get-DismTsImage -Mounted | Dismount-DismTsImage -Discard
    Remove-Module -Name DismTs
    Remove-Item -LiteralPath $folder -Recurse -Force
}
