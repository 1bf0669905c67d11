/** The table of verbs: which request each makes, and what of it is given by position. Help, completion, the man page and the documents come from it. */

/** How a result is shown to a person. */
export type Shown =
  /** The rows of a list in the result, with these of their properties; a single row in full. `none` is said where there are none. */
  | { readonly list: string; readonly columns: readonly string[]; readonly none: string }
  /** A sentence, with properties of the result in braces. */
  | { readonly say: string }
  /** These properties of the result, a line each. */
  | { readonly properties: readonly string[] };

/** One verb. */
export interface Verb {
  readonly name: string;
  /** The words under which the help has it. */
  readonly group: (typeof verbGroups)[number];
  /** The protocol's method. */
  readonly method: string;
  /** The command of the module that does the same, with the parameter that makes it do so; some verbs have none. */
  readonly command?: string;
  /** What it does: a sentence without a full stop. */
  readonly summary: string;
  /** Parameters of the request that are given by position, in this order. */
  readonly positionals: readonly string[];
  /** Parameters that a word stands for which does not fit the one of its position. */
  readonly orElse?: Readonly<Record<string, string>>;
  /** Switches of which just one has to be given, and the parameters that each stands for. */
  readonly choices?: Readonly<Record<string, { readonly text: string; readonly params: Readonly<Record<string, unknown>> }>>;
  readonly shown: Shown;
  /** As it would be typed, without `dismts`. */
  readonly example: string;
}

export const verbGroups = ['Image files', 'Mounted images', 'Health', 'What is in an image', 'This machine'] as const;

const image: Shown = { say: 'Done: {path}' };
const driverColumns = ['driver', 'className', 'providerName', 'date', 'version', 'originalFileName'];
const findings: Shown = { properties: ['imageHealthState', 'path', 'counts', 'findings', 'logPath'] };

export const verbs: readonly Verb[] = [
  {
    name: 'info', group: 'Image files', method: 'image/getInfo', command: 'Get-DismTsImage -ImagePath', summary: 'Show the images of a file', positionals: ['imagePath'],
    shown: { list: 'images', columns: ['imageIndex', 'imageName', 'version', 'architecture', 'editionId', 'imageSize'], none: 'The file has no such image' },
    example: 'info install.wim --index 1',
  },
  {
    name: 'content', group: 'Image files', method: 'imageFile/getContent', command: 'Get-DismTsImageContent', summary: 'List the files of an image',
    positionals: ['imagePath'], shown: { list: 'paths', columns: [], none: 'The image is empty' }, example: 'content install.wim --index 1',
  },
  {
    name: 'capture', group: 'Image files', method: 'imageFile/capture', command: 'New-DismTsImage', summary: 'Capture a folder into a new image file',
    positionals: ['capturePath', 'imagePath', 'imageName'], shown: { say: 'Captured into image {imageIndex} of {imagePath}' }, example: 'capture folder new.wim Master',
  },
  {
    name: 'append', group: 'Image files', method: 'imageFile/append', command: 'Add-DismTsImage', summary: 'Capture a folder into another image of a file',
    positionals: ['capturePath', 'imagePath', 'imageName'], shown: { say: 'Captured into image {imageIndex} of {imagePath}' }, example: 'append folder install.wim Master',
  },
  {
    name: 'apply', group: 'Image files', method: 'imageFile/apply', command: 'Expand-DismTsImage', summary: 'Apply an image to a folder or volume',
    positionals: ['imagePath', 'applyPath'], shown: { say: 'Applied image {imageIndex} of {imagePath}' }, example: 'apply install.wim /mnt/volume --index 1',
  },
  {
    name: 'convert', group: 'Image files', method: 'imageFile/convert', command: 'Convert-DismTsImage', summary: 'Make a virtual disk of an image, or an image of a virtual disk',
    positionals: ['imagePath', 'destinationImagePath'], shown: { say: 'Converted into {imagePath}' }, example: 'convert install.wim windows.vhdx --index 1',
  },
  {
    name: 'export', group: 'Image files', method: 'imageFile/export', command: 'Export-DismTsImage', summary: 'Copy images into another file, which reclaims space',
    positionals: ['sourceImagePath', 'destinationImagePath'], shown: { say: 'Exported into {imagePath}' }, example: 'export install.wim small.wim --index 1 --compression-type max',
  },
  {
    name: 'split', group: 'Image files', method: 'imageFile/split', command: 'Split-DismTsImage', summary: 'Split a file into parts',
    positionals: ['imagePath', 'splitImagePath'], shown: { say: 'Split {imagePath}' }, example: 'split install.wim install.swm --file-size 4000',
  },
  {
    name: 'join', group: 'Image files', method: 'imageFile/join', command: 'Join-DismTsImage', summary: 'Join the parts of a split file',
    positionals: ['imagePath', 'destinationImagePath'], shown: { say: 'Joined into {imagePath}' }, example: 'join install.swm joined.wim',
  },
  {
    name: 'verify', group: 'Image files', method: 'imageFile/test', command: 'Test-DismTsImageFile', summary: 'Verify the content of a file against its checksums',
    positionals: ['imagePath'], shown: { properties: ['imagePath', 'healthy', 'integrityTable', 'contentsChecked', 'bytesChecked', 'damage'] }, example: 'verify install.wim',
  },
  {
    name: 'optimize-file', group: 'Image files', method: 'imageFile/optimize', command: 'Optimize-DismTsImageFile', summary: 'Write a file anew without the space of what was replaced',
    positionals: ['imagePath'], shown: { say: 'Done: {imagePath}' }, example: 'optimize-file install.wim',
  },
  {
    name: 'remove-image', group: 'Image files', method: 'imageFile/remove', command: 'Remove-DismTsImage', summary: 'Remove an image from a file',
    positionals: ['imagePath'], shown: { say: 'Removed image {removedIndex} ({removedName}) from {imagePath}' }, example: 'remove-image install.wim --index 2',
  },
  {
    name: 'set-image', group: 'Image files', method: 'imageFile/set', command: 'Set-DismTsImage', summary: 'Change what a file says of an image',
    positionals: ['imagePath'], shown: { say: 'Done: {imagePath}' }, example: 'set-image install.wim --index 1 --new-name Master',
  },
  {
    name: 'extract', group: 'Image files', method: 'imageFile/extractItem', command: 'Copy-DismTsImageItem -Destination', summary: 'Copy a file or folder out of an image',
    positionals: ['imagePath', 'itemPath', 'destination'], shown: { say: 'Done: {imagePath}' }, example: 'extract install.wim /Windows/win.ini out --index 1',
  },
  {
    name: 'put', group: 'Image files', method: 'imageFile/putItem', command: 'Copy-DismTsImageItem -Source', summary: 'Copy a file or folder into an image, without mounting it',
    positionals: ['imagePath', 'source', 'itemPath'], shown: { say: 'Done: {imagePath}' }, example: 'put install.wim hosts /Windows/System32/drivers/etc/hosts --index 1 --replace',
  },
  {
    name: 'capture-custom', group: 'Image files', method: 'imageFile/captureCustom', command: 'New-DismTsCustomImage', summary: 'Capture the changes of an applied image into a custom data image',
    positionals: ['capturePath'], shown: image, example: 'capture-custom D:\\',
  },
  {
    name: 'wimboot-entries', group: 'Image files', method: 'wimBoot/getEntries', command: 'Get-DismTsWimBootEntry', summary: 'List the WIMBoot entries of a volume',
    positionals: ['path'], shown: { list: 'entries', columns: [], none: 'There are none' }, example: 'wimboot-entries D:\\',
  },
  {
    name: 'set-wimboot-entry', group: 'Image files', method: 'wimBoot/updateEntry', command: 'Update-DismTsWimBootEntry', summary: 'Change the file of a WIMBoot entry',
    positionals: ['path', 'dataSourceId', 'imagePath'], shown: image, example: 'set-wimboot-entry D:\\ 1 D:\\install.wim',
  },
  {
    name: 'mount', group: 'Mounted images', method: 'image/mount', command: 'Mount-DismTsImage', summary: 'Mount an image in an empty folder', positionals: ['imagePath', 'mountPath'],
    shown: { say: 'Mounted image {imageIndex} of {imagePath} at {path} ({mountMode})' }, example: 'mount install.wim mnt --index 1',
  },
  {
    name: 'mounts', group: 'Mounted images', method: 'image/listMounted', command: 'Get-DismTsImage -Mounted', summary: 'List the mounted images', positionals: [],
    shown: { list: 'mounts', columns: ['path', 'mountStatus', 'mountMode', 'imageIndex', 'imagePath', 'statusReason'], none: 'Nothing is mounted' }, example: 'mounts',
  },
  {
    name: 'save', group: 'Mounted images', method: 'image/commit', command: 'Save-DismTsImage', summary: 'Write the changes of a mounted image into its file, and keep it mounted',
    positionals: ['mountPath'], shown: { say: 'Saved {path} as image {imageIndex}' }, example: 'save mnt',
  },
  {
    name: 'unmount', group: 'Mounted images', method: 'image/unmount', command: 'Dismount-DismTsImage', summary: 'Dismount an image, with its changes or without them', positionals: ['mountPath'],
    choices: {
      save: { text: 'write the changes into the file first', params: { commit: true } },
      discard: { text: 'drop the changes', params: { commit: false } },
    },
    shown: { say: 'Dismounted {path}' }, example: 'unmount mnt --save',
  },
  {
    name: 'remount', group: 'Mounted images', method: 'image/remount', command: 'Mount-DismTsImage -Remount', summary: 'Serve a mount again that a restart or a crash has interrupted, with its changes',
    positionals: ['mountPath'], shown: { say: 'Mounted {path} again' }, example: 'remount mnt',
  },
  {
    name: 'cleanup', group: 'Mounted images', method: 'image/cleanupMountPoints', command: 'Clear-DismTsMountPoint', summary: 'Remove what is left of mounts whose status is Invalid', positionals: [],
    shown: { list: 'removed', columns: ['path', 'imagePath', 'imageIndex', 'statusReason'], none: 'There was nothing to remove' }, example: 'cleanup',
  },
  {
    name: 'optimize', group: 'Mounted images', method: 'image/optimize', command: 'Optimize-DismTsImage', summary: 'Prepare an offline image for a way of booting', positionals: ['path'],
    shown: image, example: 'optimize mnt --optimization-target Boot',
  },
  {
    name: 'apply-custom-data', group: 'Mounted images', method: 'image/applyCustomData', command: 'Expand-DismTsCustomDataImage',
    summary: 'Replace files of an applied image by those of a custom data image', positionals: ['customDataImage', 'imagePath'],
    shown: image, example: 'apply-custom-data custom.ppkg D:\\',
  },
  {
    name: 'check', group: 'Health', method: 'health/check', command: 'Repair-DismTsImage -CheckHealth', summary: 'Say what is known of damage to a component store', positionals: ['path'],
    shown: findings, example: 'check mnt',
  },
  {
    name: 'scan', group: 'Health', method: 'health/scan', command: 'Repair-DismTsImage -ScanHealth', summary: 'Compare every file of a component store with its digest', positionals: ['path'],
    shown: findings, example: 'scan mnt',
  },
  {
    name: 'repair', group: 'Health', method: 'health/restore', command: 'Repair-DismTsImage -RestoreHealth', summary: 'Put damaged files of a component store back, from the image and from sources',
    positionals: ['path'], shown: findings, example: 'repair mnt --source WIM:other/install.wim:1',
  },
  {
    name: 'clean', group: 'Health', method: 'health/cleanComponents', command: 'Repair-DismTsImage -StartComponentCleanup', summary: 'Remove superseded components', positionals: ['path'],
    shown: image, example: 'clean --online --reset-base',
  },
  {
    name: 'drivers', group: 'What is in an image', method: 'driver/get', command: 'Get-DismTsDriver', summary: 'List driver packages, or the details of one', positionals: ['path'],
    shown: { list: 'drivers', columns: driverColumns, none: 'There are no such drivers' }, example: 'drivers mnt',
  },
  {
    name: 'add-driver', group: 'What is in an image', method: 'driver/add', command: 'Add-DismTsDriver', summary: 'Add an INF file, or those of a folder', positionals: ['path', 'driver'],
    shown: { list: 'results', columns: ['infPath', 'driver', 'failure'], none: 'Nothing was added' }, example: 'add-driver mnt drivers --recurse',
  },
  {
    name: 'remove-driver', group: 'What is in an image', method: 'driver/remove', command: 'Remove-DismTsDriver', summary: 'Remove a driver package', positionals: ['path', 'driver'],
    shown: image, example: 'remove-driver mnt oem3.inf',
  },
  {
    name: 'export-drivers', group: 'What is in an image', method: 'driver/export', command: 'Export-DismTsDriver', summary: 'Copy the driver packages into a folder',
    positionals: ['path', 'destination'], shown: { list: 'drivers', columns: driverColumns, none: 'There are no drivers to copy' }, example: 'export-drivers mnt drivers',
  },
  {
    name: 'packages', group: 'What is in an image', method: 'package/get', command: 'Get-DismTsPackage', summary: 'List packages, or the details of one', positionals: ['path'],
    shown: { list: 'packages', columns: ['packageName', 'packageState', 'releaseType', 'installTime'], none: 'There are no such packages' }, example: 'packages mnt',
  },
  {
    name: 'add-package', group: 'What is in an image', method: 'package/add', command: 'Add-DismTsPackage', summary: 'Add a package file, or those of a folder', positionals: ['path', 'packagePath'],
    shown: { list: 'results', columns: ['packageFile', 'failure'], none: 'Nothing was added' }, example: 'add-package mnt kb5043080.msu',
  },
  {
    name: 'remove-package', group: 'What is in an image', method: 'package/remove', command: 'Remove-DismTsPackage', summary: 'Remove a package', positionals: ['path', 'packageName'],
    shown: image, example: 'remove-package mnt Package_for_KB5043080~31bf3856ad364e35~amd64~~26100.1742.1.10',
  },
  {
    name: 'features', group: 'What is in an image', method: 'feature/get', command: 'Get-DismTsOptionalFeature', summary: 'List optional features, or the details of one', positionals: ['path', 'featureName'],
    shown: { list: 'features', columns: ['featureName', 'state'], none: 'There are no such features' }, example: 'features mnt NetFx3',
  },
  {
    name: 'feature-parents', group: 'What is in an image', method: 'feature/getParent', summary: 'List the features that one needs', positionals: ['path', 'featureName'],
    shown: { list: 'features', columns: ['featureName', 'state'], none: 'It needs no other feature' }, example: 'feature-parents mnt TelnetClient',
  },
  {
    name: 'enable-feature', group: 'What is in an image', method: 'feature/enable', command: 'Enable-DismTsOptionalFeature', summary: 'Enable an optional feature', positionals: ['path', 'featureName'],
    shown: image, example: 'enable-feature mnt NetFx3 --source D:\\sources\\sxs',
  },
  {
    name: 'disable-feature', group: 'What is in an image', method: 'feature/disable', command: 'Disable-DismTsOptionalFeature', summary: 'Disable an optional feature', positionals: ['path', 'featureName'],
    shown: image, example: 'disable-feature mnt SMB1Protocol --remove',
  },
  {
    name: 'capabilities', group: 'What is in an image', method: 'capability/get', command: 'Get-DismTsCapability', summary: 'List capabilities (features on demand)', positionals: ['path', 'name'],
    shown: { list: 'capabilities', columns: ['name', 'state'], none: 'There are no such capabilities' }, example: 'capabilities mnt',
  },
  {
    name: 'add-capability', group: 'What is in an image', method: 'capability/add', command: 'Add-DismTsCapability', summary: 'Add a capability', positionals: ['path', 'name'],
    shown: image, example: 'add-capability mnt OpenSSH.Client~~~~0.0.1.0',
  },
  {
    name: 'remove-capability', group: 'What is in an image', method: 'capability/remove', command: 'Remove-DismTsCapability', summary: 'Remove a capability', positionals: ['path', 'name'],
    shown: image, example: 'remove-capability mnt OpenSSH.Client~~~~0.0.1.0',
  },
  {
    name: 'export-capability-source', group: 'What is in an image', method: 'capability/exportSource', command: 'Export-DismTsCapabilitySource',
    summary: 'Copy what a capability is made of out of a repository into another', positionals: ['path', 'name', 'source', 'target'],
    shown: image, example: 'export-capability-source mnt OpenSSH.Client~~~~0.0.1.0 E:\\LanguagesAndOptionalFeatures repository',
  },
  {
    name: 'edition', group: 'What is in an image', method: 'edition/get', command: 'Get-DismTsEdition', summary: 'Show the edition', positionals: ['path'],
    shown: { properties: ['edition', 'productName', 'installationType', 'displayVersion', 'version', 'architecture', 'defaultLanguage'] }, example: 'edition mnt',
  },
  {
    name: 'target-editions', group: 'What is in an image', method: 'edition/getTargets', command: 'Get-DismTsEdition -Target', summary: 'List the editions that an image can become', positionals: ['path'],
    shown: { list: 'editions', columns: [], none: 'There are none' }, example: 'target-editions mnt',
  },
  {
    name: 'set-edition', group: 'What is in an image', method: 'edition/set', command: 'Set-DismTsEdition', summary: 'Change the edition', positionals: ['path', 'edition'],
    shown: image, example: 'set-edition mnt Professional',
  },
  {
    name: 'set-product-key', group: 'What is in an image', method: 'productKey/set', command: 'Set-DismTsProductKey',
    summary: 'Set the product key; lists of processes show it ("call productKey/set -" reads it from stdin)', positionals: ['path', 'productKey'],
    shown: image, example: 'set-product-key mnt VK7JG-NPHTM-C97JM-9MPGT-3V66T',
  },
  {
    name: 'apps', group: 'What is in an image', method: 'appx/get', command: 'Get-DismTsAppxProvisionedPackage', summary: 'List provisioned apps', positionals: ['path'],
    shown: { list: 'packages', columns: ['displayName', 'architecture', 'packageName', 'regions'], none: 'There are no provisioned apps' }, example: 'apps mnt',
  },
  {
    name: 'add-app', group: 'What is in an image', method: 'appx/add', command: 'Add-DismTsAppxProvisionedPackage', summary: 'Provision an app', positionals: ['path', 'packagePath'],
    shown: image, example: 'add-app mnt contoso.msixbundle --skip-license',
  },
  {
    name: 'remove-app', group: 'What is in an image', method: 'appx/remove', command: 'Remove-DismTsAppxProvisionedPackage', summary: 'Remove a provisioned app', positionals: ['path', 'packageName'],
    shown: image, example: 'remove-app mnt Contoso.App_1.2.3.4_neutral_~_abcdefghjkmnp',
  },
  {
    name: 'optimize-apps', group: 'What is in an image', method: 'appx/optimize', command: 'Optimize-DismTsAppxProvisionedPackage', summary: 'Make identical files of provisioned apps one', positionals: ['path'],
    shown: image, example: 'optimize-apps mnt',
  },
  {
    name: 'set-app-data', group: 'What is in an image', method: 'appx/setDataFile', command: 'Set-DismTsAppxProvisionedDataFile', summary: 'Set the custom data file of a provisioned app',
    positionals: ['path', 'packageName', 'customDataPath'], shown: image, example: 'set-app-data mnt Contoso.App_1.2.3.4_neutral_~_abcdefghjkmnp custom.data',
  },
  {
    name: 'non-removable-apps', group: 'What is in an image', method: 'appsPolicy/getNonRemovable', command: 'Get-DismTsNonRemovableAppsPolicy', summary: 'List the apps that users cannot remove',
    positionals: ['path'], shown: { list: 'packageFamilyNames', columns: [], none: 'There are none' }, example: 'non-removable-apps --online',
  },
  {
    name: 'set-non-removable-app', group: 'What is in an image', method: 'appsPolicy/setNonRemovable', command: 'Set-DismTsNonRemovableAppsPolicy', summary: 'Say whether users can remove an app',
    positionals: ['path', 'packageFamilyName', 'nonRemovable'], shown: image, example: 'set-non-removable-app mnt Contoso.App_abcdefghjkmnp true',
  },
  {
    name: 'apply-unattend', group: 'What is in an image', method: 'unattend/apply', command: 'Use-DismTsUnattend', summary: 'Apply the offlineServicing part of an answer file',
    positionals: ['path', 'unattendPath'], shown: image, example: 'apply-unattend mnt unattend.xml',
  },
  {
    name: 'registry-keys', group: 'What is in an image', method: 'registry/getKeys', command: 'Get-DismTsRegistryKey', summary: 'List registry keys of an image',
    positionals: ['path', 'hive', 'key'], shown: { list: 'keys', columns: [], none: 'There are none' }, example: 'registry-keys mnt SOFTWARE Microsoft --children',
  },
  {
    name: 'registry-values', group: 'What is in an image', method: 'registry/getValues', command: 'Get-DismTsRegistryValue', summary: 'List registry values of an image',
    positionals: ['path', 'hive', 'key'], shown: { list: 'values', columns: [], none: 'There are none' }, example: 'registry-values mnt SOFTWARE Microsoft',
  },
  {
    name: 'import-registry', group: 'What is in an image', method: 'registry/importFile', command: 'Import-DismTsRegistryFile', summary: 'Import a .reg file into the registry of an image',
    positionals: ['path', 'registryFile'], shown: image, example: 'import-registry mnt settings.reg',
  },
  {
    name: 'change-registry', group: 'What is in an image', method: 'registry/change', summary: 'Change the registry of an image by a list of edits',
    positionals: ['path'], shown: image, example: 'change-registry mnt --edits \'[{"action":"CreateKey","hive":"SOFTWARE","key":"Contoso"}]\'',
  },
  {
    name: 'revert-pending', group: 'What is in an image', method: 'pendingActions/revert', command: 'Undo-DismTsPendingAction', summary: 'Take back what waits for the next start',
    positionals: ['path'], shown: image, example: 'revert-pending mnt',
  },
  {
    name: 'first-boot', group: 'What is in an image', method: 'firstBoot/get', command: 'Get-DismTsFirstBootAction', summary: 'List what waits in an image for Windows to do when it is set up',
    positionals: ['path'], shown: { list: 'items', columns: ['kind', 'name', 'all'], none: 'Nothing waits' }, example: 'first-boot mnt',
  },
  {
    name: 'add-first-boot', group: 'What is in an image', method: 'firstBoot/add', summary: 'Have Windows add a package, feature or capability when it is set up',
    positionals: ['path'], shown: { list: 'items', columns: ['kind', 'name', 'all'], none: 'Nothing waits' }, example: 'add-first-boot mnt --kind Feature --name NetFx3',
  },
  {
    name: 'remove-first-boot', group: 'What is in an image', method: 'firstBoot/remove', command: 'Remove-DismTsFirstBootAction', summary: 'Take back what waits, by name or wildcards',
    positionals: ['path', 'name'], shown: { list: 'items', columns: ['kind', 'name', 'all'], none: 'Nothing of that name waits' }, example: 'remove-first-boot mnt NetFx3',
  },
  {
    name: 'reserved-storage', group: 'This machine', method: 'reservedStorage/get', command: 'Get-DismTsReservedStorageState', summary: 'Show whether the running Windows reserves storage', positionals: [],
    shown: { properties: ['reservedStorageState'] }, example: 'reserved-storage',
  },
  {
    name: 'set-reserved-storage', group: 'This machine', method: 'reservedStorage/set', command: 'Set-DismTsReservedStorageState', summary: 'Switch reserved storage of the running Windows', positionals: ['state'],
    shown: { properties: ['reservedStorageState'] }, example: 'set-reserved-storage Disabled',
  },
  {
    name: 'start-os-uninstall', group: 'This machine', method: 'osUninstall/start', command: 'Start-DismTsOSUninstall', summary: 'Go back to the Windows before the last upgrade', positionals: ['path'],
    shown: image, example: 'start-os-uninstall --online',
  },
  {
    name: 'environment', group: 'This machine', method: 'environment/get', command: 'Test-DismTsEnvironment', summary: 'Show what this machine has of what DismTs needs', positionals: [],
    shown: { properties: ['engine', 'ready', 'elevated', 'stateDirectory', 'logDirectory', 'checks', 'fix'] }, example: 'environment',
  },
  {
    name: 'log', group: 'This machine', method: 'log/get', command: 'Get-DismTsLog', summary: 'Show what an operation wrote into its log', positionals: ['logPath'],
    shown: { list: 'entries', columns: ['time', 'level', 'provider', 'message'], none: 'The log is empty' }, example: 'log',
  },
  {
    name: 'error', group: 'This machine', method: 'error/resolve', command: 'Resolve-DismTsError', summary: 'Say what an error code means', positionals: ['code'], orElse: { code: 'symbol' },
    shown: { properties: ['hex', 'symbol', 'category', 'meaning', 'hint'] }, example: 'error 0xC1420127',
  },
];

/** The verb of this name. */
export function findVerb(name: string): Verb | undefined {
  return verbs.find((verb) => verb.name === name);
}
