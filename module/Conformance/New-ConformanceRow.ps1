# Codes that answer no question: not for this engine or platform, not elevated, no DISM API.
$script:conformanceNoAnswers = '0x80070032', '0x800702E4', '0xC0040001'

function New-ConformanceRow {
    <#
    .SYNOPSIS
    Makes a line of Test-DismTsConformance, with the verdict that follows from what was expected and seen.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Makes an object')]
    param(
        # The question.
        [Parameter(Mandatory)]
        [string] $Question,

        # What answers are right, with commas or "or" between them; with -Open: what is assumed.
        [Parameter(Mandatory)]
        [string] $Expected,

        # The answer. One that begins with "not tried" is none.
        [Parameter(Mandatory)]
        [AllowEmptyString()]
        [string] $Seen,

        # Nobody knows the answer yet: any is one.
        [switch] $Open
    )
    $verdict = 'Differs'
    if ($Seen.StartsWith('not tried') -or (-not $Open -and $Seen -in $script:conformanceNoAnswers)) {
        $verdict = 'NotCompared'
    } elseif ($Open) {
        $verdict = 'Answered'
    } elseif ($Seen -and $Expected -match "(^|[\s,])$([regex]::Escape($Seen))($|[\s,])") {
        $verdict = 'Same'
    }
    [pscustomobject] @{ PSTypeName = 'DismTs.ConformanceObject'; Question = $Question; Expected = $Expected; Seen = $Seen; Verdict = $verdict }
}
