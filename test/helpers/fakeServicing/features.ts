/** What the fake engine answers about the optional features of an image. */
import type { FeatureInfo } from '@dismts/protocol';
import type { EngineOperations } from '../../../sidecar/src/engine/engine.ts';
import { named, type AnswerImage } from './session.ts';

/** States that scripts ask for, and texts that are missing or beyond the BMP. */
const features: FeatureInfo[] = [
  {
    featureName: 'NetFx3', state: 'DisabledWithPayloadRemoved', displayName: '.NET Framework 3.5', description: 'Runs older programs', restartRequired: 'Possible',
    customProperties: [{ name: 'UniqueName', value: 'NetFx3', path: 'ServerComponent' }],
  },
  { featureName: 'TelnetClient', state: 'Enabled', displayName: 'Telnet Client', description: '', restartRequired: 'No', customProperties: [] },
  {
    featureName: 'SampleGames', state: 'Disabled', displayName: 'Spiele \u{1F3B2} für alle', description: 'Drei\nZeilen\n\u{1D54A}', restartRequired: 'Required',
    customProperties: [{ name: '', value: '', path: '' }],
  },
  { featureName: 'SimpleTCP', state: 'EnablePending', displayName: '', description: '', restartRequired: 'No', customProperties: [] },
];

/** The methods. */
export function fakeFeatures(image: AnswerImage) {
  return {
    getFeatures: async (params, context) => {
      const { featureName, packagePath } = params;
      const answer = await image(params, context, { names: [featureName, packagePath], phase: 'Reading packages' });
      const found = packagePath === undefined
        ? named(features, (item) => item.featureName, featureName) : [{ ...features[1], featureName: 'Feature-Of-File', state: 'Disabled' } as FeatureInfo];
      const advanced = params.detailed === true || featureName !== undefined;
      return { ...answer, features: advanced ? found : found.map(({ featureName, state }) => ({ featureName, state })) };
    },
    getFeatureParent: async (params, context) => ({
      ...await image(params, context, { names: [params.featureName, params.packagePath] }),
      features: params.featureName === 'TelnetClient' ? [] : [{ featureName: 'Sample-Parent', state: 'Disabled' }, { featureName: 'Sample-Root', state: 'Enabled' }],
    }),
    enableFeature: (params, context) => image(params, context, { names: [params.featureName], phase: 'Enabling feature' }),
    disableFeature: (params, context) => image(params, context, { names: [params.featureName], phase: 'Disabling feature' }),
  } satisfies Partial<EngineOperations>;
}
