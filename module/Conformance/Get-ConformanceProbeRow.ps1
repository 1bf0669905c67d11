# Open questions that no run can settle without harm or without more than a machine has, and why.
$script:conformanceNotAsked = [ordered] @{
    'Thread of the progress callback of DismApi.dll, and of the messages of wimgapi.dll' = 'every callback is moved to one thread before it can be looked at'
    'How far calls on several sessions run in parallel'                                  = 'a process makes one call after the other'
    'Argument lists of exports that differ between builds or are known by name only'     = 'a wrong call may damage an image'
    'Sources "wim:" and "esd:" of DismRestoreImageHealth'                                = 'it needs a damaged image, and one to repair it from'
    'Causes of 0xC1420116, 0x800F0915 and 0x80070228'                                    = 'they cannot be brought about'
    'Meaning of the flags of _DismAddDriverEx, difference of _DismSetEdition2'           = 'they are not used'
    'Parameters of the rare messages of wimgapi.dll'                                     = 'nothing here makes it send them'
    'Whether wimgapi.dll enables privileges itself, and its own folder for temporary files' = 'they are always enabled and set before it is called'
    'State of an image file whose writer was killed, and when its name is written'       = 'nothing is killed here; DismTs writes to another file first'
}

function Get-ConformanceProbeRow {
    <#
    .SYNOPSIS
    Asks a DismApi.dll what its documentation leaves open, in a process of its own: should it crash, that is the answer.
    #>
    param(
        # Engine and DismPath.
        [Parameter(Mandatory)]
        [hashtable] $Choice
    )
    $question = 'DismApi.dll is asked, by calls of its own'
    $reason = ''
    if ($Choice['Engine'] -eq 'Portable' -or -not (Get-SidecarPlatform).StartsWith('win32')) {
        $reason = 'not tried: no DismApi.dll here'
    } elseif ($SidecarCommand) {
        $reason = 'not tried: another sidecar is in use'
    }
    $answers = @()
    if (-not $reason) {
        $reason, $answers = Invoke-ConformanceProbe -DismPath $Choice['DismPath']
    }
    New-ConformanceRow -Question $question -Expected 'exit code 0' -Seen $reason
    foreach ($answer in $answers) {
        New-ConformanceRow -Question $answer.question -Expected $answer.expected -Seen $answer.seen -Open
    }
    foreach ($question in $script:conformanceNotAsked.Keys) {
        New-ConformanceRow -Question $question -Expected 'not known' -Seen "not tried: $($script:conformanceNotAsked[$question])" -Open
    }
}
