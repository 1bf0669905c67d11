<#
.SYNOPSIS
The main job of DismTs on the image that demo.mjs makes.
#>
[CmdletBinding()]
param(
    # The WIM file.
    [Parameter(Mandatory = $true)]
    [string] $ImagePath,

    # An empty folder to mount its first image in.
    [Parameter(Mandatory = $true)]
    [string] $MountPath,

    # A file to put into the image.
    [Parameter(Mandatory = $true)]
    [string] $LargeFile
)

$ErrorActionPreference = 'Stop'
$manifest = Join-Path -Path $PSScriptRoot -ChildPath '../../DismTs.psd1'
$notes = Join-Path -Path $MountPath -ChildPath 'Windows/notes.txt'
$large = Join-Path -Path $MountPath -ChildPath 'Windows/large.bin'

# PowerShell draws progress on a terminal only. For a file or a pipe the commands run in a runspace that keeps the progress to be written out.
$recorder = $null
if ([Console]::IsOutputRedirected) {
    $recorder = [powershell]::Create()
    $variables = @{ ImagePath = $ImagePath; MountPath = $MountPath; LargeFile = $LargeFile; notes = $notes; large = $large }
    foreach ($name in $variables.Keys) {
        $recorder.Runspace.SessionStateProxy.SetVariable($name, $variables[$name])
    }
    $recorder.AddCommand('Import-Module').AddParameter('Name', $manifest).Invoke()
}
Import-Module -Name $manifest

<#
.SYNOPSIS
Shows a command as it would be typed, runs it, and shows its progress and what it returns.
#>
function Show-Command {
    param(
        # The command.
        [Parameter(Mandatory = $true)]
        [scriptblock] $Command
    )
    $text = $ExecutionContext.InvokeCommand.ExpandString($Command.ToString().Trim())
    Write-Host "`nPS> $text" -ForegroundColor Cyan
    if ($null -eq $recorder) {
        & $Command | Out-Host
        return
    }
    $recorder.Commands.Clear()
    $recorder.Streams.ClearStreams()
    $output = $recorder.AddScript($Command.ToString()).Invoke()
    # Of each phase what it had reached last, in the order of the phases.
    $reached = [ordered]@{}
    $recorder.Streams.Progress | Where-Object -FilterScript { $_.Activity.Trim() } | ForEach-Object -Process {
        $reached["$($_.Activity): $($_.StatusDescription)"] = if ($_.PercentComplete -ge 0) { ", $($_.PercentComplete) %" }
    }
    $reached.GetEnumerator() | ForEach-Object -Process { Write-Host "$($_.Key)$($_.Value)" }
    $output | Out-Host
    $recorder.Streams.Error | ForEach-Object -Process { throw $_ }
}

Show-Command { Get-DismTsImage -ImagePath $ImagePath }
Show-Command { Get-DismTsImage -ImagePath $ImagePath -Index 1 }
Show-Command { Mount-DismTsImage -ImagePath $ImagePath -Index 1 -Path $MountPath -CheckIntegrity }
Show-Command { Get-DismTsImage -Mounted }
Show-Command { Add-Content -LiteralPath $notes -Value 'changed in the mounted image' }
Show-Command { Copy-Item -LiteralPath $LargeFile -Destination $large }
Show-Command { Save-DismTsImage -Path $MountPath }
Show-Command { Add-Content -LiteralPath $notes -Value 'and once more before the dismount' }
Show-Command { Dismount-DismTsImage -Path $MountPath -Save }
