/** What the fake engine answers about the drivers of an image. */
import type { Driver, DriverInfo, DriverResult } from '@dismts/protocol';
import type { EngineOperations } from '../../../sidecar/src/engine/engine.ts';
import type { OperationContext } from '../../../sidecar/src/operationContext.ts';
import { DismError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { named, type AnswerImage } from './session.ts';

/** SPAPI_E_AUTHENTICODE_TRUST_NOT_ESTABLISHED: the driver package is not signed. */
const notSigned = 0x800F0242;

const driver: Driver = {
  driver: 'oem0.inf', originalFileName: '/mnt/a/Windows/System32/DriverStore/FileRepository/net.inf_amd64_0123456789abcdef/net.inf', inbox: false,
  catalogFile: 'net.cat', className: 'Net', classGuid: '{4D36E972-E325-11CE-BFC1-08002BE10318}', classDescription: 'Network adapters', bootCritical: true,
  driverSignature: 'Signed', providerName: 'Sample', date: '2024-03-01T00:00:00.000Z', version: '1.2.3.4', majorVersion: 1, minorVersion: 2, build: 3, revision: 4,
};

/** Unsigned, without a catalogue, and by a provider beyond the BMP. */
const bareDriver: Driver = {
  driver: 'oem1.inf', originalFileName: '/mnt/a/Windows/System32/DriverStore/FileRepository/bare.inf_amd64_0123456789abcdef/bare.inf', inbox: false, catalogFile: '',
  className: 'Sample', classGuid: '{00000000-0000-0000-0000-000000000000}', classDescription: '', bootCritical: false, driverSignature: 'Unsigned',
  providerName: 'Sample \u{1F5A8}', date: null, version: '0.0.0.65535', majorVersion: 0, minorVersion: 0, build: 0, revision: 65535,
};

const driverDevices: DriverInfo[] = ['PCI\\VEN_8086&DEV_0001', 'PCI\\VEN_8086&DEV_0002'].map((hardwareId) => ({
  ...driver, manufacturerName: 'Sample', hardwareDescription: `Sample adapter ${hardwareId.slice(-1)}`, hardwareId, architecture: 9, serviceName: 'net',
  compatibleIds: '', excludeIds: '',
}));
const bareDevice: DriverInfo = {
  ...bareDriver, manufacturerName: '', hardwareDescription: '', hardwareId: 'ROOT\\BARE', architecture: null, serviceName: '', compatibleIds: '', excludeIds: '',
};

/** Adds one INF file: `unsigned` ones fail unless that is forced, `same` ones are in the image already. */
function add(infPath: string, position: number, forceUnsigned: boolean, context: OperationContext): DriverResult {
  const name = infPath.split(/[\\/]/).at(-1) ?? '';
  if (name.includes('unsigned') && !forceUnsigned) {
    const { message, symbol, category } = new DismError(notSigned, `Cannot add the driver "${infPath}": it has no signature that can be verified`);
    return { infPath, driver: null, failure: { message, data: {
      source: 'dismapi', symbol, nativeCode: notSigned | 0, category, operation: context.operation, target: infPath,
      hint: 'Use -ForceUnsigned where the image is to have it all the same.', logPath: context.log.path,
    } } };
  }
  return {
    infPath, failure: null,
    driver: name.includes('same') ? null : { ...(name.includes('unsigned') ? bareDriver : driver), driver: `oem${position + 2}.inf`, originalFileName: name },
  };
}

/** The methods; what folders hold is the same for all of them, and nothing where `empty` is in the name. */
export function fakeDrivers(image: AnswerImage) {
  return {
    getDrivers: async (params, context) => ({
      ...await image(params, context, { names: [params.driver] }),
      drivers: params.driver === undefined ? [driver, bareDriver] : named([...driverDevices, bareDevice], (device) => device.driver, params.driver),
    }),
    addDriver: async (params, context) => {
      const answer = await image(params, context, { names: [params.driver], phase: 'Adding drivers' });
      const infPaths = /\.inf$/i.test(params.driver)
        ? [params.driver]
        : ['net.inf', 'unsigned.inf', ...(params.recurse === true ? ['sub/same.inf', 'sub/\u{1F5A8} é.inf'] : [])].map((name) => `${params.driver}/${name}`);
      if (params.driver.endsWith('empty')) {
        throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `Cannot add the drivers of "${params.driver}": it has no INF file`, { target: params.driver });
      }
      // As the native engine, which cannot tell what would become of them.
      if (params.validateOnly === true) { return { ...answer, results: [] }; }
      return { ...answer, results: infPaths.map((infPath, position) => add(infPath, position, params.forceUnsigned === true, context)) };
    },
    removeDriver: (params, context) => image(params, context, { names: [params.driver] }),
    exportDrivers: async (params, context) => ({
      ...await image(params, context, { names: [params.destination], phase: 'Exporting drivers' }), drivers: [...driverDevices, bareDevice],
    }),
  } satisfies Partial<EngineOperations>;
}
