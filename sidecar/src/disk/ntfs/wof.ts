/** Files that Windows keeps compressed in a stream of their own (compact.exe /exe, CompactOS): the file provider of the Windows Overlay Filter. */
import { Hresult } from '../../hresult.ts';
import { CompressionType, decompressBlocks } from '../../wimlib/codec.ts';
import { type Content, maxPieceBytes } from './attributeReader.ts';
import type { NtfsFile, NtfsVolume } from './ntfsVolume.ts';
import { AttributeType } from './record.ts';

const IO_REPARSE_TAG_WOF = 0x80000017;
const WOF_PROVIDER_FILE = 2;
const streamName = 'WofCompressedData';

/** FILE_PROVIDER_COMPRESSION_* by number. */
const algorithms: readonly (readonly [type: CompressionType, chunkBytes: number])[] = [
  [CompressionType.Xpress, 4096], [CompressionType.Lzx, 32_768], [CompressionType.Xpress, 8192], [CompressionType.Xpress, 16_384],
];
/** Offsets of chunks have eight bytes in files from this size on. */
const largeBytes = 2 ** 32;
/** So many chunks are read at a time. */
const chunksAtOnce = 256;

/**
 * The content of such a file.
 * @returns undefined where it is an ordinary one.
 * @throws DismError ERROR_NOT_SUPPORTED: its content is in a WIM file beside the disk (WIMBoot), or in an unknown form; ERROR_FILE_CORRUPT: damaged.
 */
export async function openWof(volume: NtfsVolume, file: NtfsFile): Promise<Content | undefined> {
  if (!file.attributes.some(({ type }) => type === AttributeType.ReparsePoint)) { return undefined; }
  const reparse = await (await volume.content(file, AttributeType.ReparsePoint))?.read(0, 64);
  if (reparse === undefined || reparse.length < 12 || reparse.readUInt32LE(0) !== IO_REPARSE_TAG_WOF) { return undefined; }
  const { errors } = volume;
  const algorithm = reparse.length < 24 ? undefined : algorithms[reparse.readUInt32LE(20)];
  if (reparse.readUInt32LE(12) !== WOF_PROVIDER_FILE || algorithm === undefined) {
    throw errors.make(Hresult.ERROR_NOT_SUPPORTED, 'a file in it is a pointer into a WIM file (WIMBoot), or compressed in an unknown way', 'Read it in Windows.');
  }
  const [stored, shown] = [await volume.content(file, AttributeType.Data, streamName), await volume.content(file, AttributeType.Data)];
  if (stored === undefined || shown === undefined) { throw errors.make(Hresult.ERROR_FILE_CORRUPT, 'the compressed content of a file in it is missing'); }
  return new WofContent(stored, shown.size, algorithm, () => errors.make(Hresult.ERROR_FILE_CORRUPT, 'the compressed content of a file in it is damaged'));
}

class WofContent implements Content {
  readonly size: number;
  readonly place: number;
  readonly #stored: Content;
  readonly #type: CompressionType;
  readonly #chunkBytes: number;
  readonly #offsetBytes: 4 | 8;
  readonly #tableBytes: number;
  readonly #damaged: () => Error;

  constructor(stored: Content, size: number, [type, chunkBytes]: readonly [CompressionType, number], damaged: () => Error) {
    this.size = size;
    this.place = stored.place;
    this.#stored = stored;
    this.#type = type;
    this.#chunkBytes = chunkBytes;
    this.#offsetBytes = size >= largeBytes ? 8 : 4;
    this.#tableBytes = Math.max(0, Math.ceil(size / chunkBytes) - 1) * this.#offsetBytes;
    this.#damaged = damaged;
    if (this.#tableBytes > stored.size) { throw damaged(); }
  }

  async read(position: number, length: number): Promise<Buffer> {
    const end = Math.min(position + length, this.size);
    if (position >= end) { return Buffer.alloc(0); }
    if (end - position > maxPieceBytes) { throw this.#damaged(); }
    const data = Buffer.alloc(end - position);
    for (let first = Math.floor(position / this.#chunkBytes); first * this.#chunkBytes < end; first += chunksAtOnce) {
      const last = Math.min(first + chunksAtOnce, Math.ceil(end / this.#chunkBytes));
      const plain = await this.#readChunks(first, last);
      const start = first * this.#chunkBytes;
      plain.copy(data, Math.max(0, start - position), Math.max(0, position - start));
    }
    return data;
  }

  /** Where chunks begin in the stream, and behind them where the last one ends. */
  async #offsets(first: number, last: number): Promise<number[]> {
    const bytes = this.#offsetBytes;
    const table = await this.#stored.read(Math.max(0, first - 1) * bytes, (last - Math.max(0, first - 1)) * bytes);
    const chunks = Math.ceil(this.size / this.#chunkBytes);
    return Array.from({ length: last - first + 1 }, (_, index) => {
      const chunk = first + index;
      if (chunk === 0) { return this.#tableBytes; }
      if (chunk === chunks) { return this.#stored.size; }
      const at = (chunk - 1 - Math.max(0, first - 1)) * bytes;
      return this.#tableBytes + (bytes === 8 ? Number(table.readBigUInt64LE(at)) : table.readUInt32LE(at));
    });
  }

  async #readChunks(first: number, last: number): Promise<Buffer> {
    const offsets = await this.#offsets(first, last);
    const [begin = 0, end = 0] = [offsets[0], offsets.at(-1)];
    if (end < begin || end > this.#stored.size || end - begin > (last - first) * this.#chunkBytes) { throw this.#damaged(); }
    const stored = await this.#stored.read(begin, end - begin);
    const plain = Buffer.alloc(Math.min(last * this.#chunkBytes, this.size) - first * this.#chunkBytes);
    const blocks: { data: Buffer; out: Buffer }[] = [];
    for (let index = 0; index < last - first; index++) {
      const [from = 0, to = 0] = [offsets[index], offsets[index + 1]];
      const out = plain.subarray(index * this.#chunkBytes, (index + 1) * this.#chunkBytes);
      if (to <= from || from < begin || to > end || to - from > out.length) { throw this.#damaged(); }
      const data = stored.subarray(from - begin, to - begin);
      // What would not become smaller is stored as it is.
      if (data.length === out.length) { data.copy(out); } else { blocks.push({ data, out }); }
    }
    await decompressBlocks(this.#type, this.#chunkBytes, blocks);
    return plain;
  }
}
