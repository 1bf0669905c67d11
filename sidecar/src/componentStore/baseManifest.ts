/** Finds the base manifest, which the store's manifests are deltas against, among the resources of wcp.dll. */
import { StoreFormatError } from './formatErrors.ts';

/** The resource: type 614, name 1, in whatever language. */
const resourceType = 614;
const resourceName = 1;

/** The genuine one has 9,066 bytes. */
const maxBaseBytes = 1024 * 1024;

/** A folder of resources with this bit is another folder; a name with it is a text. */
const highBit = 0x8000_0000;

interface Section {
  readonly address: number;
  readonly size: number;
  readonly fileOffset: number;
}

/** Reads numbers of a file, and nothing beyond its end. */
class PeReader {
  readonly #data: Buffer;

  constructor(data: Buffer) {
    this.#data = data;
  }

  #check(offset: number, bytes: number): void {
    if (offset + bytes > this.#data.length) { throw new StoreFormatError('the program file is cut off', offset); }
  }

  u16(offset: number): number {
    this.#check(offset, 2);
    return this.#data.readUInt16LE(offset);
  }

  u32(offset: number): number {
    this.#check(offset, 4);
    return this.#data.readUInt32LE(offset);
  }

  bytes(offset: number, length: number): Buffer {
    this.#check(offset, length);
    return this.#data.subarray(offset, offset + length);
  }
}

/** Where a table of resources begins, and the sections that addresses lie in. */
function readHeaders(file: PeReader): { readonly resources: number; readonly sections: readonly Section[] } {
  if (file.u16(0) !== 0x5a4d) { throw new StoreFormatError('it is no program file', 0); }
  const header = file.u32(0x3c);
  if (file.u32(header) !== 0x4550) { throw new StoreFormatError('it is no program file', header); }
  const sectionCount = file.u16(header + 6);
  const optional = header + 24;
  const kind = file.u16(optional);
  if (kind !== 0x10b && kind !== 0x20b) { throw new StoreFormatError('it is no program file of a known kind', optional); }
  const directories = optional + (kind === 0x10b ? 92 : 108);
  if (file.u32(directories) < 3) { throw new StoreFormatError('it has no resources', directories); }
  const resources = file.u32(directories + 4 + 2 * 8);
  if (resources === 0) { throw new StoreFormatError('it has no resources', directories); }
  const table = optional + file.u16(header + 20);
  const sections = Array.from({ length: sectionCount }, (_, index) => {
    const entry = table + index * 40;
    return { address: file.u32(entry + 12), size: file.u32(entry + 16), fileOffset: file.u32(entry + 20) };
  });
  return { resources, sections };
}

/** Turns an address into an offset in the file. */
function fileOffset(address: number, sections: readonly Section[]): number {
  const section = sections.find(({ address: start, size }) => address >= start && address - start < size);
  if (section === undefined) { throw new StoreFormatError(`the address ${address} is in no section`, 0); }
  return section.fileOffset + address - section.address;
}

/** The entry of a folder of resources with this number; `undefined`: the first one. */
function findEntry(file: PeReader, folder: number, id: number | undefined): number {
  const names = file.u16(folder + 12);
  const ids = file.u16(folder + 14);
  // Entries with names come first.
  const first = id === undefined ? 0 : names;
  for (let index = first; index < names + ids; index++) {
    const entry = folder + 16 + index * 8;
    if (id === undefined || file.u32(entry) === id) { return file.u32(entry + 4); }
  }
  throw new StoreFormatError('it has no base manifest', folder);
}

/**
 * The base manifest in a servicing stack's wcp.dll. Whether it is intact shows only in what manifests expand to.
 * @throws StoreFormatError: no program file, a damaged one, or one without the resource.
 */
export function readBaseManifest(pe: Buffer): Buffer {
  const file = new PeReader(pe);
  const { resources, sections } = readHeaders(file);
  const root = fileOffset(resources, sections);
  // The tree has three levels: type, name, language.
  let folder = root;
  for (const id of [resourceType, resourceName]) {
    const entry = findEntry(file, folder, id);
    if (entry < highBit) { throw new StoreFormatError('its resources are damaged', folder); }
    folder = root + entry - highBit;
  }
  const leaf = findEntry(file, folder, undefined);
  if (leaf >= highBit) { throw new StoreFormatError('its resources are damaged', folder); }
  const address = file.u32(root + leaf);
  const size = file.u32(root + leaf + 4);
  if (size === 0 || size > maxBaseBytes) { throw new StoreFormatError(`the base manifest has ${size} bytes`, root + leaf); }
  return file.bytes(fileOffset(address, sections), size);
}
