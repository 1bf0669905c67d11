function Disable-DismTsInboxName {
    <#
    .SYNOPSIS
    Takes back what Enable-DismTsInboxName did: the names of the in-box commands are again what they were before.
    .DESCRIPTION
    Removes the in-box names from the session and from PSModulePath, and brings back what they hid. Where they are not enabled it does nothing. The compiled types
    stay known until PowerShell ends, because .NET cannot unload them; objects that a script still has are of them.
    .EXAMPLE
    Disable-DismTsInboxName

    Removes the in-box names from this session; on Windows they are those of the in-box module again.
    .EXAMPLE
    try { $null = Enable-DismTsInboxName -Force; ./Update-Image.ps1 } finally { Disable-DismTsInboxName }

    Runs one script with DismTs, and leaves the session as it was; Update-Image.ps1 stands for any script for the in-box module.
    .OUTPUTS
    None; Enable-DismTsInboxName gives DismTs.InboxNameObject.
    .NOTES
    Needs no engine. Changes only this session and the environment variable PSModulePath of its process.
    .LINK
    Enable-DismTsInboxName
    .LINK
    about_DismTs
    #>
    [CmdletBinding(PositionalBinding = $false)]
    param()
    Set-CallerPreference -Cmdlet $PSCmdlet
    Remove-InboxName
}
