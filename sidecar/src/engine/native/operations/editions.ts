/** edition/* and productKey/*: what edition an image is of. */
import type { getEdition as getMethod, getTargetEditions as targetsMethod, setEdition as setMethod, setProductKey as keyMethod } from '@dismts/protocol';
import { DismError, UnsupportedError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { DismOsInfo } from '../binding/structs.ts';
import type { Handler } from './handler.ts';
import type { NativeOperation } from './nativeOperation.ts';
import type { ImageReference } from '../api/sessions.ts';
import { text } from './values.ts';

export const getEdition: Handler<typeof getMethod> = async (params, operation) => {
  const edition = text(await operation.read(params, (session) => operation.api.getCurrentEdition(session)));
  const windows = await readOsInfo(operation, params);
  return {
    ...operation.imageResult(params), edition, compositionEditionId: '', productName: '', installationType: '', displayVersion: '',
    version: windows === undefined ? '' : [windows.majorVersion, windows.minorVersion, windows.build, windows.revisionNumber].join('.'),
    architecture: windows?.architecture ?? null, defaultLanguage: '',
  };
};

/** What else the API tells of the Windows in an image; a library that does not still tells the edition. */
async function readOsInfo(operation: NativeOperation, image: ImageReference): Promise<DismOsInfo | undefined> {
  try {
    return await operation.read(image, (session) => operation.api.getOsInfo(session));
  } catch (error) {
    if (!(error instanceof UnsupportedError)) { throw error; }
    operation.context.log.info(error.message);
    return undefined;
  }
}

async function targetEditions(operation: NativeOperation, image: ImageReference): Promise<string[]> {
  return await operation.read(image, (session) => operation.api.getTargetEditions(session));
}

export const getTargetEditions: Handler<typeof targetsMethod> = async (params, operation) => ({
  editions: await targetEditions(operation, params), ...operation.imageResult(params),
});

export const setEdition: Handler<typeof setMethod> = async (params, operation) => {
  const { edition } = params;
  if (params.validateOnly === true) {
    const targets = await targetEditions(operation, params);
    if (!targets.some((target) => target.toLowerCase() === edition.toLowerCase())) {
      throw new DismError(Hresult.E_INVALIDARG, `Cannot change the image to the edition "${edition}": it is none of those that it can be changed to`, {
        target: edition, hint: `It can be changed to: ${targets.length === 0 ? 'none' : targets.join(', ')}.`,
      });
    }
  } else {
    await operation.change(params, (session) => operation.api.setEdition(session, { editionId: edition, productKey: null }, operation.options('Setting edition')));
  }
  return operation.imageResult(params);
};

/** The key is in no message: the binding keeps it out of what the API says, and the server out of the log. */
export const setProductKey: Handler<typeof keyMethod> = async (params, operation) => {
  const { productKey } = params;
  try {
    await operation.change(params, (session) => operation.api.validateProductKey(session, productKey));
  } catch (error) {
    if (!(error instanceof DismError) || error.hresult !== Hresult.ERROR_UNKNOWN_PRODUCT) { throw error; }
    throw new DismError(Hresult.DISMAPI_E_INVALID_PRODUCT_KEY, 'Cannot set the product key: it does not fit the edition of the image', { cause: error });
  }
  if (params.validateOnly !== true) {
    await operation.change(params, (session) => operation.api.setProductKey(session, productKey));
  }
  return operation.imageResult(params);
};
