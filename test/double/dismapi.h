/*
 * The binary interface of DismApi.dll: constants, packed structs, prototypes.
 * Functions whose names begin with an underscore are exported under that very name.
 */
#ifndef DOUBLE_DISMAPI_H
#define DOUBLE_DISMAPI_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
#define DISM_EXPORTED __declspec(dllexport)
#else
#define WINAPI
#define CALLBACK
#define DISM_EXPORTED __attribute__((visibility("default")))
typedef int32_t HRESULT;
typedef int32_t BOOL;
typedef uint32_t UINT;
typedef uint32_t DWORD;
typedef uint16_t WORD;
typedef uint64_t UINT64;
typedef uint64_t ULONGLONG;
typedef uint16_t WCHAR;
typedef const WCHAR *PCWSTR;
typedef void VOID;
typedef void *PVOID;
typedef void *HANDLE;
typedef struct { WORD wYear, wMonth, wDayOfWeek, wDay, wHour, wMinute, wSecond, wMilliseconds; } SYSTEMTIME;
#define TRUE 1
#define FALSE 0
#endif

#define DISM_ONLINE_IMAGE u"DISM_{53BFAE52-B167-4E2F-A258-0A37B57FF845}"
#define DISM_SESSION_DEFAULT 0u

#define DISM_MOUNT_READWRITE 0x0u
#define DISM_MOUNT_READONLY 0x1u
#define DISM_MOUNT_OPTIMIZE 0x2u
#define DISM_MOUNT_CHECK_INTEGRITY 0x4u
#define DISM_MOUNT_SUPPORT_EA 0x8u

#define DISM_COMMIT_IMAGE 0x0u
#define DISM_DISCARD_IMAGE 0x1u
#define DISM_COMMIT_GENERATE_INTEGRITY 0x00010000u
#define DISM_COMMIT_APPEND 0x00020000u
#define DISM_COMMIT_SUPPORT_EA 0x00040000u
#define DISM_COMMIT_MASK 0xFFFF0000u

#define DISM_RESERVED_STORAGE_DISABLED 0u
#define DISM_RESERVED_STORAGE_ENABLED 1u

#define DISM_CLEAN_COMPONENT 4u
#define DISM_CLEAN_RESET_BASE 1u
#define DISM_CLEAN_DEFER 2u
#define DISM_OPTIMIZE_WIMBOOT 1u
#define DISM_OPTIMIZE_BOOT 2u
#define DISM_CUSTOM_DATA_SINGLE_INSTANCE 1u

typedef UINT DismSession;
typedef void (CALLBACK *DISM_PROGRESS_CALLBACK)(UINT Current, UINT Total, PVOID UserData);

typedef enum { DismLogErrors, DismLogErrorsWarnings, DismLogErrorsWarningsInfo, DismLogErrorsWarningsInfoDebug } DismLogLevel;
typedef enum { DismImageIndex, DismImageName, DismImageNone } DismImageIdentifier;
typedef enum { DismReadWrite, DismReadOnly } DismMountMode;
typedef enum { DismImageTypeUnsupported = -1, DismImageTypeWim, DismImageTypeVhd } DismImageType;
typedef enum { DismImageBootableYes, DismImageBootableNo, DismImageBootableUnknown } DismImageBootable;
typedef enum { DismMountStatusOk, DismMountStatusNeedsRemount, DismMountStatusInvalid } DismMountStatus;
typedef enum { DismImageHealthy, DismImageRepairable, DismImageNonRepairable } DismImageHealthState;
typedef enum { DismPackageNone, DismPackageName, DismPackagePath } DismPackageIdentifier;
typedef enum {
  DismStateNotPresent, DismStateUninstallPending, DismStateStaged, DismStateRemoved, DismStateInstalled,
  DismStateInstallPending, DismStateSuperseded, DismStatePartiallyInstalled
} DismPackageFeatureState;
typedef enum {
  DismReleaseTypeCriticalUpdate, DismReleaseTypeDriver, DismReleaseTypeFeaturePack, DismReleaseTypeHotfix,
  DismReleaseTypeSecurityUpdate, DismReleaseTypeSoftwareUpdate, DismReleaseTypeUpdate, DismReleaseTypeUpdateRollup,
  DismReleaseTypeLanguagePack, DismReleaseTypeFoundation, DismReleaseTypeServicePack, DismReleaseTypeProduct,
  DismReleaseTypeLocalPack, DismReleaseTypeOther, DismReleaseTypeOnDemandPack
} DismReleaseType;
typedef enum { DismRestartNo, DismRestartPossible, DismRestartRequired } DismRestartType;
typedef enum { DismDriverSignatureUnknown, DismDriverSignatureUnsigned, DismDriverSignatureSigned } DismDriverSignature;
typedef enum {
  DismFullyOfflineInstallable, DismFullyOfflineNotInstallable, DismFullyOfflineInstallableUndetermined
} DismFullyOfflineInstallableType;
typedef enum {
  DismStubPackageOptionNone, DismStubPackageOptionInstallFull, DismStubPackageOptionInstallStub, DismStubPackageOptionUserPreference
} DismStubPackageOption;
typedef enum {
  DismRegistrySoftware, DismRegistrySystem, DismRegistrySecurity, DismRegistrySAM, DismRegistryDefault, DismRegistryHKCU,
  DismRegistryComponents, DismRegistryDrivers
} DismRegistryHive;

#pragma pack(push, 1)

typedef struct {
  PCWSTR Value;
} DismString, DismLanguage;

typedef struct {
  PCWSTR FeatureName;
  DismPackageFeatureState State;
} DismFeature;

typedef struct {
  PCWSTR Name;
  DismPackageFeatureState State;
} DismCapability;

typedef struct {
  PCWSTR Name;
  PCWSTR Value;
  PCWSTR Path;
} DismCustomProperty;

typedef struct {
  PCWSTR PackageName;
  DismPackageFeatureState PackageState;
  DismReleaseType ReleaseType;
  SYSTEMTIME InstallTime;
} DismPackage;

typedef struct {
  PCWSTR PackageName;
  DismPackageFeatureState PackageState;
  DismReleaseType ReleaseType;
  SYSTEMTIME InstallTime;
  BOOL Applicable;
  PCWSTR Copyright;
  PCWSTR Company;
  SYSTEMTIME CreationTime;
  PCWSTR DisplayName;
  PCWSTR Description;
  PCWSTR InstallClient;
  PCWSTR InstallPackageName;
  SYSTEMTIME LastUpdateTime;
  PCWSTR ProductName;
  PCWSTR ProductVersion;
  DismRestartType RestartRequired;
  DismFullyOfflineInstallableType FullyOffline;
  PCWSTR SupportInformation;
  DismCustomProperty *CustomProperty;
  UINT CustomPropertyCount;
  DismFeature *Feature;
  UINT FeatureCount;
} DismPackageInfo;

/* Needs -fms-extensions: without it gcc for ELF drops the embedded struct. */
typedef struct {
  DismPackageInfo;
  PCWSTR CapabilityId;
} DismPackageInfoEx;

typedef struct {
  PCWSTR FeatureName;
  DismPackageFeatureState FeatureState;
  PCWSTR DisplayName;
  PCWSTR Description;
  DismRestartType RestartRequired;
  DismCustomProperty *CustomProperty;
  UINT CustomPropertyCount;
} DismFeatureInfo;

typedef struct {
  PCWSTR Name;
  DismPackageFeatureState State;
  PCWSTR DisplayName;
  PCWSTR Description;
  DWORD DownloadSize;
  DWORD InstallSize;
} DismCapabilityInfo;

typedef struct {
  DismImageType ImageType;
  UINT ImageIndex;
  PCWSTR ImageName;
  PCWSTR ImageDescription;
  UINT64 ImageSize;
  UINT Architecture;
  PCWSTR ProductName;
  PCWSTR EditionId;
  PCWSTR InstallationType;
  PCWSTR Hal;
  PCWSTR ProductType;
  PCWSTR ProductSuite;
  UINT MajorVersion;
  UINT MinorVersion;
  UINT Build;
  UINT SpBuild;
  UINT SpLevel;
  DismImageBootable Bootable;
  PCWSTR SystemRoot;
  DismLanguage *Language;
  UINT LanguageCount;
  UINT DefaultLanguageIndex;
  VOID *CustomizedInfo;
} DismImageInfo;

typedef struct {
  UINT Size;
  UINT DirectoryCount;
  UINT FileCount;
  SYSTEMTIME CreatedTime;
  SYSTEMTIME ModifiedTime;
} DismWimCustomizedInfo;

typedef struct {
  PCWSTR MountPath;
  PCWSTR ImageFilePath;
  UINT ImageIndex;
  DismMountMode MountMode;
  DismMountStatus MountStatus;
} DismMountedImageInfo;

typedef struct {
  PCWSTR PublishedName;
  PCWSTR OriginalFileName;
  BOOL InBox;
  PCWSTR CatalogFile;
  PCWSTR ClassName;
  PCWSTR ClassGuid;
  PCWSTR ClassDescription;
  BOOL BootCritical;
  DismDriverSignature DriverSignature;
  PCWSTR ProviderName;
  SYSTEMTIME Date;
  UINT MajorVersion;
  UINT MinorVersion;
  UINT Build;
  UINT Revision;
} DismDriverPackage;

typedef struct {
  PCWSTR ManufacturerName;
  PCWSTR HardwareDescription;
  PCWSTR HardwareId;
  UINT Architecture;
  PCWSTR ServiceName;
  PCWSTR CompatibleIds;
  PCWSTR ExcludeIds;
} DismDriver;

typedef struct {
  PCWSTR PackageName;
  PCWSTR DisplayName;
  PCWSTR PublisherId;
  UINT MajorVersion;
  UINT MinorVersion;
  UINT Build;
  UINT RevisionNumber;
  UINT Architecture;
  PCWSTR ResourceId;
  PCWSTR InstallLocation;
  PCWSTR Region;
} DismAppxPackage;

typedef struct {
  int32_t OsState;
  UINT Architecture;
  UINT MajorVersion;
  UINT MinorVersion;
  UINT Build;
  UINT RevisionNumber;
  PCWSTR WindowsDirectory;
  PCWSTR BootDrive;
} DismOsInfo;

#pragma pack(pop)

/* Size and last offset of each struct: 64-bit, 32-bit. */
#define DISM_LAYOUT(type, size64, size32, last, offset64, offset32) \
  static_assert(sizeof(type) == (sizeof(void *) == 8 ? size64 : size32), "size of " #type); \
  static_assert(offsetof(type, last) == (sizeof(void *) == 8 ? offset64 : offset32), "offset of " #type "." #last)

DISM_LAYOUT(DismString, 8, 4, Value, 0, 0);
DISM_LAYOUT(DismFeature, 12, 8, State, 8, 4);
DISM_LAYOUT(DismCapability, 12, 8, State, 8, 4);
DISM_LAYOUT(DismCustomProperty, 24, 12, Path, 16, 8);
DISM_LAYOUT(DismPackage, 32, 28, InstallTime, 16, 12);
DISM_LAYOUT(DismPackageInfo, 172, 124, FeatureCount, 168, 120);
DISM_LAYOUT(DismPackageInfoEx, 180, 128, CapabilityId, 172, 124);
DISM_LAYOUT(DismFeatureInfo, 44, 28, CustomPropertyCount, 40, 24);
DISM_LAYOUT(DismCapabilityInfo, 36, 24, InstallSize, 32, 20);
DISM_LAYOUT(DismImageInfo, 140, 96, CustomizedInfo, 132, 92);
DISM_LAYOUT(DismWimCustomizedInfo, 44, 44, ModifiedTime, 28, 28);
DISM_LAYOUT(DismMountedImageInfo, 28, 20, MountStatus, 24, 16);
DISM_LAYOUT(DismDriverPackage, 100, 72, Revision, 96, 68);
DISM_LAYOUT(DismDriver, 52, 28, ExcludeIds, 44, 24);
DISM_LAYOUT(DismAppxPackage, 68, 44, Region, 60, 40);
DISM_LAYOUT(DismOsInfo, 40, 32, BootDrive, 32, 28);
DISM_LAYOUT(SYSTEMTIME, 16, 16, wMilliseconds, 14, 14);

/*
 * Which functions a build of the library exports: like that of Windows 8, of Windows 10 2004 (19041), or, without a definition,
 * like a newer one. What a build lacks is compiled all the same, and hidden.
 */
#ifdef DOUBLE_WINDOWS8
#define DISM_EXPORTED_10
#else
#define DISM_EXPORTED_10 DISM_EXPORTED
#endif
#if defined(DOUBLE_WINDOWS8) || defined(DOUBLE_19041)
#define DISM_EXPORTED_NEWER
#else
#define DISM_EXPORTED_NEWER DISM_EXPORTED
#endif
#define DISM_API DISM_EXPORTED HRESULT WINAPI
#define DISM_API_10 DISM_EXPORTED_10 HRESULT WINAPI
#define DISM_API_NEWER DISM_EXPORTED_NEWER HRESULT WINAPI
/* The trailing trio of what takes long. */
#define DISM_TRIO HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress, PVOID UserData

DISM_API DismInitialize(DismLogLevel LogLevel, PCWSTR LogFilePath, PCWSTR ScratchDirectory);
DISM_API DismShutdown(void);
DISM_API DismOpenSession(PCWSTR ImagePath, PCWSTR WindowsDirectory, PCWSTR SystemDrive, DismSession *Session);
DISM_API DismCloseSession(DismSession Session);
DISM_API DismGetLastErrorMessage(DismString **ErrorMessage);
DISM_API DismDelete(VOID *DismStructure);

DISM_API DismMountImage(PCWSTR ImageFilePath, PCWSTR MountPath, UINT ImageIndex, PCWSTR ImageName, DismImageIdentifier ImageIdentifier,
  DWORD Flags, DISM_TRIO);
DISM_API DismUnmountImage(PCWSTR MountPath, DWORD Flags, DISM_TRIO);
DISM_API DismRemountImage(PCWSTR MountPath);
DISM_API DismCommitImage(DismSession Session, DWORD Flags, DISM_TRIO);
DISM_API DismGetImageInfo(PCWSTR ImageFilePath, DismImageInfo **ImageInfo, UINT *Count);
DISM_API DismGetMountedImageInfo(DismMountedImageInfo **MountedImageInfo, UINT *Count);
DISM_API DismCleanupMountpoints(void);

DISM_API DismCheckImageHealth(DismSession Session, BOOL ScanImage, DISM_TRIO, DismImageHealthState *ImageHealth);
DISM_API DismRestoreImageHealth(DismSession Session, PCWSTR *SourcePaths, UINT SourcePathCount, BOOL LimitAccess, DISM_TRIO);

DISM_API DismAddPackage(DismSession Session, PCWSTR PackagePath, BOOL IgnoreCheck, BOOL PreventPending, DISM_TRIO);
DISM_API DismRemovePackage(DismSession Session, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier, DISM_TRIO);
DISM_API DismGetPackages(DismSession Session, DismPackage **Package, UINT *Count);
DISM_API DismGetPackageInfo(DismSession Session, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier, DismPackageInfo **PackageInfo);
DISM_API_10 DismGetPackageInfoEx(DismSession Session, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier,
  DismPackageInfoEx **PackageInfoEx);

DISM_API DismEnableFeature(DismSession Session, PCWSTR FeatureName, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier,
  BOOL LimitAccess, PCWSTR *SourcePaths, UINT SourcePathCount, BOOL EnableAll, DISM_TRIO);
DISM_API DismDisableFeature(DismSession Session, PCWSTR FeatureName, PCWSTR PackageName, BOOL RemovePayload, DISM_TRIO);
DISM_API DismGetFeatures(DismSession Session, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier, DismFeature **Feature, UINT *Count);
DISM_API DismGetFeatureInfo(DismSession Session, PCWSTR FeatureName, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier,
  DismFeatureInfo **FeatureInfo);
DISM_API DismGetFeatureParent(DismSession Session, PCWSTR FeatureName, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier,
  DismFeature **Feature, UINT *Count);

DISM_API DismApplyUnattend(DismSession Session, PCWSTR UnattendFile, BOOL SingleSession);

DISM_API DismAddDriver(DismSession Session, PCWSTR DriverPath, BOOL ForceUnsigned);
DISM_API DismRemoveDriver(DismSession Session, PCWSTR DriverPath);
DISM_API DismGetDrivers(DismSession Session, BOOL AllDrivers, DismDriverPackage **DriverPackage, UINT *Count);
DISM_API DismGetDriverInfo(DismSession Session, PCWSTR DriverPath, DismDriver **Driver, UINT *Count, DismDriverPackage **DriverPackage);
DISM_API _DismExportDriver(DismSession Session, PCWSTR Destination, DISM_TRIO);
DISM_API_10 _DismAddDriverEx(DismSession Session, PCWSTR DriverPath, DWORD Flags, UINT Architecture, UINT A5, UINT A6);

DISM_API_10 DismGetCapabilities(DismSession Session, DismCapability **Capability, UINT *Count);
DISM_API_10 DismGetCapabilityInfo(DismSession Session, PCWSTR Name, DismCapabilityInfo **Info);
DISM_API_10 DismAddCapability(DismSession Session, PCWSTR Name, BOOL LimitAccess, PCWSTR *SourcePaths, UINT SourcePathCount, DISM_TRIO);
DISM_API_10 DismRemoveCapability(DismSession Session, PCWSTR Name, DISM_TRIO);
DISM_API_10 _DismGetCapabilitiesEx(DismSession Session, BOOL LimitAccess, PCWSTR *SourcePaths, UINT SourcePathCount,
  DismCapability **Capability, UINT *Count);
DISM_API_10 _DismGetCapabilityInfoEx(DismSession Session, PCWSTR Name, BOOL LimitAccess, PCWSTR *SourcePaths, UINT SourcePathCount,
  DismCapabilityInfo **Info);
DISM_API_10 _DismAddCapabilityEx(DismSession Session, PCWSTR RecipeFile, BOOL LimitAccess, PCWSTR *SourcePaths, UINT SourcePathCount,
  DISM_TRIO);
DISM_API_10 _DismExportSource(DismSession Session, PCWSTR RecipeFile, PCWSTR SourcePath, PCWSTR TargetPath, DISM_TRIO);
DISM_API_10 _DismExportSourceEx(DismSession Session, PCWSTR RecipeFile, PCWSTR SourcePath, PCWSTR TargetPath, DISM_TRIO);

DISM_API_10 DismGetReservedStorageState(DismSession Session, DWORD *State);
DISM_API_10 DismSetReservedStorageState(DismSession Session, DWORD State);

DISM_API_10 _DismGetProvisionedAppxPackages(DismSession Session, DismAppxPackage **Package, UINT *Count);
DISM_API_10 _DismAddProvisionedAppxPackage(DismSession Session, PCWSTR AppPath, PCWSTR *DependencyPackages, UINT DependencyPackageCount,
  PCWSTR *OptionalPackages, UINT OptionalPackageCount, PCWSTR *LicensePaths, UINT LicensePathCount, BOOL SkipLicense,
  PCWSTR CustomDataPath, PCWSTR Region, DismStubPackageOption StubPackageOption);
DISM_API_10 _DismRemoveProvisionedAppxPackage(DismSession Session, PCWSTR PackageName);
DISM_API_NEWER DismGetProvisionedAppxPackages(DismSession Session, DismAppxPackage **Package, UINT *Count);
DISM_API_NEWER DismAddProvisionedAppxPackage(DismSession Session, PCWSTR AppPath, PCWSTR *DependencyPackages, UINT DependencyPackageCount,
  PCWSTR *OptionalPackages, UINT OptionalPackageCount, PCWSTR *LicensePaths, UINT LicensePathCount, BOOL SkipLicense,
  PCWSTR CustomDataPath, PCWSTR Region, DismStubPackageOption StubPackageOption);
DISM_API_NEWER DismRemoveProvisionedAppxPackage(DismSession Session, PCWSTR PackageName);
DISM_API_10 _DismRemoveProvisionedAppxPackageAllUsers(DismSession Session, PCWSTR PackageName, BOOL *ErrorsEncountered);
DISM_API_10 _DismSetAppXProvisionedDataFile(DismSession Session, PCWSTR PackageName, PCWSTR DataFilePath);
DISM_API_10 _DismOptimizeProvisionedAppxPackages(DismSession Session);
DISM_API_10 _DismAddPackageFamilyToUninstallBlocklist(DismSession Session, PCWSTR PackageFamily);
DISM_API_10 _DismRemovePackageFamilyFromUninstallBlocklist(DismSession Session, PCWSTR PackageFamily);
DISM_API_10 _DismGetNonRemovableAppsPolicy(DismSession Session, DismString **PackageFamily, UINT *Count);

DISM_API_NEWER DismAddLanguage(DismSession Session, PCWSTR LanguageName, BOOL PreventPending, BOOL LimitAccess, PCWSTR *SourcePaths,
  UINT SourcePathCount, DISM_TRIO);
DISM_API_NEWER DismRemoveLanguage(DismSession Session, PCWSTR LanguageName, DISM_TRIO);

DISM_API _DismGetCurrentEdition(DismSession Session, DismString **EditionId);
DISM_API _DismGetTargetEditions(DismSession Session, DismString **EditionIds, UINT *Count);
DISM_API_10 _DismGetTargetCompositionEditions(DismSession Session, DismString **EditionIds, UINT *Count);
DISM_API_10 _DismGetTargetVirtualEditions(DismSession Session, PCWSTR CompositionEditionId, DismString **EditionIds, UINT *Count);
DISM_API _DismSetEdition(DismSession Session, PCWSTR EditionId, PCWSTR ProductKey, DISM_TRIO);
DISM_API_10 _DismSetEdition2(DismSession Session, PCWSTR EditionId, PCWSTR ProductKey, DISM_TRIO);
DISM_API _DismSetProductKey(DismSession Session, PCWSTR ProductKey);
DISM_API _DismValidateProductKey(DismSession Session, PCWSTR ProductKey);
DISM_API _DismGetProductKeyInfo(DismSession Session, PCWSTR ProductKey, DismString **EditionId, DismString **Channel);

DISM_API _DismGetRegistryMountPoint(DismSession Session, DismRegistryHive RegistryHive, DismString **MountPoint);
DISM_API _DismGetOsInfo(DismSession Session, DismOsInfo **OsInfo);
DISM_API _DismCleanImage(DismSession Session, UINT Type, UINT Flags, DISM_TRIO);
DISM_API _DismOptimizeImage(DismSession Session, UINT Flags, DISM_TRIO);
DISM_API_10 _DismApplyFfuImage(PCWSTR ImagePath, PCWSTR ApplyPath, PCWSTR PartPath);
DISM_API_10 _DismSplitFfuImage(PCWSTR ImagePath, PCWSTR PartPath, ULONGLONG PartSize);
DISM_API_10 _DismApplyCustomDataImage(PCWSTR CustomDataImage, PCWSTR ImagePath, UINT Flags, DISM_TRIO);
DISM_API_10 _DismInitiateOSUninstall(DismSession Session, UINT Reason);
DISM_API_10 _DismRemoveOSUninstall(DismSession Session);
DISM_API_10 _DismStage(DismSession Session);
DISM_API_10 _DismRevertPendingActions(DismSession Session, DISM_TRIO);

#endif
