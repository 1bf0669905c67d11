# Image files, in this order: each step builds on those before. How a step is written tells Get-ConformanceTrialRow.
$script:conformanceFileTrials = @(
    @{
        Question = 'A folder is captured into a new file'
        Expected = 'index 1'
        Step     = {
            $image = New-DismTsImage -ImagePath (& $At 'a.wim') -CapturePath (& $At 'tree') -Name 'One' -CompressionType Max -CheckIntegrity @Choice
            "index $($image.ImageIndex)"
        }
    }
    @{
        Question = 'Code for a file that exists'
        Expected = '0x80070050'
        Step     = { New-DismTsImage -ImagePath (& $At 'a.wim') -CapturePath (& $At 'tree') -Name 'One' @Choice }
    }
    @{
        Question = 'An image is added to a file'
        Expected = 'index 2'
        Step     = {
            $image = Add-DismTsImage -ImagePath (& $At 'a.wim') -CapturePath (& $At 'second') -Name 'Two' @Choice
            "index $($image.ImageIndex)"
        }
    }
    @{
        Question = 'Code for the name of an image that is there'
        Expected = '0x800700B7'
        Step     = { Add-DismTsImage -ImagePath (& $At 'a.wim') -CapturePath (& $At 'second') -Name 'two' @Choice }
    }
    @{
        Question = 'What an image is called is changed'
        Expected = 'Renamed, index 2'
        Step     = {
            $null = Set-DismTsImage -ImagePath (& $At 'a.wim') -Index 2 -NewName 'Renamed' -Description 'Changed' @Choice
            $null = @(Get-DismTsImageContent -ImagePath (& $At 'a.wim') -Name 'Renamed' @Choice)
            $image = Set-DismTsImage -ImagePath (& $At 'a.wim') -Name 'Renamed' -Flags 'Professional' @Choice
            "Renamed, index $($image.ImageIndex)"
        }
    }
    @{
        Question = 'The lines of a list: its first one, how a folder ends, and how many there are'
        Expected = '\, sub\, 7'
        Step     = {
            $lines = @(Get-DismTsImageContent -ImagePath (& $At 'a.wim') -Index 1 @Choice)
            '{0}, {1}, {2}' -f $lines[0], ("$($lines -like '\sub\')" -replace '^\\', ''), $lines.Count
        }
    }
    @{
        Question = 'Code for an image that is not there'
        Expected = '0xC0040005'
        Step     = { Get-DismTsImageContent -ImagePath (& $At 'a.wim') -Index 9 @Choice }
    }
    @{
        Question = 'Code for a file that is no image file'
        Expected = '0xC1420100 or 0x8007000B'
        Step     = { Get-DismTsImageContent -ImagePath (& $At 'tree' 'small.txt') -Index 1 @Choice }
    }
    @{
        Question = 'Everything in a file is whole'
        Expected = 'True'
        Step     = { (Test-DismTsImageFile -ImagePath (& $At 'a.wim') @Choice).Healthy }
    }
    @{
        Question = 'An applied image has the files that were captured'
        Expected = 'the same'
        Step     = {
            $null = [System.IO.Directory]::CreateDirectory((& $At 'applied'))
            $null = Expand-DismTsImage -ImagePath (& $At 'a.wim') -Index 1 -ApplyPath (& $At 'applied') -Verify @Choice
            & $Compare (& $At 'tree') (& $At 'applied')
        }
    }
    @{
        Question = 'A folder is copied out of an image'
        Expected = 'the same'
        Step     = {
            $null = Copy-DismTsImageItem -ImagePath (& $At 'a.wim') -Index 1 -ItemPath '\sub' -Destination (& $At 'copied') @Choice
            & $Compare (& $At 'tree' 'sub') (& $At 'copied')
        }
    }
    @{
        Question = 'Images go into a solid file and back'
        Expected = 'the same'
        Step     = {
            $null = Export-DismTsImage -SourceImagePath (& $At 'a.wim') -SourceIndex '*' -DestinationImagePath (& $At 'b.esd') -CompressionType Recovery @Choice
            $null = Export-DismTsImage -SourceImagePath (& $At 'b.esd') -SourceIndex 1 -DestinationImagePath (& $At 'c.wim') -CompressionType Max @Choice
            $null = [System.IO.Directory]::CreateDirectory((& $At 'solid'))
            $null = Expand-DismTsImage -ImagePath (& $At 'c.wim') -Index 1 -ApplyPath (& $At 'solid') @Choice
            & $Compare (& $At 'tree') (& $At 'solid')
        }
    }
    @{
        Question = 'Code for an image that is exported a second time'
        Expected = '0x800700B7'
        Step     = { Export-DismTsImage -SourceImagePath (& $At 'a.wim') -SourceIndex 1 -DestinationImagePath (& $At 'c.wim') @Choice }
    }
    @{
        Question = 'A file is split, and its parts are joined'
        Expected = 'several parts, True'
        Step     = {
            $split = Split-DismTsImage -ImagePath (& $At 'a.wim') -SplitImagePath (& $At 'p.swm') -FileSize 2 @Choice
            $null = $split
            $null = Join-DismTsImage -ImagePath (& $At 'p.swm') -DestinationImagePath (& $At 'joined.wim') @Choice
            $count = 'one part'
            if (@([System.IO.Directory]::GetFiles((& $At), 'p*.swm')).Count -gt 1) {
                $count = 'several parts'
            }
            '{0}, {1}' -f $count, (Test-DismTsImageFile -ImagePath (& $At 'joined.wim') @Choice).Healthy
        }
    }
    @{
        Question = 'Code for parts that exist'
        Expected = '0x80070050'
        Step     = { Split-DismTsImage -ImagePath (& $At 'a.wim') -SplitImagePath (& $At 'p.swm') -FileSize 2 @Choice }
    }
    @{
        Question = 'A mounted image takes a file, and saves it'
        Expected = 'saved'
        Step     = {
            $mount = & $At 'mount'
            $null = [System.IO.Directory]::CreateDirectory($mount)
            $null = Mount-DismTsImage -ImagePath (& $At 'c.wim') -Index 1 -Path $mount @Choice
            try {
                [System.IO.File]::WriteAllText([System.IO.Path]::Combine($mount, 'added.txt'), 'added')
                $null = Dismount-DismTsImage -Path $mount -Save @Choice
            } catch {
                $null = Dismount-DismTsImage -Path $mount -Discard -ErrorAction Ignore @Choice
                throw
            }
            if (@(Get-DismTsImageContent -ImagePath (& $At 'c.wim') -Index 1 @Choice) -contains '\added.txt') { 'saved' } else { 'not saved' }
        }
    }
    @{
        Question = 'A mounted image that is discarded changes nothing in its file'
        Expected = 'the same bytes'
        Step     = {
            $mount = & $At 'mount'
            $before = (Get-FileHash -LiteralPath (& $At 'c.wim')).Hash
            $null = Mount-DismTsImage -ImagePath (& $At 'c.wim') -Index 1 -Path $mount @Choice
            try {
                [System.IO.File]::WriteAllText([System.IO.Path]::Combine($mount, 'dropped.txt'), 'dropped')
            } finally {
                $null = Dismount-DismTsImage -Path $mount -Discard @Choice
            }
            if ((Get-FileHash -LiteralPath (& $At 'c.wim')).Hash -eq $before) { 'the same bytes' } else { 'other bytes' }
        }
    }
    @{
        Question = 'An image is removed, and what only it had goes when the file is written anew'
        Expected = 'smaller'
        Step     = {
            $null = Remove-DismTsImage -ImagePath (& $At 'a.wim') -Index 1 @Choice
            $file = Optimize-DismTsImageFile -ImagePath (& $At 'a.wim') @Choice
            if ($file.SizeAfter -lt $file.SizeBefore) { 'smaller' } else { 'not smaller' }
        }
    }
    @{
        Question = 'Code for the only image of a file'
        Expected = '0x80070005'
        Step     = { Remove-DismTsImage -ImagePath (& $At 'a.wim') -Index 1 @Choice }
    }
    @{
        Question = 'Nothing but what was asked for lies in the folder'
        Expected = 'nothing else'
        Step     = {
            $known = 'running', 'a.wim', 'b.esd', 'c.wim', 'joined.wim', 'tree', 'second', 'applied', 'copied', 'solid', 'mount', 'windows', 'driver', 'corrupt.cab', 'unattend.xml'
            $more = @([System.IO.Directory]::GetFileSystemEntries((& $At)) | ForEach-Object { [System.IO.Path]::GetFileName($_) } |
                    Where-Object { $_ -notin $known -and $_ -notlike 'p*.swm' })
            if ($more) { "$($more.Count) more" } else { 'nothing else' }
        }
    }
)

function Get-ConformanceFileTrial {
    <#
    .SYNOPSIS
    Gives the steps that try the commands for image files.
    #>
    param()
    $script:conformanceFileTrials
}
