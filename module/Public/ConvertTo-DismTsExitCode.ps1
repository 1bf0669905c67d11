function ConvertTo-DismTsExitCode {
    <#
    .SYNOPSIS
    Makes one exit code of results and errors, as Intune, ConfigMgr and installers understand it.
    .DESCRIPTION
    On Windows: 0 done; 3010 done, a restart is needed; 65 checked, and the image is damaged; 1618 busy, try again later; 1 failed. Intune, ConfigMgr and
    installers know 0, 3010 and 1618, and take the others for failures.

    On Linux and macOS, where an exit code is one byte: 0 done; 65 (EX_DATAERR) damaged; 75 (EX_TEMPFAIL) busy, try again later; 1 failed. The program
    dismts ends with the same numbers.

    Of several inputs the worst counts: failed, busy, damaged, restart, done, in this order. Busy is what another attempt can mend with nothing else changed:
    files of the mount are open, the image is mounted by somebody else, another operation services it, a file is locked. Damage is a result of
    Repair-DismTsImage that is not Healthy; a check that could not be made is an error, and so has failed.

    An error ends the statement, so it has to be caught; those of single items of a pipeline are redirected with 2>&1. The examples show both. No input at all
    counts as failure, because a command that failed gives nothing; use -AllowEmpty where there may be nothing to do.
    .EXAMPLE
    $result = try { Dismount-DismTsImage -Path C:\mnt -Save } catch { $_ }; exit ($result | ConvertTo-DismTsExitCode)

    Ends a script with 0 when the image was saved, with 1618 (75 on Linux) when programs hold files of the mount, with 1 when it failed otherwise.
    .EXAMPLE
    $results = try { Get-DismTsImage -Mounted | Dismount-DismTsImage -Discard 2>&1 } catch { $_ }; exit ($results | ConvertTo-DismTsExitCode -AllowEmpty)

    Cleans up in a scheduled script: one mount that is busy does not keep it from the others, and no mount is fine.
    .EXAMPLE
    try { Mount-DismTsImage -ImagePath install.wim -Index 1 -Path C:\mnt } catch { exit ($_ | ConvertTo-DismTsExitCode) }

    Ends a script with the code of the error that it caught.
    .EXAMPLE
    $result = try { Repair-DismTsImage -Path C:\mnt -ScanHealth } catch { $_ }; exit ($result | ConvertTo-DismTsExitCode)

    Ends a script with 0 when the image is healthy, with 65 when it is damaged, with 1 or 1618 when the scan could not be made.
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
        $table = Get-ExitCodeTable
        $order = @($table['Code'].Keys)
        $worst = -1
    }
    process {
        if ($null -ne $InputObject) {
            $worst = [Math]::Max($worst, [Array]::IndexOf($order, (Get-Outcome -InputObject $InputObject -Table $table)))
        }
    }
    end {
        if ($worst -ge 0) {
            return $table['Code'][$order[$worst]]
        }
        if ($AllowEmpty) {
            return $table['Code']['done']
        }
        return $table['Code']['failed']
    }
}
