# A virtual disk of its own, on the engine that mounts those of Windows, in this order. How a step is written tells Get-ConformanceTrialRow.
$script:conformanceDiskTrials = @(
    @{
        Question    = 'diskpart.exe makes a virtual disk'
        Expected    = 'made'
        Step        = {
            $Memory['NoDisk'] = 'not tried: no virtual disk was made'
            $problem = New-ConformanceDisk -ImagePath (& $At 'disk.vhdx') -MountPath (& $At 'volume' 'mount') -Source (& $At 'windows' 'Windows' 'System32' 'trial.txt') -Folder 'Windows\System32'
            if ($problem) {
                return "not tried: $problem"
            }
            $Memory['NoDisk'] = $null
            'made'
        }
        ThenCompare = {
            if (-not $Memory['NoDisk']) {
                foreach ($pair in $script:conformanceFilePairs | Where-Object { $_['Ours'] -eq 'Get-DismTsImage' }) {
                    Compare-ConformanceCommand -Pair $pair -Choice $plainChoice -Target @{ ImagePath = & $At 'disk.vhdx' } -Place 'of a virtual disk of its own'
                }
            }
        }
    }
    @{
        # Nothing documents whether a volume has to have a whole Windows.
        Question  = 'The virtual disk is mounted by its index, and listed as mounted'
        Expected  = 'ReadWrite Ok'
        Open      = $true
        NeedsDisk = $true
        Step      = {
            $Memory['NoDisk'] = 'not tried: the virtual disk was not mounted'
            $null = [System.IO.Directory]::CreateDirectory((& $At 'disk'))
            $null = Mount-DismTsImage -ImagePath (& $At 'disk.vhdx') -Index 1 -Path (& $At 'disk') @Choice
            $Memory['NoDisk'] = $null
            $mount = Get-DismTsImage -Mounted @Choice | Where-Object Path -EQ (& $At 'disk')
            "$($mount.MountMode) $($mount.MountStatus)"
        }
    }
    @{
        Question  = 'A file of the mounted virtual disk is read'
        Expected  = 'the same'
        NeedsDisk = $true
        Step      = { & $Compare (& $At 'windows' 'Windows' 'System32') (& $At 'disk' 'Windows' 'System32') }
    }
    @{
        Question  = 'The virtual disk is discarded, and nothing holds its file any more'
        Expected  = 'deleted'
        NeedsDisk = $true
        Step      = {
            $null = Dismount-DismTsImage -Path (& $At 'disk') -Discard @Choice
            [System.IO.File]::Delete((& $At 'disk.vhdx'))
            'deleted'
        }
    }
)

function Get-ConformanceDiskTrial {
    <#
    .SYNOPSIS
    Gives the steps that try the commands for mounting on a virtual disk.
    #>
    param()
    $script:conformanceDiskTrials
}
