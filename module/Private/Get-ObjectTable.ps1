# What Get-ObjectTable gives, once it was called.
$script:objectTable = $null

function Get-ObjectTable {
    <#
    .SYNOPSIS
    Gives what the output types are made of: their properties, the types of these, and what they are called on the wire.
    .DESCRIPTION
    Made for the first object, so that the import does not pay for it.
    .OUTPUTS
    A hash table of tables: Properties by type, Types and PartTypes and WireNames by property, and the list CalendarDates.
    #>
    param()
    if ($null -ne $script:objectTable) {
        return $script:objectTable
    }
    # What the in-box types of everything in an image inherit.
    $imageProperties = 'Path', 'Online', 'WinPath', 'SysDrivePath', 'RestartNeeded', 'LogPath', 'ScratchDirectory', 'LogLevel'
    $driverProperties = @(
        'Driver', 'OriginalFileName', 'Inbox', 'CatalogFile', 'ClassName', 'ClassGuid', 'ClassDescription', 'BootCritical', 'DriverSignature', 'ProviderName',
        'Date', 'Version', 'MajorVersion', 'MinorVersion', 'Build', 'Revision'
    )
    # Properties of each output type, in order: those of the in-box type of the same name, and a few that in-box scripts do not miss.
    $properties = @{
        BaseDismObject             = 'LogPath', 'ScratchDirectory', 'LogLevel'
        ImageObject                = $imageProperties
        OfflineImageObject         = $imageProperties
        ImageObjectWithState       = @('ImageHealthState') + $imageProperties
        BasicPackageObject         = @('PackageName', 'PackageState', 'ReleaseType', 'InstallTime') + $imageProperties
        AdvancedPackageObject      = @(
            'PackageName', 'PackageState', 'ReleaseType', 'InstallTime', 'Applicable', 'Copyright', 'Company', 'CreationTime', 'Description', 'InstallClient',
            'InstallPackageName', 'LastUpdateTime', 'DisplayName', 'ProductName', 'ProductVersion', 'RestartRequired', 'SupportInformation',
            'CompletelyOfflineCapable', 'CapabilityId', 'CustomProperties', 'Features'
        ) + $imageProperties
        BasicFeatureObject         = @('FeatureName', 'State') + $imageProperties
        AdvancedFeatureObject      = @('FeatureName', 'State', 'DisplayName', 'Description', 'RestartRequired', 'CustomProperties') + $imageProperties
        BasicDriverObject          = $driverProperties + $imageProperties
        AdvancedDriverObject       = $driverProperties + @(
            'ManufacturerName', 'HardwareDescription', 'HardwareId', 'Architecture', 'ServiceName', 'CompatibleIds', 'ExcludeIds'
        ) + $imageProperties
        BasicCapabilityObject      = @('Name', 'State') + $imageProperties
        AdvancedCapabilityObject   = @('Name', 'State', 'DisplayName', 'Description', 'DownloadSize', 'InstallSize') + $imageProperties
        EditionObject              = @('Edition') + $imageProperties
        # In-box views compose Version of the four numbers; there is no such property.
        AppxPackageObject          = @(
            'Architecture', 'Build', 'DisplayName', 'InstallLocation', 'MajorVersion', 'MinorVersion', 'PackageName', 'PublisherId', 'Regions', 'ResourceId', 'Revision'
        ) + $imageProperties
        FirstBootActionObject      = @('Kind', 'Name', 'All', 'Changed') + $imageProperties
        RegistryKeyObject          = @('Hive', 'Key', 'Name', 'SubkeyCount', 'ValueCount', 'LastWritten') + $imageProperties
        RegistryValueObject        = @('Hive', 'Key', 'Name', 'Type', 'Value') + $imageProperties
        RegistryChangeObject       = @('Action', 'Hive', 'Key', 'Name', 'Changed', 'BeforeType', 'Before', 'AfterType', 'After') + $imageProperties
        NonRemovableAppObject      = @('PackageFamilyName') + $imageProperties
        ReservedStorageStateObject = @('ReservedStorageState') + $imageProperties
        WimBootEntryObject         = @('DataSourceId', 'ImagePath', 'ImageIndex', 'Guid', 'WimType', 'Active', 'Suspended') + $imageProperties
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
    $types = @{
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
    foreach ($name in $properties['HealthCounts']) {
        $types[$name] = [long]
    }
    $script:objectTable = @{
        Properties    = $properties
        Types         = $types
        # Dates without a time of day, which no time zone moves.
        CalendarDates = @('Date')
        # Properties that hold objects, or lists of them, of another type.
        PartTypes     = @{
            CustomProperties = 'CustomPropertyObject'
            Features         = 'BasicFeatureObject'
            Findings         = 'HealthFinding'
            Counts           = 'HealthCounts'
            Parts            = 'ImagePartObject'
            Damage           = 'ImageFileDamage'
        }
        # Properties whose name on the wire is not their own in camelCase.
        WireNames     = @{ MountPath = 'path'; Code = 'nativeCode' }
    }
    return $script:objectTable
}
