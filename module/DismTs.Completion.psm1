# Argument completers: mount folders, and the images of a file. A completer that finds nothing gives way to that of PowerShell.

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

$completeMountFolder = {
    param($commandName, $parameterName, $wordToComplete, $commandAst, $boundParameters)
    if ($commandName -eq 'Mount-DismTsImage' -and -not $boundParameters.ContainsKey('Remount')) {
        return
    }
    $beginning = $wordToComplete.Trim('''"')
    foreach ($mount in Get-DismTsImage -Mounted -ErrorAction Ignore) {
        if ($mount.Path.StartsWith($beginning, [StringComparison]::OrdinalIgnoreCase)) {
            $description = '{0}:{1}, {2}, {3}' -f $mount.ImagePath, $mount.ImageIndex, $mount.MountMode, $mount.MountStatus
            New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList @(
                (ConvertTo-CompletionText -Value $mount.Path), $mount.Path, 'ParameterValue', $description)
        }
    }
}

$completeImage = {
    param($commandName, $parameterName, $wordToComplete, $commandAst, $boundParameters)
    if (-not $boundParameters.ContainsKey('ImagePath')) {
        return
    }
    $beginning = $wordToComplete.Trim('''"')
    foreach ($image in Get-DismTsImage -ImagePath $boundParameters['ImagePath'] -ErrorAction Ignore) {
        $value = $image.ImageName
        if ($parameterName -eq 'Index') {
            $value = "$($image.ImageIndex)"
        }
        if ($value -and $value.StartsWith($beginning, [StringComparison]::OrdinalIgnoreCase)) {
            $description = '{0} {1}' -f $image.ImageIndex, $image.ImageName
            New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList (ConvertTo-CompletionText -Value $value), $description, 'ParameterValue', $description
        }
    }
}

$mountCommands = @(
    'Mount-DismTsImage', 'Save-DismTsImage', 'Dismount-DismTsImage', 'Repair-DismTsImage', 'Get-DismTsPackage', 'Get-DismTsOptionalFeature',
    'Get-DismTsCapability', 'Get-DismTsDriver', 'Get-DismTsEdition'
)
foreach ($command in $mountCommands) {
    Register-ArgumentCompleter -CommandName $command -ParameterName Path -ScriptBlock $completeMountFolder
}
foreach ($command in 'Get-DismTsImage', 'Mount-DismTsImage') {
    foreach ($parameter in 'Index', 'Name') {
        Register-ArgumentCompleter -CommandName $command -ParameterName $parameter -ScriptBlock $completeImage
    }
}

Export-ModuleMember -Function @()
