function Add-DismTsImage {
    <#
    .SYNOPSIS
    Captures a folder or volume into an image file that exists, as its next image.
    .DESCRIPTION
    What other images of the file hold already is not stored again. The file keeps its type of compression. A name that an image has is refused (0x800700B7).

    Until the last step the file is the old one: a command that is cancelled or killed leaves it as it was, and what a killed one has written behind its end is taken
    away by the next command on image files.

    On Linux, what New-DismTsImage says of folders, NTFS volumes, and images and disks that are mounted holds here, too: nobody can write to the mount of a disk
    while it is captured, and a folder in such a mount is captured as a Linux folder, of which a warning tells.

    -WhatIf reads the folder, and says how much it holds and how large the file gets at most.

    Stands for Add-WindowsImage of the in-box module, with the same parameters.
    .EXAMPLE
    Add-DismTsImage -CapturePath D:\ -ImagePath E:\images\golden.wim -Name 'Golden, March' -Description 'With the updates of March'

    Adds another image of the drive; only what has changed since makes the file larger.
    .EXAMPLE
    Add-DismTsImage -CapturePath ./winpe -ImagePath ./boot.wim -Name 'Rescue' -Setbootable -CheckIntegrity

    Adds an image of Windows PE and makes the file boot it.
    .INPUTS
    Objects with the properties CapturePath, ImagePath and Name.
    .OUTPUTS
    DismTs.OfflineImageObject, with ImagePath, ImageIndex, SizeBefore and SizeAfter (bytes of the file).
    .NOTES
    Native function: WIMCaptureImage of wimgapi.dll. Engines: Native, Portable.
    Automation: no prompt comes by default; -Confirm:$false makes sure of it.
    .LINK
    New-DismTsImage
    .LINK
    about_DismTs
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Private functions take them from the bound parameters')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'Invoke-ImageChange asks')]
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium', HelpUri = 'https://learn.microsoft.com/powershell/module/dism/add-windowsimage')]
    [OutputType('DismTs.OfflineImageObject[]')]
    param(
        # Folder to capture. On Linux also an NTFS volume that is not mounted: its device, or a file that holds one.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $CapturePath,

        # File to add the image to.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $ImagePath,

        # Name of the new image.
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Name,

        # Description of the new image.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $Description,

        # A WimScript.ini: what is left out and what is not compressed. Its lists replace the default ones.
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $ConfigFilePath,

        # Compare the file with its integrity table first, and give it one where it has none.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $CheckIntegrity,

        # Keep the targets of links as they are. Without it absolute ones in the captured folder are made to fit, and links that lead out of it are left out.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $NoRpFix,

        # Make it the image that the file boots; for Windows PE.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $Setbootable,

        # Keep extended attributes. Native engine only.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $SupportEa,

        # Read back what was written, and compare it.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $Verify,

        # Make the file fit for WIMBoot of Windows 8.1.
        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $WIMBoot,

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
        $params = Get-OperationParameter -Cmdlet $PSCmdlet -LogPath $LogPath -ScratchDirectory $ScratchDirectory -LogLevel $LogLevel
        if ($null -eq $params) {
            return
        }
        $request = @{
            Cmdlet   = $PSCmdlet
            Bound    = $PSBoundParameters
            Params   = $params
            Name     = 'Description', 'CheckIntegrity', 'NoRpFix', 'Setbootable', 'SupportEa', 'Verify'
            PathName = 'CapturePath', 'ImagePath', 'ConfigFilePath'
        }
        if (-not (Add-RequestParameter @request)) {
            return
        }
        $params['imageName'] = $Name
        if ($WIMBoot) {
            $params['wimBoot'] = $true
        }
        $change = @{
            Cmdlet             = $PSCmdlet
            Bound              = $PSBoundParameters
            Method             = 'imageFile/append'
            Params             = $params
            Image              = $params['imagePath']
            Action             = "Add $($params['capturePath'])"
            Target             = $params['capturePath']
            TypeName           = 'OfflineImageObject'
            AdditionalProperty = 'ImagePath', 'ImageIndex', 'SizeBefore', 'SizeAfter'
        }
        Invoke-ImageChange @change
    }
}
