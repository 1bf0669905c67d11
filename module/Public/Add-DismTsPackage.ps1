function Add-DismTsPackage {
    <#
    .SYNOPSIS
    Adds a package to an image: an update, a language pack or a feature on demand.
    .DESCRIPTION
    The package is a .cab or .msu file, or a folder: with an expanded package, or with several package files. These are added in the order of their names. One that
    does not apply to the image is a warning; any other failure ends the folder, because what follows may build on that package. There is one object for each
    package that was added; its PackageFile says which.

    Windows is never restarted: RestartNeeded of the result, and a warning, tell that a restart completes the change. Ctrl+C cancels. -WhatIf checks what can be
    checked, and changes nothing.

    -AtFirstBoot works without Windows: it puts the request into the image, and Windows carries it out at the end of its set-up. The results are in
    Windows\Logs\DismTs-FirstBoot.log on the target then.

    Stands for Add-WindowsPackage of the in-box module, with the same parameters, parameter sets and properties. Only the Native engine can.
    .EXAMPLE
    Add-DismTsPackage -Path C:\mnt -PackagePath D:\updates\windows11.0-kb5043080-x64.msu

    Adds an update to the mounted image.
    .EXAMPLE
    Get-ChildItem D:\updates\*.cab | Add-DismTsPackage -Path C:\mnt -PreventPending

    Adds all packages of a folder, one after the other. A package that does not fit is an error; the others are added all the same.
    .EXAMPLE
    Get-DismTsImage -Mounted | Add-DismTsPackage -PackagePath D:\updates\kb5043080.msu

    Adds an update to all mounted images; Path of each object tells the image.
    .EXAMPLE
    $result = Add-DismTsPackage -Online -PackagePath D:\updates\kb5043080.cab; exit ($result | ConvertTo-DismTsExitCode)

    Adds an update to the running Windows, and ends the script with 3010 where a restart is needed.
    .INPUTS
    Package files from Get-ChildItem; objects with a property PackagePath. Objects with a property Path, as Get-DismTsImage -Mounted and Mount-DismTsImage give.
    .OUTPUTS
    DismTs.ImageObject
    .NOTES
    Native function: DismAddPackage. Engine: Native; with -AtFirstBoot: Portable. Needs elevation.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    Remove-DismTsPackage
    .LINK
    Get-DismTsPackage
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(DefaultParameterSetName = 'Offline', PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/add-windowspackage')]
    [OutputType('DismTs.ImageObject[]')]
    param(
        # Root folder of the image: a mount folder, or any folder that an image was applied to.
        [Parameter(Mandatory, ParameterSetName = 'Offline', ValueFromPipelineByPropertyName)]
        [Alias('MountPath')]
        [AllowEmptyString()]
        [string] $Path,

        # The running Windows; only the Native engine on Windows can.
        [Parameter(Mandatory, ParameterSetName = 'Online', ValueFromPipelineByPropertyName)]
        [switch] $Online,

        # Package file (.cab, .msu), or a folder with an expanded package or with package files.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [string] $PackagePath,

        # Add the package even where it says that it is not applicable.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $IgnoreCheck,

        # Do not add it where the image has pending actions, or would have them.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $PreventPending,

        # Has no effect: DismTs never restarts Windows. Scripts for the in-box command give it.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $NoRestart,

        # Have Windows do it when it is set up, rather than now: what it needs is put into the image, and SetupComplete.cmd calls it. Works off Windows, offline images
        # only. Get-DismTsFirstBootAction lists what waits.
        [Parameter()]
        [switch] $AtFirstBoot,

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
        [string] $DismPath,

        # Cancel the operation after this many seconds; 0: never.
        [Parameter()]
        [ValidateRange(0, 2147483647)]
        [int] $TimeoutSec = 0
    )
    begin {
        Set-CallerPreference -Cmdlet $PSCmdlet
    }
    process {
        $params = Get-ImageParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters
        if ($null -eq $params) {
            return
        }
        $given = Add-RequestParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -PathName 'PackagePath' -Name 'IgnoreCheck', 'PreventPending'
        if (-not $given) {
            return
        }
        if ($AtFirstBoot) {
            Add-FirstBootAction -Cmdlet $PSCmdlet -Bound $PSBoundParameters -Params $params -Kind 'Package' -Target $params['packagePath']
            return
        }
        $change = @{
            Cmdlet = $PSCmdlet
            Bound  = $PSBoundParameters
            Method = 'package/add'
            Params = $params
            Image  = Get-ImageTitle -Params $params
            Action = "Add package $($params['packagePath'])"
            Target = $params['packagePath']
        }
        $answer = Invoke-ImageChange @change -PassResult
        if ($null -eq $answer) {
            return
        }
        foreach ($result in $answer.results) {
            if ($null -eq $result.failure) {
                ConvertTo-DismTsObject -InputObject $result -TypeName 'ImageObject' -AdditionalProperty 'PackageFile' -Image $answer
            } elseif ($result.failure.data.symbol -eq 'CBS_E_NOT_APPLICABLE') {
                $PSCmdlet.WriteWarning($result.failure.message)
            } else {
                $problem = ConvertTo-DismTsErrorRecord -ResponseError $result.failure -Method 'package/add' -Target $result.packageFile
                Write-DismTsError -Cmdlet $PSCmdlet -ErrorRecord $problem
            }
        }
    }
}
