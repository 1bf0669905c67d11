# Open questions about Windows that are settled on image files and with the in-box module; asked last, when no image of the trial is mounted. How a step is
# written tells Get-ConformanceTrialRow.
$script:conformanceInBoxMissing = 'not tried: the in-box module is not here'
$script:conformanceDescribe = {
    if ($_ -is [string]) { 'texts' } else { "$($_.PSObject.TypeNames[0]): $($_.PSObject.Properties.Name -join ', ')" }
}
$script:conformanceQuestions = @(
    @{
        Question = 'Editions of PowerShell that the in-box module declares'
        Expected = 'Desktop, and Core from some version on'
        Step     = {
            $found = Get-Module -ListAvailable -Name Dism | Select-Object -First 1
            if ($found) { "version $($found.Version): $($found.CompatiblePSEditions -join ', ')" } else { $script:conformanceInBoxMissing }
        }
    }
    @{
        Question = 'Path of an object of the running Windows, in-box'
        Expected = 'null or an empty string: it decides what the object binds to when it is piped on'
        Step     = {
            Read-ConformanceInBox -Name 'Get-WindowsEdition' -Parameter @{ Online = $true } -Say { if ($null -eq $_.Path) { 'null' } elseif ($_.Path -eq '') { 'an empty string' } else { 'a path' } }
        }
    }
    @{
        Question = 'Types of driver objects, in-box: of the list, and of one driver'
        Expected = 'BasicDriverObject, AdvancedDriverObject'
        Step     = {
            Read-ConformanceInBox -Name 'Get-WindowsDriver' -Parameter @{ Online = $true } -Say {
                $details = @(Get-WindowsDriver -Online -Driver $_.Driver -ErrorAction Stop)[0]
                "$($_.PSObject.TypeNames[0]), $($details.PSObject.TypeNames[0])"
            }
        }
    }
    @{
        Question = 'Types of image objects, in-box: of the list, and of one image'
        Expected = 'BasicImageInfoObject, WimImageInfoObject'
        Step     = {
            Read-ConformanceInBox -Name 'Get-WindowsImage' -Parameter @{ ImagePath = & $At 'own.wim' } -Say {
                "$($_.PSObject.TypeNames[0]), $((Get-WindowsImage -ImagePath (& $At 'own.wim') -Index 1 -ErrorAction Stop).PSObject.TypeNames[0])"
            }
        }
    }
    @{
        Question = 'What MountPath is of a mounted image, in-box'
        Expected = 'AliasProperty or Property, or missing'
        Step     = {
            $null = Mount-DismTsImage -ImagePath (& $At 'own.wim') -Index 1 -Path (& $At 'again') -ReadOnly @Choice
            try {
                Read-ConformanceInBox -Name 'Get-WindowsImage' -Parameter @{ Mounted = $true } -Say {
                    $property = $_.PSObject.Properties['MountPath']
                    if ($property) { "$($property.MemberType)" } else { 'missing' }
                }
            } finally {
                $null = Dismount-DismTsImage -Path (& $At 'again') -Discard @Choice
            }
        }
    }
    @{
        Question = 'What Get-NonRemovableAppsPolicy gives'
        Expected = 'objects with a property, or texts'
        Step     = { Read-ConformanceInBox -Name 'Get-NonRemovableAppsPolicy' -Parameter @{ Online = $true } -Say $script:conformanceDescribe }
    }
    @{
        Question = 'What Get-WindowsEdition -Target gives'
        Expected = 'EditionObject: Edition'
        Step     = { Read-ConformanceInBox -Name 'Get-WindowsEdition' -Parameter @{ Online = $true; Target = $true } -Say $script:conformanceDescribe }
    }
    @{
        Question = 'What Get-WIMBootEntry gives'
        Expected = 'WimBootEntryObject; its properties are not known'
        Step     = { Read-ConformanceInBox -Name 'Get-WIMBootEntry' -Parameter @{ Path = [System.IO.Path]::GetPathRoot([System.Environment]::SystemDirectory) } -Say $script:conformanceDescribe }
    }
    @{
        Question = 'Default view of a feature, in-box'
        Expected = 'a list of its properties, or a view of its own'
        Step     = {
            Read-ConformanceInBox -Name 'Get-WindowsOptionalFeature' -Parameter @{ Online = $true } -Say {
                $views = @(Get-FormatData -TypeName $_.PSObject.TypeNames[0])
                if ($views) { @($views[0].FormatViewDefinition | ForEach-Object { $_.Control.GetType().Name }) -join ', ' } else { 'none' }
            }
        }
    }
    @{
        Question = 'How Export-WindowsImage compresses without -CompressionType'
        Expected = 'as the source'
        Step     = {
            Read-ConformanceInBox -Name 'Export-WindowsImage' -Parameter @{ SourceImagePath = & $At 'own.wim'; SourceIndex = 1; DestinationImagePath = & $At 'inbox.wim' } -Say { 'done' } | Out-Null
            if (-not [System.IO.File]::Exists((& $At 'inbox.wim'))) {
                return $script:conformanceInBoxMissing
            }
            '{0} of {1}' -f (Get-WimCompression -Path (& $At 'inbox.wim')), (Get-WimCompression -Path (& $At 'own.wim'))
        }
    }
    @{
        Question = 'Whether New-WindowsImage leaves out the page file without -ConfigFilePath'
        Expected = 'not known'
        Step     = {
            Read-ConformanceInBox -Name 'New-WindowsImage' -Parameter @{ ImagePath = & $At 'captured.wim'; CapturePath = & $At 'second'; Name = 'Second' } -Say { 'done' } | Out-Null
            if ([System.IO.File]::Exists((& $At 'captured.wim'))) {
                if (@(Get-DismTsImageContent -ImagePath (& $At 'captured.wim') -Index 1 @Choice) -contains '\pagefile.sys') { 'it is in the image' } else { 'it is left out' }
            } else {
                $script:conformanceInBoxMissing
            }
        }
    }
    @{
        Question = 'Whether Add-WindowsImage takes a name that another image has'
        Expected = 'not known; DismTs refuses it'
        Step     = { Read-ConformanceInBox -Name 'Add-WindowsImage' -Parameter @{ ImagePath = & $At 'captured.wim'; CapturePath = & $At 'second'; Name = 'Second' } -Say { 'taken' } -None 'taken' }
    }
    @{
        Question = 'Largest part in MB where Split-WindowsImage is asked for parts of 2'
        Expected = '2 or less: MB of 1048576 bytes'
        Step     = {
            Read-ConformanceInBox -Name 'Split-WindowsImage' -Parameter @{ ImagePath = & $At 'joined.wim'; SplitImagePath = & $At 'inbox.swm'; FileSize = 2 } -Say { 'done' } | Out-Null
            $parts = @([System.IO.Directory]::GetFiles((& $At), 'inbox*.swm') | ForEach-Object { ([System.IO.FileInfo] $_).Length })
            if ($parts) { '{0:0.00}, {1} parts' -f (($parts | Measure-Object -Maximum).Maximum / 1MB), $parts.Count } else { $script:conformanceInBoxMissing }
        }
    }
    @{
        Question = 'Code for an image file that another program has open'
        Expected = '0x80070020'
        Step     = {
            $stream = [System.IO.FileStream]::new((& $At 'joined.wim'), 'Open', 'ReadWrite', 'None')
            try {
                $null = Get-DismTsImageContent -ImagePath (& $At 'joined.wim') -Index 1 @Choice
                'read all the same'
            } finally {
                $stream.Dispose()
            }
        }
    }
    @{
        Question = 'Whether an image file is mounted whose writing was interrupted (flag 0x40 of its header)'
        Expected = 'a code is assumed'
        Step     = {
            $bytes = [System.IO.File]::ReadAllBytes((& $At 'own.wim'))
            $bytes[16] = $bytes[16] -bor 0x40
            [System.IO.File]::WriteAllBytes((& $At 'interrupted.wim'), $bytes)
            $null = Mount-DismTsImage -ImagePath (& $At 'interrupted.wim') -Index 1 -Path (& $At 'again') -ReadOnly @Choice
            $null = Dismount-DismTsImage -Path (& $At 'again') -Discard @Choice
            'mounted'
        }
    }
    @{
        Question = 'Whether a file that is exported with -CheckIntegrity has an integrity table'
        Expected = 'Ok'
        Step     = {
            $null = Export-DismTsImage -SourceImagePath (& $At 'joined.wim') -SourceIndex 1 -DestinationImagePath (& $At 'checked.wim') -CheckIntegrity @Choice
            (Test-DismTsImageFile -ImagePath (& $At 'checked.wim') @Choice).IntegrityTable
        }
    }
    @{
        Question = 'What applying with -Compact comes to outside Windows PE'
        Expected = 'done or a code'
        Step     = {
            $null = [System.IO.Directory]::CreateDirectory((& $At 'compact'))
            $null = Expand-DismTsImage -ImagePath (& $At 'joined.wim') -Index 1 -ApplyPath (& $At 'compact') -Compact @Choice
            'done'
        }
    }
    @{
        Question = 'What applying with -ConfirmTrustedFile comes to outside Windows PE'
        Expected = 'done or a code'
        Step     = {
            $null = [System.IO.Directory]::CreateDirectory((& $At 'trusted'))
            $null = Expand-DismTsImage -ImagePath (& $At 'joined.wim') -Index 1 -ApplyPath (& $At 'trusted') -ConfirmTrustedFile @Choice
            'done'
        }
    }
)

function Get-ConformanceQuestion {
    <#
    .SYNOPSIS
    Gives the open questions as steps of a trial.
    #>
    param()
    foreach ($question in $script:conformanceQuestions) {
        $question['Open'] = $true
        $question
    }
}
