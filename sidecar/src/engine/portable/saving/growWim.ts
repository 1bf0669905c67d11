/**
 * Grows a WIM file by what others hold, in the way of a commit: everything new is written behind the end, flushed, and then the header is replaced in
 * one write. libwim's own way writes the header before what it refers to is surely on the disk.
 */
import { DismError, reworded } from '../../../errors.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { hexHash, sha1 } from '../../../wim/hash.ts';
import { readFully } from '../../../wim/resourceReader.ts';
import { ResourceWriter, writeFully } from '../../../wim/resourceWriter.ts';
import type { WimFile } from '../../../wim/wimFile.ts';
import type { CommitJournal } from './commit.ts';
import { finish, type NewEnd } from './writeImage.ts';

/** What is copied at once. */
const copyBytes = 4 * 1024 * 1024;

/** How the file is to be afterwards. */
export interface GrowOptions {
  readonly checkIntegrity: boolean;
  /** Of the image that the file boots, as the file becomes; undefined: as it is. */
  readonly bootIndex?: number | undefined;
  /** Throws where so many bytes have no room. */
  readonly requireFree?: ((bytes: number) => void) | undefined;
}

/** Bytes of other files, copied to the end of one. */
export class EndCopier {
  readonly #to: WimFile;
  readonly #context: OperationContext;
  readonly #total: number;
  #done = 0;
  #buffer: Buffer | undefined;
  /** Where the next go. */
  position: number;

  /** @param total Of all that is going to be copied. */
  constructor(to: WimFile, total: number, context: OperationContext) {
    this.#to = to;
    this.#total = total;
    this.#context = context;
    this.position = to.size;
  }

  /** @returns Where they lie now. */
  async copy(from: WimFile, offset: number, length: number): Promise<number> {
    const start = this.position;
    const buffer = this.#buffer ??= Buffer.allocUnsafe(Math.min(Math.max(this.#total, length), copyBytes));
    for (let done = 0; done < length;) {
      this.#context.signal.throwIfAborted();
      const block = buffer.subarray(0, Math.min(buffer.length, length - done));
      await readFully(from, block, offset + done);
      await writeFully(this.#to.handle, block, start + done);
      done += block.length;
      this.#done += block.length;
      this.#context.progress('Writing', this.#done, this.#total, 'bytes');
    }
    this.position = start + length;
    return start;
  }
}

/** What was grown: how large it is now, and sentences for the user. */
export interface Grown {
  readonly sizeBytes: number;
  readonly warnings: readonly string[];
}

/** Which header a file has after the write of a new one failed, or was not confirmed; undefined where it cannot be read. */
async function hasOldHeader({ handle, header }: WimFile): Promise<boolean | undefined> {
  const now = Buffer.alloc(header.raw.length);
  try {
    const { bytesRead } = await handle.read(now, 0, now.length, 0);
    return bytesRead === now.length && now.equals(header.raw);
  } catch {
    return undefined;
  }
}

/** The error of a change that failed: it says so where the file holds the change nevertheless, as when its disk did not confirm it. */
export async function heldAnyway(wim: WimFile, error: unknown): Promise<unknown> {
  const isOld = await hasOldHeader(wim);
  const failure = wim.errors.ofSystem(error);
  if (isOld === true || !(failure instanceof DismError)) { return error; }
  const state = isOld === false ? 'the file holds the change, which may not be on its disk yet' : 'whether the file holds the change cannot be read from it';
  return reworded(failure, `${failure.message}; ${state}`, { hint: 'Look at its images, and verify the file once its disk is well again.' });
}

/**
 * Takes away what a change that failed has written behind the end of a file, unless its header says by now that it belongs to it.
 * @param isPassed The new header may have been written. @param onUndone Told that the file is the old one again.
 * @returns The error to be thrown, as heldAnyway().
 */
export async function undoGrowth(wim: WimFile, isPassed: boolean, error: unknown, onUndone: () => void): Promise<unknown> {
  if (isPassed && await hasOldHeader(wim) !== true) { return await heldAnyway(wim, error); }
  // Where it cannot be taken away, the record of the work keeps it for the next operation.
  try {
    await wim.handle.truncate(wim.size);
    onUndone();
  } catch { /* As said. */ }
  return error;
}

/** The count of images. @throws DismError WIM_E_INVALID_CONTAINER: none can be added. */
export async function imageCountOf(to: WimFile): Promise<number> {
  const images = (await to.blobs()).imageHashes().length;
  if (images !== to.header.imageCount) {
    throw to.errors.damaged(`its header counts ${to.header.imageCount} images, its blob table ${images}, so none can be added`);
  }
  return images;
}

/**
 * Grows a file, which has to be open for writing and locked.
 * @param total Bytes that `write` copies. @param write Copies, and says how the file goes on.
 * @returns Whatever it throws, `to` holds what it held, byte for byte, unless the error says that it holds the change.
 */
export async function growWim(
  to: WimFile, total: number, journal: CommitJournal, context: OperationContext, write: (copier: EndCopier) => Promise<NewEnd>,
): Promise<Grown> {
  const warnings: string[] = [];
  const point = { passed: false };
  await journal.started({ oldSize: to.size, oldHeaderHash: hexHash(sha1(to.header.raw)) });
  try {
    const copier = new EndCopier(to, total, context);
    const end = await write(copier);
    const writer = new ResourceWriter(to.handle, to.header, copier.position, context.signal);
    try {
      await finish(to, writer, end, journal, context, point, warnings);
      return { sizeBytes: writer.position, warnings };
    } finally {
      await writer.close();
    }
  } catch (error) {
    throw await undoGrowth(to, point.passed, error, () => { journal.undone?.(); });
  }
}
