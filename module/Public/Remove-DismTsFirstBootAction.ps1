function Remove-DismTsFirstBootAction {
    <#
    .SYNOPSIS
    Takes back what Windows is to do in an offline image when it is set up.
    .DESCRIPTION
    With the last one the script, the call in SetupComplete.cmd and empty folders that were made for them go, too; what else is in that file stays as it is. What is
    not there is no error.
    .EXAMPLE
    Remove-DismTsFirstBootAction -Path ./mnt -Name TelnetClient

    Takes back one feature.
    .EXAMPLE
    Get-DismTsFirstBootAction -Path ./mnt | Remove-DismTsFirstBootAction

    Takes back everything.
    .INPUTS
    Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give; folders from Get-Item.
    .OUTPUTS
    DismTs.FirstBootActionObject
    .NOTES
    Engine: Portable.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Get-DismTsFirstBootAction
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('DismTs.FirstBootActionObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('MountPath', 'FullName')]
        [string] $Path,

        # Name of the package's file, the feature or the capability, possibly with wildcards.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Name,

        # Windows folder below the root of the image. Default: Windows.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $WindowsDirectory,

        # Drive of the boot manager, where it is not that of the image.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $SystemDrive,

        # Log file of this operation, to which it appends; its folder must exist. Default: a file of its own in the log folder (see Test-DismTsEnvironment).
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('LP')]
        [string] $LogPath,

        # Folder for temporary files. Default: the engine's own choice.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $ScratchDirectory,

        # How much is logged, by name or as dism.exe counts: 1 Errors (also 0), 2 Warnings, 3 WarningsInfo (default), 4 Debug.
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('LL')]
        [ValidateSet('Errors', 'Warnings', 'WarningsInfo', 'Debug', '0', '1', '2', '3', '4')]
        [string] $LogLevel,

        # Engine to use: Native (DismApi.dll of Windows), Portable (anywhere), or Auto: native on Windows, portable elsewhere.
        [Parameter()]
        [ValidateSet('Auto', 'Native', 'Portable')]
        [string] $Engine = 'Auto',

        # DismApi.dll of the native engine, or its folder, such as that of an ADK. Default: that of Windows.
        [Parameter()]
        [string] $DismPath
    )
    begin {
        Set-CallerPreference -Cmdlet $PSCmdlet
    }
    process {
        $params = Get-ImageParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters
        if ($null -eq $params) {
            return
        }
        $params['name'] = $Name
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'firstBoot/remove'
            Params = $params
            Image  = Get-ImageTitle -Params $params
            Action = "Take back $Name for the first start"
            Target = $Name
        }
        $result = Invoke-ImageChange @change -PassResult
        if ($null -ne $result -and @($result.items).Count -gt 0) {
            ConvertTo-DismTsObject -InputObject $result.items -TypeName 'FirstBootActionObject' -Image $result
        }
    }
}
