function ConvertTo-DismTsExitCode {
    <#
    .SYNOPSIS
    Makes one exit code of results and errors, as Intune, ConfigMgr and installers understand it.
    .DESCRIPTION
    0 success; 3010 success, a restart is needed; 1618 busy, try again later; 1 failure. Of several inputs the worst counts, in the order 1, 1618, 3010, 0.

    An error ends the statement, so it has to be caught; those of single items of a pipeline are redirected with 2>&1. The examples show both. No input at all
    counts as failure, because a command that failed gives nothing; use -AllowEmpty where there may be nothing to do.
    .EXAMPLE
    $result = try { Dismount-DismTsImage -Path C:\mnt -Save } catch { $_ }; exit ($result | ConvertTo-DismTsExitCode)

    Ends a script with 0 when the image was saved, with 1618 when programs hold files of the mount, with 1 when it failed otherwise.
    .EXAMPLE
    $results = try { Get-DismTsImage -Mounted | Dismount-DismTsImage -Discard 2>&1 } catch { $_ }; exit ($results | ConvertTo-DismTsExitCode -AllowEmpty)

    Cleans up in a scheduled script: one mount that is busy does not keep it from the others, and no mount is fine.
    .EXAMPLE
    try { Mount-DismTsImage -ImagePath install.wim -Index 1 -Path C:\mnt } catch { exit ($_ | ConvertTo-DismTsExitCode) }

    Ends a script with the code of the error that it caught.
    .INPUTS
    Objects that commands of DismTs give, and error records.
    .OUTPUTS
    System.Int32
    .NOTES
    Needs no engine. No prompt ever comes.
    .LINK
    about_DismTs
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType([int])]
    param(
        # A result or an error record.
        [Parameter(Position = 0, ValueFromPipeline)]
        [AllowNull()]
        [object] $InputObject,

        # No input at all counts as success.
        [Parameter()]
        [switch] $AllowEmpty
    )
    begin {
        $order = 0, 3010, 1618, 1
        $worst = -1
    }
    process {
        if ($null -eq $InputObject) {
            return
        }
        $InputObject = Get-ErrorSubject -InputObject $InputObject
        $code = 0
        if ($InputObject -is [System.Management.Automation.ErrorRecord] -or $InputObject -is [System.Exception]) {
            $category = [System.Management.Automation.ErrorCategory]::NotSpecified
            if ($InputObject -is [System.Management.Automation.ErrorRecord]) {
                $category = $InputObject.CategoryInfo.Category
            }
            # 3010 and 3011 are "restart needed" also where something throws them; 0x800F0902 is a busy servicing stack.
            switch ('{0:X8}' -f (ConvertTo-ErrorCode -InputObject $InputObject)) {
                { $_ -match '0BC[23]$' } { $code = 3010; break }
                { $_ -match '800F0902$' -or $category -eq 'ResourceBusy' } { $code = 1618; break }
                default { $code = 1 }
            }
        } elseif ($true -eq (Get-NoteValue -InputObject $InputObject -Name 'RestartNeeded')) {
            $code = 3010
        }
        $worst = [Math]::Max($worst, [Array]::IndexOf($order, $code))
    }
    end {
        if ($worst -lt 0) {
            return [int] (-not $AllowEmpty)
        }
        return $order[$worst]
    }
}
