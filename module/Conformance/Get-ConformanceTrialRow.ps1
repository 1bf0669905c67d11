# What of the trial's own image is compared with the in-box module, beside the listings of Get-ConformanceRow.
$script:conformanceFilePairs = @(
    @{ Ours = 'Get-DismTsImage'; InBox = 'Get-WindowsImage'; Key = 'ImageIndex'; Title = ' -ImagePath' }
    @{ Ours = 'Get-DismTsImage'; InBox = 'Get-WindowsImage'; Key = 'ImageIndex'; Title = ' -ImagePath -Index'; Parameters = @{ Index = 1 } }
    @{ Ours = 'Get-DismTsImageContent'; InBox = 'Get-WindowsImageContent'; Key = 'Length'; Title = ' -Index'; Parameters = @{ Index = 1 } }
)

function Get-ConformanceTrialRow {
    <#
    .SYNOPSIS
    Tries the commands that change something, on images of its own in a folder of its own below the one that is given; nothing of it is left at the end.
    .DESCRIPTION
    A step is a hashtable: Question, Expected, Step; Open, where nobody knows the answer yet; NeedsWindows, where the image has to be one that DISM can service;
    NeedsDisk, where a virtual disk has to have been made; ThenCompare, which compares what is there after it with what the in-box module sees.
    Step gives what was seen, or fails with a code. In a step $At gives a path in the folder, $Choice names the engine, $Tree tells what is in a folder,
    $Compare compares two of them, and $Memory keeps what later steps need.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'The steps use them')]
    param(
        # Engine and DismPath for the commands.
        [Parameter(Mandatory)]
        [hashtable] $Choice,

        # A folder that exists.
        [Parameter(Mandatory)]
        [string] $Folder,

        # A file with the Windows image to service a copy of. Default: an image that the trial makes, of a few files.
        [string] $ImagePath,

        # Which image of that file.
        [uint32] $Index = 1
    )
    $plainChoice = $Choice
    $Choice = $Choice + @{ ErrorAction = 'Stop'; WarningAction = 'SilentlyContinue' }
    # Nobody is there to answer.
    $ConfirmPreference = 'None'
    $removed = Remove-ConformanceRemnant -Choice $Choice -Folder $Folder
    $seen = 'nothing'
    if ($removed['Left']) {
        $seen = "$($removed['Left']) folders that are in use or cannot be removed"
    }
    New-ConformanceRow -Question 'What earlier trials that were killed have left in the folder' -Expected 'nothing' -Seen $seen
    $root = [System.IO.Path]::Combine($Folder, "dismts-conformance-$([guid]::NewGuid().ToString('N'))")
    $At = {
        $path = $root
        foreach ($name in $args) {
            $path = [System.IO.Path]::Combine($path, $name)
        }
        $path
    }
    # Names below a folder, with the hash of each file.
    $Tree = {
        param($Path)
        foreach ($file in [System.IO.Directory]::GetFiles($Path, '*', 'AllDirectories') | Sort-Object) {
            '{0} {1}' -f $file.Substring($Path.Length).Replace('\', '/'), (Get-FileHash -LiteralPath $file).Hash
        }
    }
    $Compare = {
        param($One, $Other)
        if ((@(& $Tree $One) -join "`n") -ceq (@(& $Tree $Other) -join "`n")) { 'the same' } else { 'not the same' }
    }
    $Memory = @{ Unserviceable = $null; NoDisk = $null; Driver = $null; Feature = $null; Images = 1 }
    $running = $null
    try {
        $null = [System.IO.Directory]::CreateDirectory($root)
        # As long as it is open, no other run takes the folder for what a killed one has left.
        $running = [System.IO.FileStream]::new((& $At 'running'), 'CreateNew', 'ReadWrite', 'None')
        New-ConformanceContent -Root $root
        foreach ($trial in Get-ConformanceFileTrial) {
            Invoke-ConformanceTrial -Trial $trial
        }
        $make = @{
            Question = 'The image to service is made'
            Expected = 'made'
            Step     = {
                if ($ImagePath) {
                    $null = Export-DismTsImage -SourceImagePath $ImagePath -SourceIndex $Index -DestinationImagePath (& $At 'own.wim') -CompressionType Fast @Choice
                } else {
                    $null = New-DismTsImage -ImagePath (& $At 'own.wim') -CapturePath (& $At 'windows') -Name 'Own' @Choice
                }
                'made'
            }
        }
        Invoke-ConformanceTrial -Trial $make
        foreach ($pair in $script:conformanceFilePairs) {
            Compare-ConformanceCommand -Pair $pair -Choice $plainChoice -Target @{ ImagePath = & $At 'own.wim' } -Place 'of a file of its own'
        }
        foreach ($trial in Get-ConformanceServiceTrial) {
            Invoke-ConformanceTrial -Trial $trial
        }
        foreach ($trial in Get-ConformanceDiskTrial) {
            Invoke-ConformanceTrial -Trial $trial
        }
        foreach ($trial in Get-ConformanceQuestion) {
            Invoke-ConformanceTrial -Trial $trial
        }
        Get-ConformanceOtherHostRow -Choice $plainChoice -Root $root
    } catch {
        # Not a step: the folder cannot be made, or the disk is full.
        New-ConformanceRow -Question 'The trial goes on to its end' -Expected 'yes' -Seen ('0x{0:X8}' -f $_.Exception.HResult)
    } finally {
        # Also after Ctrl+C.
        if ($running) {
            $running.Dispose()
        }
        $left = Remove-ConformanceRemnant -Choice $Choice -Folder $Folder -Root $root
    }
    $seen = 'nothing'
    if ($left['Left']) {
        $seen = 'the folder, which is in use or cannot be removed'
    }
    New-ConformanceRow -Question 'What the trial has left' -Expected 'nothing' -Seen $seen
}
