# Servicing of an image of its own, in this order. How a step is written tells Get-ConformanceTrialRow. NeedsWindows: where the image is one that DISM can service.
$script:conformanceServiceTrials = @(
    @{
        Question = 'An image is mounted by its index, and listed as mounted'
        Expected = 'ReadWrite Ok'
        Step     = {
            $null = [System.IO.Directory]::CreateDirectory((& $At 'image'))
            $null = Mount-DismTsImage -ImagePath (& $At 'own.wim') -Index 1 -Path (& $At 'image') @Choice
            $mount = Get-DismTsImage -Mounted @Choice | Where-Object Path -EQ (& $At 'image')
            "$($mount.MountMode) $($mount.MountStatus)"
        }
    }
    @{
        Question = 'The image can be serviced'
        Expected = 'yes'
        Step     = {
            try {
                $null = Get-DismTsPackage -Path (& $At 'image') @Choice
                $null = Get-DismTsDriver -Path (& $At 'image') @Choice
                'yes'
            } catch {
                $Memory['Unserviceable'] = 'not tried: the image is no Windows ({0:X8}); name one with -ImagePath' -f $_.Exception.HResult
                $Memory['Unserviceable']
            }
        }
    }
    @{
        Question     = 'A driver is added, and published under a new name'
        Expected     = 'oemN.inf'
        NeedsWindows = $true
        Step         = {
            $driver = Add-DismTsDriver -Path (& $At 'image') -Driver (& $At 'driver' 'dismtstrial.inf') -ForceUnsigned @Choice
            $Memory['Driver'] = $driver.Driver
            $driver.Driver -replace '\d+', 'N'
        }
    }
    @{
        Question     = 'The driver is listed with its file, and with its device'
        Expected     = 'listed with device'
        NeedsWindows = $true
        Step         = {
            $row = Get-DismTsDriver -Path (& $At 'image') @Choice | Where-Object Driver -EQ $Memory['Driver']
            $details = @(Get-DismTsDriver -Path (& $At 'image') -Driver $Memory['Driver'] @Choice)
            if ("$($row.OriginalFileName)" -like '*dismtstrial.inf' -and $details) { 'listed with device' } else { 'not listed' }
        }
    }
    @{
        Question     = 'Drivers are exported, one INF file at least'
        Expected     = 'exported'
        NeedsWindows = $true
        Step         = {
            $null = [System.IO.Directory]::CreateDirectory((& $At 'exported'))
            $null = Export-DismTsDriver -Path (& $At 'image') -Destination (& $At 'exported') @Choice
            if ([System.IO.Directory]::GetFiles((& $At 'exported'), '*.inf', 'AllDirectories').Count) { 'exported' } else { 'no file' }
        }
    }
    @{
        Question     = 'The driver is removed'
        Expected     = 'gone'
        NeedsWindows = $true
        Step         = {
            $null = Remove-DismTsDriver -Path (& $At 'image') -Driver $Memory['Driver'] @Choice
            if (Get-DismTsDriver -Path (& $At 'image') @Choice | Where-Object OriginalFileName -Like '*dismtstrial.inf') { 'still listed' } else { 'gone' }
        }
    }
    @{
        Question     = 'Code for a driver that was removed already'
        Expected     = '0x80070002'
        NeedsWindows = $true
        Step         = { Remove-DismTsDriver -Path (& $At 'image') -Driver $Memory['Driver'] @Choice }
    }
    @{
        Question     = 'A feature is enabled'
        Expected     = 'Enabled or EnablePending'
        NeedsWindows = $true
        Step         = {
            # One of its own, with no parent that would come along.
            $Memory['Feature'] = Get-DismTsOptionalFeature -Path (& $At 'image') @Choice | Where-Object State -EQ 'Disabled' | Select-Object -First 1 -ExpandProperty FeatureName
            if (-not $Memory['Feature']) {
                return 'not tried: the image has no feature that is disabled'
            }
            $null = Enable-DismTsOptionalFeature -Path (& $At 'image') -FeatureName $Memory['Feature'] -All @Choice
            (Get-DismTsOptionalFeature -Path (& $At 'image') -FeatureName $Memory['Feature'] @Choice).State
        }
    }
    @{
        Question     = 'The feature is disabled again'
        Expected     = 'Disabled or DisablePending'
        NeedsWindows = $true
        Step         = {
            if (-not $Memory['Feature']) {
                return 'not tried: none was enabled'
            }
            $null = Disable-DismTsOptionalFeature -Path (& $At 'image') -FeatureName $Memory['Feature'] @Choice
            (Get-DismTsOptionalFeature -Path (& $At 'image') -FeatureName $Memory['Feature'] @Choice).State
        }
    }
    @{
        Question     = 'What disabling with removal of the payload leaves (documented as without effect since Windows 8.1)'
        Expected     = 'DisabledWithPayloadRemoved is assumed'
        Open         = $true
        NeedsWindows = $true
        Step         = {
            if (-not $Memory['Feature']) {
                return 'not tried: none was enabled'
            }
            $null = Disable-DismTsOptionalFeature -Path (& $At 'image') -FeatureName $Memory['Feature'] -Remove @Choice
            (Get-DismTsOptionalFeature -Path (& $At 'image') -FeatureName $Memory['Feature'] @Choice).State
        }
    }
    @{
        Question     = 'A package is added'
        Expected     = 'Installed or InstallPending'
        NeedsWindows = $true
        Step         = { 'not tried: Windows takes packages only that Microsoft has signed, so the trial cannot make one' }
    }
    @{
        Question     = 'Code for a file that is no package'
        Expected     = 'a code of CBS or of the cabinet is assumed'
        Open         = $true
        NeedsWindows = $true
        Step         = { Add-DismTsPackage -Path (& $At 'image') -PackagePath (& $At 'corrupt.cab') @Choice }
    }
    @{
        Question     = 'Code for the removal of a package that is not there'
        Expected     = '0x800F0805, 0x80070057 or 0x80070490'
        NeedsWindows = $true
        Step         = { Remove-DismTsPackage -Path (& $At 'image') -PackageName 'DismTs-Conformance-missing~31bf3856ad364e35~amd64~~1.0.0.0' @Choice }
    }
    @{
        Question     = 'A provisioned app is added'
        Expected     = 'added'
        NeedsWindows = $true
        Step         = { 'not tried: an app has to be signed by somebody whom the image trusts, so the trial cannot make one' }
    }
    @{
        Question     = 'Code for the removal of a provisioned app that is not there'
        Expected     = '0x80070002, 0x80070003 or 0x80070490'
        Open         = $true
        NeedsWindows = $true
        Step         = { Remove-DismTsAppxProvisionedPackage -Path (& $At 'image') -PackageName 'DismTs.Conformance.missing_1.0.0.0_neutral_~_8wekyb3d8bbwe' @Choice }
    }
    @{
        Question     = 'The component store is checked, and scanned'
        Expected     = 'Healthy Healthy'
        NeedsWindows = $true
        Step         = {
            $checked = Repair-DismTsImage -Path (& $At 'image') -CheckHealth @Choice
            $scanned = Repair-DismTsImage -Path (& $At 'image') -ScanHealth @Choice
            "$($checked.ImageHealthState) $($scanned.ImageHealthState)"
        }
    }
    @{
        Question     = 'Superseded components are cleaned up'
        Expected     = 'done'
        Open         = $true
        NeedsWindows = $true
        Step         = {
            $null = Repair-DismTsImage -Path (& $At 'image') -StartComponentCleanup @Choice
            'done'
        }
    }
    @{
        Question     = 'Code for a product key that does not fit'
        Expected     = '0xC004000F, 0x80070645 or 0x80070057'
        Open         = $true
        NeedsWindows = $true
        Step         = { Set-DismTsProductKey -Path (& $At 'image') -ProductKey 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA' @Choice }
    }
    @{
        Question     = 'An answer file without settings is applied'
        Expected     = 'applied'
        NeedsWindows = $true
        Step         = {
            $null = Use-DismTsUnattend -Path (& $At 'image') -UnattendPath (& $At 'unattend.xml') @Choice
            'applied'
        }
        # What was changed, as the in-box module sees it.
        ThenCompare  = {
            if (-not $Memory['Unserviceable']) {
                foreach ($pair in $script:conformancePairs | Where-Object { -not $_['OnlineOnly'] }) {
                    Compare-ConformanceCommand -Pair $pair -Choice $plainChoice -Target @{ Path = & $At 'image' } -Place 'of an image of its own'
                }
            }
        }
    }
    @{
        Question     = 'The image is optimised for booting'
        Expected     = 'done'
        Open         = $true
        NeedsWindows = $true
        Step         = {
            $null = Optimize-DismTsImage -Path (& $At 'image') -OptimizationTarget Boot @Choice
            'done'
        }
    }
    @{
        Question     = 'Pending actions are reverted where there are none (the function is not documented)'
        Expected     = 'done or a code of CBS'
        Open         = $true
        NeedsWindows = $true
        Step         = {
            $null = Undo-DismTsPendingAction -Path (& $At 'image') @Choice
            'done'
        }
    }
    @{
        Question = 'Code for a second mount of an image that is mounted for writing'
        Expected = '0xC1420127'
        Step     = {
            $null = [System.IO.Directory]::CreateDirectory((& $At 'again'))
            Mount-DismTsImage -ImagePath (& $At 'own.wim') -Index 1 -Path (& $At 'again') @Choice
        }
    }
    @{
        Question = 'A mount that is whole is remounted'
        Expected = 'a code, for it needs no remount'
        Open     = $true
        Step     = {
            $null = Mount-DismTsImage -Remount -Path (& $At 'image') @Choice
            'done'
        }
    }
    @{
        Question = 'A mounted image is saved as a further one, and into its own'
        Expected = '2 1'
        Step     = {
            [System.IO.File]::WriteAllText((& $At 'image' 'trial.txt'), 'trial')
            $appended = Save-DismTsImage -Path (& $At 'image') -Append @Choice
            $saved = Save-DismTsImage -Path (& $At 'image') @Choice
            "$($appended.ImageIndex - $Memory['Images'] + 1) $($saved.ImageIndex)"
        }
    }
    @{
        Question = 'Dismounting while a program has a file open'
        Expected = '0xC1420117, and then it is dismounted'
        Open     = $true
        Step     = {
            $stream = [System.IO.FileStream]::new((& $At 'image' 'trial.txt'), 'Open', 'Read', 'ReadWrite')
            $seen = 'dismounted all the same'
            try {
                $null = Dismount-DismTsImage -Path (& $At 'image') -Discard @Choice
            } catch {
                $seen = '0x{0:X8}' -f $_.Exception.HResult
            } finally {
                $stream.Dispose()
            }
            if (Get-DismTsImage -Mounted @Choice | Where-Object Path -EQ (& $At 'image')) {
                $null = Dismount-DismTsImage -Path (& $At 'image') -Discard @Choice
            }
            $seen
        }
    }
    @{
        Question = 'An image is mounted by its name, for reading'
        Expected = 'ReadOnly'
        Step     = {
            $name = (Get-DismTsImage -ImagePath (& $At 'own.wim') -Index 1 @Choice).ImageName
            $null = Mount-DismTsImage -ImagePath (& $At 'own.wim') -Index 1 -Path (& $At 'again') -ReadOnly @Choice
            $mode = (Get-DismTsImage -Mounted @Choice | Where-Object Path -EQ (& $At 'again')).MountMode
            $null = Dismount-DismTsImage -Path (& $At 'again') -Discard @Choice
            $null = Mount-DismTsImage -ImagePath (& $At 'own.wim') -Name $name -Path (& $At 'again') -ReadOnly @Choice
            $null = Dismount-DismTsImage -Path (& $At 'again') -Discard @Choice
            $mode
        }
    }
    @{
        Question = 'A virtual disk is made of the image, mounted and discarded'
        Expected = 'ReadOnly Ok'
        Step     = {
            try {
                $null = Convert-DismTsImage -ImagePath (& $At 'own.wim') -Index 1 -DestinationImagePath (& $At 'own.vhdx') -SizeBytes 1GB @Choice
            } catch {
                return 'not tried: images become virtual disks on Linux only ({0:X8})' -f $_.Exception.HResult
            }
            $null = Mount-DismTsImage -ImagePath (& $At 'own.vhdx') -Index 1 -Path (& $At 'again') -ReadOnly @Choice
            $mount = Get-DismTsImage -Mounted @Choice | Where-Object Path -EQ (& $At 'again')
            $null = Dismount-DismTsImage -Path (& $At 'again') -Discard @Choice
            "$($mount.MountMode) $($mount.MountStatus)"
        }
    }
)

function Get-ConformanceServiceTrial {
    <#
    .SYNOPSIS
    Gives the steps that try the commands for mounting and servicing.
    #>
    param()
    $script:conformanceServiceTrials
}
