/** edition/* and productKey/*: the edition of an image. */
import * as z from 'zod';
import { imageResultSchema, request } from './messages.ts';
import { nameSchema, ofImage, ofOfflineImage } from './session.ts';

/** The edition of an image: the in-box EditionObject, and what else the image says of itself. _DismGetCurrentEdition. */
export const getEdition = request('edition/get', () => ofImage({}), () => imageResultSchema.extend({
  edition: z.string(),
  /** Edition that the packages are of, such as `Enterprise` for all client editions with business features. */
  compositionEditionId: z.string(),
  /** As recorded: Windows 11 says `Windows 10` here. */
  productName: z.string(),
  installationType: z.string(),
  /** Such as `24H2`. */
  displayVersion: z.string(),
  /** `major.minor.build.revision`. */
  version: z.string(),
  /** PROCESSOR_ARCHITECTURE_*: 0 x86, 5 ARM, 9 x64, 12 ARM64; null where it is not recorded. */
  architecture: z.number().int().nullable(),
  /** Language that Windows was installed in, such as `en-US`, or its number where the name is not known. */
  defaultLanguage: z.string(),
}));

/** The editions that an image can be changed to. _DismGetTargetEditions. */
export const getTargetEditions = request('edition/getTargets', () => ofImage({}), () => imageResultSchema.extend({ editions: z.array(z.string()) }));

/** Changes an image to another edition. Cancellable. _DismSetEdition. */
export const setEdition = request('edition/set', () => ofOfflineImage({ edition: nameSchema }), () => imageResultSchema);

/**
 * Sets the product key of an image. The key is in no message and in no log.
 * Fails with DISMAPI_E_INVALID_PRODUCT_KEY where the image does not take it. _DismValidateProductKey, _DismSetProductKey.
 */
export const setProductKey = request('productKey/set', () => ofOfflineImage({
  /** Five groups of five letters and digits. */
  productKey: z.string().regex(/^(?:[A-Za-z0-9]{5}-){4}[A-Za-z0-9]{5}$/, 'must be five groups of five letters and digits with hyphens between them'),
}), () => imageResultSchema);
