/** A WIM that libwim holds: what it does with the content of images, as promises, with AbortSignals and DismErrors. */
import type { WimlibBinding, WimPointer } from './binding.ts';
import { callFor, type CFunction, type WimlibOperation, withProgress } from './calls.ts';
import type { CompressionType } from './codec.ts';
import { cancelled, wimlibError, type WimlibFailure } from './errors.ts';
import { allImages, ChangeFlag } from './flags.ts';

/** How a new file is written. */
export interface WriteOptions extends WimlibOperation {
  /** 1-based, or allImages. */
  readonly image?: number | undefined;
  /** 0, the default, leaves it to libwim: as many as there are processors. */
  readonly threads?: number | undefined;
}

/**
 * One WIM, of a file or new. Close it when done. libwim is not safe for two threads on one file, so one operation at a time:
 * starting a second before the promise of the first is settled is a bug, and throws.
 */
export class WimHandle {
  readonly path: string;
  readonly #binding: WimlibBinding;
  readonly #what: string;
  readonly #operation: string;
  #wim: WimPointer | undefined;
  #busy = false;
  /** The files that are read: this one, the other parts of a split WIM, or those whose images are in this one as well when it is written. */
  #readFrom: readonly string[];
  /** What is captured, also while it is written, or applied to: where it is no folder, libntfs-3g reads or writes it. */
  #volume: string | undefined;

  constructor(binding: WimlibBinding, wim: WimPointer, path: string, what: string, operation: string) {
    this.#binding = binding;
    this.#wim = wim;
    this.path = path;
    this.#readFrom = [path];
    this.#what = what;
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

  /** In memory, until overwrite(). An empty value removes the element. */
  setImageProperty(imageIndex: number, name: string, value: string): void {
    this.#check(this.#binding.functions.wimlib_set_image_property(this.#pointer, imageIndex, name, value));
  }

  /** In memory, until overwrite(). An empty text removes the element. */
  setImageDescription(imageIndex: number, description: string): void {
    this.#check(this.#binding.functions.wimlib_set_image_descripton(this.#pointer, imageIndex, description));
  }

  /** Text of an element of the image's XML, such as `WINDOWS/EDITIONID`; undefined where there is none. */
  imageProperty(imageIndex: number, name: string): string | undefined {
    return this.#binding.functions.wimlib_get_image_property(this.#pointer, imageIndex, name) as string | null ?? undefined;
  }

  /** The image to boot, or noImage. In memory, until it is written. */
  setBootIndex(bootIndex: number): void {
    const info: Record<string, unknown> = {
      guid: new Uint8Array(16), image_count: 0, boot_index: bootIndex, wim_version: 0, chunk_size: 0, part_number: 0, total_parts: 0,
      compression_type: 0, total_bytes: 0, flags: 0, reserved: new Uint32Array(9),
    };
    this.#check(this.#binding.functions.wimlib_set_wim_info(this.#pointer, info, ChangeFlag.BOOT_INDEX));
  }

  /** How write() and overwrite() compress resources that are not solid. The size of their chunks becomes that of the type. */
  setOutputCompression(type: CompressionType, chunkBytes = 0): void {
    const { functions } = this.#binding;
    this.#check(functions.wimlib_set_output_compression_type(this.#pointer, type));
    this.#check(functions.wimlib_set_output_chunk_size(this.#pointer, chunkBytes));
  }

  /** How write() and overwrite() compress solid resources (WriteFlag.SOLID). */
  setOutputSolidCompression(type: CompressionType, chunkBytes = 0): void {
    const { functions } = this.#binding;
    this.#check(functions.wimlib_set_output_pack_compression_type(this.#pointer, type));
    this.#check(functions.wimlib_set_output_pack_chunk_size(this.#pointer, chunkBytes));
  }

  /** Makes the data of the other parts of a split WIM available. wimlib_reference_resource_files. */
  async referenceSplitParts(paths: readonly string[], options: WimlibOperation = {}): Promise<void> {
    await this.#call('wimlib_reference_resource_files', (wim, fn) => callFor(options, fn, wim, [...paths], paths.length, 0, 0), options);
    this.#readFrom = [...this.#readFrom, ...paths];
  }

  /** Makes the data of other open WIMs available, which have to stay open. wimlib_reference_resources. */
  referenceWims(wims: readonly WimHandle[]): void {
    this.#check(this.#binding.functions.wimlib_reference_resources(this.#pointer, wims.map((wim) => wim.#pointer), wims.length, 0));
  }

  /**
   * Adds an image of a folder, or of an NTFS volume with AddFlag.NTFS. Its data is read by write() and overwrite(). Sends scan*; asks excludes() and ignores().
   * @param flags AddFlag. @throws DismError DISMAPI_E_INVALID_IMAGE_NAME: another image has this name.
   */
  async addImage(source: string, name: string, flags: number, options: WimlibOperation & { readonly configPath?: string } = {}): Promise<void> {
    this.#volume = source;
    await this.#call('wimlib_add_image', (wim, fn) => callFor(options, fn, wim, source, name === '' ? null : name, options.configPath ?? null, flags), options);
  }

  /**
   * Adds an image of this WIM, or all, to another one, which reads the data from this one when it is written: both have to stay open.
   * @param flags ExportFlag. `name`, `description`: default the image's own. @throws DismError DISMAPI_E_INVALID_IMAGE_NAME: another image there has this name.
   */
  async exportImage(
    imageIndex: number, target: WimHandle, flags: number,
    options: WimlibOperation & { readonly name?: string | undefined; readonly description?: string | undefined } = {},
  ): Promise<void> {
    const destination = target.#pointer;
    const { name = null, description = null } = options;
    target.#readFrom = this.#readFrom;
    await this.#call('wimlib_export_image', (wim, fn) => callFor(options, fn, wim, imageIndex, destination, name, description, flags), options);
  }

  /** Writes an image into a folder, or onto an NTFS volume with ExtractFlag.NTFS. Sends extract*; flags: ExtractFlag. */
  async extractImage(imageIndex: number, target: string, flags: number, options: WimlibOperation = {}): Promise<void> {
    this.#volume = target;
    await this.#call('wimlib_extract_image', (wim, fn) => callFor(options, fn, wim, imageIndex, target, flags), options, target);
  }

  /** As extractImage(), for some paths of an image. */
  async extractPaths(imageIndex: number, paths: readonly string[], target: string, flags: number, options: WimlibOperation = {}): Promise<void> {
    this.#volume = target;
    await this.#call('wimlib_extract_paths', (wim, fn) => callFor(options, fn, wim, imageIndex, target, [...paths], paths.length, flags), options, target);
  }

  /** Writes a file; one of that name is overwritten at once. Sends writeStreams, writeMetadata*, calcIntegrity. */
  async write(path: string, flags: number, options: WriteOptions = {}): Promise<void> {
    await this.#call('wimlib_write', (wim, fn) => callFor(options, fn, wim, path, options.image ?? allImages, flags, options.threads ?? 0), options, path);
  }

  /** Writes a file in parts, `x.swm`, `x2.swm`...; overwrites what has those names. Sends splitPart*, and what write() does. */
  async split(firstPart: string, partBytes: number, flags: number, options: WimlibOperation = {}): Promise<void> {
    await this.#call('wimlib_split', (wim, fn) => callFor(options, fn, wim, firstPart, partBytes, flags), options, firstPart);
  }

  /** Writes all changes into the file. Sends writeStreams, writeMetadata*, calcIntegrity. `flags`: WriteFlag. */
  async overwrite(flags: number, options: WimlibOperation & { readonly threads?: number } = {}): Promise<void> {
    await this.#call('wimlib_overwrite', (wim, fn) => callFor(options, fn, wim, flags, options.threads ?? 0), options);
  }

  /** Reads all data and compares it with its SHA-1 hashes. Sends verifyStreams. */
  async verify(options: WimlibOperation = {}): Promise<void> {
    await this.#call('wimlib_verify_wim', (wim, fn) => callFor(options, fn, wim, 0), options);
  }

  /**
   * Runs a C function on this file on a thread of the pool, with progress where it is asked for.
   * @param writtenTo Where it writes to, other than to this file.
   */
  async #call(
    name: keyof WimlibBinding['functions'], call: (wim: WimPointer, fn: CFunction) => Promise<unknown>,
    options: WimlibOperation = {}, writtenTo?: string,
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
    this.#check(status, { readFrom: this.#readFrom, writtenTo, volume: this.#volume });
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

  #check(status: unknown, places: Pick<WimlibFailure, 'readFrom' | 'writtenTo' | 'volume'> = {}): void {
    if (status !== 0) {
      throw wimlibError(status as number, {
        ...places, what: this.#what, target: this.path, operation: this.#operation, messages: this.#binding.messages?.take(),
      });
    }
  }
}
