/** Valid parameters for every method of the engines. */
import type { engineMethods } from '@dismts/protocol';
import type { z } from 'zod';

type Methods = typeof engineMethods;

/** Where the paths point to. */
export interface SamplePaths {
  readonly imagePath: string;
  readonly windowsPath: string;
}

/** Parameters of each method; names and files in them need not exist. */
export function sampleParams({ imagePath, windowsPath: path }: SamplePaths): { readonly [K in keyof Methods]: z.input<Methods[K]['params']> } {
  const name = 'Sample';
  return {
    getEnvironment: {},
    getImageInfo: { imagePath },
    listMountedImages: {},
    mountImage: { imagePath, imageIndex: 1, mountPath: path },
    remountImage: { mountPath: path },
    commitImage: { mountPath: path },
    unmountImage: { mountPath: path, commit: false },
    cleanupMountPoints: {},
    optimizeImage: { path, optimizationTarget: 'Boot' },
    revertPendingActions: { path },
    applyCustomDataImage: { customDataImage: imagePath, imagePath: path },
    captureImage: { imagePath: `${path}/new.wim`, capturePath: path, imageName: name },
    appendImage: { imagePath, capturePath: path, imageName: name },
    applyImage: { imagePath, imageIndex: 1, applyPath: path },
    convertImage: { imagePath, imageIndex: 1, destinationImagePath: `${path}/new.vhdx` },
    exportImage: { sourceImagePath: imagePath, sourceIndexes: [1], destinationImagePath: `${path}/new.wim` },
    splitImage: { imagePath, splitImagePath: `${path}/new.swm`, fileSize: 100 },
    removeImage: { imagePath, imageIndex: 1 },
    getImageContent: { imagePath, imageIndex: 1 },
    joinImage: { imagePath, destinationImagePath: `${path}/new.wim` },
    optimizeImageFile: { imagePath },
    setImage: { imagePath, imageIndex: 1, description: name },
    testImageFile: { imagePath },
    extractImageItem: { imagePath, imageIndex: 1, itemPath: '\\a', destination: `${path}/new` },
    putImageItem: { imagePath, imageIndex: 1, itemPath: '\\a', source: `${path}/a` },
    captureCustomImage: { capturePath: path },
    getWimBootEntries: { path },
    updateWimBootEntry: { path, dataSourceId: '0', imagePath },
    checkHealth: { path },
    scanHealth: { path },
    restoreHealth: { path },
    cleanComponents: { path },
    getPackages: { path },
    addPackage: { path, packagePath: `${path}/a.cab` },
    removePackage: { path, packageName: name },
    getFeatures: { path },
    getFeatureParent: { path, featureName: name },
    enableFeature: { path, featureName: name },
    disableFeature: { path, featureName: name },
    getDrivers: { path },
    addDriver: { path, driver: `${path}/a.inf` },
    removeDriver: { path, driver: 'oem0.inf' },
    exportDrivers: { path, destination: `${path}/drivers` },
    getCapabilities: { path },
    addCapability: { path, name },
    removeCapability: { path, name },
    exportCapabilitySource: { path, name, source: path, target: path },
    getEdition: { path },
    getTargetEditions: { path },
    setEdition: { path, edition: name },
    setProductKey: { path, productKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' },
    getAppxProvisionedPackages: { path },
    addAppxProvisionedPackage: { path, packagePath: `${path}/a.msix`, skipLicense: true },
    removeAppxProvisionedPackage: { path, packageName: name },
    optimizeAppxProvisionedPackages: { path },
    setAppxProvisionedDataFile: { path, packageName: name, customDataPath: `${path}/a.data` },
    getNonRemovableAppsPolicy: { path },
    setNonRemovableAppsPolicy: { path, packageFamilyName: name, nonRemovable: true },
    getRegistryKeys: { path, hive: 'SOFTWARE' },
    getRegistryValues: { path, hive: 'SOFTWARE', key: 'Microsoft' },
    changeRegistry: { path, edits: [{ action: 'CreateKey', hive: 'SOFTWARE', key: name }] },
    importRegistryFile: { path, registryFile: `${path}/a.reg` },
    getFirstBoot: { path },
    addFirstBoot: { path, kind: 'Feature', name },
    removeFirstBoot: { path, name },
    applyUnattend: { path, unattendPath: `${path}/unattend.xml` },
    getReservedStorageState: {},
    setReservedStorageState: { state: 'Disabled' },
    startOsUninstall: { path },
  };
}
