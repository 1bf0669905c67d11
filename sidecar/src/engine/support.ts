/** What the engines cannot do, and why: data for `initialize` and for the table in the README. */
import type { EngineName } from '@dismts/protocol';

/** What changes the packages of an image. */
const needsServicingStack = 'only the servicing stack of Windows can';
const decidesWhatApplies = 'only the servicing stack of Windows can tell what applies, and record it so that the next update does not break; '
  + '-AtFirstBoot puts it into the image for Windows to do when it is set up';
const needsLicensing = 'only Windows can tell whether an edition or key is valid; set it with the Native engine, or in an answer file for Windows Setup';
const needsAppxProvider = 'only the Appx provider of Windows can';
const needsWimBoot = 'only Windows 8.1 and later have what it is about';
const hasDism = 'it adds packages, features and capabilities to the image itself';
const hasReg = 'Windows has its own way to this: load the hive with "reg.exe load"';

/** By engine and method of the protocol; what is not named an engine can do. */
export const unsupportedBy = {
  Native: {
    'imageFile/putItem': 'wimgapi.dll has no function that changes a file of an image; mount the image, copy the file into it, and dismount it with -Save',
    'imageFile/convert': 'Windows attaches a virtual disk as a drive: make it with diskpart, then use Expand-DismTsImage, or New-DismTsImage for the way back',
    'registry/getKeys': hasReg,
    'registry/getValues': hasReg,
    'registry/change': hasReg,
    'registry/importFile': hasReg,
    'firstBoot/get': hasDism,
    'firstBoot/add': hasDism,
    'firstBoot/remove': hasDism,
  },
  Portable: {
    'image/optimize': 'only DismApi.dll can',
    'image/applyCustomData': 'only DismApi.dll can',
    'imageFile/captureCustom': needsWimBoot,
    'wimBoot/getEntries': needsWimBoot,
    'wimBoot/updateEntry': needsWimBoot,
    'health/cleanComponents': needsServicingStack,
    'package/add': decidesWhatApplies,
    'package/remove': needsServicingStack,
    'feature/getParent': 'the image says what a feature needs in packages that are not resolved without the servicing stack of Windows',
    'feature/enable': decidesWhatApplies,
    'feature/disable': needsServicingStack,
    'capability/add': decidesWhatApplies,
    'capability/remove': needsServicingStack,
    'capability/exportSource': needsServicingStack,
    'edition/getTargets': needsServicingStack,
    'edition/set': needsLicensing,
    'productKey/set': needsLicensing,
    'appx/add': 'only Windows checks the signature, licence, block map and dependencies of an app; provision it with the Native engine',
    'appx/optimize': needsAppxProvider,
    'appx/setDataFile': needsAppxProvider,
    'appsPolicy/getNonRemovable': needsAppxProvider,
    'appsPolicy/setNonRemovable': needsAppxProvider,
    'pendingActions/revert': needsServicingStack,
    'reservedStorage/get': 'it is about the running Windows',
    'reservedStorage/set': 'it is about the running Windows',
    'osUninstall/start': 'it is about the running Windows',
  },
} as const satisfies Record<EngineName, Readonly<Record<string, string>>>;

const mountsWithLinux = 'it serves images with FUSE and overlayfs of Linux';

/** What the portable engine cannot do elsewhere than on Linux, beside that. */
export const unsupportedOffLinux: Readonly<Record<string, string>> = {
  'image/mount': mountsWithLinux,
  'image/remount': mountsWithLinux,
  'image/commit': mountsWithLinux,
  'image/unmount': mountsWithLinux,
};
