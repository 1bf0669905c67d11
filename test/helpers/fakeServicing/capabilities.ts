/** What the fake engine answers about the capabilities of an image. */
import type { CapabilityInfo } from '@dismts/protocol';
import type { EngineOperations } from '../../../sidecar/src/engine/engine.ts';
import { DismError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { named, type AnswerImage } from './session.ts';

const capabilities: CapabilityInfo[] = [
  { name: 'OpenSSH.Client~~~~0.0.1.0', state: 'Installed', displayName: 'OpenSSH Client', description: 'Connects', downloadSize: 1_318_724, installSize: 5_301_402 },
  { name: 'Language.Basic~~~de-DE~0.0.1.0', state: 'NotPresent', displayName: '', description: '', downloadSize: 0, installSize: 0 },
  { name: 'Sample.Tools~~~~0.0.1.0', state: 'InstallPending', displayName: 'Werkzeug \u{1F527}', description: '', downloadSize: 5_000_000_000, installSize: 6_000_000_000 },
];

/** In a source, and not in the image. */
const offered: CapabilityInfo = {
  name: 'Sample.Offered~~~~0.0.1.0', state: 'NotPresent', displayName: 'Of a source', description: '', downloadSize: 1, installSize: 2,
};

/** The methods. */
export function fakeCapabilities(image: AnswerImage) {
  return {
    getCapabilities: async (params, context) => {
      const answer = await image(params, context, { names: [params.name, ...params.sources ?? []] });
      const found = named(params.sources === undefined ? capabilities : [...capabilities, offered], ({ name }) => name, params.name);
      if (params.name !== undefined && found.length === 0) {
        throw new DismError(Hresult.ERROR_NOT_FOUND, `Cannot find the capability "${params.name}"`, { target: params.name });
      }
      const advanced = params.detailed === true || params.name !== undefined;
      return { ...answer, capabilities: advanced ? found : found.map(({ name, state }) => ({ name, state })) };
    },
    addCapability: (params, context) => image(params, context, { names: [params.name, ...params.sources], phase: 'Adding capability' }),
    removeCapability: (params, context) => image(params, context, { names: [params.name], phase: 'Removing capability' }),
    exportCapabilitySource: (params, context) => image(params, context, { names: [params.name, params.source, params.target], phase: 'Exporting source' }),
  } satisfies Partial<EngineOperations>;
}
