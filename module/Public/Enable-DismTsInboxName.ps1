function Enable-DismTsInboxName {
    <#
    .SYNOPSIS
    Makes the commands of the in-box Dism module run by DismTs in this session, under their own names, so that scripts for Windows run unchanged.
    .DESCRIPTION
    Defines every command and alias of the in-box module, such as Mount-WindowsImage and Add-ProvisionedAppxPackage, for the session. Those that this version of
    DismTs does not have fail with an error that names what to use. The names are those of a module "Dism", so "Import-Module Dism" and "#Requires -Modules Dism"
    work, and runspaces and jobs that the session starts have the names too, by the environment variable PSModulePath.

    Under these names results are what scripts for the in-box module expect:

    Objects are of the types Microsoft.Dism.Commands.*, with real enumerations (-eq 'Enabled', -eq 2, [bool]) and with LogPath, ScratchDirectory and LogLevel. The
    types are compiled where the assembly of Windows is not there, which takes a second or two. Where PowerShell may not compile (constrained language), a warning
    says so, and objects are those of the DismTs commands.

    An error ends the statement in a pipeline too, and its text carries the code as .NET writes it: (Exception from HRESULT: 0xC1420117). -LogLevel counts from 0,
    as the in-box enumeration does. The commands of DismTs by their own names stay as they are. about_DismTs has the differences that stay.

    Where other commands of these names are there, as on Windows the in-box module, nothing is done without -Force, which hides them in this session.
    Disable-DismTsInboxName takes everything back.
    .EXAMPLE
    Enable-DismTsInboxName; ./Update-Image.ps1 -Path ./install.wim

    Runs a script that was made for Windows, on Linux; shows before which commands are covered and which are not.
    .EXAMPLE
    $null = Enable-DismTsInboxName -Force

    Does so on Windows, where the in-box module is there too; shows nothing.
    .EXAMPLE
    (Enable-DismTsInboxName).NotCovered

    Lists the in-box commands that this version does not have.
    .OUTPUTS
    DismTs.InboxNameObject: Covered, NotCovered, Hidden (the commands that are hidden by it) and Types (Compiled, Windows, or None where there are no in-box types).
    .NOTES
    Needs no engine. Changes only this session and the environment variable PSModulePath of its process.
    .LINK
    Disable-DismTsInboxName
    .LINK
    Test-DismTsScript
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Changes only the session')]
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('DismTs.InboxNameObject[]')]
    param(
        # Hide other commands of these names, such as those of the in-box module, until Disable-DismTsInboxName.
        [Parameter()]
        [switch] $Force
    )
    Set-CallerPreference -Cmdlet $PSCmdlet
    $commands = @(Get-InboxCommand)
    $folder = [System.IO.Path]::Combine($script:moduleFolder, 'InboxName')
    $own = [System.IO.Path]::Combine($folder, 'Dism')
    if (-not (Get-Module -Name Dism | Where-Object { $_.ModuleBase -eq $own })) {
        $script:hiddenByInboxName = Get-HiddenCommand -Name @($commands | ForEach-Object { $_.Name; $_.Aliases }) -OwnFolder $own
        $hidden = $script:hiddenByInboxName
        if ($hidden.Names -and -not $Force) {
            $errorParameters = @{
                Message  = "Cannot define the in-box names: there are other commands of these names: $($hidden.Names -join ', ')"
                Symbol   = 'ERROR_ALREADY_EXISTS'
                Target   = $hidden.Names[0]
                Hint     = 'Give -Force to hide them in this session; Disable-DismTsInboxName brings them back.'
            }
            Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord (New-DismTsErrorRecord @errorParameters)
            return
        }
        $hidden.Functions.Keys | ForEach-Object { Remove-Item -LiteralPath "function:$_" -Force -WhatIf:$false -Confirm:$false }
        # An alias would win over a function of the same name.
        $hidden.Aliases.Keys | ForEach-Object { Remove-Item -LiteralPath "alias:$_" -Force -WhatIf:$false -Confirm:$false }
        $env:PSModulePath = $folder + [System.IO.Path]::PathSeparator + $env:PSModulePath
        Import-Module -Name ([System.IO.Path]::Combine($own, 'Dism.psd1')) -Global -DisableNameChecking
    }
    if ($script:inboxTypes -eq 'None') {
        $PSCmdlet.WriteWarning('PowerShell may not compile the in-box types here: the names are defined, but results are those of the DismTs commands, with strings for enumerations')
    }
    [pscustomobject] @{
        PSTypeName = 'DismTs.InboxNameObject'
        Covered    = [string[]] @($commands | Where-Object { $_.Replacement } | ForEach-Object { $_.Name; $_.Aliases } | Sort-Object)
        NotCovered = [string[]] @($commands | Where-Object { -not $_.Replacement } | ForEach-Object { $_.Name; $_.Aliases } | Sort-Object)
        Hidden     = [string[]] @($script:hiddenByInboxName.Names)
        Types      = $script:inboxTypes
    }
}
