/** The files of an NTFS volume in a disk, read without mounting it. */
import { createHash } from 'node:crypto';
import type { ByteSource } from '../disk/byteSource.ts';
import type { Content } from '../disk/ntfs/attributeReader.ts';
import { NtfsVolume } from '../disk/ntfs/ntfsVolume.ts';
import { type NtfsFile } from '../disk/ntfs/ntfsVolume.ts';
import { AttributeType } from '../disk/ntfs/record.ts';
import { openWof } from '../disk/ntfs/wof.ts';
import { type DigestAlgorithm, type FileStat, type ImageFiles, maxFileBytes, tooLarge } from './imageFiles.ts';

const pieceBytes = 4 * 1024 * 1024;
/** Names that are links to somewhere, and are not followed. */
const FILE_ATTRIBUTE_REPARSE_POINT = 0x400;

/** A file that has content, not a folder nor a link. */
interface OpenFile {
  readonly file: NtfsFile;
  readonly content: Content;
}

/** An image that is a volume of a disk. */
export class NtfsImage implements ImageFiles {
  readonly hasOrder = false;
  readonly description: string;
  readonly volume: NtfsVolume;
  readonly #closeDisk: () => Promise<void>;

  private constructor(volume: NtfsVolume, description: string, closeDisk: () => Promise<void>) {
    this.volume = volume;
    this.description = description;
    this.#closeDisk = closeDisk;
  }

  /**
   * @param closeDisk Is called when the image is closed.
   * @throws DismError ERROR_DISK_CORRUPT
   */
  static async open(source: ByteSource, description: string, closeDisk: () => Promise<void> = async () => { await Promise.resolve(); }): Promise<NtfsImage> {
    return new NtfsImage(await NtfsVolume.open(source), description, closeDisk);
  }

  async close(): Promise<void> {
    await this.#closeDisk();
  }

  async read(path: string, maxBytes = maxFileBytes): Promise<Buffer | undefined> {
    const found = await this.#open(path);
    if (found === undefined) { return undefined; }
    const { content } = found;
    if (content.size > Math.min(maxBytes, maxFileBytes)) { throw tooLarge(path, content.size, Math.min(maxBytes, maxFileBytes)); }
    return await content.read(0, content.size);
  }

  async readHead(path: string, bytes: number): Promise<Buffer | undefined> {
    return await (await this.#open(path))?.content.read(0, bytes);
  }

  async list(path: string): Promise<string[]> {
    const entry = await this.volume.find(path);
    if (entry === undefined) { return []; }
    const names = [...(await this.volume.folder(entry.record)).values()].flatMap((same) => same.map(({ name }) => name));
    // What NTFS keeps for itself in the root is no file of the image.
    return entry.name === '' ? names.filter((name) => name !== '.' && !/^\$(?!recycle)/i.test(name)) : names;
  }

  async stat(path: string): Promise<FileStat | undefined> {
    const found = await this.#open(path);
    return found === undefined ? undefined
      : { id: String(found.file.record), size: found.content.size, links: found.file.links, place: found.content.place };
  }

  async digest(path: string, algorithm: DigestAlgorithm, onBytes?: (bytes: number) => void): Promise<string | undefined> {
    const found = await this.#open(path);
    if (found === undefined) { return undefined; }
    const hash = createHash(algorithm);
    for (let position = 0; position < found.content.size; position += pieceBytes) {
      const piece = await found.content.read(position, pieceBytes);
      hash.update(piece);
      onBytes?.(piece.length);
    }
    return hash.digest('hex');
  }

  async #open(path: string): Promise<OpenFile | undefined> {
    const entry = await this.volume.find(path);
    if (entry === undefined || entry.name === '') { return undefined; }
    const file = await this.volume.file(entry.record);
    if (file.isFolder) { return undefined; }
    const wof = await openWof(this.volume, file);
    if (wof !== undefined) { return { file, content: wof }; }
    if ((entry.attributes & FILE_ATTRIBUTE_REPARSE_POINT) !== 0) { return undefined; }
    const content = await this.volume.content(file, AttributeType.Data);
    return content === undefined ? undefined : { file, content };
  }
}
