/** The edition of an image, and its product key. No message has a product key in it. */
import type { AddressSlot } from './asyncCall.ts';
import type { Caller, CallOptions } from './call.ts';
import { nativeFunction, progressParameters } from './dismLibrary.ts';
import type { CallOutcome, CallResult } from './outcome.ts';
import { readMany, readNames, readOptionalString } from './results.ts';
import type { DismSession } from './session.ts';
import { quoted } from './text.ts';

const editionList = '_Out_ DismString **EditionIds, _Out_ UINT *Count';
const _DismGetCurrentEdition = nativeFunction('_DismGetCurrentEdition', 'DismSession Session, _Out_ DismString **EditionId');
const _DismGetTargetEditions = nativeFunction('_DismGetTargetEditions', `DismSession Session, ${editionList}`);
const _DismSetEdition = nativeFunction('_DismSetEdition',
  `DismSession Session, PCWSTR EditionId, PCWSTR ProductKey, ${progressParameters}`);
const _DismSetProductKey = nativeFunction('_DismSetProductKey', 'DismSession Session, PCWSTR ProductKey');
const _DismValidateProductKey = nativeFunction('_DismValidateProductKey', 'DismSession Session, PCWSTR ProductKey');

/** The edition to change to. */
export interface SetEditionParams {
  readonly editionId: string;
  /** Null: none, as offline images do. */
  readonly productKey: string | null;
}

/** Functions on editions and product keys. None of them is documented. */
export interface EditionFunctions {
  /**
   * The edition of the image, such as `Professional`.
   * @see _DismGetCurrentEdition (undocumented)
   */
  getCurrentEdition(session: DismSession): Promise<CallResult<string | null>>;
  /**
   * The editions that the image can be changed to.
   * @see _DismGetTargetEditions (undocumented)
   */
  getTargetEditions(session: DismSession): Promise<CallResult<string[]>>;
  /**
   * Changes the edition. Cancellable, with progress, which starts again for each step.
   * @throws DismError DISMAPI_E_INVALID_PRODUCT_KEY: the key is not for that edition.
   * @see _DismSetEdition (undocumented)
   */
  setEdition(session: DismSession, params: SetEditionParams, options?: CallOptions): Promise<CallOutcome>;
  /**
   * Sets the product key of an offline image.
   * @throws DismError DISMAPI_E_INVALID_PRODUCT_KEY, ERROR_UNKNOWN_PRODUCT: the key is not for the image.
   * @see _DismSetProductKey (undocumented)
   */
  setProductKey(session: DismSession, productKey: string): Promise<CallOutcome>;
  /**
   * Returns when a product key fits the image.
   * @throws DismError ERROR_UNKNOWN_PRODUCT, DISMAPI_E_INVALID_PRODUCT_KEY: it does not.
   * @see _DismValidateProductKey (undocumented)
   */
  validateProductKey(session: DismSession, productKey: string): Promise<CallOutcome>;
}

/** The functions of this group, on a caller. */
export function editionFunctions(caller: Caller): EditionFunctions {
  return {
    getCurrentEdition: (session) => {
      const edition: AddressSlot = [null];
      return caller.read({
        function: _DismGetCurrentEdition, arguments: [session, edition], results: [edition], read: () => readOptionalString(edition[0]),
        action: 'Cannot read the edition of the image',
      });
    },
    getTargetEditions: (session) => readMany(caller, {
      function: _DismGetTargetEditions, inputs: [session], action: 'Cannot list the editions that the image can be changed to',
    }, readNames),
    setEdition: (session, { editionId, productKey }, options) => caller.run({
      function: _DismSetEdition, arguments: (trio) => [session, editionId, productKey, ...trio], options,
      action: `Cannot change the edition to ${quoted(editionId)}`, target: editionId, secrets: productKey === null ? [] : [productKey],
    }),
    setProductKey: (session, productKey) => caller.run({
      function: _DismSetProductKey, arguments: [session, productKey], action: 'Cannot set the product key', secrets: [productKey],
    }),
    validateProductKey: (session, productKey) => caller.run({
      function: _DismValidateProductKey, arguments: [session, productKey], action: 'Cannot accept the product key', secrets: [productKey],
    }),
  };
}
