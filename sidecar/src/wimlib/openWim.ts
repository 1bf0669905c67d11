/** Opens, makes and joins WIMs with libwim. */
import { loadWimlib, type WimPointer } from './binding.ts';
import { callFor, type WimlibOperation, withProgress } from './calls.ts';
import type { CompressionType } from './codec.ts';
import { cancelled, wimlibError } from './errors.ts';
import { OpenFlag } from './flags.ts';
import { WimHandle } from './wimHandle.ts';

export interface OpenWimOptions extends WimlibOperation {
  /** Fail at once when the file could not be changed. */
  readonly writeAccess?: boolean | undefined;
  /** Compare the file with its integrity table, if it has one. Sends verifyIntegrity. */
  readonly checkIntegrity?: boolean | undefined;
  /** The first half of messages; default: that the file cannot be opened, or written. */
  readonly what?: string | undefined;
  /** Name of the operation, for a CancelledError; default `open` or `write`. */
  readonly operation?: string | undefined;
}

/** The library in use. @throws DismError ERROR_MOD_NOT_FOUND: not installed. */
export function wimlibVersion(): { readonly version: string; readonly path: string } {
  const { version, path } = loadWimlib();
  return { version, path };
}

/**
 * Opens a WIM, split WIM part or ESD file. Whether it can be one at all is for wim/wimFile.ts to say.
 * @throws DismError as wimlibError(); CancelledError.
 */
export async function openWim(path: string, options: OpenWimOptions = {}): Promise<WimHandle> {
  const { what = `Cannot open "${path}"`, operation = 'open', writeAccess = false, checkIntegrity = false, signal } = options;
  const binding = loadWimlib();
  const failure = { what, target: path, operation };
  if (signal?.aborted) { throw cancelled(failure); }
  const result: [WimPointer | null] = [null];
  binding.messages?.take();
  const status = await withProgress(binding, options, (progress) => callFor(
    options, binding.functions.wimlib_open_wim_with_progress, path,
    (writeAccess ? OpenFlag.WRITE_ACCESS : 0) | (checkIntegrity ? OpenFlag.CHECK_INTEGRITY : 0), result, progress, null) as Promise<number>);
  const [pointer] = result;
  if (status !== 0 || pointer === null) { throw wimlibError(status, { ...failure, messages: binding.messages?.take() }); }
  // libwim keeps the progress function of the call for later ones, but it is gone by now.
  binding.functions.wimlib_register_progress_function(pointer, null, null);
  const wim = new WimHandle(binding, pointer, path, what, operation);
  if (signal?.aborted) {
    wim.close();
    throw cancelled(failure);
  }
  return wim;
}

/**
 * Makes a WIM that is no file yet.
 * @param path Where it is going to be written, for messages.
 * @param type Of the resources that are not solid; their chunks get the size that Windows' own files have.
 */
export function createWim(
  path: string, type: CompressionType, { what = `Cannot write "${path}"`, operation = 'write' }: Pick<OpenWimOptions, 'what' | 'operation'> = {},
): WimHandle {
  const binding = loadWimlib();
  const result: [WimPointer | null] = [null];
  const status = binding.functions.wimlib_create_new_wim(type, result) as number;
  const [pointer] = result;
  if (status !== 0 || pointer === null) {
    throw wimlibError(status, { what, target: path, operation, messages: binding.messages?.take() });
  }
  return new WimHandle(binding, pointer, path, what, operation);
}

/**
 * Writes the parts of a split WIM as one file. Overwrites `path`.
 * @param parts All of them, in any order. @param flags WriteFlag. Sends writeStreams, calcIntegrity.
 */
export async function joinWims(parts: readonly string[], path: string, flags: number, options: OpenWimOptions = {}): Promise<void> {
  const binding = loadWimlib();
  const { what = `Cannot write "${path}"`, operation = 'write', checkIntegrity = false } = options;
  binding.messages?.take();
  const status = await withProgress(binding, options, (progress) => callFor(
    options, binding.functions.wimlib_join_with_progress, [...parts], parts.length, path,
    checkIntegrity ? OpenFlag.CHECK_INTEGRITY : 0, flags, progress, null) as Promise<number>);
  if (status !== 0) {
    throw wimlibError(status, { what, target: path, readFrom: parts, operation, messages: binding.messages?.take() });
  }
}
