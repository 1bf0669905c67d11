/** Constants and enumerations of dismapi.h, and the flags of undocumented exports, under their names there. */

/** Image path that stands for the running Windows in openSession(). */
export const DISM_ONLINE_IMAGE = 'DISM_{53BFAE52-B167-4E2F-A258-0A37B57FF845}';

/** Flags of mountImage(). */
export const DISM_MOUNT_READWRITE = 0x0;
/** Flag of mountImage(): nothing can be committed. */
export const DISM_MOUNT_READONLY = 0x1;
/** Flag of mountImage(): map the top folders first, the rest on first access. */
export const DISM_MOUNT_OPTIMIZE = 0x2;
/** Flag of mountImage(): verify the file's integrity table first. */
export const DISM_MOUNT_CHECK_INTEGRITY = 0x4;
/** Flag of mountImage(): keep extended attributes. Windows 10 20H2 and later. */
export const DISM_MOUNT_SUPPORT_EA = 0x8;

/** Flags of unmountImage() and commitImage(): write the changes. */
export const DISM_COMMIT_IMAGE = 0x0;
/** Flag of unmountImage() only: drop the changes. */
export const DISM_DISCARD_IMAGE = 0x1;
/** Flag beside DISM_COMMIT_IMAGE: write an integrity table. */
export const DISM_COMMIT_GENERATE_INTEGRITY = 0x00010000;
/** Flag beside DISM_COMMIT_IMAGE: append the changed image as a new one. */
export const DISM_COMMIT_APPEND = 0x00020000;
/** Flag beside DISM_COMMIT_IMAGE: write extended attributes. Newer versions only. */
export const DISM_COMMIT_SUPPORT_EA = 0x00040000;

/** State of getReservedStorageState() and setReservedStorageState(). */
export const DISM_RESERVED_STORAGE_DISABLED = 0;
/** State of getReservedStorageState() and setReservedStorageState(). */
export const DISM_RESERVED_STORAGE_ENABLED = 1;

/** What initialize() logs. Zero-based here; `-LogLevel` of the cmdlets counts from 1. The last one: 20H2 and later. */
export const DismLogLevel = { Errors: 0, ErrorsWarnings: 1, ErrorsWarningsInfo: 2, ErrorsWarningsInfoDebug: 3 } as const;

/** What mountImage() goes by. */
export const DismImageIdentifier = { ImageIndex: 0, ImageName: 1 } as const;

/** `DismMountedImageInfo.mountMode`. */
export const DismMountMode = { ReadWrite: 0, ReadOnly: 1 } as const;

/** Whether a package is meant by its name or by its file. */
export const DismPackageIdentifier = { None: 0, Name: 1, Path: 2 } as const;

/** How addProvisionedAppxPackage() treats a stub package. */
export const DismStubPackageOption = { None: 0, InstallFull: 1, InstallStub: 2 } as const;

/** `type` of cleanImage(). Undocumented. */
export const DismCleanImageType = { None: 0, WindowsUpdate: 1, ServicePack: 2, Component: 4 } as const;

/** Flags of cleanImage(). Undocumented. */
export const DismCleanImageFlags = { None: 0, ResetBase: 1, Defer: 2 } as const;

/** Flags of optimizeImage(). Undocumented. */
export const DismOptimizeImageFlags = { WimBoot: 1, Boot: 2 } as const;

/** Flags of applyCustomDataImage(). Undocumented. */
export const DismApplyCustomDataImageFlags = { None: 0, SingleInstance: 1 } as const;

/** The values of one of the enumerations above. What a DLL returns can be a number that is not among them. */
export type ValueOf<Enumeration extends Readonly<Record<string, number>>> = Enumeration[keyof Enumeration];
