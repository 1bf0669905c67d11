function Resolve-RepairSource {
    <#
    .SYNOPSIS
    Makes absolute what a user gave as -Source: a folder, WIM:path:index or ESD:path:index.
    .OUTPUTS
    The source; nothing where its path cannot be used, which is then reported.
    #>
    param(
        # The source.
        [Parameter(Mandatory)]
        [string] $Source,

        # The command, whose caller's locations and drives count.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet
    )
    # The index tells an image in a file from a folder on a drive that is named WIM.
    if ($Source -match '^(WIM|ESD):(.+):(\d+)$') {
        $kind, $index = $Matches[1].ToUpperInvariant(), $Matches[3]
        $file = Resolve-DismTsPath -Path $Matches[2] -Cmdlet $Cmdlet -Parameter 'Source'
        if ($null -ne $file) {
            return '{0}:{1}:{2}' -f $kind, $file, $index
        }
        return
    }
    return Resolve-DismTsPath -Path $Source -Cmdlet $Cmdlet -Parameter 'Source'
}
