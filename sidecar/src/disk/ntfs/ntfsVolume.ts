/** An NTFS volume, read without mounting it: its files by record and by name, and in what state it was left. */
import { DismError } from '../../errors.ts';
import { Hresult } from '../../hresult.ts';
import type { ByteSource } from '../byteSource.ts';
import { type Content, maxPieceBytes, openContent } from './attributeReader.ts';
import { type NtfsGeometry, readBootSector } from './bootSector.ts';
import { type FolderEntry, readIndex } from './folderIndex.ts';
import { type Attribute, AttributeType, BadRecord, type FileRecord, parseRecord, recordNumber } from './record.ts';

const [volumeRecord, rootRecord, bitmapRecord] = [3, 5, 6];
const pieceBytes = 1024 ** 2;
/** Larger than that of any file that is not made to be so. */
const [maxListBytes, maxListedRecords] = [1024 ** 2, 4096];
const maxRootBytes = 64 * 1024;
const maxIndexBytes = 512 * 1024 ** 2;

/** A file with all parts of its record. */
export interface NtfsFile {
  readonly record: number;
  readonly isFolder: boolean;
  readonly links: number;
  readonly attributes: readonly Attribute[];
}

/** One volume. Damage is a DismError ERROR_DISK_CORRUPT, wherever it is met. */
export class NtfsVolume {
  readonly geometry: NtfsGeometry;
  readonly #volume: ByteSource;
  #mft: Content | undefined;
  readonly #folders = new Map<number, Promise<ReadonlyMap<string, readonly FolderEntry[]>>>();

  private constructor(volume: ByteSource, geometry: NtfsGeometry) {
    this.#volume = volume;
    this.geometry = geometry;
  }

  /** Makes the errors of the file that the volume is in. */
  get errors(): ByteSource['errors'] {
    return this.#volume.errors;
  }

  /** @throws DismError ERROR_DISK_CORRUPT */
  static async open(source: ByteSource): Promise<NtfsVolume> {
    const volume = new NtfsVolume(source, await readBootSector(source));
    await volume.#openTable();
    return volume;
  }

  /** The table is a file that is described in its own first record. One in many pieces says where the others are in records of its first piece. */
  async #openTable(): Promise<void> {
    const { mftCluster, clusterBytes, recordBytes, clusters } = this.geometry;
    await this.#guard('the master file table', async () => {
      const { attributes } = parseRecord(await this.#volume.read(mftCluster * clusterBytes, recordBytes), clusters);
      const first = attributes.find(({ type, name, firstCluster }) => type === AttributeType.Data && name === '' && firstCluster === 0);
      if (first === undefined || first.value !== undefined) { throw new BadRecord('it has no clusters'); }
      const bytes = first.runs.reduce((sum, { count }) => sum + count, 0) * clusterBytes;
      this.#mft = openContent(this.#volume, this.geometry, [{ ...first, size: Math.min(first.size, bytes), validSize: Math.min(first.validSize, bytes) }]);
      this.#mft = openContent(this.#volume, this.geometry, partsOf(await this.file(0), AttributeType.Data, ''));
    });
  }

  async #guard<T>(subject: string, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof BadRecord)) { throw error; }
      throw this.#volume.errors.make(Hresult.ERROR_DISK_CORRUPT, `its NTFS volume is damaged (${subject}): ${error.message}`, 'Repair it in Windows with chkdsk /f, or take the disk from a backup.');
    }
  }

  async #readRecord(number: number): Promise<FileRecord> {
    const { recordBytes, clusters } = this.geometry;
    const raw = await this.#mft?.read(number * recordBytes, recordBytes);
    if (raw?.length !== recordBytes) { throw new BadRecord(`there is no record ${number}`); }
    return parseRecord(raw, clusters);
  }

  /** The file of a record, with the attributes that are in other records. */
  async file(number: number): Promise<NtfsFile> {
    return await this.#guard(`record ${number}`, async () => {
      const record = await this.#readRecord(number);
      if (!record.isUsed || record.base !== 0) { throw new BadRecord('it is the record of no file'); }
      const list = record.attributes.find(({ type }) => type === AttributeType.AttributeList);
      if (list === undefined) { return { record: number, isFolder: record.isFolder, links: record.links, attributes: record.attributes }; }
      const listed = openContent(this.#volume, this.geometry, [list]);
      if (listed.size > maxListBytes) { throw new BadRecord('it has more attributes than can be'); }
      const numbers = listedRecords(await listed.read(0, listed.size), number);
      const attributes = [...record.attributes];
      for (const other of numbers) {
        const extension = await this.#readRecord(other);
        if (!extension.isUsed || extension.base !== number) { throw new BadRecord('a part of a file is missing'); }
        for (const attribute of extension.attributes) { attributes.push(attribute); }
      }
      return { record: number, isFolder: record.isFolder, links: record.links, attributes };
    });
  }

  /** @returns undefined where the file has no such attribute. */
  async content(file: NtfsFile, type: number, name = ''): Promise<Content | undefined> {
    const parts = partsOf(file, type, name);
    if (parts.length === 0) { return undefined; }
    return await this.#guard(`record ${file.record}`, async () => {
      const content = openContent(this.#volume, this.geometry, parts);
      const guard = async (position: number, length: number) => await this.#guard(`record ${file.record}`, async () => await content.read(position, length));
      return await Promise.resolve({ size: content.size, place: content.place, read: guard });
    });
  }

  /** The names in a folder by their upper case; `$` files of NTFS among them. */
  async folder(number: number): Promise<ReadonlyMap<string, readonly FolderEntry[]>> {
    const known = this.#folders.get(number);
    if (known !== undefined) { return await known; }
    const reading = this.#readFolder(number);
    this.#folders.set(number, reading);
    return await reading;
  }

  async #readFolder(number: number): Promise<ReadonlyMap<string, readonly FolderEntry[]>> {
    const file = await this.file(number);
    const root = await this.content(file, AttributeType.IndexRoot, '$I30');
    const names = new Map<string, FolderEntry[]>();
    if (root === undefined) { return names; }
    const blocks = await this.content(file, AttributeType.IndexAllocation, '$I30');
    return await this.#guard(`record ${number}`, async () => {
      if (root.size > maxRootBytes || (blocks?.size ?? 0) > maxIndexBytes) { throw new BadRecord('the index of a folder is larger than can be'); }
      for (const entry of await readIndex(await root.read(0, root.size), blocks, this.geometry.clusterBytes)) {
        const upper = entry.name.toUpperCase();
        const same = names.get(upper);
        if (same === undefined) { names.set(upper, [entry]); } else { same.push(entry); }
      }
      return names;
    });
  }

  /** The file at a path below the root, `/` between the names; never through a link. @returns undefined where there is none. */
  async find(path: string): Promise<FolderEntry | undefined> {
    let current: FolderEntry = { name: '', record: rootRecord, size: 0, attributes: 0 };
    for (const part of path.split('/')) {
      if (part === '') { continue; }
      const fitting: readonly FolderEntry[] = (await this.folder(current.record)).get(part.toUpperCase()) ?? [];
      const exact = fitting.find(({ name }) => name === part);
      if (fitting.length > 1 && exact === undefined) {
        throw new DismError(Hresult.ERROR_FILE_CORRUPT, `"${path}" fits several names that differ in case only`, { target: path });
      }
      const next = exact ?? fitting[0];
      if (next === undefined) { return undefined; }
      current = next;
    }
    return current;
  }

  /** The first bytes of a file; undefined where there is none. */
  async readHead(path: string, bytes: number): Promise<Buffer | undefined> {
    const entry = await this.find(path);
    if (entry === undefined) { return undefined; }
    const content = await this.content(await this.file(entry.record), AttributeType.Data);
    return await content?.read(0, Math.min(bytes, maxPieceBytes));
  }

  /** Bytes of the clusters that are in use. */
  async usedBytes(): Promise<number> {
    const { clusters, clusterBytes } = this.geometry;
    const bitmap = await this.content(await this.file(bitmapRecord), AttributeType.Data);
    const bytes = Math.min(bitmap?.size ?? 0, Math.ceil(clusters / 8));
    let used = 0;
    for (let position = 0; position < bytes; position += pieceBytes) {
      const piece = await bitmap?.read(position, Math.min(pieceBytes, bytes - position)) ?? Buffer.alloc(0);
      for (const byte of piece) {
        for (let bits = byte; bits !== 0; bits &= bits - 1) { used++; }
      }
    }
    // The last byte has bits that stand for nothing.
    return Math.min(used, clusters) * clusterBytes;
  }

  /** Reads the whole file table. @returns How many of its records cannot be read. @throws DismError ERROR_DISK_CORRUPT: the table itself cannot be. */
  async countDamagedRecords(): Promise<number> {
    const { recordBytes, clusters } = this.geometry;
    const table = this.#mft;
    let damaged = 0;
    for (let position = 0; position < (table?.size ?? 0); position += pieceBytes) {
      const piece = await table?.read(position, pieceBytes) ?? Buffer.alloc(0);
      for (let at = 0; at + recordBytes <= piece.length; at += recordBytes) {
        const raw = piece.subarray(at, at + recordBytes);
        // One that was never used is empty.
        if (raw.readUInt32LE(0) === 0) { continue; }
        try { parseRecord(raw, clusters); } catch (error) {
          if (!(error instanceof BadRecord)) { throw error; }
          damaged++;
        }
      }
    }
    return damaged;
  }

  /** Content and flags of the file that describes the volume. */
  async information(): Promise<{ readonly label: string; readonly version: string; readonly flags: number }> {
    const file = await this.file(volumeRecord);
    const value = async (type: number): Promise<Buffer> => {
      const content = await this.content(file, type);
      return await content?.read(0, 512) ?? Buffer.alloc(0);
    };
    const information = await value(AttributeType.VolumeInformation);
    if (information.length < 12) { throw this.#volume.errors.make(Hresult.ERROR_DISK_CORRUPT, 'its NTFS volume is damaged: it does not say in what state it is'); }
    const label = (await value(AttributeType.VolumeName)).toString('utf16le');
    return { label, version: `${information.readUInt8(8)}.${information.readUInt8(9)}`, flags: information.readUInt16LE(10) };
  }
}

/** The parts of one attribute of a file. */
function partsOf({ attributes }: NtfsFile, type: number, name: string): readonly Attribute[] {
  const parts = attributes.filter((attribute) => attribute.type === type && attribute.name === name);
  return parts.some(({ value }) => value !== undefined) ? parts.slice(0, 1) : parts;
}

/** Numbers of the other records that a list names. @throws BadRecord */
function listedRecords(list: Buffer, own: number): Set<number> {
  const numbers = new Set<number>();
  for (let at = 0; at + 26 <= list.length;) {
    const length = list.readUInt16LE(at + 4);
    if (length < 26 || at + length > list.length) { throw new BadRecord('a list of attributes cannot be read'); }
    const number = recordNumber(list, at + 16);
    if (number !== own) { numbers.add(number); }
    if (numbers.size > maxListedRecords) { throw new BadRecord('it has more attributes than can be'); }
    at += length;
  }
  return numbers;
}
