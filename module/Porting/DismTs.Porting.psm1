# Reads scripts that were made for the in-box module and tells what becomes of them, for Test-DismTsScript. Reads syntax trees only; nothing of a script is run.

Set-StrictMode -Version Latest

# Members of in-box objects that are enumerations there and strings in DismTs.
$script:enumerations = @(
    'State', 'PackageState', 'ReleaseType', 'RestartRequired', 'CompletelyOfflineCapable', 'ImageHealthState', 'MountMode', 'MountStatus', 'ImageBootable', 'ImageType'
    'DriverSignature', 'ReservedStorageState', 'LogLevel'
)
$script:methods = Import-PowerShellDataFile -LiteralPath ([System.IO.Path]::Combine($PSScriptRoot, 'Method.psd1'))

function New-Finding {
    <#
    .SYNOPSIS
    Makes the finding of a place in a script.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Makes an object')]
    param(
        # The place.
        [Parameter(Mandatory)]
        [System.Management.Automation.Language.IScriptExtent] $Extent,

        # Ok, InboxNameOnly, Differs, Unsupported, Missing or Unknown.
        [Parameter(Mandatory)]
        [string] $Verdict,

        # What to do about it.
        [Parameter(Mandatory)]
        [string] $Advice,

        # The in-box command, where the place is a call.
        [string] $Command = '',

        # What it becomes.
        [string] $Replacement = ''
    )
    [pscustomobject] @{
        PSTypeName  = 'DismTs.ScriptFinding'
        File        = [string] $Extent.File
        Line        = $Extent.StartLineNumber
        Column      = $Extent.StartColumnNumber
        Command     = $Command
        Replacement = $Replacement
        Verdict     = $Verdict
        Advice      = $Advice
        Code        = ($Extent.Text -split '\r?\n')[0].Trim()
    }
}

function Test-Constant {
    <#
    .SYNOPSIS
    Tells whether an expression is a number, also a negative one or a list of numbers.
    #>
    param(
        # The expression.
        [AllowNull()]
        [object] $Ast
    )
    if ($Ast -is [System.Management.Automation.Language.ArrayLiteralAst]) {
        return [bool] @($Ast.Elements | Where-Object { Test-Constant -Ast $_ }).Count
    }
    return $Ast -is [System.Management.Automation.Language.ConstantExpressionAst] -and $Ast -isnot [System.Management.Automation.Language.StringConstantExpressionAst]
}

function Get-EnumerationMember {
    <#
    .SYNOPSIS
    Gives the name of the in-box enumeration that an expression reads, such as $feature.State; nothing where it reads none.
    #>
    param(
        # The expression.
        [AllowNull()]
        [object] $Ast
    )
    if ($Ast -is [System.Management.Automation.Language.MemberExpressionAst] -and $Ast -isnot [System.Management.Automation.Language.InvokeMemberExpressionAst] -and
        $Ast.Member -is [System.Management.Automation.Language.StringConstantExpressionAst] -and $Ast.Member.Value -in $script:enumerations) {
        return $Ast.Member.Value
    }
}

function Get-CallFinding {
    <#
    .SYNOPSIS
    Gives the findings of the call of one in-box command.
    #>
    param(
        # The call.
        [Parameter(Mandatory)]
        [System.Management.Automation.Language.CommandAst] $Ast,

        # The in-box command, see Get-InboxCommand.
        [Parameter(Mandatory)]
        [psobject] $Command,

        # The name by which the script calls it.
        [Parameter(Mandatory)]
        [string] $Name,

        # The command of DismTs, where there is one.
        [AllowNull()]
        [System.Management.Automation.CommandInfo] $Target,

        # Methods that the engine of this machine lacks: name -> reason.
        [Parameter(Mandatory)]
        [hashtable] $Unsupported
    )
    $call = @{ Extent = $Ast.Extent; Command = $Name; Replacement = $Command.Replacement }
    if ($null -eq $Target) {
        New-Finding @call -Verdict Missing -Advice "Not in this version of DismTs. Use $($Command.Instead)."
        return
    }
    $used = @()
    foreach ($element in $Ast.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
        $matched = @($Target.Parameters.Values | Where-Object { $_.Name -eq $element.ParameterName -or $element.ParameterName -in $_.Aliases })
        if (-not $matched) {
            $matched = @($Target.Parameters.Values | Where-Object { $beginning = $element.ParameterName; @($_.Name) + @($_.Aliases) | Where-Object { $_ -like "$beginning*" } })
        }
        if ($matched.Count -ne 1) {
            $what = "There is no parameter -$($element.ParameterName)"
            if ($matched) {
                $what = "-$($element.ParameterName) may be $(($matched | ForEach-Object { "-$($_.Name)" } | Sort-Object) -join ' or ')"
            }
            New-Finding @call -Verdict Differs -Advice "$what`: write the name in full. Get-Help $($Target.Name) -Parameter * lists them."
        } else {
            $used += $matched[0].Name
            if ($matched[0].Name -eq 'LogLevel' -and (Test-Constant -Ast $(if ($null -ne $element.Argument) { $element.Argument } else {
                            $Ast.CommandElements[$Ast.CommandElements.IndexOf($element) + 1] }))) {
                New-Finding @call -Verdict InboxNameOnly -Advice 'Renamed, -LogLevel counts as dism.exe does, from 1; the in-box module counts from 0. Write the name of the level.'
            }
        }
    }
    $method = ''
    if ($script:methods.ContainsKey($Target.Name)) {
        $method = $script:methods[$Target.Name]['']
        foreach ($switchName in $script:methods[$Target.Name].Keys | Where-Object { $_ -in $used }) {
            $method = $script:methods[$Target.Name][$switchName]
        }
    }
    if ($method -and $Unsupported.ContainsKey($method)) {
        New-Finding @call -Verdict Unsupported -Advice "The engine of this machine cannot: $($Unsupported[$method]). Run this part on Windows."
        return
    }
    if ('Online' -in $used -and $Unsupported.ContainsKey('reservedStorage/get')) {
        New-Finding @call -Verdict Unsupported -Advice 'The engine of this machine works on offline images only: -Online needs Windows.'
        return
    }
    New-Finding @call -Verdict Ok -Advice "Becomes $($Command.Replacement); or runs as it is after Enable-DismTsInboxName."
    $pipeline = $Ast.Parent
    if ($pipeline -is [System.Management.Automation.Language.PipelineAst] -and $pipeline.PipelineElements.IndexOf($Ast) -gt 0) {
        for ($node = $pipeline.Parent; $null -ne $node; $node = $node.Parent) {
            if ($node -is [System.Management.Automation.Language.TryStatementAst] -and $node.Body.Extent.StartOffset -le $pipeline.Extent.StartOffset -and
                $node.Body.Extent.EndOffset -ge $pipeline.Extent.EndOffset) {
                New-Finding @call -Verdict InboxNameOnly -Advice 'Renamed, an error of one piped item does not end the pipeline, and "catch" does not run: add -ErrorAction Stop.'
                break
            }
        }
    }
}

function Get-ScriptFinding {
    <#
    .SYNOPSIS
    Gives the findings of one script, in the order of its lines.
    #>
    param(
        # The script.
        [Parameter(Mandatory)]
        [System.Management.Automation.Language.Ast] $Ast,

        # In-box command or alias -> command, see Get-InboxCommand.
        [Parameter(Mandatory)]
        [hashtable] $Commands,

        # Name of a command of DismTs -> its CommandInfo.
        [Parameter(Mandatory)]
        [hashtable] $Targets,

        # Methods that the engine of this machine lacks: name -> reason.
        [Parameter(Mandatory)]
        [hashtable] $Unsupported
    )
    $findings = @(
        foreach ($node in $Ast.FindAll({ $true }, $true)) {
            switch ($node.GetType().Name) {
                'CommandAst' {
                    $full = $node.GetCommandName()
                    $name = "$full" -replace '^Dism\\'
                    if ($name -and $Commands.ContainsKey($name)) {
                        $command = $Commands[$name]
                        Get-CallFinding -Ast $node -Command $command -Name $name -Target $Targets[$command.Replacement] -Unsupported $Unsupported
                    } elseif ($name -match '(^|[\\/])dism(\.exe)?$') {
                        New-Finding -Extent $node.Extent -Verdict Missing -Command $name -Advice 'DismTs does not replace dism.exe. Use its commands, or run this part on Windows.'
                    } elseif ($name -in 'Import-Module', 'ipmo', 'Get-Module' -and $node.Extent.Text -match '\bDism\b' -and $node.Extent.Text -notmatch 'DismTs') {
                        New-Finding -Extent $node.Extent -Verdict InboxNameOnly -Command $name -Advice 'Renamed, this loads the in-box module or fails: write Import-Module DismTs.'
                    } elseif ($name -in 'Where-Object', 'where', '?' -and $node.CommandElements.Count -ge 4 -and $node.CommandElements[1].Extent.Text -in $script:enumerations -and
                        @($node.CommandElements | Where-Object { Test-Constant -Ast $_ })) {
                        New-Finding -Extent $node.Extent -Verdict InboxNameOnly -Advice "Renamed, $($node.CommandElements[1].Extent.Text) is a string: compare it with a name."
                    }
                }
                'BinaryExpressionAst' {
                    foreach ($pair in @($node.Left, $node.Right), @($node.Right, $node.Left)) {
                        $member = Get-EnumerationMember -Ast $pair[0]
                        if ($member -and (Test-Constant -Ast $pair[1])) {
                            New-Finding -Extent $node.Extent -Verdict InboxNameOnly -Advice "Renamed, $member is a string: compare it with a name, not with a number."
                        }
                    }
                }
                'IfStatementAst' {
                    foreach ($clause in $node.Clauses) {
                        $expression = $clause.Item1
                        if ($expression -is [System.Management.Automation.Language.PipelineAst]) {
                            $expression = $expression.GetPureExpression()
                        }
                        if ($expression -is [System.Management.Automation.Language.UnaryExpressionAst]) {
                            $expression = $expression.Child
                        }
                        $member = Get-EnumerationMember -Ast $expression
                        if ($member) {
                            New-Finding -Extent $expression.Extent -Verdict InboxNameOnly -Advice "Renamed, $member is a string, which is always true: compare it with a name."
                        }
                    }
                }
                'ConvertExpressionAst' {
                    $member = Get-EnumerationMember -Ast $node.Child
                    if ($member -and $node.Type.TypeName.FullName -match '^(System\.)?(u?int(32|64|16)?|byte|s?byte|bool(ean)?|long|short)$') {
                        New-Finding -Extent $node.Extent -Verdict InboxNameOnly -Advice "Renamed, $member is a string and has no number: compare it with a name."
                    }
                }
                { $_ -in 'TypeExpressionAst', 'TypeConstraintAst' } {
                    if ($node.TypeName.FullName -match '^Microsoft\.Dism\.Commands\.') {
                        New-Finding -Extent $node.Extent -Verdict InboxNameOnly -Advice 'The type is there on Windows and after Enable-DismTsInboxName only. Renamed, use [psobject], and strings for enumerations.'
                    }
                }
                'StringConstantExpressionAst' {
                    if ($node.Value -match '^Microsoft\.Dism\.Commands\.\w+Command$' -or $node.Value -match ',Microsoft\.Dism\.Commands\.') {
                        New-Finding -Extent $node.Extent -Verdict Differs -Advice 'An error id of the in-box module: compare Exception.HResult; here the id is symbol and command.'
                    } elseif ($node.Value -match '^Microsoft\.Dism\.Commands\.') {
                        New-Finding -Extent $node.Extent -Verdict InboxNameOnly -Advice 'A type name of the in-box module: results have it after Enable-DismTsInboxName only.'
                    } elseif ($node.Parent -isnot [System.Management.Automation.Language.CommandAst] -or $node.Parent.CommandElements[0] -ne $node) {
                        $words = @([regex]::Matches($node.Value, '[A-Za-z]+-[A-Za-z]+') | Where-Object { $Commands.ContainsKey($_.Value) })
                        if ($words -and $node.StringConstantType -ne 'BareWord') {
                            New-Finding -Extent $node.Extent -Verdict Unknown -Command $words[0].Value -Advice 'The name is in a text, which is not read: look whether it is run.'
                        } elseif ($words -and $node.Parent -is [System.Management.Automation.Language.CommandAst] -and $node.Parent.Extent.Text -match '-CommandType\s+Cmdlet') {
                            New-Finding -Extent $node.Parent.Extent -Verdict Differs -Command $words[0].Value -Advice 'The commands of DismTs are functions, no cmdlets: leave out -CommandType.'
                        }
                    }
                }
                'CatchClauseAst' {
                    foreach ($inner in $node.Body.FindAll({ $args[0] -is [System.Management.Automation.Language.Ast] }, $true)) {
                        $reads = $false
                        if ($inner -is [System.Management.Automation.Language.BinaryExpressionAst]) {
                            $reads = "$($inner.Operator)" -match 'match|like|eq|ne|contains' -and $inner.Left.Extent.Text -match '(?i)^"?\$(\(\$)?(_|PSItem)(\)?"?$|\.Exception\.Message|\.ToString|\.Exception\)?"?$)'
                        } elseif ($inner -is [System.Management.Automation.Language.InvokeMemberExpressionAst]) {
                            $reads = $inner.Member.Extent.Text -match '^(Contains|StartsWith|EndsWith|IndexOf)$' -and $inner.Expression.Extent.Text -match '(?i)\$(_|PSItem)\.(Exception\.)?(Message|ToString)'
                        } elseif ($inner -is [System.Management.Automation.Language.SwitchStatementAst]) {
                            $reads = $inner.Condition.Extent.Text -match '(?i)\$(_|PSItem)\.Exception\.Message'
                        }
                        if ($reads -and $inner.Extent.Text -match '0x[0-9a-f]{4,8}') {
                            New-Finding -Extent $inner.Extent -Verdict Ok -Advice 'Texts carry the code, so this finds it. Exception.HResult is safer.'
                        } elseif ($reads) {
                            New-Finding -Extent $inner.Extent -Verdict Differs -Advice 'Texts of errors are those of DismTs, in English: compare Exception.HResult, or Exception.Symbol.'
                        }
                    }
                }
            }
        }
        if ($null -ne $Ast.ScriptRequirements) {
            foreach ($module in $Ast.ScriptRequirements.RequiredModules | Where-Object { $_.Name -eq 'Dism' }) {
                New-Finding -Extent $Ast.Extent -Verdict InboxNameOnly -Command '#Requires' -Advice "Renamed, `"#Requires -Modules $($module.Name)`" is not fulfilled off Windows: require DismTs."
            }
            if ($Ast.ScriptRequirements.IsElevationRequired) {
                New-Finding -Extent $Ast.Extent -Verdict Ok -Command '#Requires' -Advice '"#Requires -RunAsAdministrator" is not checked off Windows; there root is needed to mount for writing.'
            }
        }
    )
    # What is said about enumerations and texts is about in-box objects; a script without a call has none.
    if (-not ($findings | Where-Object { $_.Command -and $_.Command -notin 'Import-Module', 'ipmo', 'Get-Module', '#Requires' })) {
        $findings = @($findings | Where-Object { $_.Command -or $_.Code -match 'Microsoft\.Dism\.Commands' })
    }
    $findings | Sort-Object -Property Line, Column, Verdict, Advice -Unique
}

Export-ModuleMember -Function Get-ScriptFinding
