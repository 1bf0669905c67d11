/** The one table of HRESULTs: code, symbol, category, meaning and what to do. */
import type { ErrorCategory } from '@dismts/protocol';

interface Row {
  /** Unsigned. */
  readonly code: number;
  readonly category: ErrorCategory;
  readonly meaning: string;
  readonly hint: string;
}

function row(code: number, category: ErrorCategory, meaning: string, hint = ''): Row {
  return { code, category, meaning, hint };
}

/*
 * Rows are keyed by symbol. DISMAPI_*, SPAPI_*, CBS_*, PSFX_*, ERROR_* and E_* are Microsoft's names. The 0xC142xxxx, 0xC151xxxx and
 * 0xC157xxxx codes have a message in Windows but no public name, so WIM_E_* and DISM_E_* are names of DismTs, as DISMTS_E_* are.
 * 0xC1510114, 0x800F080C and 0x800F0902 have a name in dismapi.h, too, and are listed under that one.
 */
const table = {
  // Success codes.
  S_OK: row(0x00000000, 'NotSpecified', 'The operation succeeded'),
  DISMAPI_S_RELOAD_IMAGE_SESSION_REQUIRED: row(0x00000001, 'NotSpecified',
    'The operation succeeded and replaced the servicing stack in the image, so the image session has to be opened again',
    'DismTs reopens the session by itself.'),
  ERROR_SUCCESS_REBOOT_REQUIRED: row(0x00000BC2, 'NotSpecified', 'The operation succeeded; a restart completes it',
    'Restart Windows when it suits; results carry this as RestartNeeded.'),
  ERROR_SUCCESS_RESTART_REQUIRED: row(0x00000BC3, 'NotSpecified', 'The operation succeeded; restarting the service concerned completes it',
    'Restart Windows or the service when it suits; results carry this as RestartNeeded.'),
  CBS_S_BUSY: row(0x000F0801, 'NotSpecified', 'The servicing stack accepted the work and is busy with it'),
  CBS_S_ALREADY_EXISTS: row(0x000F0802, 'NotSpecified', 'The package or file is there already; nothing had to be done'),
  CBS_S_STACK_SHUTDOWN_REQUIRED: row(0x000F0803, 'NotSpecified', 'The operation succeeded; the servicing stack has to shut down before the next one'),
  CBS_S_STACK_RESTART_REQUIRED: row(0x000F0804, 'NotSpecified', 'The operation succeeded; the servicing stack has to start again before the next one'),

  // DismTs itself: customer bit, facility 0x44.
  DISMTS_E_PROTOCOL_VERSION: row(0xA0440001, 'InvalidOperation', 'The module and the sidecar speak different versions of the DismTs protocol',
    'Install module and executable from the same release of DismTs, and close sessions that still run the old one.'),
  DISMTS_E_ENGINE_LOST: row(0xA0440002, 'ResourceUnavailable', 'The process that calls the DISM API ended while it was at work',
    'Look at the image before you go on: what was asked for may be done in part. The next command starts a new process.'),
  DISMTS_E_UNSAFE_LIBRARY: row(0xA0440003, 'PermissionDenied', 'The library, or a folder that it is in, can be changed by others than administrators',
    'Use a copy below Program Files or Windows, or let administrators alone write the folder.'),
  DISMTS_E_ANSWER_TOO_LARGE: row(0xA0440004, 'InvalidOperation', 'The operation is done, but its answer is larger than a message may be',
    'What was to be changed is changed. Ask for less at once where something was asked for.'),

  // Made by the PowerShell module, which may have no sidecar to ask: module/Private/Get-ModuleError.ps1 says the same.
  DISMTS_E_HIVE_DIRTY: row(0xA0440020, 'InvalidOperation', 'The registry hive was not closed properly, and its last changes are in its log files',
    'Start the Windows in the image once so that it finishes its registry, or replay the logs with -ReplayLog.'),
  DISMTS_E_SIDECAR_NOT_FOUND: row(0xA0440010, 'ObjectNotFound', 'There is no executable of DismTs for this machine',
    'Install a package of DismTs that has an executable for this machine, or run "npm ci && npm run build" in the source folder.'),
  DISMTS_E_SIDECAR_HASH: row(0xA0440011, 'SecurityError', 'The executable of DismTs is not the one that the module was made with',
    'Install DismTs again, or run "npm run build" in the source folder.'),
  DISMTS_E_SIDECAR_START: row(0xA0440012, 'ResourceUnavailable', 'The executable of DismTs cannot be started',
    'Check that the file may be executed: its mode, a "noexec" volume, application control, a virus scanner.'),
  DISMTS_E_SIDECAR_LOST: row(0xA0440013, 'ConnectionError', 'The sidecar ended, or the connection to it broke, before it had answered',
    'The next command starts a new sidecar. Look at the state with "Get-DismTsImage -Mounted" before you run this one again.'),
  DISMTS_E_SIDECAR_PROTOCOL: row(0xA0440014, 'ConnectionError', 'The sidecar sent what is no message of the protocol',
    'The next command starts a new sidecar. Look at the state with "Get-DismTsImage -Mounted" before you run this one again.'),
  DISMTS_E_BUSY: row(0xA0440015, 'ResourceBusy', 'Another command of this runspace is waiting for its answer', 'Run the command in a runspace of its own.'),
  DISMTS_E_TIMEOUT: row(0xA0440016, 'OperationTimeout', 'The command was cancelled because it did not finish within the time that it was given',
    'Allow more time, or look into the log for what it waits for.'),

  // dismapi.h
  DISMAPI_E_DISMAPI_NOT_INITIALIZED: row(0xC0040001, 'InvalidOperation', 'The DISM API has not been initialised in this process',
    'This is most likely a bug in DismTs; report it with the log file.'),
  DISMAPI_E_SHUTDOWN_IN_PROGRESS: row(0xC0040002, 'InvalidOperation', 'The image session is just being closed',
    'Run the command again in a new session.'),
  DISMAPI_E_OPEN_SESSION_HANDLES: row(0xC0040003, 'InvalidOperation', 'The DISM API cannot shut down while image sessions are open',
    'This is most likely a bug in DismTs; report it with the log file.'),
  DISMAPI_E_INVALID_DISM_SESSION: row(0xC0040004, 'InvalidOperation', 'The image session is unknown or already closed',
    'This is most likely a bug in DismTs; report it with the log file.'),
  DISMAPI_E_INVALID_IMAGE_INDEX: row(0xC0040005, 'ObjectNotFound', 'The file has no image at that index',
    'List the images of the file with Get-DismTsImage -ImagePath; the first index is 1.'),
  DISMAPI_E_INVALID_IMAGE_NAME: row(0xC0040006, 'ObjectNotFound', 'The file has no image of that name, or several',
    'List the images of the file with Get-DismTsImage -ImagePath, and give the name exactly or use the index.'),
  DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH: row(0xC0040007, 'InvalidArgument', 'The folder is not the mount folder of an image',
    'List the mounted images with Get-DismTsImage -Mounted.'),
  DISMAPI_E_LOGGING_DISABLED: row(0xC0040009, 'WriteError', 'The log file cannot be opened for writing',
    'Give a log file in a folder that exists and that you may write to, or leave -LogPath out.'),
  DISMAPI_E_OPEN_HANDLES_UNABLE_TO_UNMOUNT_IMAGE_PATH: row(0xC004000A, 'ResourceBusy', 'The image cannot be unmounted while a session on it is open',
    'Wait until the commands that service this image have ended, then unmount again.'),
  DISMAPI_E_OPEN_HANDLES_UNABLE_TO_MOUNT_IMAGE_PATH: row(0xC004000B, 'ResourceBusy', 'The folder cannot be used for mounting while a session on it is open',
    'Wait until the commands that service this folder have ended, then mount again.'),
  DISMAPI_E_OPEN_HANDLES_UNABLE_TO_REMOUNT_IMAGE_PATH: row(0xC004000C, 'ResourceBusy', 'The image cannot be remounted while a session on it is open',
    'Wait until the commands that service this image have ended, then remount again.'),
  DISMAPI_E_PARENT_FEATURE_DISABLED: row(0xC004000D, 'InvalidOperation', 'A parent of the feature is disabled',
    'Enable the parent features first, or all of them with -All.'),
  DISMAPI_E_MUST_SPECIFY_ONLINE_IMAGE: row(0xC004000E, 'InvalidArgument', 'The path is that of the running Windows',
    'Use -Online instead of -Path for the running Windows.'),
  DISMAPI_E_INVALID_PRODUCT_KEY: row(0xC004000F, 'InvalidArgument', 'The product key does not fit the edition of the image',
    'Give a key for the edition that the image holds.'),
  DISMAPI_E_MUST_SPECIFY_INDEX_OR_NAME: row(0xC0040020, 'InvalidArgument', 'Neither an index nor a name says which image of the file is meant',
    'Give the index or the name of the image.'),

  // WIM mount layer.
  WIM_E_INVALID_CONTAINER: row(0xC1420100, 'InvalidData', 'The file is not a WIM file',
    'Check the path, and that the file was copied or downloaded completely.'),
  WIM_E_CONTAINER_READONLY: row(0xC1420101, 'PermissionDenied', 'A read-only file cannot be mounted for writing',
    'Clear the read-only attribute, copy the file to a place that you may write to, or mount with -ReadOnly.'),
  WIM_E_TARGET_DIRECTORY_EXISTS: row(0xC1420103, 'ResourceExists', 'The target folder exists already', 'Choose another folder.'),
  WIM_E_EXTRACT_OUTSIDE_IMAGE: row(0xC1420104, 'InvalidData', 'A file outside the image was to be extracted',
    'Discard the mount and mount again; software that filters file access may interfere.'),
  WIM_E_EXTRACT_FILE_NOT_FOUND: row(0xC1420105, 'ObjectNotFound', 'A file to be extracted is missing from the image',
    'Exclude the mount folder from antivirus software, then mount again.'),
  WIM_E_FILE_ALREADY_EXTRACTED: row(0xC1420106, 'ResourceExists', 'The file has been extracted already',
    'Something else worked in the mount folder: discard the mount, exclude the folder from antivirus software, and mount again.'),
  WIM_E_FILE_ID_CONFLICT: row(0xC1420107, 'InvalidData', 'Two files of the image share an id but not their flags, so mounting was given up',
    'The file is damaged; get it again from its source.'),
  WIM_E_DUPLICATE_NAME: row(0xC1420108, 'InvalidData', 'A name occurs twice in one folder of the image',
    'The file is damaged or was made by a program that allows this; capture the image again.'),
  WIM_E_BAD_FILTER_MESSAGE: row(0xC1420109, 'InvalidData', 'The mount driver sent a message that cannot be understood',
    'Restart Windows, so that driver and library are of one version.'),
  WIM_E_NO_MOUNTED_IMAGE_FOR_FILE: row(0xC142010A, 'ObjectNotFound', 'A file was requested that belongs to no mounted image',
    'Run Clear-DismTsMountPoint, then mount again.'),
  WIM_E_NOT_MOUNTED: row(0xC142010B, 'InvalidArgument', 'No image is mounted in the folder', 'List the mounted images with Get-DismTsImage -Mounted.'),
  WIM_E_MOUNTED_READONLY: row(0xC142010C, 'InvalidOperation', 'The image is mounted read-only, or only partly still mounted, so nothing can be saved',
    'Dismount it with -Discard; mount it without -ReadOnly to change it.'),
  WIM_E_EXTRACT_BEFORE_STUBBING: row(0xC142010E, 'InvalidOperation', 'Files were requested before the mount was prepared', 'Discard the mount and mount again.'),
  WIM_E_INVALID_IMAGE_HANDLE: row(0xC142010F, 'InvalidOperation', 'The image manager was given an invalid handle', 'Run the command again in a new session.'),
  WIM_E_HANDLE_NOT_FOR_MOUNT: row(0xC1420110, 'InvalidOperation', 'The image was not opened for mounting', 'Run the command again in a new session.'),
  WIM_E_NO_IMAGE_FOR_MOUNT_DATA: row(0xC1420111, 'ObjectNotFound', 'No image fits the data of the mount',
    'Run Clear-DismTsMountPoint, then mount again.'),
  WIM_E_UNMOUNT_FILE_IN_USE: row(0xC1420112, 'ResourceBusy', 'A file in the mount folder is in use, so the image cannot be unmounted',
    'Close the programs that use files below the mount folder, then unmount again.'),
  WIM_E_MOUNT_DIR_IN_USE: row(0xC1420113, 'ResourceExists', 'The folder already holds a mounted image',
    'Dismount that image first, or mount into another folder.'),
  WIM_E_MOUNT_DIR_NOT_EMPTY: row(0xC1420114, 'InvalidArgument', 'The mount folder is not empty', 'Give an empty folder.'),
  WIM_E_MOUNT_DIR_NOT_FOUND: row(0xC1420115, 'ObjectNotFound', 'The mount folder does not exist', 'Create the folder first.'),
  WIM_E_HANDLE_NOT_FROM_MOUNT: row(0xC1420116, 'InvalidOperation', 'The image was not opened by mounting it; this follows interrupted mounts',
    'Run Clear-DismTsMountPoint, then mount again.'),
  WIM_E_UNMOUNT_INCOMPLETE: row(0xC1420117, 'ResourceBusy', 'The folder could not be unmounted completely, because files, folders or registry hives in it are in use',
    'Close the programs that use the mount folder, leave it in every shell, then unmount again; as a last resort discard the changes.'),
  WIM_E_IMAGE_IN_USE: row(0xC1420118, 'ResourceBusy', 'Another process uses the mounted image', 'Wait until that process has ended, then try again.'),
  WIM_E_SERVICE_NOT_FOUND: row(0xC1420119, 'ResourceUnavailable', 'The program that serves mounted images is missing',
    'Check the installation with Test-DismTsEnvironment.'),
  WIM_E_EXTRACTOR_TIMEOUT: row(0xC142011A, 'OperationTimeout', 'The process that extracts files did not answer in time',
    'Exclude the mount folder from antivirus software, then try again.'),
  WIM_E_SERVICE_ENDED: row(0xC142011B, 'ConnectionError', 'The process that serves the mount ended without saying why', 'Remount the image, or discard the mount and mount again.'),
  WIM_E_INVALID_MOUNT_DIR: row(0xC142011C, 'InvalidArgument', 'The folder is not a valid mount folder', 'List the mounted images with Get-DismTsImage -Mounted.'),
  WIM_E_COMMIT_PARTIAL_MOUNT: row(0xC142011D, 'InvalidOperation', 'The image is only partly mounted, so it cannot be saved; an earlier save probably succeeded',
    'Check the file for the changes, then dismount with -Discard.'),
  WIM_E_MOUNT_DIR_CHANGED: row(0xC142011E, 'InvalidOperation', 'The mount folder was changed from outside, so the image cannot be saved', 'Dismount with -Discard and mount again.'),
  WIM_E_NO_REPARSE_POINTS: row(0xC142011F, 'InvalidOperation', 'The volume of the mount folder cannot hold reparse points', 'Mount into a folder on a local NTFS volume.'),
  WIM_E_MOUNT_CORRUPT: row(0xC1420120, 'InvalidData', 'The mount in this folder is damaged', 'Run Clear-DismTsMountPoint, then mount again.'),
  WIM_E_DRIVER_NOT_INSTALLED: row(0xC1420121, 'ResourceUnavailable', 'The driver that mounting needs is not installed',
    'Check the installation with Test-DismTsEnvironment.'),
  WIM_E_CHANGED_COMMIT_REFUSED: row(0xC1420122, 'InvalidOperation', 'The file was changed after it had been mounted, so the changes cannot be saved into it',
    'Copy what you need out of the mount folder, dismount with -Discard and mount again.'),
  WIM_E_INVALID_REMOUNT_TARGET: row(0xC1420123, 'InvalidOperation', 'The folder cannot be remounted: no mount was left there',
    'List the mounted images with Get-DismTsImage -Mounted, and mount the image again where it is not among them.'),
  WIM_E_CHANGED_REMOUNT_REFUSED: row(0xC1420124, 'InvalidOperation', 'The file was changed after it had been mounted, so it cannot be remounted',
    'Dismount with -Discard, or run Clear-DismTsMountPoint, and mount again.'),
  WIM_E_UNMOUNT_IN_PROGRESS: row(0xC1420125, 'ResourceBusy', 'The folder is being unmounted just now', 'Wait until that has ended.'),
  WIM_E_ALREADY_MOUNTED: row(0xC1420126, 'ResourceExists', 'The image is mounted already', 'List the mounted images with Get-DismTsImage -Mounted.'),
  WIM_E_ALREADY_MOUNTED_READWRITE: row(0xC1420127, 'ResourceExists', 'The image is already mounted for writing, which is possible only once at a time',
    'Dismount the other mount first; Get-DismTsImage -Mounted shows it.'),
  WIM_E_NO_MOUNT_ACCESS: row(0xC1420128, 'PermissionDenied', 'The image was opened without the right to mount it', 'Run the command elevated, and check the permissions of the file.'),
  WIM_E_SPLIT_NOT_MOUNTABLE: row(0xC1420130, 'InvalidOperation', 'A split image (.swm) cannot be mounted',
    'Join the parts into one .wim file first.'),
  WIM_E_MOUNT_TO_VOLUME_ROOT: row(0xC1420131, 'InvalidArgument', 'An image cannot be mounted to the root of a volume', 'Give a folder below the root.'),
  WIM_E_VERSION_MISMATCH: row(0xC1420132, 'InvalidOperation', 'The image was mounted by another version of the mount software',
    'Unmount with the version that mounted it, or restart and remount.'),
  WIM_E_MOUNT_DRIVE_NOT_FIXED: row(0xC1420134, 'InvalidArgument', 'The mount folder is not on a fixed drive', 'Mount into a folder on a local, fixed drive.'),
  WIM_E_MOUNT_PATH_INTERFERENCE: row(0xC1420135, 'ResourceBusy', 'Another program opened the mount folder while it was being mounted',
    'Exclude the folder from antivirus software and from indexing, then mount again.'),
  WIM_E_COMPRESSION_NOT_MOUNTABLE: row(0xC142013C, 'InvalidOperation', 'Files of this compression (.esd) cannot be mounted',
    'Export the image into a .wim file first.'),
  WIM_E_INVALID_INDEX: row(0xC143010D, 'ObjectNotFound', 'The index is not that of an image in the file',
    'List the images of the file with Get-DismTsImage -ImagePath; the first index is 1.'),

  // DISM core and providers.
  DISM_E_IMAGE_READONLY: row(0xC1510111, 'PermissionDenied', 'You may not change this file: it is read-only, or its permissions forbid it',
    'Clear the read-only attribute (files copied from an ISO have it), check the permissions, or mount with -ReadOnly.'),
  DISM_E_MOUNT_NO_PERMISSION: row(0xC1510112, 'PermissionDenied', 'You may not mount this file', 'Run the command elevated, and check the permissions of the file.'),
  DISM_E_INDEX_NOT_FOUND: row(0xC1510113, 'ObjectNotFound', 'The image index does not exist',
    'List the images of the file with Get-DismTsImage -ImagePath; the first index is 1.'),
  DISMAPI_E_NEEDS_REMOUNT: row(0xC1510114, 'InvalidOperation', 'The mounted image is no longer served and has to be remounted; its changes are kept',
    'Run Mount-DismTsImage -Remount -Path with the mount folder.'),
  DISM_E_MOUNT_INVALID: row(0xC1510115, 'InvalidData', 'The mounted image is invalid: its file or its stored changes are gone',
    'Put the file back where it was, or remove what is left with Clear-DismTsMountPoint.'),
  DISM_E_IMAGE_BUSY: row(0xC15101FD, 'ResourceBusy', 'Another operation is servicing this image', 'Wait until it has ended, then try again.'),
  DISM_E_APPX_LOCKED: row(0xC1570106, 'ResourceBusy', 'Another session is changing provisioned apps', 'Wait until it has ended, then try again.'),

  // Device setup (setupapi), which driver packages go through.
  SPAPI_E_GENERAL_SYNTAX: row(0x800F0003, 'InvalidData', 'The INF file has a syntax error', 'Compare the INF file with the one that its vendor ships.'),
  SPAPI_E_WRONG_INF_STYLE: row(0x800F0100, 'InvalidData', 'The INF file is not of the style that Windows needs for drivers',
    'Give the INF file of a driver package for Windows 2000 or later.'),
  SPAPI_E_SECTION_NOT_FOUND: row(0x800F0101, 'InvalidData', 'A section that the INF file needs is not in it',
    'The package may be for another architecture or release of Windows.'),
  SPAPI_E_NO_CATALOG_FOR_OEM_INF: row(0x800F022F, 'InvalidData', 'The driver package has no catalog file, so its signature cannot be checked',
    'Get the whole package from its vendor, or add it with -ForceUnsigned.'),
  SPAPI_E_INVALID_TARGET: row(0x800F0233, 'InvalidArgument', 'The driver package cannot be used where it is to be added',
    'Give a driver for the architecture and the release of Windows in the image.'),
  SPAPI_E_DRIVER_NONNATIVE: row(0x800F0234, 'InvalidData', 'The driver is for another processor architecture', 'Give the driver for the architecture of the image.'),
  SPAPI_E_NOT_AN_INSTALLED_OEM_INF: row(0x800F023C, 'ObjectNotFound', 'The INF file is not one of a driver package that was added',
    'List the drivers with Get-DismTsDriver and give the published name, such as oem3.inf.'),
  SPAPI_E_INF_IN_USE_BY_DEVICES: row(0x800F023D, 'ResourceBusy', 'Devices use the driver package', 'Remove the devices, or service the image offline.'),
  SPAPI_E_AUTHENTICODE_DISALLOWED: row(0x800F0240, 'PermissionDenied', 'The driver is signed with Authenticode, which is not allowed here',
    'Get a driver that Microsoft has signed.'),
  SPAPI_E_AUTHENTICODE_TRUSTED_PUBLISHER: row(0x800F0241, 'PermissionDenied', 'The driver is signed with Authenticode by a trusted publisher',
    'Get a driver that Microsoft has signed, or add it with -ForceUnsigned.'),
  SPAPI_E_AUTHENTICODE_TRUST_NOT_ESTABLISHED: row(0x800F0242, 'PermissionDenied', 'The driver is not signed by a publisher that is trusted',
    'Get a signed driver, or add it with -ForceUnsigned.'),
  SPAPI_E_AUTHENTICODE_PUBLISHER_NOT_TRUSTED: row(0x800F0243, 'PermissionDenied', 'The publisher of the driver is not trusted',
    'Get a signed driver, or add it with -ForceUnsigned.'),
  SPAPI_E_DRIVER_STORE_ADD_FAILED: row(0x800F0247, 'WriteError', 'The driver package could not be added to the driver store',
    'The log of the operation, and setupapi.offline.log in the image, say why.'),
  SPAPI_E_FILE_HASH_NOT_IN_CATALOG: row(0x800F024B, 'InvalidData', 'A file of the driver package is not the one that its catalog was signed for',
    'The package is damaged or was changed: get it again from its vendor.'),

  // Component based servicing.
  CBS_E_NOT_INITIALIZED: row(0x800F0801, 'InvalidOperation', 'The servicing session is not initialised', 'Run the command again in a new session.'),
  CBS_E_ALREADY_INITIALIZED: row(0x800F0802, 'InvalidOperation', 'The servicing session is initialised already', 'Run the command again in a new session.'),
  CBS_E_INVALID_PARAMETER: row(0x800F0803, 'InvalidArgument', 'The servicing stack was given an invalid parameter', 'Check names and paths against the log.'),
  CBS_E_OPEN_FAILED: row(0x800F0804, 'ReadError', 'The package could not be opened', 'Check that the file is there and readable, and complete.'),
  CBS_E_INVALID_PACKAGE: row(0x800F0805, 'InvalidData', 'The file is no package, or is damaged', 'Get the package again from its source.'),
  CBS_E_PENDING: row(0x800F0806, 'InvalidOperation', 'Other actions are pending in this Windows', 'Restart that Windows first, or use another image.'),
  CBS_E_NOT_INSTALLABLE: row(0x800F0807, 'InvalidOperation', 'The package cannot be installed on its own', 'Install the package that contains it.'),
  CBS_E_IMAGE_NOT_ACCESSIBLE: row(0x800F0808, 'PermissionDenied', 'The image cannot be accessed', 'Check that it is mounted for writing and its folder can be read.'),
  CBS_E_REESTABLISH_SESSION: row(0x800F080A, 'InvalidOperation', 'The servicing session has to be opened again', 'Run the command again in a new session.'),
  CBS_E_PROPERTY_NOT_AVAILABLE: row(0x800F080B, 'ObjectNotFound', 'The property is not available for this package',
    'The image or its package is older than what is asked for: list it without details, or use the DISM of the image\'s own version.'),
  DISMAPI_E_UNKNOWN_FEATURE: row(0x800F080C, 'ObjectNotFound', 'The image has no feature or update of that name',
    'List the names with Get-DismTsOptionalFeature; some exist only in other editions or versions.'),
  CBS_E_INVALID_INSTALL_STATE: row(0x800F0813, 'InvalidOperation', 'The package is in a state that does not allow this', 'Look at the state of the package with Get-DismTsPackage.'),
  CBS_E_DPX_JOB_STATE_SAVED: row(0x800F0816, 'InvalidOperation', 'Unpacking was interrupted and its state saved', 'Run the command again.'),
  CBS_E_IDENTITY_MISMATCH: row(0x800F0818, 'InvalidData', 'The package is not the one that its name says', 'Get the package again from its source.'),
  CBS_E_UNEXPECTED_PROCESSOR_ARCHITECTURE: row(0x800F081B, 'InvalidArgument', 'The package is for another processor architecture', 'Get the package for the architecture of the image.'),
  CBS_E_NOT_APPLICABLE: row(0x800F081E, 'InvalidArgument', 'The package does not apply to this image: other build, edition or architecture, or already superseded',
    'Compare build and architecture of package and image; a superseded package can be left out.'),
  CBS_E_SOURCE_MISSING: row(0x800F081F, 'ObjectNotFound', 'The source of the files was not found',
    'Give a source that has the same version, edition and language as the image, down to the revision.'),
  CBS_E_CANCEL: row(0x800F0820, 'OperationStopped', 'The operation was cancelled'),
  CBS_E_ABORT: row(0x800F0821, 'OperationStopped', 'The operation was aborted by its client'),
  CBS_E_NEW_SERVICING_STACK_REQUIRED: row(0x800F0823, 'InvalidOperation', 'The package needs a newer servicing stack', 'Install the servicing stack update first, then this package once more.'),
  CBS_E_SOURCE_NOT_IN_LIST: row(0x800F0824, 'ObjectNotFound', 'The package is not in the list of sources', 'Give the source that holds the package.'),
  CBS_E_CANNOT_UNINSTALL: row(0x800F0825, 'InvalidOperation', 'The package is permanent and cannot be removed',
    'Go on without removing it; what an update replaced goes with Repair-DismTsImage -StartComponentCleanup.'),
  CBS_E_PENDING_VICTIM: row(0x800F0826, 'InvalidOperation', 'The package failed because another pending package failed', 'Find the first failure in the log, and resolve that one.'),
  CBS_E_STACK_SHUTDOWN_REQUIRED: row(0x800F0827, 'InvalidOperation', 'The servicing stack has to shut down first', 'Run the command again in a new session.'),
  CBS_E_INSUFFICIENT_DISK_SPACE: row(0x800F0828, 'WriteError', 'There is not enough disk space for servicing', 'Free space on the volume of the image and of the scratch folder.'),
  CBS_E_AC_POWER_REQUIRED: row(0x800F0829, 'InvalidOperation', 'The operation needs mains power', 'Connect the power supply.'),
  CBS_E_STACK_UPDATE_FAILED_REBOOT_REQUIRED: row(0x800F082A, 'InvalidOperation', 'Updating the servicing stack failed; a restart is needed', 'Restart Windows, then try again.'),
  CBS_E_NOT_ALLOWED_OFFLINE: row(0x800F082E, 'InvalidOperation', 'The package can be installed only in a running Windows', 'Install it with -Online once this Windows runs.'),
  CBS_E_EXCLUSIVE_WOULD_MERGE: row(0x800F082F, 'InvalidOperation', 'An exclusive change is pending, and this one would merge with it',
    'Restart that Windows first, or save and remount the image.'),
  CBS_E_IMAGE_UNSERVICEABLE: row(0x800F0830, 'InvalidData', 'The image is in a state that cannot be serviced', 'Start over from an intact image.'),
  CBS_E_STORE_CORRUPTION: row(0x800F0831, 'InvalidData', 'The component store is damaged, or a package that others build on is missing',
    'Run Repair-DismTsImage -RestoreHealth with a source that fits the image; where the log names a missing package, add that one first.'),
  CBS_E_STORE_TOO_MUCH_CORRUPTION: row(0x800F0832, 'InvalidData', 'The component store is damaged beyond repair', 'Start over from an intact image.'),
  CBS_E_MISSING_PREREQUISITE_BASELINES: row(0x800F0838, 'InvalidOperation', 'An earlier baseline update is missing', 'Install the checkpoint updates that come before this one.'),
  CBS_E_SESSION_CORRUPT: row(0x800F0840, 'InvalidData', 'The servicing session is damaged', 'Run the command again in a new session.'),
  CBS_E_SESSION_INTERRUPTED: row(0x800F0841, 'InvalidOperation', 'The servicing session was interrupted', 'Run the command again in a new session.'),
  CBS_E_SESSION_FINALIZED: row(0x800F0842, 'InvalidOperation', 'The servicing session is already finished', 'Run the command again in a new session.'),
  CBS_E_SESSION_READONLY: row(0x800F0843, 'InvalidOperation', 'The servicing session is read-only', 'Mount the image without -ReadOnly.'),
  CBS_E_XML_PARSER_FAILURE: row(0x800F0900, 'InvalidData', 'A manifest could not be parsed', 'Repair the image, or get the package again from its source.'),
  DISMAPI_E_BUSY: row(0x800F0902, 'ResourceBusy', 'The servicing stack is busy with something else', 'Wait until it has ended, then try again.'),
  CBS_E_MORE_THAN_ONE_ACTIVE_EDITION: row(0x800F0904, 'InvalidData', 'The image has more than one active edition', 'Start over from an intact image.'),
  CBS_E_NO_ACTIVE_EDITION: row(0x800F0905, 'InvalidData', 'The image has no active edition', 'Start over from an intact image.'),
  CBS_E_DOWNLOAD_FAILURE: row(0x800F0906, 'ObjectNotFound', 'The source files could not be downloaded', 'Give a local source that fits the image down to the revision, or check the network connection.'),
  CBS_E_GROUPPOLICY_DISALLOWED: row(0x800F0907, 'PermissionDenied', 'A policy forbids downloading the source files',
    'Give a local source, or change the policy for component installation and repair.'),
  CBS_E_METERED_NETWORK: row(0x800F0908, 'ResourceUnavailable', 'The source files are not downloaded over a metered connection', 'Give a local source, or use another connection.'),
  CBS_E_REPAIR_PACKAGE_CORRUPT: row(0x800F090B, 'InvalidData', 'The package for the repair is itself damaged', 'Give another source.'),
  CBS_E_WINDOWS_AUTOMATIC_UPDATE_SETTING_DISALLOWED: row(0x800F0910, 'PermissionDenied', 'The settings of Windows Update forbid downloading the source files',
    'Give a local source, or change these settings.'),
  CBS_E_REPAIR_CONTENT_NOT_FOUND: row(0x800F0915, 'ObjectNotFound', 'The content for the repair was not found', 'Give a source that fits the image down to the revision.'),
  CBS_E_HANG_DETECTED: row(0x800F0920, 'OperationTimeout', 'Servicing stopped making progress', 'Restart Windows, then try again.'),
  CBS_E_PRIMITIVES_FAILED: row(0x800F0921, 'NotSpecified', 'A step of the installation failed', 'Find the first failure in the log.'),
  CBS_E_INSTALLERS_FAILED: row(0x800F0922, 'NotSpecified', 'An installer inside the package failed', 'Find the first failure in the log; a full system partition is a common cause.'),
  CBS_E_INVALID_WINDOWS_UPDATE_COUNT: row(0x800F0950, 'ResourceUnavailable', 'The feature on demand was not found on Windows Update',
    'Give the features-on-demand folder that fits the image as source, or check the policies for Windows Update.'),
  CBS_E_INVALID_WINDOWS_UPDATE_COUNT_WSUS: row(0x800F0954, 'ResourceUnavailable', 'This machine gets updates from WSUS, which does not have the files',
    'Give a local source, or allow by policy to download directly from Windows Update.'),
  PSFX_E_MATCHING_COMPONENT_NOT_FOUND: row(0x800F0982, 'ObjectNotFound', 'The image lacks a component that the update builds on', 'Repair the image, or install the base update first.'),
  PSFX_E_MATCHING_COMPONENT_DIRECTORY_MISSING: row(0x800F0983, 'ObjectNotFound', 'The image lacks the folder of a component that the update builds on', 'Repair the image, then install the update again.'),
  PSFX_E_MATCHING_BINARY_MISSING: row(0x800F0984, 'ObjectNotFound', 'The image lacks a file that the update builds on', 'Repair the image, then install the update again.'),
  PSFX_E_APPLY_FORWARD_DELTA_FAILED: row(0x800F0986, 'InvalidData', 'A difference of the update could not be applied to the file in the image', 'Repair the image, then install the update again.'),
  PSFX_E_INVALID_DELTA_COMBINATION: row(0x800F0988, 'InvalidData', 'The differences of the update do not fit together', 'Clean the component store up, then install the update again.'),

  // COM and Win32.
  E_NOTIMPL: row(0x80004001, 'NotImplemented', 'The servicing stack in use is too old for this image', 'Use the DISM of a newer Windows or of a newer ADK.'),
  E_ABORT: row(0x80004004, 'OperationStopped', 'The operation was aborted'),
  E_FAIL: row(0x80004005, 'NotSpecified', 'The operation failed for a reason that has no code of its own', 'The log file has the details.'),
  E_UNEXPECTED: row(0x8000FFFF, 'NotSpecified', 'Something happened that should not happen', 'This is a bug; report it with the log file.'),
  REGDB_E_CLASSNOTREG: row(0x80040154, 'ResourceUnavailable', 'The host process of DISM could not be reached',
    'This happens in PowerShell from the Store and in 32-bit hosts; use PowerShell from the MSI package, and see the log.'),
  ERROR_FILE_NOT_FOUND: row(0x80070002, 'ObjectNotFound', 'The file does not exist', 'Check the path.'),
  ERROR_PATH_NOT_FOUND: row(0x80070003, 'ObjectNotFound', 'The folder does not exist', 'Check the path.'),
  ERROR_TOO_MANY_OPEN_FILES: row(0x80070004, 'ResourceUnavailable', 'Too many files are open', 'Close programs, or raise the limit of open files.'),
  E_ACCESSDENIED: row(0x80070005, 'PermissionDenied', 'Access was denied', 'Run the command elevated, and check permissions; security software and network logons can be the cause, too.'),
  ERROR_INVALID_HANDLE: row(0x80070006, 'InvalidOperation', 'The file is not open (any more)', 'Run the command again; if it fails again, report it with the log file.'),
  ERROR_BAD_FORMAT: row(0x8007000B, 'InvalidData', 'The file or program has a format that cannot be used here', 'Check that the file is complete and of the kind that the command takes: copy or download it again.'),
  E_OUTOFMEMORY: row(0x8007000E, 'ResourceUnavailable', 'There is not enough memory', 'Close programs, or run fewer operations at a time.'),
  ERROR_NOT_SAME_DEVICE: row(0x80070011, 'InvalidOperation', 'A file cannot be moved to another volume in one step', 'Choose places on one volume.'),
  ERROR_WRITE_PROTECT: row(0x80070013, 'WriteError', 'The medium is write-protected', 'Copy the file to a place that you may write to.'),
  ERROR_NOT_READY: row(0x80070015, 'ResourceUnavailable', 'The device is not ready', 'Check that the drive or medium is connected.'),
  ERROR_CRC: row(0x80070017, 'ReadError', 'The data read does not match its checksum', 'The file or the disk is damaged; get the file again from its source.'),
  ERROR_SEEK: row(0x80070019, 'ReadError', 'A position in the file cannot be reached', 'Give a regular file; a pipe or device will not do.'),
  ERROR_WRITE_FAULT: row(0x8007001D, 'WriteError', 'Writing failed', 'Check the disk and the file system.'),
  ERROR_READ_FAULT: row(0x8007001E, 'ReadError', 'Reading failed', 'Check the disk and the file system.'),
  ERROR_SHARING_VIOLATION: row(0x80070020, 'ResourceBusy', 'Another process uses the file', 'Close the programs that use it, then try again.'),
  ERROR_LOCK_VIOLATION: row(0x80070021, 'ResourceBusy', 'Another process has locked a part of the file', 'Close the programs that use it, then try again.'),
  ERROR_HANDLE_EOF: row(0x80070026, 'InvalidData', 'The file ends too early', 'It was not copied or downloaded completely; get it again from its source.'),
  ERROR_NOT_SUPPORTED: row(0x80070032, 'InvalidOperation', 'This is not supported, here or for this image or file system',
    'Use the engine that the message names, if any. Mount into a folder on a plain local volume (on Windows: NTFS, not deduplicated, not removable).'),
  ERROR_DEV_NOT_EXIST: row(0x80070037, 'ResourceUnavailable', 'The device or network resource is no longer available', 'Check that the drive is connected.'),
  ERROR_UNEXP_NET_ERR: row(0x8007003B, 'ConnectionError', 'An unexpected network error occurred', 'Check the connection to the share.'),
  ERROR_NETNAME_DELETED: row(0x80070040, 'ConnectionError', 'The connection to the share is gone', 'Check the connection to the share.'),
  ERROR_FILE_EXISTS: row(0x80070050, 'ResourceExists', 'The file exists already', 'Choose another name.'),
  E_INVALIDARG: row(0x80070057, 'InvalidArgument', 'A parameter is invalid', 'Correct the parameter that the message names.'),
  ERROR_BROKEN_PIPE: row(0x8007006D, 'ConnectionError', 'The other end of a pipe was closed', 'See why the program at the other end stopped.'),
  ERROR_DISK_FULL: row(0x80070070, 'WriteError', 'The disk is full', 'Free space on the volume of the image and of the scratch folder.'),
  ERROR_INVALID_NAME: row(0x8007007B, 'InvalidArgument', 'The name of a file or folder is invalid', 'Check the path.'),
  ERROR_MOD_NOT_FOUND: row(0x8007007E, 'ResourceUnavailable', 'A library or a part of it is missing', 'Check the installation with Test-DismTsEnvironment.'),
  ERROR_DIR_NOT_EMPTY: row(0x80070091, 'ResourceExists', 'The folder is not empty', 'Give an empty folder.'),
  ERROR_LOCK_FAILED: row(0x800700A7, 'ResourceUnavailable', 'The file cannot be locked',
    'On a share, start its lock service, or mount it with locks that are local; or use a local disk.'),
  ERROR_MORE_DATA: row(0x800700EA, 'InvalidArgument', 'The size is too small', 'Give a larger one.'),
  ERROR_ALREADY_EXISTS: row(0x800700B7, 'ResourceExists', 'It exists already', 'Choose another name, or remove what is there.'),
  ERROR_BAD_EXE_FORMAT: row(0x800700C1, 'InvalidData', 'The program or library is for another processor architecture', 'Use the one for the architecture of this process.'),
  ERROR_FILENAME_EXCED_RANGE: row(0x800700CE, 'InvalidArgument', 'The path is too long', 'Use a shorter path.'),
  ERROR_FILE_TOO_LARGE: row(0x800700DF, 'WriteError', 'The file would be larger than its file system, or a limit of the process, allows',
    'Use a file system without that limit (FAT32 ends at 4 GiB), or raise the limit of file sizes (ulimit -f).'),
  ERROR_DIRECTORY: row(0x8007010B, 'InvalidArgument', 'The path is not that of a folder', 'Give a folder.'),
  ERROR_MSU_CHILD_PACKAGE: row(0x80070228, 'InvalidData', 'A package inside the .msu file could not be used', 'Get the package again from its source, or add the .cab file inside it.'),
  ERROR_ELEVATION_REQUIRED: row(0x800702E4, 'PermissionDenied', 'The operation needs elevation', 'Run PowerShell as administrator.'),
  ERROR_IO_DEVICE: row(0x8007045D, 'ReadError', 'The device reported an input or output error', 'Check the disk and its connection.'),
  ERROR_FILE_INVALID: row(0x800703EE, 'ResourceUnavailable', 'The volume was changed from outside, so that the open file is no longer valid',
    'Somebody replaced or removed the file on the share meanwhile, or the share was exported anew: mount the share again, then try again.'),
  ERROR_SHUTDOWN_IN_PROGRESS: row(0x8007045B, 'ResourceUnavailable', 'The system is shutting down', 'Try again after the restart.'),
  ERROR_POSSIBLE_DEADLOCK: row(0x8007046B, 'ResourceBusy', 'Two programs wait for each other', 'Wait until the other program has ended, then try again.'),
  ERROR_TOO_MANY_LINKS: row(0x80070476, 'WriteError', 'The file has as many links as its file system allows', 'Use another file system.'),
  ERROR_NOT_FOUND: row(0x80070490, 'ObjectNotFound', 'The element was not found', 'Check the name.'),
  ERROR_CANCELLED: row(0x800704C7, 'OperationStopped', 'The operation was cancelled'),
  ERROR_CONNECTION_REFUSED: row(0x800704C9, 'ConnectionError', 'The other machine refused the connection', 'Check that its service runs and that no firewall stops it.'),
  ERROR_NETWORK_UNREACHABLE: row(0x800704CF, 'ConnectionError', 'The network cannot be reached', 'Check the network connection.'),
  ERROR_HOST_UNREACHABLE: row(0x800704D0, 'ConnectionError', 'The other machine cannot be reached', 'Check the network connection, and that the machine runs.'),
  ERROR_REQUEST_ABORTED: row(0x800704D3, 'OperationStopped', 'The operation was aborted'),
  ERROR_RETRY: row(0x800704D5, 'ResourceBusy', 'The operation did not come to its end and can be tried again', 'Try again.'),
  ERROR_HOST_DOWN: row(0x800704E8, 'ConnectionError', 'The other machine is not available', 'Check that the machine runs.'),
  ERROR_DISK_QUOTA_EXCEEDED: row(0x8007050F, 'WriteError', 'The disk quota is used up', 'Free space among the files of this user, or have the quota raised.'),
  ERROR_PRIVILEGE_NOT_HELD: row(0x80070522, 'PermissionDenied', 'A privilege is missing that the operation needs', 'Run elevated; policies may have removed the privileges to back up and restore files.'),
  ERROR_FILE_CORRUPT: row(0x80070570, 'InvalidData', 'The file is damaged and cannot be read', 'Get the file again from its source.'),
  ERROR_DISK_CORRUPT: row(0x80070571, 'InvalidData', 'The structure of the disk is damaged', 'Have the file system checked (fsck, or chkdsk on Windows); then get the file again from its source.'),
  ERROR_NO_SYSTEM_RESOURCES: row(0x800705AA, 'ResourceUnavailable', 'The system has not enough means for this', 'Close programs, or run fewer operations at a time.'),
  ERROR_TIMEOUT: row(0x800705B4, 'OperationTimeout', 'The operation took too long', 'Try again when the machine is less busy.'),
  ERROR_INSTALL_FAILURE: row(0x80070643, 'NotSpecified', 'An installer failed', 'The log file has the details.'),
  ERROR_UNKNOWN_PRODUCT: row(0x80070645, 'InvalidArgument', 'The product key is for no known product', 'Check the key.'),
  ERROR_PRODUCT_VERSION: row(0x80070666, 'InvalidOperation', 'The file is of a version that is not supported', 'Convert the file with the tool that made it, or use a newer DismTs.'),
  RPC_S_SERVER_UNAVAILABLE: row(0x800706BA, 'ConnectionError', 'The host process of DISM is gone', 'Run the command again; DismTs starts DISM anew.'),
  RPC_S_CALL_FAILED: row(0x800706BE, 'ConnectionError', 'The host process of DISM ended during the call',
    'Look at the state of the image, then run the command again; DismTs starts DISM anew.'),
  ERROR_UNRECOGNIZED_MEDIA: row(0x800706F9, 'InvalidData', 'The medium in the drive is not recognised', 'Use another medium or drive.'),
  ERROR_FILE_ENCRYPTED: row(0x80071772, 'PermissionDenied', 'The file is encrypted', 'Decrypt it in Windows, as the user who encrypted it.'),
  ERROR_VOLUME_DIRTY: row(0x80070326, 'InvalidOperation', 'The volume was not shut down properly', 'Start the machine and shut it down, or run chkdsk /f on the volume in Windows; or mount with -ReadOnly.'),
  ERROR_UNRECOGNIZED_VOLUME: row(0x800703ED, 'InvalidData', 'There is no file system that is known', 'Check that this is the right disk.'),
  RPC_X_ENUM_VALUE_OUT_OF_RANGE: row(0x800706F5, 'InvalidArgument', 'A value was out of range in a call between processes',
    'This DISM version may differ from what DismTs knows; report it with the log file.'),
  ERROR_INTERNET_NAME_NOT_RESOLVED: row(0x80072EE7, 'ConnectionError', 'The name of the update server could not be resolved', 'Check the network connection, or give a local source.'),
  ERROR_INTERNET_CONNECTION_RESET: row(0x80072EFF, 'ConnectionError', 'The connection to the update server was reset', 'Check the network connection and proxy, or give a local source.'),
  WU_E_PT_ENDPOINT_UNREACHABLE: row(0x80240438, 'ConnectionError', 'The update server cannot be reached',
    'Give a local source with -Source and -LimitAccess, or allow the way to Windows Update or WSUS.'),
  ERROR_SXS_ASSEMBLY_MISSING: row(0x80073701, 'InvalidData', 'A component that another one refers to is missing', 'Run Repair-DismTsImage -RestoreHealth with a source that fits the image.'),
  ERROR_SXS_COMPONENT_STORE_CORRUPT: row(0x80073712, 'InvalidData', 'The component store is damaged', 'Run Repair-DismTsImage -RestoreHealth with a source that fits the image.'),

  // Virtual disks and volumes: virtdisk, BitLocker.
  ERROR_VHD_DRIVE_FOOTER_MISSING: row(0xC03A0001, 'InvalidData', 'The virtual disk has no footer', 'Get the file again from its source.'),
  ERROR_VHD_DRIVE_FOOTER_CHECKSUM_MISMATCH: row(0xC03A0002, 'InvalidData', 'The footer of the virtual disk is damaged', 'Get the file again from its source.'),
  ERROR_VHD_DRIVE_FOOTER_CORRUPT: row(0xC03A0003, 'InvalidData', 'The footer of the virtual disk cannot be', 'Get the file again from its source.'),
  ERROR_VHD_FORMAT_UNSUPPORTED_VERSION: row(0xC03A0005, 'InvalidData', 'The virtual disk is of an unknown version', 'Convert it with the tool that made it.'),
  ERROR_VHD_SPARSE_HEADER_CHECKSUM_MISMATCH: row(0xC03A0006, 'InvalidData', 'The header of the dynamic disk is damaged', 'Get the file again from its source.'),
  ERROR_VHD_SPARSE_HEADER_CORRUPT: row(0xC03A0008, 'InvalidData', 'The header of the dynamic disk cannot be', 'Get the file again from its source.'),
  ERROR_VHD_BLOCK_ALLOCATION_TABLE_CORRUPT: row(0xC03A000A, 'InvalidData', 'The block allocation table of the virtual disk is damaged', 'Get the file again from its source.'),
  ERROR_VHD_INVALID_BLOCK_SIZE: row(0xC03A000B, 'InvalidData', 'The blocks of the virtual disk have an impossible size', 'Get the file again from its source.'),
  ERROR_VHD_INVALID_SIZE: row(0xC03A0012, 'InvalidData', 'The virtual disk has an impossible size', 'Get the file again from its source.'),
  ERROR_VHD_INVALID_FILE_SIZE: row(0xC03A0013, 'InvalidData', 'The file of the virtual disk is too short', 'Copy it again, to its end.'),
  ERROR_VIRTDISK_NOT_VIRTUAL_DISK: row(0xC03A0015, 'InvalidData', 'The file is no virtual disk', 'Give a .vhd or .vhdx file.'),
  ERROR_VHD_INVALID_TYPE: row(0xC03A001B, 'InvalidOperation', 'The virtual disk is of a kind that cannot be used here', 'Merge a differencing disk into its parent, or convert it to one of its own.'),
  ERROR_VHD_INVALID_STATE: row(0xC03A001C, 'InvalidOperation', 'The virtual disk is in a state in which it cannot be used', 'Shut the virtual machine down that used it.'),
  ERROR_VIRTDISK_UNSUPPORTED_DISK_SECTOR_SIZE: row(0xC03A001D, 'InvalidData', 'The sectors of the virtual disk have a size that cannot be used here', 'Convert it to a disk with sectors of 512 bytes.'),
  FVE_E_LOCKED_VOLUME: row(0x80310000, 'PermissionDenied', 'The volume is encrypted with BitLocker', 'Turn BitLocker off in Windows ("manage-bde -off") and wait until it is decrypted.'),
} as const satisfies Record<string, Row>;

/** All known codes by symbol. Unsigned. */
export const Hresult = Object.fromEntries(
  Object.entries(table).map(([symbol, { code }]) => [symbol, code]),
) as { readonly [Symbol in keyof typeof table]: number };

/** The HRESULT of a code of Win32, 1 to 0xFFFF: HRESULT_FROM_WIN32 of winerror.h. */
export function hresultFromWin32(code: number): number {
  return (0x80070000 | code) >>> 0;
}

/** What is known of one code. */
export interface HresultEntry {
  /** Unsigned. For a bare Win32 number its HRESULT. */
  readonly code: number;
  /** False: the table does not have the code; symbol and meaning then say only what its bits say. */
  readonly known: boolean;
  readonly symbol: string;
  readonly category: ErrorCategory;
  /** One sentence without a full stop. */
  readonly meaning: string;
  /** One sentence, or empty where there is nothing general to advise. */
  readonly hint: string;
}

const byCode = new Map<number, HresultEntry>(
  Object.entries(table).map(([symbol, entry]) => [entry.code, { ...entry, symbol, known: true }]),
);

/** All rows of the table. */
export function knownCodes(): readonly HresultEntry[] {
  return [...byCode.values()];
}

const win32Facility = 0x80070000;

/** Prefixes of symbols for unknown codes, by the upper half of the code. */
const families: ReadonlyMap<number, { readonly prefix: string; readonly owner: string }> = new Map([
  [0xC004, { prefix: 'DISMAPI', owner: 'the DISM API' }],
  [0xC142, { prefix: 'WIM', owner: 'the WIM mount layer' }],
  [0xC143, { prefix: 'WIM', owner: 'the WIM mount layer' }],
  [0xC151, { prefix: 'DISM', owner: 'the core of DISM' }],
  [0xC157, { prefix: 'DISM', owner: 'a provider of DISM' }],
  [0x800F, { prefix: 'CBS', owner: 'component based servicing' }],
]);

/**
 * What is known of a code, signed or unsigned. A bare Win32 number (up to 65535) stands for its HRESULT 0x8007xxxx, except for
 * success codes that are bare numbers themselves (0, 1, 3010, 3011); the last two are also found behind 0x8007, where some
 * callers put them. An unknown code gets a symbol made of its facility and digits, and category NotSpecified.
 */
export function describeHresult(code: number): HresultEntry {
  const unsigned = code >>> 0;
  const exact = byCode.get(unsigned);
  if (exact !== undefined) {
    return exact;
  }
  const low = unsigned & 0xFFFF;
  if (unsigned <= 0xFFFF) {
    return describeHresult(win32Facility + unsigned);
  }
  const digits = formatHresult(unsigned).slice(2);
  if (unsigned - low === win32Facility) {
    const wrappedSuccess = low === 0xBC2 || low === 0xBC3 ? byCode.get(low) : undefined;
    return wrappedSuccess ?? unknown(unsigned, `WIN32_${low}`, `Windows reported error ${low}, which DismTs has no text for`);
  }
  // Device setup and component based servicing share a facility; the second begins at 0x0800.
  const family = unsigned >>> 16 === 0x800F && low < 0x0800 ? { prefix: 'SPAPI', owner: 'device setup' } : families.get(unsigned >>> 16);
  // CBS has one code of this family for each place that a policy can name as source; only their range is public.
  if (unsigned >= 0x800F0940 && unsigned <= 0x800F094F) {
    return {
      code: unsigned, known: true, symbol: `CBS_E_SOURCE_UNAVAILABLE_${digits}`, category: 'ObjectNotFound',
      meaning: 'The source that the policies of this machine name does not have the files',
      hint: 'Give a local source that fits the image down to the revision, or change the policy.',
    };
  }
  return family === undefined
    ? unknown(unsigned, `HRESULT_${digits}`, 'DismTs has no text for this code')
    : unknown(unsigned, `${family.prefix}_${digits}`, `This is a code of ${family.owner} that DismTs has no text for`);
}

/** A code, signed or unsigned, as `0x` and eight upper-case digits. */
export function formatHresult(code: number): string {
  return `0x${(code >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
}

function unknown(code: number, symbol: string, meaning: string): HresultEntry {
  return { code, known: false, symbol, category: 'NotSpecified', meaning, hint: '' };
}
