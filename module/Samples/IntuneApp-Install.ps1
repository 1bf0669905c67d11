# Install script of an Intune Win32 app that brings the module to the machine, for all users and for PowerShell of both bitnesses. The app is a folder with this
# script, IntuneApp-Detect.ps1, and the folder DismTs that "npm run package" or Save-PSResource made.
#
#   powershell.exe -NoProfile -ExecutionPolicy Bypass -File IntuneApp-Install.ps1
#   powershell.exe -NoProfile -ExecutionPolicy Bypass -File IntuneApp-Install.ps1 -Uninstall
#
# It writes one line and ends with 0 done, 1618 (on Linux 75) busy, try again, or 1 failed. A version goes into its place whole or not at all, so that an
# upgrade disturbs no session that runs the old one; old versions go when nothing uses them.
param(
    # Folder with the versions of the module.
    [string] $SourcePath = (Join-Path -Path $PSScriptRoot -ChildPath 'DismTs'),

    # The folder of modules for all users.
    [string] $ModulesPath = $(if ($env:ProgramW6432) { "$env:ProgramW6432\WindowsPowerShell\Modules" } else { '/usr/local/share/powershell/Modules' }),

    # Remove it.
    [switch] $Uninstall
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = $WarningPreference = $InformationPreference = 'SilentlyContinue'
$busyCode = 1618
if (-not $env:ProgramW6432) {
    $busyCode = 75
}
$target = Join-Path -Path $ModulesPath -ChildPath 'DismTs'
$lock = $work = $null
try {
    $null = New-Item -ItemType Directory -Path $target -Force
    try {
        $lock = [System.IO.File]::Open((Join-Path -Path $target -ChildPath '.install.lock'), 'OpenOrCreate', 'ReadWrite', 'None')
    } catch [System.IO.IOException] {
        Write-Output 'DismTs: busy: another installation is running'
        exit $busyCode
    }
    $wanted = $null
    if (-not $Uninstall) {
        $wanted = Get-ChildItem -LiteralPath $SourcePath -Directory | Sort-Object -Property { [version] ($_.Name -replace '-.*') } | Select-Object -Last 1
        if (-not $wanted) {
            throw "there is no version of the module in `"$SourcePath`""
        }
        $installed = Join-Path -Path $target -ChildPath $wanted.Name
        if (-not (Test-Path -LiteralPath $installed)) {
            # PowerShell takes a folder for a version by its name, so it gets that name when it is whole.
            $work = Join-Path -Path $target -ChildPath ".new-$PID"
            Copy-Item -LiteralPath $wanted.FullName -Destination $work -Recurse
            Move-Item -LiteralPath $work -Destination $installed
        }
        # The program answers, so the module works: in a process of its own, which keeps nothing of it in use.
        Import-Module -Name (Join-Path -Path $installed -ChildPath 'DismTs.psd1') -Force
        $environment = Test-DismTsEnvironment
        Remove-Module -Name DismTs
        if (-not $environment.SidecarVersion) {
            throw "its program does not start: $($environment.Checks[0].Detail)"
        }
    }
    $kept = @()
    foreach ($old in Get-ChildItem -LiteralPath $target -Directory | Where-Object { -not $wanted -or $_.Name -ne $wanted.Name }) {
        # Renamed first: a folder with a program that runs stays as it is on Windows, instead of losing half of its files.
        $gone = Join-Path -Path $target -ChildPath ".old-$($old.Name.TrimStart('.'))-$PID"
        try {
            Move-Item -LiteralPath $old.FullName -Destination $gone
            Remove-Item -LiteralPath $gone -Recurse -Force
        } catch {
            $kept += $old.Name
        }
    }
    $line = 'removed'
    if ($wanted) {
        $line = "installed $($wanted.Name)"
    }
    if ($kept) {
        $line = "$line; in use, and left for the next run: $($kept -join ', ')"
    }
} catch {
    if ($work -and (Test-Path -LiteralPath $work)) {
        Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction Ignore
    }
    Write-Output "DismTs: failed: $_"
    exit 1
} finally {
    if ($lock) {
        $lock.Dispose()
    }
}
Write-Output "DismTs: $line"
exit 0
