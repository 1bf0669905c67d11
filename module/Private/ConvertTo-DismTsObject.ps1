# What the in-box types of everything in an image inherit.
$script:imageProperties = 'Path', 'Online', 'WinPath', 'SysDrivePath', 'RestartNeeded', 'LogPath', 'ScratchDirectory', 'LogLevel'
$script:driverProperties = @(
    'Driver', 'OriginalFileName', 'Inbox', 'CatalogFile', 'ClassName', 'ClassGuid', 'ClassDescription', 'BootCritical', 'DriverSignature', 'ProviderName',
    'Date', 'Version', 'MajorVersion', 'MinorVersion', 'Build', 'Revision'
)
# Properties of each output type, in order: those of the in-box type of the same name, and a few that in-box scripts do not miss.
$script:objectProperties = @{
    BaseDismObject             = 'LogPath', 'ScratchDirectory', 'LogLevel'
    ImageObject                = $script:imageProperties
    OfflineImageObject         = $script:imageProperties
    ImageObjectWithState       = @('ImageHealthState') + $script:imageProperties
    BasicPackageObject         = @('PackageName', 'PackageState', 'ReleaseType', 'InstallTime') + $script:imageProperties
    AdvancedPackageObject      = @(
        'PackageName', 'PackageState', 'ReleaseType', 'InstallTime', 'Applicable', 'Copyright', 'Company', 'CreationTime', 'Description', 'InstallClient',
        'InstallPackageName', 'LastUpdateTime', 'DisplayName', 'ProductName', 'ProductVersion', 'RestartRequired', 'SupportInformation',
        'CompletelyOfflineCapable', 'CapabilityId', 'CustomProperties', 'Features'
    ) + $script:imageProperties
    BasicFeatureObject         = @('FeatureName', 'State') + $script:imageProperties
    AdvancedFeatureObject      = @('FeatureName', 'State', 'DisplayName', 'Description', 'RestartRequired', 'CustomProperties') + $script:imageProperties
    BasicDriverObject          = $script:driverProperties + $script:imageProperties
    AdvancedDriverObject       = $script:driverProperties + @(
        'ManufacturerName', 'HardwareDescription', 'HardwareId', 'Architecture', 'ServiceName', 'CompatibleIds', 'ExcludeIds'
    ) + $script:imageProperties
    BasicCapabilityObject      = @('Name', 'State') + $script:imageProperties
    AdvancedCapabilityObject   = @('Name', 'State', 'DisplayName', 'Description', 'DownloadSize', 'InstallSize') + $script:imageProperties
    EditionObject              = @('Edition') + $script:imageProperties
    # In-box views compose Version of the four numbers; there is no such property.
    AppxPackageObject          = @(
        'Architecture', 'Build', 'DisplayName', 'InstallLocation', 'MajorVersion', 'MinorVersion', 'PackageName', 'PublisherId', 'Regions', 'ResourceId', 'Revision'
    ) + $script:imageProperties
    NonRemovableAppObject      = @('PackageFamilyName') + $script:imageProperties
    ReservedStorageStateObject = @('ReservedStorageState') + $script:imageProperties
    CustomPropertyObject       = 'Name', 'Value', 'Path'
    HealthFinding              = 'Class', 'Component', 'File', 'State', 'Reason', 'WantedDigest', 'OfferedVersions'
    HealthCounts               = @(
        'ManifestsChecked', 'FilesChecked', 'BytesChecked', 'PackagesChecked', 'CatalogsChecked', 'TotalDetected', 'CbsManifest', 'CbsMetadata', 'CsiManifest',
        'CsiMetadata', 'CsiPayload', 'TotalRepaired', 'CbsManifestRepaired', 'CsiManifestRepaired', 'CsiPayloadRepaired', 'NotChecked', 'PayloadRemoved'
    )
    BasicImageInfoObject       = 'ImageIndex', 'ImageName', 'ImageDescription', 'ImageSize', 'ImagePath'
    WimImageInfoObject         = @(
        'ImageIndex', 'ImageName', 'ImageDescription', 'ImageSize', 'ImagePath', 'ImageType', 'WIMBoot', 'ImageBootable', 'Architecture', 'Hal', 'Version',
        'MajorVersion', 'MinorVersion', 'Build', 'SPBuild', 'SPLevel', 'EditionId', 'InstallationType', 'ProductName', 'ProductType', 'ProductSuite', 'SystemRoot',
        'DirectoryCount', 'FileCount', 'CreatedTime', 'ModifiedTime', 'Languages', 'DefaultLanguageIndex'
    )
    # Scripts read the mount folder as Path and as MountPath.
    MountedImageInfoObject     = 'Path', 'MountPath', 'ImagePath', 'ImageIndex', 'MountMode', 'MountStatus', 'StatusReason'
    EnvironmentCheckObject     = 'Name', 'State', 'Detail', 'Hint'
    ErrorInfoObject            = 'Known', 'Code', 'Hex', 'Symbol', 'Category', 'Meaning', 'Hint'
    HolderObject               = 'Pid', 'Program'
}
# Types of the properties that are no strings.
$script:propertyTypes = @{
    Online               = [bool]
    RestartNeeded        = [bool]
    WIMBoot              = [bool]
    Known                = [bool]
    Applicable           = [bool]
    Inbox                = [bool]
    BootCritical         = [bool]
    Code                 = [int]
    Pid                  = [int]
    ImageIndex           = [uint32]
    Architecture         = [uint32]
    MajorVersion         = [uint32]
    MinorVersion         = [uint32]
    Build                = [uint32]
    SPBuild              = [uint32]
    SPLevel              = [uint32]
    Revision             = [uint32]
    DefaultLanguageIndex = [uint32]
    ImageSize            = [uint64]
    DownloadSize         = [uint64]
    InstallSize          = [uint64]
    DirectoryCount       = [uint64]
    FileCount            = [uint64]
    CreatedTime          = [datetime]
    ModifiedTime         = [datetime]
    InstallTime          = [datetime]
    CreationTime         = [datetime]
    LastUpdateTime       = [datetime]
    Date                 = [datetime]
    Languages            = [string[]]
    OfferedVersions      = [string[]]
}
foreach ($name in $script:objectProperties['HealthCounts']) {
    $script:propertyTypes[$name] = [long]
}
# Dates without a time of day, which no time zone moves.
$script:calendarDates = @('Date')
# Properties that hold objects, or lists of them, of another type.
$script:partTypes = @{ CustomProperties = 'CustomPropertyObject'; Features = 'BasicFeatureObject'; Findings = 'HealthFinding'; Counts = 'HealthCounts' }
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
        [string[]] $AdditionalProperty = @(),

        # The result that the part is from; it has what everything in an image inherits.
        [psobject] $Image
    )
    $object = [ordered] @{ PSTypeName = "DismTs.$TypeName" }
    foreach ($name in $script:objectProperties[$TypeName] + $AdditionalProperty) {
        $wireName = $name
        if ($script:wireNames.ContainsKey($name)) {
            $wireName = $script:wireNames[$name]
        }
        # The lookup ignores case, so camelCase is found by the PascalCase name.
        $member = $InputObject.PSObject.Properties[$wireName]
        if ($null -eq $member -and $null -ne $Image) {
            $member = $Image.PSObject.Properties[$wireName]
        }
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
                $value = [datetime]::Parse($value, [cultureinfo]::InvariantCulture, [System.Globalization.DateTimeStyles]::RoundtripKind)
                if ($name -in $script:calendarDates) {
                    $value = [datetime]::SpecifyKind($value.Date, 'Unspecified')
                } else {
                    $value = $value.ToLocalTime()
                }
            } else {
                $value = [System.Management.Automation.LanguagePrimitives]::ConvertTo($value, $type)
            }
        }
        if ($null -ne $value -and $script:partTypes.ContainsKey($name)) {
            $parts = @(foreach ($part in $value) { ConvertTo-DismTsObject -InputObject $part -TypeName $script:partTypes[$name] -Image $Image })
            if ($value -is [array]) {
                $value = $parts
            } else {
                $value = $parts[0]
            }
        }
        $object[$name] = $value
    }
    return [pscustomobject] $object
}
