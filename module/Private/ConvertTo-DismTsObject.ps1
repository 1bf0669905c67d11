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
    FirstBootActionObject      = @('Kind', 'Name', 'All', 'Changed') + $script:imageProperties
    RegistryKeyObject          = @('Hive', 'Key', 'Name', 'SubkeyCount', 'ValueCount', 'LastWritten') + $script:imageProperties
    RegistryValueObject        = @('Hive', 'Key', 'Name', 'Type', 'Value') + $script:imageProperties
    RegistryChangeObject       = @('Action', 'Hive', 'Key', 'Name', 'Changed', 'BeforeType', 'Before', 'AfterType', 'After') + $script:imageProperties
    NonRemovableAppObject      = @('PackageFamilyName') + $script:imageProperties
    ReservedStorageStateObject = @('ReservedStorageState') + $script:imageProperties
    WimBootEntryObject         = @('DataSourceId', 'ImagePath', 'ImageIndex', 'Guid', 'WimType', 'Active', 'Suspended') + $script:imageProperties
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
    MountedImageInfoObject     = 'Path', 'MountPath', 'ImagePath', 'ImageIndex', 'MountMode', 'MountStatus', 'StatusReason', 'MountId'
    EnvironmentCheckObject     = 'Name', 'State', 'Detail', 'Hint'
    ErrorInfoObject            = 'Known', 'Code', 'Hex', 'Symbol', 'Category', 'Meaning', 'Hint'
    HolderObject               = 'Pid', 'Program'
    ImagePartObject            = 'Path', 'Bytes'
    ImageFileTestObject        = @('ImagePath', 'Healthy', 'IntegrityTable', 'ContentsChecked', 'BytesChecked', 'Damage') + 'LogPath', 'ScratchDirectory', 'LogLevel'
    ImageFileDamage            = 'Kind', 'Reason', 'ImageIndex', 'Paths'
}
# Types of the properties that are no strings.
$script:propertyTypes = @{
    Online               = [bool]
    RestartNeeded        = [bool]
    WIMBoot              = [bool]
    Known                = [bool]
    Active               = [bool]
    Suspended            = [bool]
    DataSourceId         = [long]
    Applicable           = [bool]
    All                  = [bool]
    Changed              = [bool]
    SubkeyCount          = [uint32]
    ValueCount           = [uint32]
    LastWritten          = [datetime]
    Inbox                = [bool]
    BootCritical         = [bool]
    Code                 = [int]
    Pid                  = [int]
    ImageIndex           = [uint32]
    MajorVersion         = [uint32]
    MinorVersion         = [uint32]
    Build                = [uint32]
    SPBuild              = [uint32]
    SPLevel              = [uint32]
    Revision             = [uint32]
    DefaultLanguageIndex = [uint32]
    ImageSize            = [uint64]
    SizeBefore           = [uint64]
    SizeAfter            = [uint64]
    UnusedBytes          = [uint64]
    ContentsChecked      = [uint64]
    Bytes                = [uint64]
    Healthy              = [bool]
    RemovedIndex         = [uint32]
    ImageIndexes         = [uint32[]]
    Paths                = [string[]]
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
    RemovedPackages      = [string[]]
    OfferedVersions      = [string[]]
}
foreach ($name in $script:objectProperties['HealthCounts']) {
    $script:propertyTypes[$name] = [long]
}
# Dates without a time of day, which no time zone moves.
$script:calendarDates = @('Date')
# Properties that hold objects, or lists of them, of another type.
$script:partTypes = @{ CustomProperties = 'CustomPropertyObject'; Features = 'BasicFeatureObject'; Findings = 'HealthFinding'; Counts = 'HealthCounts'; Parts = 'ImagePartObject'; Damage = 'ImageFileDamage' }
# Properties whose name on the wire is not their own in camelCase.
$script:wireNames = @{ MountPath = 'path'; Code = 'nativeCode' }

function ConvertTo-DismTsObject {
    <#
    .SYNOPSIS
    Makes output objects of a result or of parts of it: PascalCase properties in their .NET types, tagged with the name of their type.
    .DESCRIPTION
    Parts of one result have the same members, so a list of them is handed over in one call.
    #>
    param(
        # The result, or one or more parts of it, as they came over the wire.
        [Parameter(Mandatory)]
        [AllowEmptyCollection()]
        [psobject[]] $InputObject,

        # Name of the type without "DismTs.".
        [Parameter(Mandatory)]
        [string] $TypeName,

        # Properties beside those of the type.
        [string[]] $AdditionalProperty = @(),

        # The result that the parts are from; it has what everything in an image inherits.
        [psobject] $Image
    )
    $parts = @($InputObject)
    if ($parts.Count -eq 0) {
        return
    }
    Add-CountMember -TypeName $TypeName
    if ($inboxCall -and $TypeName -like '*ImageInfoObject') {
        # In the in-box module every object has them.
        $AdditionalProperty += $script:objectProperties['BaseDismObject']
    }
    # What this function calls makes parts of the objects, which are of the in-box types only as a whole.
    $asInbox, $inboxCall = $inboxCall, $false
    # What holds for all objects is looked up once: lists have thousands of them, and PowerShell takes its time for every statement.
    $names = @($script:objectProperties[$TypeName]) + $AdditionalProperty
    $types, $partTypes, $calendarDates, $culture = $script:propertyTypes, $script:partTypes, $script:calendarDates, [cultureinfo]::InvariantCulture
    $wireNames = @{}
    $own = @()
    $blank = [ordered] @{ PSTypeName = "DismTs.$TypeName" }
    foreach ($name in $names) {
        $blank[$name] = $null
        $wireNames[$name] = $name
        if ($script:wireNames.ContainsKey($name)) {
            $wireNames[$name] = $script:wireNames[$name]
        }
        # The lookup ignores case, so camelCase is found by the PascalCase name.
        if ($null -ne $parts[0].PSObject.Properties[$wireNames[$name]]) {
            $own += $name
        }
    }
    if ($own.Count -lt $names.Count -and $null -ne $Image) {
        $blank = ConvertTo-DismTsObject -InputObject $Image -TypeName $TypeName -AdditionalProperty $AdditionalProperty
    } else {
        $blank = [pscustomobject] $blank
    }
    $objects = foreach ($part in $parts) {
        $object = $blank
        if ($parts.Count -gt 1) {
            # A copy takes half the time of making an object of a table.
            $object = $blank.PSObject.Copy()
        }
        foreach ($name in $own) {
            $value = $part.($wireNames[$name])
            if ($value -is [datetime]) {
                # PowerShell before 7.5 parsed it already.
                $format = 'yyyy-MM-ddTHH:mm:ss.FFFFFFF'
                if ($value.Kind -ne 'Unspecified') {
                    $value, $format = $value.ToUniversalTime(), "${format}Z"
                }
                $value = $value.ToString($format, $culture)
            }
            if ($null -ne $value -and $name -eq 'Architecture') {
                # Also a number that has no name.
                $value = [System.Enum]::ToObject((Get-ArchitectureType), [int] $value)
            } elseif ($null -ne $value -and $types.ContainsKey($name)) {
                if ($types[$name] -ne [datetime]) {
                    $value = [System.Management.Automation.LanguagePrimitives]::ConvertTo($value, $types[$name])
                } elseif ($name -in $calendarDates) {
                    $value = [datetime]::SpecifyKind([datetime]::Parse($value, $culture, 'RoundtripKind').Date, 'Unspecified')
                } else {
                    $value = [datetime]::Parse($value, $culture, 'RoundtripKind')
                    # A time without a zone is local time, in which that hour need not exist here.
                    if ($value.Kind -eq 'Utc') {
                        $value = $value.ToLocalTime()
                    }
                }
            } elseif ($null -ne $value -and $partTypes.ContainsKey($name)) {
                $converted = @(ConvertTo-DismTsObject -InputObject $value -TypeName $partTypes[$name] -Image $Image)
                if ($value -is [array]) {
                    $value = $converted
                } else {
                    $value = $converted[0]
                }
            }
            $object.$name = $value
        }
        $object
    }
    if ($asInbox) {
        $objects = ConvertTo-InboxObject -InputObject @($objects) -TypeName $TypeName
    }
    return $objects
}
