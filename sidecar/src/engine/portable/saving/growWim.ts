/**
 * Grows a WIM file by what others hold, in the way of a commit: everything new is written behind the end, flushed, and then the header is replaced in
 * one write. libwim's own way writes the header before what it refers to is surely on the disk.
 */
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

/** Whether the write of the new header, which failed, has changed nothing. */
async function hasOldHeader({ handle, header }: WimFile): Promise<boolean> {
  const now = Buffer.alloc(header.raw.length);
  const { bytesRead } = await handle.read(now, 0, now.length, 0);
  return bytesRead === now.length && now.equals(header.raw);
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
 * @returns Sentences for the user. Whatever it throws, `to` holds what it held, byte for byte.
 */
export async function growWim(
  to: WimFile, total: number, journal: CommitJournal, context: OperationContext, write: (copier: EndCopier) => Promise<NewEnd>,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  const point = { passed: false };
  await journal.started({ oldSize: to.size, oldHeaderHash: hexHash(sha1(to.header.raw)) });
  try {
    const copier = new EndCopier(to, total, context);
    const end = await write(copier);
    const writer = new ResourceWriter(to.handle, to.header, copier.position, context.signal);
    try {
      await finish(to, writer, end, journal, context, point, warnings);
    } finally {
      await writer.close();
    }
  } catch (error) {
    // Once the new header is there, what it refers to has to stay.
    if (!point.passed || await hasOldHeader(to)) { await to.handle.truncate(to.size); }
    throw error;
  }
  return warnings;
}
