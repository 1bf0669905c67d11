<#
.SYNOPSIS
Runs the Pester suite of the module, or some files of it, and writes its counts and what failed as JSON.
#>
[CmdletBinding()]
param(
    # File to write the counts to.
    [Parameter(Mandatory = $true, Position = 0)]
    [string] $ReportPath,

    # Files or folders with tests, with commas between them. Default: all of the module.
    [Parameter(Position = 1)]
    [string] $Path
)

Import-Module -Name Pester -MinimumVersion 5.0
$configuration = New-PesterConfiguration
$configuration.Run.Path = Join-Path -Path $PSScriptRoot -ChildPath 'module'
if ($Path) {
    $configuration.Run.Path = $Path -split ','
}
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$result = Invoke-Pester -Configuration $configuration
# Tests, blocks whose BeforeAll or AfterAll failed, and files that do not load. A test that a failed block kept from running has no error of its own.
$failures = @(
    $result.Failed | Where-Object -FilterScript { $_.ErrorRecord } | ForEach-Object -Process {
        @{ path = "$($_.Block.BlockContainer.Item)"; name = $_.ExpandedPath; message = "$($_.ErrorRecord[0])" }
    }
    $result.FailedBlocks | Where-Object -FilterScript { $_.ErrorRecord } | ForEach-Object -Process {
        @{ path = "$($_.BlockContainer.Item)"; name = "$($_.ExpandedPath)"; message = "$($_.ErrorRecord[0])" }
    }
    $result.FailedContainers | Where-Object -FilterScript { $_.ErrorRecord } | ForEach-Object -Process {
        @{ path = "$($_.Item)"; name = ''; message = "$($_.ErrorRecord[0])" }
    }
)
@{
    passed = $result.PassedCount
    # A container that does not load has no tests to fail.
    failed = $result.FailedCount + $result.FailedContainersCount
    skipped = $result.SkippedCount + $result.InconclusiveCount + $result.NotRunCount
    failures = $failures
} | ConvertTo-Json -Depth 4 | Set-Content -LiteralPath $ReportPath
if ($result.Result -ne 'Passed') {
    exit 1
}
