/** Expands the files of the component store, whichever way they are stored. */
import { StoreFormatError, UnsupportedFormatError } from './formatErrors.ts';
import { expandLzms, maxLzmsBlockBytes } from './lzms.ts';
import { decodePa30, type ExpandLimits } from './pa30.ts';

/**
 * How a file is stored. DCM: delta against the base manifest; DCN: delta against nothing; DCS: LZMS; DCH: plain behind a header;
 * DCD: delta against another file; DCX: known by name only.
 */
export type StoredForm = 'plain' | 'DCM' | 'DCN' | 'DCS' | 'DCH' | 'DCD' | 'DCX';

/** What a stored file may be, once expanded. */
export interface Expanded {
  readonly form: Exclude<StoredForm, 'DCD' | 'DCX'>;
  readonly data: Buffer;
}

/** Bytes at the start of a file that tell how it is stored. */
export const magicBytes = 4;

/** How a file that starts with these bytes is stored; at least `magicBytes` of them, unless the file has less. */
export function storedForm(head: Buffer): StoredForm {
  const match = /^(DC[MNSHDX])\x01/.exec(head.toString('latin1', 0, magicBytes));
  return match === null ? 'plain' : match[1] as StoredForm;
}

/** Expands blocks of LZMS data; a block whose packed size is its plain size is stored as it is. */
function expandBlocks(data: Buffer, options: ExpandLimits): Buffer {
  if (data.length < 12) { throw new StoreFormatError('the header is cut off', data.length); }
  const count = data.readUInt32LE(4);
  const total = data.readUInt32LE(8);
  if (total > options.maxBytes) { throw new StoreFormatError(`the file has ${total} bytes, more than ${options.maxBytes}`, 8); }
  // Checked as a whole before anything is expanded, so that no memory is taken for what cannot be right.
  const blocks: { readonly packed: Buffer; readonly plainBytes: number; readonly offset: number }[] = [];
  let at = 12;
  let sum = 0;
  for (let index = 0; index < count; index++) {
    if (data.length - at < 8) { throw new StoreFormatError(`block ${index + 1} of ${count} is missing`, at); }
    const packedBytes = data.readUInt32LE(at) - 4;
    const plainBytes = data.readUInt32LE(at + 4);
    const offset = at + 8;
    if (packedBytes < 0 || packedBytes > data.length - offset) { throw new StoreFormatError(`block ${index + 1} does not fit`, at); }
    if (plainBytes === 0 || plainBytes > maxLzmsBlockBytes || packedBytes > plainBytes) {
      throw new StoreFormatError(`block ${index + 1} has impossible sizes`, at);
    }
    blocks.push({ packed: data.subarray(offset, offset + packedBytes), plainBytes, offset });
    at = offset + packedBytes;
    sum += plainBytes;
    if (sum > total) { throw new StoreFormatError(`the blocks have more than ${total} bytes`, offset); }
  }
  if (sum !== total) { throw new StoreFormatError(`the blocks have ${sum} bytes instead of ${total}`, at); }
  if (at !== data.length) { throw new StoreFormatError(`${data.length - at} bytes are left over`, at); }
  const result = Buffer.allocUnsafe(total);
  let written = 0;
  for (const { packed, plainBytes, offset } of blocks) {
    const out = result.subarray(written, written + plainBytes);
    if (packed.length === plainBytes) {
      packed.copy(out);
    } else if (!expandLzms(packed, out)) {
      throw new StoreFormatError('an LZMS block does not expand', offset);
    }
    written += plainBytes;
  }
  return result;
}

/** An error of a part of a file, with its offset in the file. */
function expandDelta(data: Buffer, source: Buffer, options: ExpandLimits): Buffer {
  try {
    return decodePa30(data.subarray(magicBytes), source, options);
  } catch (error) {
    throw error instanceof StoreFormatError ? new StoreFormatError(error.what, error.offset + magicBytes, { cause: error }) : error;
  }
}

/** One result per base that gives one. */
function expandManifest(data: Buffer, bases: readonly Buffer[], options: ExpandLimits): Expanded[] {
  if (bases.length === 0) { throw new UnsupportedFormatError('DCM', 'The manifest cannot be expanded without a base manifest'); }
  const results: Expanded[] = [];
  let first: StoreFormatError | undefined;
  for (const base of bases) {
    try {
      results.push({ form: 'DCM', data: expandDelta(data, base, options) });
    } catch (error) {
      if (!(error instanceof StoreFormatError)) { throw error; }
      first ??= error;
    }
  }
  if (results.length === 0 && first !== undefined) { throw first; }
  return results;
}

/**
 * Expands a file of the component store.
 * @param bases - Base manifests to try; only manifests (DCM) use them.
 * @param options - `maxBytes` limits what is expanded, not what is plain already.
 * @returns One candidate, or for a manifest one per base that fits: a wrong base can give wrong bytes, so the caller's hash decides.
 * @throws StoreFormatError: damaged, or more bytes than allowed.
 * @throws UnsupportedFormatError: stored in a way that DismTs cannot expand, which says nothing about damage; also a manifest without any base.
 */
export function expand(data: Buffer, bases: readonly Buffer[], options: ExpandLimits): Expanded[] {
  const form = storedForm(data);
  switch (form) {
    case 'plain': return [{ form, data }];
    case 'DCM': return expandManifest(data, bases, options);
    case 'DCN': return [{ form, data: expandDelta(data, Buffer.alloc(0), options) }];
    case 'DCS': return [{ form, data: expandBlocks(data, options) }];
    case 'DCH':
      if (data.length < 12) { throw new StoreFormatError('the header is cut off', data.length); }
      return [{ form, data: data.subarray(12) }];
    case 'DCD': throw new UnsupportedFormatError(form, 'The file is stored as a difference to another file, which DismTs cannot expand');
    case 'DCX': throw new UnsupportedFormatError(form, 'The file is stored in a form (DCX) that DismTs does not know');
  }
}
