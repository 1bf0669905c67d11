// The types that scripts for the in-box module name, for machines without its assembly. C# 5, which is what Windows PowerShell compiles.
// Values that an image may not tell are nullable, which PowerShell does not show. Numbers of enumerations: those of the in-box module.
using System;

namespace Microsoft.Dism.Commands
{
    public enum LogLevel { Errors, Warnings, WarningsInfo, Debug }

    public enum FeatureState { Disabled, DisablePending, Enabled, EnablePending, Superseded, PartiallyInstalled, DisabledWithPayloadRemoved }

    public enum PackageFeatureState { NotPresent, UninstallPending, Staged, Removed, Installed, InstallPending, Superseded, PartiallyInstalled }

    public enum ReleaseType
    {
        CriticalUpdate, Driver, FeaturePack, Hotfix, SecurityUpdate, SoftwareUpdate, Update, UpdateRollup, LanguagePack, Foundation, ServicePack, Product,
        LocalPack, Other, OnDemandPack
    }

    public enum RestartType { No, Possible, Required }

    public enum FullyOfflineInstallableType { Yes, No, Undetermined }

    public enum ImageHealthState { Healthy, Repairable, NonRepairable }

    public enum MountMode { ReadWrite, ReadOnly }

    public enum MountStatus { Ok, NeedsRemount, Invalid }

    public enum ImageType { Unsupported = -1, Wim, Vhd }

    public enum ImageBootable { Yes, No, Unknown }

    public enum DriverSignature { Unknown, Unsigned, Signed }

    public enum ReservedStorageState { Disabled, Enabled }

    public enum StubPackageOption { None, InstallFull, InstallStub }

    public class BaseDismObject
    {
        public string LogPath { get; set; }
        public string ScratchDirectory { get; set; }
        public LogLevel LogLevel { get; set; }

        public BaseDismObject()
        {
            LogLevel = LogLevel.WarningsInfo;
        }
    }

    public class ImageObject : BaseDismObject
    {
        public string Path { get; set; }
        public bool Online { get; set; }
        public string WinPath { get; set; }
        public string SysDrivePath { get; set; }
        public bool RestartNeeded { get; set; }
    }

    public class OfflineImageObject : ImageObject { }

    public class ImageObjectWithState : ImageObject
    {
        public ImageHealthState? ImageHealthState { get; set; }
    }

    public class CustomPropertyObject
    {
        public string Name { get; set; }
        public string Value { get; set; }
        public string Path { get; set; }
    }

    public class BasicFeatureObject : ImageObject
    {
        public string FeatureName { get; set; }
        public FeatureState? State { get; set; }
    }

    public class AdvancedFeatureObject : BasicFeatureObject
    {
        public string DisplayName { get; set; }
        public string Description { get; set; }
        public RestartType? RestartRequired { get; set; }
        public CustomPropertyObject[] CustomProperties { get; set; }
    }

    public class BasicPackageObject : ImageObject
    {
        public string PackageName { get; set; }
        public PackageFeatureState? PackageState { get; set; }
        public ReleaseType? ReleaseType { get; set; }
        public DateTime? InstallTime { get; set; }
    }

    public class AdvancedPackageObject : BasicPackageObject
    {
        public bool? Applicable { get; set; }
        public string Copyright { get; set; }
        public string Company { get; set; }
        public DateTime? CreationTime { get; set; }
        public string Description { get; set; }
        public string InstallClient { get; set; }
        public string InstallPackageName { get; set; }
        public DateTime? LastUpdateTime { get; set; }
        public string DisplayName { get; set; }
        public string ProductName { get; set; }
        public string ProductVersion { get; set; }
        public RestartType? RestartRequired { get; set; }
        public string SupportInformation { get; set; }
        public FullyOfflineInstallableType? CompletelyOfflineCapable { get; set; }
        public string CapabilityId { get; set; }
        public CustomPropertyObject[] CustomProperties { get; set; }
        public BasicFeatureObject[] Features { get; set; }
    }

    public class BasicDriverObject : ImageObject
    {
        public string Driver { get; set; }
        public string OriginalFileName { get; set; }
        public bool? Inbox { get; set; }
        public string CatalogFile { get; set; }
        public string ClassName { get; set; }
        public string ClassGuid { get; set; }
        public string ClassDescription { get; set; }
        public bool? BootCritical { get; set; }
        public DriverSignature? DriverSignature { get; set; }
        public string ProviderName { get; set; }
        public DateTime? Date { get; set; }
        public string Version { get; set; }
        public uint? MajorVersion { get; set; }
        public uint? MinorVersion { get; set; }
        public uint? Build { get; set; }
        public uint? Revision { get; set; }
    }

    public class AdvancedDriverObject : BasicDriverObject
    {
        public string ManufacturerName { get; set; }
        public string HardwareDescription { get; set; }
        public string HardwareId { get; set; }
        public uint? Architecture { get; set; }
        public string ServiceName { get; set; }
        public string CompatibleIds { get; set; }
        public string ExcludeIds { get; set; }
    }

    public class BasicCapabilityObject : ImageObject
    {
        public string Name { get; set; }
        public PackageFeatureState? State { get; set; }
    }

    public class AdvancedCapabilityObject : BasicCapabilityObject
    {
        public string DisplayName { get; set; }
        public string Description { get; set; }
        public ulong? DownloadSize { get; set; }
        public ulong? InstallSize { get; set; }
    }

    public class EditionObject : ImageObject
    {
        public string Edition { get; set; }
    }

    public class AppxPackageObject : ImageObject
    {
        public uint? Architecture { get; set; }
        public uint? Build { get; set; }
        public string DisplayName { get; set; }
        public string InstallLocation { get; set; }
        public uint? MajorVersion { get; set; }
        public uint? MinorVersion { get; set; }
        public string PackageName { get; set; }
        public string PublisherId { get; set; }
        public string Regions { get; set; }
        public string ResourceId { get; set; }
        public uint? Revision { get; set; }
    }

    public class NonRemovableAppObject : ImageObject
    {
        public string PackageFamilyName { get; set; }
    }

    public class WimBootEntryObject : ImageObject
    {
        public long DataSourceId { get; set; }
        public string ImagePath { get; set; }
        public uint ImageIndex { get; set; }
        public string Guid { get; set; }
        public string WimType { get; set; }
        public bool Active { get; set; }
        public bool Suspended { get; set; }
    }

    public class ReservedStorageStateObject : ImageObject
    {
        public ReservedStorageState? ReservedStorageState { get; set; }
    }

    public class BasicImageInfoObject : BaseDismObject
    {
        public uint ImageIndex { get; set; }
        public string ImageName { get; set; }
        public string ImageDescription { get; set; }
        public ulong? ImageSize { get; set; }
        public string ImagePath { get; set; }
    }

    public class ImageInfoObject : BasicImageInfoObject
    {
        public ImageType? ImageType { get; set; }
        public uint? Architecture { get; set; }
        public string Hal { get; set; }
        public string Version { get; set; }
        public uint? MajorVersion { get; set; }
        public uint? MinorVersion { get; set; }
        public uint? Build { get; set; }
        public uint? SPBuild { get; set; }
        public uint? SPLevel { get; set; }
        public string EditionId { get; set; }
        public string InstallationType { get; set; }
        public string ProductName { get; set; }
        public string ProductType { get; set; }
        public string ProductSuite { get; set; }
        public string SystemRoot { get; set; }
        public string[] Languages { get; set; }
        public uint? DefaultLanguageIndex { get; set; }
    }

    public class WimImageInfoObject : ImageInfoObject
    {
        public bool? WIMBoot { get; set; }
        public ImageBootable? ImageBootable { get; set; }
        public ulong? DirectoryCount { get; set; }
        public ulong? FileCount { get; set; }
        public DateTime? CreatedTime { get; set; }
        public DateTime? ModifiedTime { get; set; }
    }

    public class MountedImageInfoObject : BaseDismObject
    {
        public string Path { get; set; }
        public string MountPath { get; set; }
        public string ImagePath { get; set; }
        public uint ImageIndex { get; set; }
        public MountMode? MountMode { get; set; }
        public MountStatus? MountStatus { get; set; }
    }
}
