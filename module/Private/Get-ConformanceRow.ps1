# A listing command, the in-box command that it stands for, the property that tells its rows apart, and those that are compared.
$script:conformancePairs = @(
    @{ Noun = 'OptionalFeature'; InBox = 'Get-WindowsOptionalFeature'; Key = 'FeatureName'; Properties = @('State') }
    @{ Noun = 'Package'; InBox = 'Get-WindowsPackage'; Key = 'PackageName'; Properties = @('PackageState', 'ReleaseType', 'InstallTime') }
    @{ Noun = 'Driver'; InBox = 'Get-WindowsDriver'; Key = 'Driver'; Properties = @('OriginalFileName', 'Inbox', 'ClassName', 'BootCritical', 'ProviderName', 'Date', 'Version') }
    @{ Noun = 'Capability'; InBox = 'Get-WindowsCapability'; Key = 'Name'; Properties = @('State') }
    @{ Noun = 'AppxProvisionedPackage'; InBox = 'Get-AppxProvisionedPackage'; Key = 'PackageName'; Properties = @('DisplayName', 'Architecture', 'PublisherId') }
    @{ Noun = 'Edition'; InBox = 'Get-WindowsEdition'; Key = 'Edition'; Properties = @() }
)
# Questions about codes: what is asked for, and what the sheets of the project expect.
$script:conformanceCodes = @(
    @{ Question = 'Code for a feature that is not there'; Expected = '0x800F080C'; Command = 'Get-DismTsOptionalFeature'; Name = 'FeatureName' }
    @{ Question = 'Code for a package that is not there'; Expected = '0x800F0805, 0x80070057 or 0x80070490'; Command = 'Get-DismTsPackage'; Name = 'PackageName' }
    @{ Question = 'Code for a capability that is not there, or its state'; Expected = '0x80070057, 0x80070490 or NotPresent'; Command = 'Get-DismTsCapability'; Name = 'Name' }
    @{ Question = 'Code for a driver that is not there'; Expected = '0x80070002'; Command = 'Get-DismTsDriver'; Name = 'Driver' }
)

function Get-ConformanceRow {
    <#
    .SYNOPSIS
    Asks the questions of Test-DismTsConformance; nothing in the answers names this machine or what is on it.
    #>
    param(
        # Engine and DismPath for the commands.
        [Parameter(Mandatory)]
        [hashtable] $Choice
    )
    $make = {
        param($Question, $Expected, $Seen, $Verdict)
        [pscustomobject] @{ PSTypeName = 'DismTs.ConformanceObject'; Question = $Question; Expected = "$Expected"; Seen = "$Seen"; Verdict = $Verdict }
    }
    # What a command gives, or the code that it fails with; a message may have names in it.
    $ask = {
        param($Command, $Parameters)
        $asked = @{ Rows = @(); Code = $null }
        try {
            $asked['Rows'] = @(& $Command @Parameters -ErrorAction Stop -WarningAction SilentlyContinue)
        } catch {
            $asked['Code'] = '0x{0:X8}' -f $_.Exception.HResult
        }
        $asked
    }
    foreach ($pair in $script:conformancePairs) {
        $question = "Rows of Get-DismTs$($pair.Noun) -Online are those of $($pair.InBox)"
        $ours = & $ask "Get-DismTs$($pair.Noun)" (@{ Online = $true } + $Choice)
        if ($ours.Code) {
            & $make $question 'rows' $ours.Code 'NotCompared'
            continue
        }
        $inBox = Get-Command -Name $pair.InBox -Module Dism -ErrorAction Ignore
        if (-not $inBox) {
            & $make $question 'the in-box module, which is not here' "$($ours.Rows.Count) rows" 'NotCompared'
            continue
        }
        $theirs = & $ask $inBox @{ Online = $true }
        if ($theirs.Code) {
            & $make $question "the in-box command fails: $($theirs.Code)" "$($ours.Rows.Count) rows" 'NotCompared'
            continue
        }
        $byKey = @{}
        foreach ($row in $theirs.Rows) {
            $byKey["$($row.($pair.Key))"] = $row
        }
        $matching = @($ours.Rows | Where-Object { $byKey.ContainsKey("$($_.($pair.Key))") })
        $verdict = 'Same'
        if ($matching.Count -ne $ours.Rows.Count -or $ours.Rows.Count -ne $theirs.Rows.Count) {
            $verdict = 'Differs'
        }
        & $make $question "$($theirs.Rows.Count) rows" "$($ours.Rows.Count) rows, $($matching.Count) of them with the same $($pair.Key)" $verdict
        foreach ($property in $pair.Properties) {
            $different = @($matching | Where-Object {
                    $value = $_.$property
                    if ($property -eq 'Architecture' -and $null -ne $value) {
                        $value = [int] $value
                    }
                    "$value" -ne "$($byKey["$($_.($pair.Key))"].$property)"
                })
            $verdict = 'Same'
            if ($different) {
                $verdict = 'Differs'
            }
            & $make "$property of Get-DismTs$($pair.Noun) is that of $($pair.InBox)" "$($matching.Count) the same" "$($matching.Count - $different.Count) the same" $verdict
        }
        if ($ours.Rows -and $theirs.Rows) {
            $names = @($theirs.Rows[0].PSObject.Properties.Name)
            $lacking = @($names | Where-Object { $_ -cnotin $ours.Rows[0].PSObject.Properties.Name })
            $verdict = 'Same'
            if ($lacking) {
                $verdict = 'Differs'
            }
            & $make "Get-DismTs$($pair.Noun) has the properties of $($pair.InBox), in the same casing" "$($names.Count) names" "without: $($lacking -join ', ')" $verdict
            $pathSeen = 'no such property'
            if ($names -contains 'Path') {
                $pathSeen = 'an empty string'
                if ($null -eq $theirs.Rows[0].Path) {
                    $pathSeen = 'null'
                }
            }
            & $make "Path of an online object of $($pair.InBox)" 'null or an empty string' $pathSeen 'Answered'
        }
    }
    foreach ($code in $script:conformanceCodes) {
        $asked = & $ask $code.Command (@{ Online = $true; $code.Name = 'DismTs-Conformance-NotThere' } + $Choice)
        $seen = $asked.Code
        if (-not $seen) {
            $seen = "$($asked.Rows.Count) rows"
            if ($asked.Rows -and $asked.Rows[0].PSObject.Properties['State']) {
                $seen = $asked.Rows[0].State
            }
        }
        $verdict = 'Differs'
        if ($code.Expected -match [regex]::Escape($seen)) {
            $verdict = 'Same'
        } elseif ($seen -in '0x80070032', '0x800702E4', '0xC0040001') {
            # Not this question: no engine for the running Windows here, or not elevated.
            $verdict = 'NotCompared'
        }
        & $make $code.Question $code.Expected $seen $verdict
    }
    $module = Get-Module -ListAvailable -Name Dism | Select-Object -First 1
    $editions = 'the in-box module is not here'
    if ($module) {
        $editions = "version $($module.Version), editions: $($module.CompatiblePSEditions -join ', ')"
    }
    & $make 'Editions that the in-box module declares' 'Desktop, and Core from some version on' $editions 'Answered'
}
