/** A WIM file that libwim has open: what it does with the content of images, as promises, with AbortSignals and DismErrors. */
import type { DismError } from '../errors.ts';
import { loadWimlib, type WimlibBinding, type WimPointer } from './binding.ts';
import { readDirEntry, type DirEntry } from './dirEntry.ts';
import { wimlibError } from './errors.ts';
import { decodeProgress, isAbortable, type WimlibProgress } from './progress.ts';

export type { DirEntry, WimlibProgress };

/** WIMLIB_WRITE_FLAG_*: how WimHandle.overwrite() writes. */
export const WriteFlag = {
  CHECK_INTEGRITY: 0x1,
  NO_CHECK_INTEGRITY: 0x2,
  RECOMPRESS: 0x10,
  FSYNC: 0x20,
  REBUILD: 0x40,
  SOFT_DELETE: 0x80,
  IGNORE_READONLY_FLAG: 0x100,
} as const;

/** WIMLIB_ITERATE_DIR_TREE_FLAG_*. */
export const IterateFlag = {
  RECURSIVE: 0x1,
  CHILDREN: 0x2,
  RESOURCES_NEEDED: 0x4,
} as const;

/** Watches an operation and stops it. */
export interface WimlibOperation {
  /** Stops the operation at its next progress message; it then fails with CancelledError. */
  readonly signal?: AbortSignal | undefined;
  /** An exception thrown here stops the operation too, and is what it fails with. */
  readonly onProgress?: ((progress: WimlibProgress) => void) | undefined;
}

export interface OpenWimOptions extends WimlibOperation {
  /** Fail at once when the file could not be changed. */
  readonly writeAccess?: boolean | undefined;
  /** What messages say cannot be done with the file; default `open`. */
  readonly action?: string | undefined;
  /** Name of the operation, for a CancelledError; default: the action. */
  readonly operation?: string | undefined;
}

const WIMLIB_OPEN_FLAG_WRITE_ACCESS = 4;
const WIMLIB_PROGRESS_STATUS_CONTINUE = 0;
const WIMLIB_PROGRESS_STATUS_ABORT = 1;
/** Returned by a callback of ours to stop an iteration; no code of libwim. */
const stopIteration = -1;

type CFunction = WimlibBinding['functions'][keyof WimlibBinding['functions']];

/** Runs a C function on a thread of the pool. */
function callAsync(fn: CFunction, ...args: unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    fn.async(...args, (error: Error | null, result: unknown) => {
      if (error) {
        reject(error);
      } else {
        resolve(result);
      }
    });
  });
}

/** Lends `body` a C progress function for as long as it runs; returns what it returns. */
async function withProgress(
  binding: WimlibBinding, { signal, onProgress }: WimlibOperation, body: (progress: bigint | null) => Promise<number>,
): Promise<number> {
  if (signal === undefined && onProgress === undefined) {
    return body(null);
  }
  const { koffi } = binding;
  let thrown: { error: unknown } | undefined;
  const callback = koffi.register((message: number, info: unknown): number => {
    try {
      const progress = onProgress && decodeProgress(binding, message, info);
      if (progress && thrown === undefined) {
        onProgress(progress);
      }
    } catch (error) {
      thrown = { error };
    }
    const stop = thrown !== undefined || signal?.aborted === true;
    return stop && isAbortable(message) ? WIMLIB_PROGRESS_STATUS_ABORT : WIMLIB_PROGRESS_STATUS_CONTINUE;
  }, koffi.pointer('wimlib_progress_func_t'));
  try {
    const status = await body(callback);
    if (thrown !== undefined) {
      throw thrown.error;
    }
    return status;
  } finally {
    koffi.unregister(callback);
  }
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
  const { action = 'open', writeAccess = false, signal } = options;
  const operation = options.operation ?? action;
  const binding = loadWimlib();
  const failure = { what: `Cannot ${action} "${path}"`, target: path, operation };
  if (signal?.aborted) { throw cancelled(failure); }
  const result: [WimPointer | null] = [null];
  binding.messages?.take();
  const status = await withProgress(binding, options, (progress) => callAsync(
    binding.functions.wimlib_open_wim_with_progress, path, writeAccess ? WIMLIB_OPEN_FLAG_WRITE_ACCESS : 0, result, progress, null) as Promise<number>);
  const [pointer] = result;
  if (status !== 0 || pointer === null) { throw wimlibError(status, { ...failure, messages: binding.messages?.take() }); }
  // libwim keeps the progress function of the call for later ones, but it is gone by now.
  binding.functions.wimlib_register_progress_function(pointer, null, null);
  const wim = new WimHandle(binding, pointer, path, action, operation);
  if (signal?.aborted) {
    wim.close();
    throw cancelled(failure);
  }
  return wim;
}

const WIMLIB_ERR_ABORTED_BY_PROGRESS = 76;
function cancelled(failure: Parameters<typeof wimlibError>[1]): DismError {
  return wimlibError(WIMLIB_ERR_ABORTED_BY_PROGRESS, failure);
}

/**
 * One open WIM file. Close it when done. libwim is not safe for two threads on one file, so one operation at a time:
 * starting a second before the promise of the first is settled is a bug, and throws.
 */
export class WimHandle {
  readonly path: string;
  readonly #binding: WimlibBinding;
  readonly #action: string;
  readonly #operation: string;
  #wim: WimPointer | undefined;
  #busy = false;

  constructor(binding: WimlibBinding, wim: WimPointer, path: string, action: string, operation: string) {
    this.#binding = binding;
    this.#wim = wim;
    this.path = path;
    this.#action = action;
    this.#operation = operation;
  }

  /** Frees everything; further calls throw, except close(). */
  close(): void {
    if (this.#wim === undefined) {
      return;
    }
    const wim = this.#pointer;
    this.#wim = undefined;
    this.#binding.functions.wimlib_free(wim);
  }

  /** In memory, until overwrite(). @throws DismError DISMAPI_E_INVALID_IMAGE_NAME: another image has this name. */
  setImageName(imageIndex: number, name: string): void {
    this.#check(this.#binding.functions.wimlib_set_image_name(this.#pointer, imageIndex, name));
  }

  /** In memory, until overwrite(). An empty value removes the element. */
  setImageProperty(imageIndex: number, name: string, value: string): void {
    this.#check(this.#binding.functions.wimlib_set_image_property(this.#pointer, imageIndex, name, value));
  }

  /** Makes the data of the other parts of a split WIM available. wimlib_reference_resource_files. */
  async referenceSplitParts(paths: readonly string[]): Promise<void> {
    await this.#call('wimlib_reference_resource_files', (wim, fn) => callAsync(fn, wim, [...paths], paths.length, 0, 0));
  }

  /**
   * Makes overwrite() write this image's file list and with it a complete new lookup table behind the old ones, and
   * only then the header. Without a changed image it overwrites the XML data in place, and a process killed meanwhile
   * leaves a damaged file. An update without commands marks the image as changed and changes nothing.
   */
  async markImageChanged(imageIndex: number): Promise<void> {
    await this.#call('wimlib_update_image', (wim, fn) => callAsync(fn, wim, imageIndex, null, 0, 0));
  }

  /** Writes all changes into the file. Sends writeStreams, writeMetadata*, calcIntegrity. `flags`: WriteFlag. */
  async overwrite(flags: number, options: WimlibOperation & { readonly threads?: number } = {}): Promise<void> {
    await this.#call('wimlib_overwrite', (wim, fn) => callAsync(fn, wim, flags, options.threads ?? 0), options);
  }

  /** Reads all data and compares it with its SHA-1 hashes. Sends verifyStreams. */
  async verify(options: WimlibOperation = {}): Promise<void> {
    await this.#call('wimlib_verify_wim', (wim, fn) => callAsync(fn, wim, 0), options);
  }

  /**
   * Walks a tree of an image; `flags`: IterateFlag. The callback returns false to stop. The file list of the image is
   * read on a thread of the pool, the walk runs on this one: 50,000 calls back take 40 ms here and 5 s from another.
   */
  async iterateDirTree(
    imageIndex: number, path: string, flags: number, callback: (entry: DirEntry) => boolean | undefined,
  ): Promise<void> {
    const { koffi, functions } = this.#binding;
    let thrown: { error: unknown } | undefined;
    const visitor = koffi.register((dentry: bigint): number => {
      try {
        return callback(readDirEntry(this.#binding, dentry)) !== false ? 0 : stopIteration;
      } catch (error) {
        thrown = { error };
        return stopIteration;
      }
    }, koffi.pointer('wimlib_iterate_dir_tree_callback_t'));
    try {
      await this.#loadImage(imageIndex);
      const status = functions.wimlib_iterate_dir_tree(this.#pointer, imageIndex, path, flags, visitor, null) as number;
      if (thrown !== undefined) {
        throw thrown.error;
      }
      this.#check(status === stopIteration ? 0 : status);
    } finally {
      koffi.unregister(visitor);
    }
  }

  /** Reads the image's file list, which libwim then keeps: walks the children of nothing. */
  async #loadImage(imageIndex: number): Promise<void> {
    const { koffi } = this.#binding;
    const callback = koffi.register(() => stopIteration, koffi.pointer('wimlib_iterate_dir_tree_callback_t'));
    try {
      await this.#call('wimlib_iterate_dir_tree', async (wim, fn) => {
        const status = await callAsync(fn, wim, imageIndex, '/', 0, callback, null);
        return status === stopIteration ? 0 : status;
      });
    } finally {
      koffi.unregister(callback);
    }
  }

  /** Runs a C function on this file on a thread of the pool, with progress where it is asked for. */
  async #call(
    name: keyof WimlibBinding['functions'], call: (wim: WimPointer, fn: CFunction) => Promise<unknown>,
    options: WimlibOperation = {},
  ): Promise<void> {
    const wim = this.#pointer;
    const { functions } = this.#binding;
    if (options.signal?.aborted) {
      throw cancelled({ what: this.#what, target: this.path, operation: this.#operation });
    }
    this.#binding.messages?.take();
    this.#busy = true;
    let status: number;
    try {
      status = await withProgress(this.#binding, options, async (progress) => {
        functions.wimlib_register_progress_function(wim, progress, null);
        try {
          return await call(wim, functions[name]) as number;
        } finally {
          functions.wimlib_register_progress_function(wim, null, null);
        }
      });
    } finally {
      this.#busy = false;
    }
    this.#check(status);
  }

  get #what(): string {
    return `Cannot ${this.#action} "${this.path}"`;
  }

  get #pointer(): WimPointer {
    if (this.#wim === undefined) {
      throw new Error(`"${this.path}" is closed`);
    }
    if (this.#busy) {
      throw new Error(`libwim is busy with "${this.path}"`);
    }
    return this.#wim;
  }

  #check(status: unknown): void {
    if (status !== 0) {
      throw wimlibError(status as number, {
        what: this.#what, target: this.path, operation: this.#operation, messages: this.#binding.messages?.take(),
      });
    }
  }
}
