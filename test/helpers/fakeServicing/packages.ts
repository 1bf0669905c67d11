/** What the fake engine answers about the packages of an image. */
import type { PackageInfo, PackageResult } from '@dismts/protocol';
import type { EngineOperations } from '../../../sidecar/src/engine/engine.ts';
import { errorData } from '../../../sidecar/src/errorData.ts';
import { DismError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import type { OperationContext } from '../../../sidecar/src/operationContext.ts';
import { named, type AnswerImage } from './session.ts';

/** Everything known, hardly anything known, and a state that is neither here nor there, in characters beyond the BMP. */
const packages: PackageInfo[] = [
  {
    packageName: 'Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.1742.1.10', packageState: 'Installed', releaseType: 'SecurityUpdate',
    installTime: '2024-09-06T05:14:36.123Z', applicable: true, copyright: 'Copyright (c) Sample', company: 'Sample',
    creationTime: '2024-09-05T23:00:00.000Z', description: 'Fix for KB5043080 é', installClient: 'DISM Package Manager Provider', installPackageName: 'Package_for_RollupFix.mum',
    lastUpdateTime: null, displayName: 'Cumulative update', productName: 'Sample Windows', productVersion: '10.0.26100.1742', restartRequired: 'Possible',
    supportInformation: 'https://example.com/kb5043080', completelyOfflineCapable: 'Undetermined', capabilityId: '',
    customProperties: [{ name: 'kbid', value: '5043080', path: 'mum2' }],
    features: [{ featureName: 'Sample-Feature', state: 'Enabled' }, { featureName: 'Sample-Feature-Off', state: 'Disabled' }],
  },
  {
    packageName: 'OpenSSH-Client-Package~31bf3856ad364e35~amd64~~10.0.26100.1', packageState: 'Staged', releaseType: 'OnDemandPack', installTime: null,
    applicable: true, copyright: '', company: '', creationTime: null, description: '', installClient: '', installPackageName: '', lastUpdateTime: null,
    displayName: '', productName: '', productVersion: '', restartRequired: 'No', supportInformation: '', completelyOfflineCapable: 'Yes',
    capabilityId: 'OpenSSH.Client~~~~0.0.1.0', customProperties: [], features: [],
  },
  {
    packageName: 'Sample-LanguagePack-Package~31bf3856ad364e35~amd64~de-DE~10.0.26100.1742', packageState: 'UninstallPending', releaseType: 'LanguagePack',
    installTime: '2024-09-07T00:00:00.000Z', applicable: true, copyright: '', company: 'Sample \u{1D54A}', creationTime: null, description: 'Sprachpaket für Deutsch \u{1F1E9}\u{1F1EA}',
    installClient: 'DISM Package Manager Provider', installPackageName: '', lastUpdateTime: '2024-09-08T00:00:00.000Z', displayName: 'Deutsch \u{1F4E6}', productName: '',
    productVersion: '10.0.26100.1742', restartRequired: 'Required', supportInformation: '', completelyOfflineCapable: 'No', capabilityId: '', customProperties: [],
    features: [],
  },
];

/** A package that is a file. */
function packageOfFile(path: string): PackageInfo {
  const name = path.split(/[\\/]/).at(-1)?.replace(/\.[^.]*$/, '') ?? '';
  return {
    packageName: `${name}~31bf3856ad364e35~amd64~~10.0.1.0`, packageState: 'NotPresent', releaseType: 'Update', installTime: null, applicable: !path.includes('inapplicable'),
    copyright: '', company: '', creationTime: '2025-01-02T03:04:05.000Z', description: `\u{1F4BF} ${name}`, installClient: '', installPackageName: '', lastUpdateTime: null,
    displayName: name, productName: '', productVersion: '', restartRequired: 'Possible', supportInformation: '', completelyOfflineCapable: 'Undetermined',
    capabilityId: '', customProperties: [], features: [{ featureName: 'Feature-Of-File', state: 'Disabled' }],
  };
}

/** A folder of the name `updates` has one package that needs a restart, one that does not apply, and one that fails. */
function addAll(path: string, restartNeeded: boolean, { operation }: OperationContext): PackageResult[] {
  if (!path.endsWith('updates')) { return [{ packageFile: path, restartNeeded, failure: null }]; }
  const failed = (name: string, code: number): PackageResult => {
    const error = new DismError(code, `Cannot add the package "${path}/${name}"`, { target: `${path}/${name}` });
    return { packageFile: `${path}/${name}`, restartNeeded: false, failure: { message: error.message, data: errorData(error, { operation, logPath: '' }) } };
  };
  return [
    { packageFile: `${path}/1.cab`, restartNeeded: true, failure: null }, failed('2.cab', Hresult.CBS_E_NOT_APPLICABLE),
    { packageFile: `${path}/3 \u{1F4E6}.msu`, restartNeeded: false, failure: null }, failed('4.cab', Hresult.CBS_E_INVALID_PACKAGE),
  ];
}

/** The methods. */
export function fakePackages(image: AnswerImage) {
  return {
    getPackages: async (params, context) => {
      const { packageName, packagePath } = params;
      const answer = await image(params, context, { names: [packageName, packagePath], phase: 'Reading packages' });
      const found = packagePath === undefined ? named(packages, (item) => item.packageName, packageName) : [packageOfFile(packagePath)];
      const advanced = params.detailed === true || packageName !== undefined || packagePath !== undefined;
      return { ...answer, packages: advanced ? found : found.map(
        ({ packageName, packageState, releaseType, installTime }) => ({ packageName, packageState, releaseType, installTime }),
      ) };
    },
    addPackage: async (params, context) => {
      const answer = await image(params, context, { names: [params.packagePath], phase: 'Adding package' });
      return { ...answer, results: addAll(params.packagePath, answer.restartNeeded, context) };
    },
    removePackage: (params, context) => image(params, context, { names: [params.packageName, params.packagePath], phase: 'Removing package' }),
  } satisfies Partial<EngineOperations>;
}
