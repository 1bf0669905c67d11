/** What the fake engine answers about the edition of an image. */
import type { EngineOperations } from '../../../sidecar/src/engine/engine.ts';
import { DismError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import type { AnswerImage } from './session.ts';

/** The methods. A product key that begins with `WRONG` does not fit the image. */
export function fakeEditions(image: AnswerImage) {
  return {
    getEdition: async (params, context) => ({
      ...await image(params, context), edition: 'Professional', compositionEditionId: 'Enterprise', productName: 'Windows 10 Pro', installationType: 'Client',
      displayVersion: '24H2', version: '10.0.26100.1742', architecture: 9, defaultLanguage: 'en-US',
    }),
    getTargetEditions: async (params, context) => ({ ...await image(params, context), editions: ['ProfessionalWorkstation', 'Education', 'Sample\u{1F3E2}'] }),
    setEdition: (params, context) => image(params, context, { names: [params.edition], phase: 'Setting edition' }),
    setProductKey: async (params, context) => {
      const answer = await image(params, context);
      if (params.productKey.startsWith('WRONG')) {
        throw new DismError(Hresult.DISMAPI_E_INVALID_PRODUCT_KEY, `Cannot set the product key of "${params.path}": it does not fit the edition`, { target: params.path });
      }
      return answer;
    },
  } satisfies Partial<EngineOperations>;
}
