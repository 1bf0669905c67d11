/** What the fake engine answers about the provisioned app packages of an image. */
import type { AppxPackage } from '@dismts/protocol';
import type { EngineOperations } from '../../../sidecar/src/engine/engine.ts';
import type { AnswerImage } from './session.ts';

const packages: AppxPackage[] = [
  {
    packageName: 'Sample.App_1.2.3.4_neutral_~_abcdefghjkmnp', displayName: 'Sample.App', publisherId: 'abcdefghjkmnp', majorVersion: 1, minorVersion: 2, build: 3,
    revision: 4, architecture: 11, resourceId: '~',
    installLocation: `%SYSTEMDRIVE%\\Program Files\\WindowsApps\\Sample.App_1.2.3.4_neutral_~_abcdefghjkmnp\\AppxMetadata\\AppxBundleManifest.xml`,
    regions: 'all',
  },
  {
    packageName: 'Sample.\u{1F4F7}_65535.0.0.0_x64__abcdefghjkmnp', displayName: 'Sample.\u{1F4F7}', publisherId: 'abcdefghjkmnp', majorVersion: 65535, minorVersion: 0,
    build: 0, revision: 0, architecture: 9, resourceId: '', installLocation: '', regions: '',
  },
];

/** The methods. */
export function fakeAppxPackages(image: AnswerImage) {
  return {
    getAppxProvisionedPackages: async (params, context) => ({ ...await image(params, context), packages }),
    addAppxProvisionedPackage: (params, context) => image(params, context, {
      names: [
        params.packagePath, params.folderPath, params.customDataPath, ...params.dependencyPackagePaths, ...params.optionalPackagePaths, ...params.licensePaths,
      ],
      phase: 'Adding package',
    }),
    removeAppxProvisionedPackage: async (params, context) => {
      const { packageName, displayName } = params;
      const result = await image(params, context, { names: [packageName ?? displayName ?? ''], phase: 'Removing package' });
      return { ...result, changed: true, removedPackages: [packageName ?? 'Sample.App_1.2.3.4_neutral_~_abcdefghjkmnp'] };
    },
    optimizeAppxProvisionedPackages: (params, context) => image(params, context, { phase: 'Optimizing' }),
    setAppxProvisionedDataFile: (params, context) => image(params, context, { names: [params.packageName, params.customDataPath] }),
    getNonRemovableAppsPolicy: async (params, context) => ({
      ...await image(params, context), packageFamilyNames: ['Sample.App_abcdefghjkmnp', 'Sample.\u{1F4F7}_abcdefghjkmnp'],
    }),
    setNonRemovableAppsPolicy: (params, context) => image(params, context, { names: [params.packageFamilyName] }),
  } satisfies Partial<EngineOperations>;
}
