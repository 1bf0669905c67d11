# Help: complete for every command, and the about topic is found.

BeforeDiscovery {
    Import-Module -Name "$PSScriptRoot/../../DismTs.psd1"
    $commonParameters = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
    $commands = @(Get-Command -Module DismTs -CommandType Function | ForEach-Object { @{ Command = $_.Name } })
    $parameters = foreach ($command in Get-Command -Module DismTs -CommandType Function) {
        foreach ($parameter in $command.Parameters.Keys | Where-Object { $_ -notin $commonParameters }) {
            @{ Command = $command.Name; Parameter = $parameter }
        }
    }
}

BeforeAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
    Import-Module -Name "$PSScriptRoot/../../DismTs.psd1"
}

AfterAll {
    Remove-Module -Name DismTs -ErrorAction Ignore
}

Describe 'Help' -Tag 'Unit' {
    It '<Command> has a synopsis, a description, outputs and notes' -ForEach $commands {
        $help = Get-Help -Name $Command -Full
        $help.Synopsis | Should -Match '^\w.{20,}\.$'
        ($help.description | Out-String).Trim().Length | Should -BeGreaterThan 100
        ($help.returnValues | Out-String) | Should -Match '(DismTs\.\w+(Object|Entry|Finding)|System\.(Int32|String))'
        ($help.alertSet | Out-String) | Should -Match '(Native function|[Ee]ngine)'
    }

    It '<Command> has a description whose lines are of one width' -ForEach $commands {
        $lines = ((Get-Command -Name $Command).ScriptBlock.Ast.Body.Extent.Text -split '#>')[0] -replace '(?s)^.*?\.DESCRIPTION' -replace '(?s)\n\s*\.[A-Z]+\s.*$' -split '\r?\n'
        for ($at = 0; $at -lt $lines.Count; $at++) {
            $lines[$at].Length | Should -BeLessOrEqual 168
            $next = if ($at + 1 -lt $lines.Count) { $lines[$at + 1].Trim() }
            if ($lines[$at].Trim() -and $next -and -not $next.StartsWith('*')) {
                # The next word would not have fitted.
                $lines[$at].Length + ($next -split ' ')[0].Length | Should -BeGreaterOrEqual 140 -Because $lines[$at]
            }
        }
    }

    It '<Command> has examples that tell their outcome' -ForEach $commands {
        $examples = @((Get-Help -Name $Command -Full).examples.example)
        $examples.Count | Should -BeGreaterOrEqual 2
        foreach ($example in $examples) {
            $example.code | Should -Match $Command
            ($example.remarks | Out-String).Trim() | Should -Match '\w.{20,}\.$'
            # Get-Help takes a ">" for the end of a prompt.
            $introduction = ($example.introduction | ForEach-Object { $_.Text }) -join ''
            $code = ($introduction -replace '^PS >\s*$') + $example.code
            $parseErrors = $null
            $null = [System.Management.Automation.Language.Parser]::ParseInput($code, [ref] $null, [ref] $parseErrors)
            $parseErrors | Should -BeNullOrEmpty
        }
    }

    It '<Command> describes -<Parameter>' -ForEach $parameters {
        $help = Get-Help -Name $Command -Parameter $Parameter
        ($help.description | Out-String).Trim() | Should -Match '\w.{15,}\.$'
    }

    It 'finds about_DismTs' {
        $text = Get-Help -Name about_DismTs | Out-String
        $text | Should -Match 'LONG DESCRIPTION'
    }
}
