# What the argument completers offer: mount folders, the images of a file, and what is in an image. It is loaded at the first Tab that needs it.
# A completer that finds nothing gives way to that of PowerShell.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'PowerShell gives all five to every completer')]
param()

function ConvertTo-CompletionText {
    <#
    .SYNOPSIS
    Quotes a value where a command line needs it.
    #>
    param(
        # The value.
        [Parameter(Mandatory)]
        [string] $Value
    )
    if ($Value -match '[^\w\\/:.~+-]') {
        return "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($Value) + "'"
    }
    return $Value
}

function Get-CompletionItem {
    <#
    .SYNOPSIS
    Runs a command for its objects; where it fails there are none, and no trace is left in $Error.
    #>
    param(
        # Name of the command.
        [Parameter(Mandatory)]
        [string] $Command,

        # Its parameters.
        [hashtable] $Parameters = @{}
    )
    try {
        & $Command @Parameters -ErrorAction Ignore
    } catch {
        $global:Error.RemoveAt(0)
    }
}

function Complete-MountFolder {
    <#
    .SYNOPSIS
    Offers the folders in which images are mounted.
    #>
    param($commandName, $parameterName, $wordToComplete, $commandAst, $boundParameters)
    if ($commandName -in 'Mount-DismTsImage', 'Mount-WindowsImage' -and -not $boundParameters.ContainsKey('Remount')) {
        return
    }
    $beginning = $wordToComplete.Trim('''"')
    foreach ($mount in Get-CompletionItem -Command Get-DismTsImage -Parameters @{ Mounted = $true }) {
        if ($mount.Path.StartsWith($beginning, [StringComparison]::OrdinalIgnoreCase)) {
            $description = '{0}:{1}, {2}, {3}' -f $mount.ImagePath, $mount.ImageIndex, $mount.MountMode, $mount.MountStatus
            New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList @(
                (ConvertTo-CompletionText -Value $mount.Path), $mount.Path, 'ParameterValue', $description)
        }
    }
}

function Complete-Image {
    <#
    .SYNOPSIS
    Offers the numbers or the names of the images in a file.
    #>
    param($commandName, $parameterName, $wordToComplete, $commandAst, $boundParameters)
    $fileParameter = 'ImagePath'
    if ($parameterName -like 'Source*') {
        $fileParameter = 'SourceImagePath'
    }
    if (-not $boundParameters.ContainsKey($fileParameter)) {
        return
    }
    $beginning = $wordToComplete.Trim('''"')
    foreach ($image in Get-CompletionItem -Command Get-DismTsImage -Parameters @{ ImagePath = $boundParameters[$fileParameter] }) {
        $value = $image.ImageName
        if ($parameterName -like '*Index') {
            $value = "$($image.ImageIndex)"
        }
        if ($value -and $value.StartsWith($beginning, [StringComparison]::OrdinalIgnoreCase)) {
            $description = '{0} {1}' -f $image.ImageIndex, $image.ImageName
            New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList (ConvertTo-CompletionText -Value $value), $description, 'ParameterValue', $description
        }
    }
}

# The paths of an image that has more are not listed for a key press.
$maxListedPaths = 20000
function Complete-ItemPath {
    <#
    .SYNOPSIS
    Offers the paths of the image that the command names.
    #>
    param($commandName, $parameterName, $wordToComplete, $commandAst, $boundParameters)
    $image = @{}
    foreach ($name in 'ImagePath', 'Index', 'Name', 'Engine', 'DismPath') {
        if ($boundParameters.ContainsKey($name)) {
            $image[$name] = $boundParameters[$name]
        }
    }
    $count = $null
    if ($image.ContainsKey('ImagePath') -and ($image.ContainsKey('Index') -or $image.ContainsKey('Name'))) {
        $about = @(Get-CompletionItem -Command Get-DismTsImage -Parameters $image)
        if ($about.Count -eq 1) {
            $count = $about[0].FileCount + $about[0].DirectoryCount
        }
    }
    $typed = $wordToComplete.Trim('''"')
    $slash = '\'
    if ($typed.Contains('/') -and -not $typed.Contains('\')) {
        $slash = '/'
    }
    $beginning = '\' + $typed.Replace('/', '\').TrimStart('\')
    $folder = $beginning.LastIndexOf('\') + 1
    $isFound = $false
    if ($count -and $count -le $maxListedPaths) {
        foreach ($path in Get-CompletionItem -Command Get-DismTsImageContent -Parameters $image) {
            # What is in the folder that was typed; a folder in it ends with a backslash.
            $next = $path.IndexOf('\', [Math]::Min($folder, $path.Length))
            if ($path.Length -le $folder -or -not $path.StartsWith($beginning, [StringComparison]::OrdinalIgnoreCase) -or ($next -ge 0 -and $next -lt $path.Length - 1)) {
                continue
            }
            $isFound = $true
            $value = $path.TrimEnd('\').Replace('\', $slash)
            New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList (ConvertTo-CompletionText -Value $value), $value, 'ParameterValue', $path
        }
    }
    if (-not $isFound) {
        # It is no path of this machine, whose files PowerShell would offer: so what was typed stays, and nothing is the root of the image.
        $value = $typed
        if (-not $value) {
            $value = '\'
        }
        New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList (ConvertTo-CompletionText -Value $value), $value, 'ParameterValue', $value
    }
}

# What lists the values of a parameter, and what to say of each beside its name.
$lists = @{
    PackageName       = @{ Command = 'Get-DismTsPackage'; Property = 'PackageName'; Detail = 'PackageState' }
    FeatureName       = @{ Command = 'Get-DismTsOptionalFeature'; Property = 'FeatureName'; Detail = 'State' }
    Name              = @{ Command = 'Get-DismTsCapability'; Property = 'Name'; Detail = 'State' }
    Driver            = @{ Command = 'Get-DismTsDriver'; Property = 'Driver'; Detail = 'ProviderName' }
    Edition           = @{ Command = 'Get-DismTsEdition'; Property = 'Edition'; Detail = 'Path'; Arguments = @{ Target = $true } }
    PackageFamilyName = @{ Command = 'Get-DismTsNonRemovableAppsPolicy'; Property = 'PackageFamilyName'; Detail = 'Path' }
}
$firstBootActions = @{ Command = 'Get-DismTsFirstBootAction'; Property = 'Name'; Detail = 'Kind' }
$appxPackages = @{ Command = 'Get-DismTsAppxProvisionedPackage'; Property = 'PackageName'; Detail = 'DisplayName' }

function Complete-Item {
    <#
    .SYNOPSIS
    Offers what is in an image: packages, features, capabilities, drivers, editions, apps, what waits for the first start.
    #>
    param($commandName, $parameterName, $wordToComplete, $commandAst, $boundParameters)
    $image = @{}
    foreach ($name in 'Path', 'Online', 'WindowsDirectory', 'Engine', 'DismPath') {
        if ($boundParameters.ContainsKey($name)) {
            $image[$name] = $boundParameters[$name]
        }
    }
    if (-not $image.ContainsKey('Path') -and -not $image.ContainsKey('Online')) {
        return
    }
    $list = $lists[$parameterName]
    if ($parameterName -eq 'PackageName' -and $commandName -match 'App') {
        $list = $appxPackages
    } elseif ($commandName -match 'FirstBoot') {
        $list = $firstBootActions
    }
    if ($list.ContainsKey('Arguments')) {
        $image += $list['Arguments']
    }
    $beginning = $wordToComplete.Trim('''"')
    foreach ($item in Get-CompletionItem -Command $list['Command'] -Parameters $image) {
        $value = $item.($list['Property'])
        if ($value.StartsWith($beginning, [StringComparison]::OrdinalIgnoreCase)) {
            New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList @(
                (ConvertTo-CompletionText -Value $value), $value, 'ParameterValue', "$value $($item.($list['Detail']))")
        }
    }
}

$hiveNames = 'SOFTWARE', 'SYSTEM', 'DEFAULT', 'SAM', 'SECURITY', 'COMPONENTS', 'DRIVERS', 'NTUSER'
function Complete-Hive {
    <#
    .SYNOPSIS
    Offers the names of registry hives.
    #>
    param($commandName, $parameterName, $wordToComplete)
    $beginning = $wordToComplete.Trim('''"')
    foreach ($name in $hiveNames) {
        if ($name.StartsWith($beginning, [StringComparison]::OrdinalIgnoreCase)) {
            New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList $name, $name, 'ParameterValue', $name
        }
    }
}

function Register-InboxCompleter {
    <#
    .SYNOPSIS
    Registers the completers for the in-box names of the commands too. They cannot be taken back, so they give way where the name is not defined by DismTs any more.
    #>
    param(
        # The completers of the commands.
        [Parameter(Mandatory)]
        [hashtable[]] $Completer,

        # Name of a command of DismTs -> its in-box name.
        [Parameter(Mandatory)]
        [hashtable] $InboxName
    )
    foreach ($one in $Completer) {
        $names = @($one['CommandName'] | Where-Object { $InboxName.ContainsKey($_) } | ForEach-Object { $InboxName[$_] })
        if (-not $names) {
            continue
        }
        $complete = $one['ScriptBlock']
        $giveWay = {
            param($commandName, $parameterName, $wordToComplete, $commandAst, $boundParameters)
            $command = Get-Command -Name $commandName -CommandType Function -ErrorAction Ignore
            if ($null -ne $command -and $command.ScriptBlock.Module.Name -eq 'DismTs') {
                & $complete $commandName $parameterName $wordToComplete $commandAst $boundParameters
            }
        }.GetNewClosure()
        Register-ArgumentCompleter -CommandName $names -ParameterName $one['ParameterName'] -ScriptBlock $giveWay
    }
}

Export-ModuleMember -Function Complete-*, Register-InboxCompleter
