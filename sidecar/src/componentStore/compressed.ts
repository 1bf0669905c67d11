/** Expands the files of the component store, whichever way they are stored. */
import { setImmediate } from 'node:timers/promises';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { CompressionType, decompressBlocks } from '../wimlib/codec.ts';
import { StoreFormatError, UnsupportedFormatError } from './formatErrors.ts';
import { decodePa30Stepwise, type ExpandLimits } from './pa30.ts';

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

/** How to expand. */
export interface ExpandOptions extends ExpandLimits {
  /** Ends what takes long. */
  readonly signal?: AbortSignal;
}

/** The most that one block may have; libwim's own limit. */
const maxLzmsBlockBytes = 2 ** 30;

/** Bytes at the start of a file that tell how it is stored. */
export const magicBytes = 4;

/** How a file that starts with these bytes is stored; at least `magicBytes` of them, unless the file has less. */
export function storedForm(head: Buffer): StoredForm {
  const match = /^(DC[MNSHDX])\x01/.exec(head.toString('latin1', 0, magicBytes));
  return match === null ? 'plain' : match[1] as StoredForm;
}

/** Expands blocks of LZMS data; a block whose packed size is its plain size is stored as it is. */
async function expandBlocks(data: Buffer, options: ExpandOptions): Promise<Buffer> {
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
    options.signal?.throwIfAborted();
    const out = result.subarray(written, written + plainBytes);
    if (packed.length === plainBytes) {
      packed.copy(out);
    } else {
      await expandLzms(packed, out, offset);
    }
    written += plainBytes;
  }
  return result;
}

/** On a thread of libuv's pool. */
async function expandLzms(packed: Buffer, out: Buffer, offset: number): Promise<void> {
  try {
    await decompressBlocks(CompressionType.Lzms, out.length, [{ data: packed, out }]);
  } catch (cause) {
    if (!(cause instanceof DismError) || cause.hresult !== Hresult.ERROR_FILE_CORRUPT) { throw cause; }
    throw new StoreFormatError('an LZMS block does not expand', offset, { cause });
  }
}

/** An error of a part of a file has its offset in the file. */
async function expandDelta(data: Buffer, source: Buffer, options: ExpandOptions): Promise<Buffer> {
  try {
    const steps = decodePa30Stepwise(data.subarray(magicBytes), source, options);
    for (;;) {
      const step = steps.next();
      if (step.done === true) { return step.value; }
      await setImmediate();
      options.signal?.throwIfAborted();
    }
  } catch (error) {
    throw error instanceof StoreFormatError ? new StoreFormatError(error.what, error.offset + magicBytes, { cause: error }) : error;
  }
}

/** One result per base that gives one. */
async function expandManifest(data: Buffer, bases: readonly Buffer[], options: ExpandOptions): Promise<Expanded[]> {
  if (bases.length === 0) { throw new UnsupportedFormatError('DCM', 'The manifest cannot be expanded without a base manifest'); }
  const results: Expanded[] = [];
  let first: StoreFormatError | undefined;
  for (const base of bases) {
    try {
      results.push({ form: 'DCM', data: await expandDelta(data, base, options) });
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
 * @throws DismError ERROR_MOD_NOT_FOUND: LZMS needs libwim, which is not installed; the signal's reason, when it is aborted.
 * @throws UnsupportedFormatError: stored in a way that DismTs cannot expand, which says nothing about damage; also a manifest without any base.
 */
export async function expand(data: Buffer, bases: readonly Buffer[], options: ExpandOptions): Promise<Expanded[]> {
  const form = storedForm(data);
  switch (form) {
    case 'plain': return [{ form, data }];
    case 'DCM': return await expandManifest(data, bases, options);
    case 'DCN': return [{ form, data: await expandDelta(data, Buffer.alloc(0), options) }];
    case 'DCS': return [{ form, data: await expandBlocks(data, options) }];
    case 'DCH':
      if (data.length < 12) { throw new StoreFormatError('the header is cut off', data.length); }
      return [{ form, data: data.subarray(12) }];
    case 'DCD': throw new UnsupportedFormatError(form, 'The file is stored as a difference to another file, which DismTs cannot expand');
    case 'DCX': throw new UnsupportedFormatError(form, 'The file is stored in a form (DCX) that DismTs does not know');
  }
}
