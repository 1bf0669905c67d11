# Writes what is made of the module itself, for "npm run tables": the types file, by which Tab completes properties after a pipe, and a page for each command.

param(
    # The repository, or a folder to write the same files below.
    [string] $Folder
)

$ErrorActionPreference = 'Stop'
$root = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..'))
if (-not $Folder) {
    $Folder = $root
}
Import-Module -Name "$root/DismTs.psd1"

function Write-GeneratedFile {
    <#
    .SYNOPSIS
    Writes a text file unless it is there already; says so.
    #>
    param([string] $Path, [string] $Text)
    $whole = [System.IO.Path]::Combine($Folder, $Path)
    if ([System.IO.File]::Exists($whole) -and [System.IO.File]::ReadAllText($whole) -eq $Text) {
        return
    }
    $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($whole))
    [System.IO.File]::WriteAllText($whole, $Text)
    Write-Output "$Path written"
}

function Get-OutputType {
    <#
    .SYNOPSIS
    Gives the properties of every type of object that commands give, by the name of the type: those of the table, and those that are written out in the source.
    #>
    param()
    $types = @{}
    $table = & (Get-Module -Name DismTs) { (Get-ObjectTable)['Properties'] }
    foreach ($name in $table.Keys) {
        $types["DismTs.$name"] = @($table[$name])
    }
    # What all commands for image files add.
    $types['DismTs.OfflineImageObject'] = @('ImagePath', 'ImageIndex', 'SizeBefore', 'SizeAfter') + $types['DismTs.OfflineImageObject']
    foreach ($file in Get-ChildItem -LiteralPath "$root/module" -Recurse -Include *.ps1, *.psm1) {
        $syntax = [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref] $null, [ref] $null)
        foreach ($literal in $syntax.FindAll({ $args[0] -is [System.Management.Automation.Language.HashtableAst] }, $true)) {
            $names = @($literal.KeyValuePairs | ForEach-Object { $_.Item1.Extent.Text })
            $first = @($literal.KeyValuePairs | Select-Object -First 1 | ForEach-Object { $_.Item2.Extent.Text.Trim('''"') })
            if ($names.Count -gt 1 -and $names[0] -eq 'PSTypeName' -and $first[0] -like 'DismTs.*' -and -not $types.ContainsKey($first[0])) {
                $types[$first[0]] = @($names | Select-Object -Skip 1)
            }
        }
    }
    return $types
}

function Get-TypesText {
    <#
    .SYNOPSIS
    Gives the text of DismTs.Types.ps1xml.
    #>
    param()
    $types = Get-OutputType
    '<?xml version="1.0" encoding="utf-8"?>'
    '<!-- The properties of what commands give, for completion after a pipe: names of OutputType end in []. No object has such a type, so that nothing is added'
    '     to objects, and that PowerShell can still make some with [pscustomobject] @{ PSTypeName = ... }. Made by "npm run tables". -->'
    '<Types>'
    foreach ($name in $types.Keys | Sort-Object) {
        '  <Type>'
        "    <Name>$name[]</Name>"
        '    <Members>'
        foreach ($property in $types[$name]) {
            '      <ScriptProperty><Name>{0}</Name><GetScriptBlock>$null</GetScriptBlock></ScriptProperty>' -f $property
        }
        '    </Members>'
        '  </Type>'
    }
    '</Types>'
}

Write-GeneratedFile -Path 'module/DismTs.Types.ps1xml' -Text ((Get-TypesText) -join "`n" | ForEach-Object { "$_`n" })

function ConvertTo-PlainText {
    <#
    .SYNOPSIS
    Gives the paragraphs of a part of help as text, without blank lines around them.
    #>
    param([object] $Paragraph)
    $texts = @($Paragraph | Where-Object { $null -ne $_ -and $_.PSObject.Properties['Text'] } | ForEach-Object { $_.Text.TrimEnd() })
    return ($texts -join "`n`n").Trim()
}

function ConvertTo-Paragraph {
    <#
    .SYNOPSIS
    Gives text as Markdown: what looks like code is marked as that, and an indented part becomes a block.
    #>
    param([string] $Text)
    $block = $false
    foreach ($line in $Text -split "`n") {
        $isCode = $line -match '^ {4,}\S'
        if ($isCode -ne $block) {
            '```'
            $block = $isCode
        }
        if ($isCode) {
            $line
        } else {
            # Markdown takes <name> for a tag, and * for emphasis.
            $line -replace '[<*]', '\$0'
        }
    }
    if ($block) {
        '```'
    }
}

function Get-CommandPage {
    <#
    .SYNOPSIS
    Gives the page of a command as lines of Markdown.
    #>
    param([System.Management.Automation.FunctionInfo] $Command)
    $help = Get-Help -Name $Command.Name -Full
    "# $($Command.Name)"
    ''
    ConvertTo-Paragraph -Text $help.Synopsis.Trim()
    ''
    '```'
    foreach ($line in (Get-Command -Name $Command.Name -Syntax).Trim() -split '\r?\n' | Where-Object { $_ }) {
        $line.Trim()
    }
    '```'
    ''
    ConvertTo-Paragraph -Text (ConvertTo-PlainText -Paragraph $help.description)
    foreach ($example in @($help.examples.example)) {
        # Get-Help takes a ">" of the code for the end of a prompt.
        $introduction = ($example.introduction | ForEach-Object { $_.Text }) -join ''
        ''
        '```powershell'
        (($introduction -replace '^PS >\s*$') + $example.code).TrimEnd() -split '\r?\n'
        '```'
        ''
        ConvertTo-Paragraph -Text (ConvertTo-PlainText -Paragraph $example.remarks)
    }
    $parameters = @($help.parameters.parameter | Where-Object { $_ -and $_.name })
    if ($parameters) {
        ''
        '## Parameters'
        ''
        '| parameter | type | |'
        '|---|---|---|'
    }
    foreach ($parameter in $parameters) {
        $facts = @(
            if ($parameter.required -eq 'true') { 'required' }
            if ($parameter.position -match '^\d') { "position $($parameter.position)" }
            if ($parameter.pipelineInput -match '^true') { $parameter.pipelineInput -replace '^true \((.*)\)$', 'from the pipeline: $1' }
            $aliases = @($Command.Parameters[$parameter.name].Aliases)
            if ($aliases) { "also -$($aliases -join ', -')" }
        )
        # PowerShell's own two have no text.
        $known = @{ WhatIf = 'Shows what would be done, and does nothing.'; Confirm = 'Asks before anything is done.' }
        if ($known.ContainsKey($parameter.name)) {
            '| `-{0}` | {1} | {2} |' -f $parameter.name, $parameter.type.name, $known[$parameter.name]
            continue
        }
        $text = ((ConvertTo-PlainText -Paragraph $parameter.description) -replace '\s+', ' ') -replace '[<*]', '\$0' -replace '\|', '\|'
        if ($facts) {
            $text = "$text ($($facts -join '; '))"
        }
        '| `-{0}` | {1} | {2} |' -f $parameter.name, $parameter.type.name, $text
    }
    foreach ($part in @(
            @{ Title = 'Input'; Text = @($help.inputTypes.inputType | Where-Object { $_ } | ForEach-Object { $_.type.name }) -join "`n" }
            @{ Title = 'Output'; Text = @($help.returnValues.returnValue | Where-Object { $_ } | ForEach-Object { $_.type.name }) -join "`n" }
            @{ Title = 'Notes'; Text = ConvertTo-PlainText -Paragraph $help.alertSet.alert }
        )) {
        if ($part.Text.Trim()) {
            ''
            "## $($part.Title)"
            ''
            ConvertTo-Paragraph -Text $part.Text.Trim()
        }
    }
    $links = @($help.relatedLinks.navigationLink | Where-Object { $_ -and $_.PSObject.Properties['linkText'] } | ForEach-Object { $_.linkText } | Where-Object { $_ })
    if ($links) {
        ''
        '## See also'
        ''
        ($links | ForEach-Object {
                if ($_ -like '*-DismTs*') { "[$_]($_.md)" } else { $_ }
            }) -join ', '
    }
}

$commands = Get-Command -Module DismTs -CommandType Function | Sort-Object -Property Name
foreach ($command in $commands) {
    $page = @(Get-CommandPage -Command $command) -join "`n"
    Write-GeneratedFile -Path "module/docs/commands/$($command.Name).md" -Text (($page -replace '[ \t]+(?=\n|$)') -replace '\n{3,}', "`n`n" | ForEach-Object { "$_`n" })
}
$index = @(
    '# Commands'
    ''
    'A page for each, made of its help by `npm run tables`: `Get-Help Mount-DismTsImage -Full` shows the same.'
    ''
    '| command | |'
    '|---|---|'
    foreach ($command in $commands) {
        "| [$($command.Name)]($($command.Name).md) | $((Get-Help -Name $command.Name).Synopsis.Trim() -replace '\s+', ' ' -replace '[<*]', '\$0' -replace '\|', '\|') |"
    }
) -join "`n"
Write-GeneratedFile -Path 'module/docs/commands/README.md' -Text "$index`n"
# A page of a command that is no more would stay.
$pages = [System.IO.Path]::Combine($Folder, 'module', 'docs', 'commands')
foreach ($file in Get-ChildItem -LiteralPath $pages -Filter *.md) {
    if ($file.BaseName -ne 'README' -and $file.BaseName -notin $commands.Name) {
        Remove-Item -LiteralPath $file.FullName
        Write-Output "module/docs/commands/$($file.Name) removed"
    }
}
