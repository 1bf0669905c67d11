# Properties of each output type, in order: those of the in-box type of the same name, and a few that in-box scripts do not miss.
$script:objectProperties = @{
    BaseDismObject         = 'LogPath', 'ScratchDirectory', 'LogLevel'
    ImageObject            = 'Path', 'Online', 'WinPath', 'SysDrivePath', 'RestartNeeded', 'LogPath', 'ScratchDirectory', 'LogLevel'
    BasicImageInfoObject   = 'ImageIndex', 'ImageName', 'ImageDescription', 'ImageSize', 'ImagePath'
    WimImageInfoObject     = @(
        'ImageIndex', 'ImageName', 'ImageDescription', 'ImageSize', 'ImagePath', 'ImageType', 'WIMBoot', 'ImageBootable', 'Architecture', 'Hal', 'Version',
        'MajorVersion', 'MinorVersion', 'Build', 'SPBuild', 'SPLevel', 'EditionId', 'InstallationType', 'ProductName', 'ProductType', 'ProductSuite', 'SystemRoot',
        'DirectoryCount', 'FileCount', 'CreatedTime', 'ModifiedTime', 'Languages', 'DefaultLanguageIndex'
    )
    # Scripts read the mount folder as Path and as MountPath.
    MountedImageInfoObject = 'Path', 'MountPath', 'ImagePath', 'ImageIndex', 'MountMode', 'MountStatus', 'StatusReason'
    EnvironmentCheckObject = 'Name', 'State', 'Detail', 'Hint'
    ErrorInfoObject        = 'Known', 'Code', 'Hex', 'Symbol', 'Category', 'Meaning', 'Hint'
    HolderObject           = 'Pid', 'Program'
}
# Types of the properties that are no strings.
$script:propertyTypes = @{
    Online               = [bool]
    RestartNeeded        = [bool]
    WIMBoot              = [bool]
    Known                = [bool]
    Code                 = [int]
    Pid                  = [int]
    ImageIndex           = [uint32]
    Architecture         = [uint32]
    MajorVersion         = [uint32]
    MinorVersion         = [uint32]
    Build                = [uint32]
    SPBuild              = [uint32]
    SPLevel              = [uint32]
    DefaultLanguageIndex = [uint32]
    ImageSize            = [uint64]
    DirectoryCount       = [uint64]
    FileCount            = [uint64]
    CreatedTime          = [datetime]
    ModifiedTime         = [datetime]
    Languages            = [string[]]
}
# Properties whose name on the wire is not their own in camelCase.
$script:wireNames = @{ MountPath = 'path'; Code = 'nativeCode' }

function ConvertTo-DismTsObject {
    <#
    .SYNOPSIS
    Makes an output object of a result: PascalCase properties in their .NET types, tagged with its type name.
    #>
    param(
        # The result, or a part of it, as it came over the wire.
        [Parameter(Mandatory)]
        [psobject] $InputObject,

        # Name of the type without "DismTs.".
        [Parameter(Mandatory)]
        [string] $TypeName,

        # Properties beside those of the type.
        [string[]] $AdditionalProperty = @()
    )
    $object = [ordered] @{ PSTypeName = "DismTs.$TypeName" }
    foreach ($name in $script:objectProperties[$TypeName] + $AdditionalProperty) {
        $wireName = $name
        if ($script:wireNames.ContainsKey($name)) {
            $wireName = $script:wireNames[$name]
        }
        # The lookup ignores case, so camelCase is found by the PascalCase name.
        $member = $InputObject.PSObject.Properties[$wireName]
        $value = $null
        if ($null -ne $member) {
            $value = $member.Value
        }
        if ($value -is [datetime]) {
            # PowerShell before 7.5 parsed it already.
            $value = $value.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ss.FFFFFFFZ', [cultureinfo]::InvariantCulture)
        }
        $type = $script:propertyTypes[$name]
        if ($null -ne $value -and $null -ne $type) {
            if ($type -eq [datetime]) {
                $value = [datetime]::Parse($value, [cultureinfo]::InvariantCulture, [System.Globalization.DateTimeStyles]::RoundtripKind).ToLocalTime()
            } else {
                $value = [System.Management.Automation.LanguagePrimitives]::ConvertTo($value, $type)
            }
        }
        $object[$name] = $value
    }
    return [pscustomobject] $object
}
