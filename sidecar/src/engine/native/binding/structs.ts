/** The structures of dismapi.h: their layouts, and plain objects made of them. */
import { loadKoffi, type TypeObject } from '../../../nativeAddon/koffi.ts';
import { calendarDate, localTimeToIso, type SystemTime } from './systemTime.ts';

/** What koffi makes of a member, by its C type. */
interface CTypes {
  PCWSTR: string | null;
  UINT: number;
  DWORD: number;
  BOOL: number;
  int: number;
  UINT64: number | bigint;
  SYSTEMTIME: SystemTime;
  /** Any address. */
  PVOID: bigint | null;
}

/** Members in the order of the C struct. */
type Layout = Readonly<Record<string, keyof CTypes>>;

/** A struct as koffi decodes it. */
type Decoded<L extends Layout> = { readonly [Member in keyof L]: CTypes[L[Member]] };

/** The C types that prototypes and layouts are written in, where C and koffi have no such type. Enumerations are `int`. */
const aliases = {
  HRESULT: 'int32_t', BOOL: 'int32_t', UINT: 'uint32_t', DWORD: 'uint32_t', DismSession: 'uint32_t', UINT64: 'uint64_t', ULONGLONG: 'uint64_t',
  // Not wchar_t, which has 32 bits off Windows.
  PCWSTR: 'char16_t *', HANDLE: 'void *', PVOID: 'void *',
} as const;

const packageInfo = {
  PackageName: 'PCWSTR', PackageState: 'int', ReleaseType: 'int', InstallTime: 'SYSTEMTIME', Applicable: 'BOOL', Copyright: 'PCWSTR', Company: 'PCWSTR',
  CreationTime: 'SYSTEMTIME', DisplayName: 'PCWSTR', Description: 'PCWSTR', InstallClient: 'PCWSTR', InstallPackageName: 'PCWSTR',
  LastUpdateTime: 'SYSTEMTIME', ProductName: 'PCWSTR', ProductVersion: 'PCWSTR', RestartRequired: 'int', FullyOffline: 'int',
  SupportInformation: 'PCWSTR', CustomProperty: 'PVOID', CustomPropertyCount: 'UINT', Feature: 'PVOID', FeatureCount: 'UINT',
} as const satisfies Layout;

/** Written as the typedefs are; pointers to other structs are addresses here, for they are decoded by their count. */
const layouts = {
  DismString: { Value: 'PCWSTR' },
  DismFeature: { FeatureName: 'PCWSTR', State: 'int' },
  DismCapability: { Name: 'PCWSTR', State: 'int' },
  DismCustomProperty: { Name: 'PCWSTR', Value: 'PCWSTR', Path: 'PCWSTR' },
  DismPackage: { PackageName: 'PCWSTR', PackageState: 'int', ReleaseType: 'int', InstallTime: 'SYSTEMTIME' },
  DismPackageInfo: packageInfo,
  DismPackageInfoEx: { ...packageInfo, CapabilityId: 'PCWSTR' },
  DismFeatureInfo: {
    FeatureName: 'PCWSTR', FeatureState: 'int', DisplayName: 'PCWSTR', Description: 'PCWSTR', RestartRequired: 'int',
    CustomProperty: 'PVOID', CustomPropertyCount: 'UINT',
  },
  DismCapabilityInfo: { Name: 'PCWSTR', State: 'int', DisplayName: 'PCWSTR', Description: 'PCWSTR', DownloadSize: 'DWORD', InstallSize: 'DWORD' },
  DismImageInfo: {
    ImageType: 'int', ImageIndex: 'UINT', ImageName: 'PCWSTR', ImageDescription: 'PCWSTR', ImageSize: 'UINT64', Architecture: 'UINT',
    ProductName: 'PCWSTR', EditionId: 'PCWSTR', InstallationType: 'PCWSTR', Hal: 'PCWSTR', ProductType: 'PCWSTR', ProductSuite: 'PCWSTR',
    MajorVersion: 'UINT', MinorVersion: 'UINT', Build: 'UINT', SpBuild: 'UINT', SpLevel: 'UINT', Bootable: 'int', SystemRoot: 'PCWSTR',
    Language: 'PVOID', LanguageCount: 'UINT', DefaultLanguageIndex: 'UINT', CustomizedInfo: 'PVOID',
  },
  DismWimCustomizedInfo: { Size: 'UINT', DirectoryCount: 'UINT', FileCount: 'UINT', CreatedTime: 'SYSTEMTIME', ModifiedTime: 'SYSTEMTIME' },
  DismMountedImageInfo: { MountPath: 'PCWSTR', ImageFilePath: 'PCWSTR', ImageIndex: 'UINT', MountMode: 'int', MountStatus: 'int' },
  DismDriverPackage: {
    PublishedName: 'PCWSTR', OriginalFileName: 'PCWSTR', InBox: 'BOOL', CatalogFile: 'PCWSTR', ClassName: 'PCWSTR', ClassGuid: 'PCWSTR',
    ClassDescription: 'PCWSTR', BootCritical: 'BOOL', DriverSignature: 'int', ProviderName: 'PCWSTR', Date: 'SYSTEMTIME',
    MajorVersion: 'UINT', MinorVersion: 'UINT', Build: 'UINT', Revision: 'UINT',
  },
  DismDriver: {
    ManufacturerName: 'PCWSTR', HardwareDescription: 'PCWSTR', HardwareId: 'PCWSTR', Architecture: 'UINT', ServiceName: 'PCWSTR',
    CompatibleIds: 'PCWSTR', ExcludeIds: 'PCWSTR',
  },
  DismAppxPackage: {
    PackageName: 'PCWSTR', DisplayName: 'PCWSTR', PublisherId: 'PCWSTR', MajorVersion: 'UINT', MinorVersion: 'UINT', Build: 'UINT',
    RevisionNumber: 'UINT', Architecture: 'UINT', ResourceId: 'PCWSTR', InstallLocation: 'PCWSTR', Region: 'PCWSTR',
  },
  DismOsInfo: {
    OsState: 'int', Architecture: 'UINT', MajorVersion: 'UINT', MinorVersion: 'UINT', Build: 'UINT', RevisionNumber: 'UINT',
    WindowsDirectory: 'PCWSTR', BootDrive: 'PCWSTR',
  },
} as const satisfies Readonly<Record<string, Layout>>;

/** Names of the structs that the DISM API returns. */
export type StructName = keyof typeof layouts;

type Structs = Readonly<Record<StructName | 'SYSTEMTIME', TypeObject>>;

let defined: Structs | undefined;

/**
 * koffi's types of all structs by C name. The header packs them without gaps; where the compiler would leave some, everything
 * after the first element of an array would be read from the wrong place. koffi has one list of type names for the process,
 * so that this adds to it once: also the names of C types, which prototypes then use.
 */
export function structs(): Structs {
  if (defined === undefined) {
    const koffi = loadKoffi();
    for (const [name, type] of Object.entries(aliases)) { koffi.alias(name, type); }
    koffi.proto('void __stdcall DISM_PROGRESS_CALLBACK(UINT Current, UINT Total, PVOID UserData)');
    const SYSTEMTIME = koffi.pack('SYSTEMTIME', {
      wYear: 'uint16_t', wMonth: 'uint16_t', wDayOfWeek: 'uint16_t', wDay: 'uint16_t',
      wHour: 'uint16_t', wMinute: 'uint16_t', wSecond: 'uint16_t', wMilliseconds: 'uint16_t',
    });
    const types = Object.entries(layouts).map(([name, layout]) => [name, koffi.pack(name, layout)] as const);
    defined = { SYSTEMTIME, ...Object.fromEntries(types) as Record<StructName, TypeObject> };
  }
  return defined;
}

/** What stands at an address; eager, so that nothing is read from there later. */
function decode<Name extends StructName>(name: Name, address: bigint): Decoded<(typeof layouts)[Name]> {
  return loadKoffi().decode(address, structs()[name]) as Decoded<(typeof layouts)[Name]>;
}

/** `count` structs without gaps. An address of NULL is an empty array, whatever the count. */
function decodeArray<Name extends StructName>(name: Name, address: bigint | null, count: number): Decoded<(typeof layouts)[Name]>[] {
  return address === null || count === 0
    ? []
    : loadKoffi().decode(address, structs()[name], count) as Decoded<(typeof layouts)[Name]>[];
}

/** An optional feature. */
export interface DismFeature {
  readonly featureName: string | null;
  /** DismPackageFeatureState. */
  readonly state: number;
}

/** Reads an array of DismFeature. */
export function readFeatures(address: bigint | null, count: number): DismFeature[] {
  return decodeArray('DismFeature', address, count).map((raw) => ({ featureName: raw.FeatureName, state: raw.State }));
}

/** A capability (feature on demand). */
export interface DismCapability {
  /** Full identity, such as `Language.Basic~~~en-US~0.0.1.0`. */
  readonly name: string | null;
  /** DismPackageFeatureState. */
  readonly state: number;
}

/** Reads an array of DismCapability. */
export function readCapabilities(address: bigint | null, count: number): DismCapability[] {
  return decodeArray('DismCapability', address, count).map((raw) => ({ name: raw.Name, state: raw.State }));
}

/** All about a capability. */
export interface DismCapabilityInfo extends DismCapability {
  readonly displayName: string | null;
  readonly description: string | null;
  /** Bytes, modulo 4 GiB. */
  readonly downloadSizeBytes: number;
  /** Bytes, modulo 4 GiB. */
  readonly installSizeBytes: number;
}

/** Reads one DismCapabilityInfo. */
export function readCapabilityInfo(address: bigint): DismCapabilityInfo {
  const raw = decode('DismCapabilityInfo', address);
  return {
    name: raw.Name, state: raw.State, displayName: raw.DisplayName, description: raw.Description,
    downloadSizeBytes: raw.DownloadSize, installSizeBytes: raw.InstallSize,
  };
}

/** A name and value of a package or feature that no member stands for. */
export interface DismCustomProperty {
  readonly name: string | null;
  readonly value: string | null;
  readonly path: string | null;
}

function readCustomProperties(address: bigint | null, count: number): DismCustomProperty[] {
  return decodeArray('DismCustomProperty', address, count).map((raw) => ({ name: raw.Name, value: raw.Value, path: raw.Path }));
}

/** A package. */
export interface DismPackage {
  readonly packageName: string | null;
  /** DismPackageFeatureState. */
  readonly packageState: number;
  /** DismReleaseType. */
  readonly releaseType: number;
  /** ISO 8601 without a zone, or null where it is not set. */
  readonly installTime: string | null;
}

/** Reads an array of DismPackage. */
export function readPackages(address: bigint | null, count: number): DismPackage[] {
  return decodeArray('DismPackage', address, count).map(toPackage);
}

function toPackage(raw: Decoded<typeof layouts.DismPackage>): DismPackage {
  return {
    packageName: raw.PackageName, packageState: raw.PackageState, releaseType: raw.ReleaseType, installTime: localTimeToIso(raw.InstallTime),
  };
}

/** All about a package. Times are ISO 8601 without a zone, or null where they are not set. */
export interface DismPackageInfo extends DismPackage {
  readonly applicable: boolean;
  readonly copyright: string | null;
  readonly company: string | null;
  readonly creationTime: string | null;
  readonly displayName: string | null;
  readonly description: string | null;
  readonly installClient: string | null;
  /** The package file that it was installed from. */
  readonly installPackageName: string | null;
  readonly lastUpdateTime: string | null;
  readonly productName: string | null;
  readonly productVersion: string | null;
  /** DismRestartType. */
  readonly restartRequired: number;
  /** DismFullyOfflineInstallableType. */
  readonly fullyOffline: number;
  readonly supportInformation: string | null;
  readonly customProperties: readonly DismCustomProperty[];
  readonly features: readonly DismFeature[];
}

/** Reads one DismPackageInfo. */
export function readPackageInfo(address: bigint): DismPackageInfo {
  return toPackageInfo(decode('DismPackageInfo', address));
}

function toPackageInfo(raw: Decoded<typeof packageInfo>): DismPackageInfo {
  return {
    ...toPackage(raw),
    applicable: raw.Applicable !== 0, copyright: raw.Copyright, company: raw.Company, creationTime: localTimeToIso(raw.CreationTime),
    displayName: raw.DisplayName, description: raw.Description, installClient: raw.InstallClient, installPackageName: raw.InstallPackageName,
    lastUpdateTime: localTimeToIso(raw.LastUpdateTime), productName: raw.ProductName, productVersion: raw.ProductVersion,
    restartRequired: raw.RestartRequired, fullyOffline: raw.FullyOffline, supportInformation: raw.SupportInformation,
    customProperties: readCustomProperties(raw.CustomProperty, raw.CustomPropertyCount),
    features: readFeatures(raw.Feature, raw.FeatureCount),
  };
}

/** All about a package, and the capability that it is. */
export interface DismPackageInfoEx extends DismPackageInfo {
  /** Name of the capability that the package is; null or empty where it is none. */
  readonly capabilityId: string | null;
}

/** Reads one DismPackageInfoEx. */
export function readPackageInfoEx(address: bigint): DismPackageInfoEx {
  const raw = decode('DismPackageInfoEx', address);
  return { ...toPackageInfo(raw), capabilityId: raw.CapabilityId };
}

/** All about an optional feature. */
export interface DismFeatureInfo extends DismFeature {
  readonly displayName: string | null;
  readonly description: string | null;
  /** DismRestartType. */
  readonly restartRequired: number;
  readonly customProperties: readonly DismCustomProperty[];
}

/** Reads one DismFeatureInfo. */
export function readFeatureInfo(address: bigint): DismFeatureInfo {
  const raw = decode('DismFeatureInfo', address);
  return {
    featureName: raw.FeatureName, state: raw.FeatureState, displayName: raw.DisplayName, description: raw.Description,
    restartRequired: raw.RestartRequired, customProperties: readCustomProperties(raw.CustomProperty, raw.CustomPropertyCount),
  };
}

/** What only WIM files say of an image. Times are ISO 8601 without a zone, or null where they are not set. */
export interface DismWimCustomizedInfo {
  readonly directoryCount: number;
  readonly fileCount: number;
  readonly createdTime: string | null;
  readonly modifiedTime: string | null;
}

/** An image of a file. */
export interface DismImageInfo {
  /** DismImageType. */
  readonly imageType: number;
  /** 1-based. */
  readonly imageIndex: number;
  readonly imageName: string | null;
  readonly imageDescription: string | null;
  /** Bytes; all 64 bits, so possibly more than a number holds exactly. */
  readonly imageSizeBytes: bigint;
  /** PROCESSOR_ARCHITECTURE_*: 0 x86, 5 ARM, 6 IA64, 9 x64, 12 ARM64, 65535 unknown. */
  readonly architecture: number;
  readonly productName: string | null;
  readonly editionId: string | null;
  readonly installationType: string | null;
  readonly hal: string | null;
  readonly productType: string | null;
  readonly productSuite: string | null;
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly build: number;
  readonly spBuild: number;
  readonly spLevel: number;
  /** DismImageBootable. */
  readonly bootable: number;
  readonly systemRoot: string | null;
  readonly languages: readonly (string | null)[];
  /** 0-based index into `languages`; null where there is no such language. */
  readonly defaultLanguageIndex: number | null;
  /** Null where the image is not of a WIM, or the file does not say. */
  readonly customizedInfo: DismWimCustomizedInfo | null;
}

/** Reads an array of DismImageInfo. */
export function readImageInfo(address: bigint | null, count: number): DismImageInfo[] {
  return decodeArray('DismImageInfo', address, count).map((raw) => ({
    imageType: raw.ImageType, imageIndex: raw.ImageIndex, imageName: raw.ImageName, imageDescription: raw.ImageDescription,
    imageSizeBytes: BigInt(raw.ImageSize), architecture: raw.Architecture, productName: raw.ProductName, editionId: raw.EditionId,
    installationType: raw.InstallationType, hal: raw.Hal, productType: raw.ProductType, productSuite: raw.ProductSuite,
    majorVersion: raw.MajorVersion, minorVersion: raw.MinorVersion, build: raw.Build, spBuild: raw.SpBuild, spLevel: raw.SpLevel,
    bootable: raw.Bootable, systemRoot: raw.SystemRoot, languages: readStrings(raw.Language, raw.LanguageCount),
    defaultLanguageIndex: raw.DefaultLanguageIndex < raw.LanguageCount ? raw.DefaultLanguageIndex : null,
    customizedInfo: raw.CustomizedInfo === null ? null : readCustomizedInfo(raw.ImageType, raw.CustomizedInfo),
  }));
}

/** What CustomizedInfo points to is only known for WIM files, and only where its size is the known one. */
function readCustomizedInfo(imageType: number, address: bigint): DismWimCustomizedInfo | null {
  if (imageType !== 0) { return null; }
  const raw = decode('DismWimCustomizedInfo', address);
  return raw.Size < structs().DismWimCustomizedInfo.size ? null : {
    directoryCount: raw.DirectoryCount, fileCount: raw.FileCount,
    createdTime: localTimeToIso(raw.CreatedTime), modifiedTime: localTimeToIso(raw.ModifiedTime),
  };
}

/** A mounted image. */
export interface DismMountedImageInfo {
  readonly mountPath: string | null;
  readonly imageFilePath: string | null;
  /** 1-based. */
  readonly imageIndex: number;
  /** DismMountMode. */
  readonly mountMode: number;
  /** DismMountStatus. */
  readonly mountStatus: number;
}

/** Reads an array of DismMountedImageInfo. */
export function readMountedImageInfo(address: bigint | null, count: number): DismMountedImageInfo[] {
  return decodeArray('DismMountedImageInfo', address, count).map((raw) => ({
    mountPath: raw.MountPath, imageFilePath: raw.ImageFilePath, imageIndex: raw.ImageIndex, mountMode: raw.MountMode, mountStatus: raw.MountStatus,
  }));
}

/** A driver package. */
export interface DismDriverPackage {
  /** Such as `oem3.inf`. */
  readonly publishedName: string | null;
  readonly originalFileName: string | null;
  readonly inBox: boolean;
  readonly catalogFile: string | null;
  readonly className: string | null;
  readonly classGuid: string | null;
  readonly classDescription: string | null;
  readonly bootCritical: boolean;
  /** DismDriverSignature. */
  readonly driverSignature: number;
  readonly providerName: string | null;
  /** `YYYY-MM-DD`, or null where it is not set. */
  readonly date: string | null;
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly build: number;
  readonly revision: number;
}

/** Reads an array of DismDriverPackage. */
export function readDriverPackages(address: bigint | null, count: number): DismDriverPackage[] {
  return decodeArray('DismDriverPackage', address, count).map((raw) => ({
    publishedName: raw.PublishedName, originalFileName: raw.OriginalFileName, inBox: raw.InBox !== 0, catalogFile: raw.CatalogFile,
    className: raw.ClassName, classGuid: raw.ClassGuid, classDescription: raw.ClassDescription, bootCritical: raw.BootCritical !== 0,
    driverSignature: raw.DriverSignature, providerName: raw.ProviderName, date: calendarDate(raw.Date),
    majorVersion: raw.MajorVersion, minorVersion: raw.MinorVersion, build: raw.Build, revision: raw.Revision,
  }));
}

/** What a driver package does for one hardware id. */
export interface DismDriver {
  readonly manufacturerName: string | null;
  readonly hardwareDescription: string | null;
  readonly hardwareId: string | null;
  /** PROCESSOR_ARCHITECTURE_*. */
  readonly architecture: number;
  readonly serviceName: string | null;
  readonly compatibleIds: string | null;
  readonly excludeIds: string | null;
}

/** Reads an array of DismDriver. */
export function readDrivers(address: bigint | null, count: number): DismDriver[] {
  return decodeArray('DismDriver', address, count).map((raw) => ({
    manufacturerName: raw.ManufacturerName, hardwareDescription: raw.HardwareDescription, hardwareId: raw.HardwareId,
    architecture: raw.Architecture, serviceName: raw.ServiceName, compatibleIds: raw.CompatibleIds, excludeIds: raw.ExcludeIds,
  }));
}

/** A provisioned app package. */
export interface DismAppxPackage {
  /** Full name, such as `Contoso.App_1.2.3.4_neutral_~_abcdefghjkmnp`. */
  readonly packageName: string | null;
  readonly displayName: string | null;
  readonly publisherId: string | null;
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly build: number;
  readonly revisionNumber: number;
  /** 0 x86, 5 ARM, 9 x64, 11 neutral, 12 ARM64. */
  readonly architecture: number;
  readonly resourceId: string | null;
  readonly installLocation: string | null;
  /** Null where none is recorded. */
  readonly region: string | null;
}

/** Reads an array of DismAppxPackage. */
export function readAppxPackages(address: bigint | null, count: number): DismAppxPackage[] {
  return decodeArray('DismAppxPackage', address, count).map((raw) => ({
    packageName: raw.PackageName, displayName: raw.DisplayName, publisherId: raw.PublisherId, majorVersion: raw.MajorVersion,
    minorVersion: raw.MinorVersion, build: raw.Build, revisionNumber: raw.RevisionNumber, architecture: raw.Architecture,
    resourceId: raw.ResourceId, installLocation: raw.InstallLocation, region: raw.Region,
  }));
}

/** The Windows in an image. Undocumented. */
export interface DismOsInfo {
  /** Of unknown meaning. */
  readonly osState: number;
  /** PROCESSOR_ARCHITECTURE_*. */
  readonly architecture: number;
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly build: number;
  readonly revisionNumber: number;
  readonly windowsDirectory: string | null;
  readonly bootDrive: string | null;
}

/** Reads one DismOsInfo. */
export function readOsInfo(address: bigint): DismOsInfo {
  const raw = decode('DismOsInfo', address);
  return {
    osState: raw.OsState, architecture: raw.Architecture, majorVersion: raw.MajorVersion, minorVersion: raw.MinorVersion, build: raw.Build,
    revisionNumber: raw.RevisionNumber, windowsDirectory: raw.WindowsDirectory, bootDrive: raw.BootDrive,
  };
}

/** Reads an array of DismString. */
export function readStrings(address: bigint | null, count: number): (string | null)[] {
  return decodeArray('DismString', address, count).map((raw) => raw.Value);
}

/** Reads one DismString. */
export function readString(address: bigint): string | null {
  return decode('DismString', address).Value;
}
