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
    [string] $MountPath
)

$ErrorActionPreference = 'Stop'
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../DismTs.psd1')

<#
.SYNOPSIS
Shows a command as it would be typed, runs it, and shows what it returns.
#>
function Show-Command {
    param(
        # The command.
        [Parameter(Mandatory = $true)]
        [scriptblock] $Command
    )
    $text = $ExecutionContext.InvokeCommand.ExpandString($Command.ToString().Trim())
    Write-Host "`nPS> $text" -ForegroundColor Cyan
    & $Command | Out-Host
}

$notes = Join-Path -Path $MountPath -ChildPath 'Windows/notes.txt'
Show-Command { Get-DismTsImage -ImagePath $ImagePath }
Show-Command { Get-DismTsImage -ImagePath $ImagePath -Index 1 }
Show-Command { Mount-DismTsImage -ImagePath $ImagePath -Index 1 -Path $MountPath -CheckIntegrity }
Show-Command { Get-DismTsImage -Mounted }
Show-Command { Add-Content -LiteralPath $notes -Value 'changed in the mounted image' }
Show-Command { Save-DismTsImage -Path $MountPath }
Show-Command { Add-Content -LiteralPath $notes -Value 'and once more before the dismount' }
Show-Command { Dismount-DismTsImage -Path $MountPath -Save }
