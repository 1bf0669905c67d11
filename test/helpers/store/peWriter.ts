/** Makes program files that hold nothing but resources, as a stand-in for wcp.dll. */

/** One resource; numbers as Windows counts types and names. */
export interface PeResource {
  readonly type: number | string;
  readonly name: number;
  readonly language: number;
  readonly data: Buffer;
}

/** How the file is made. */
export interface PeOptions {
  /** 64-bit (default) or 32-bit headers. */
  readonly bits?: 64 | 32;
}

const sectionAddress = 0x1000;
const alignment = 0x200;

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

/** The folder tree of resources: types, names, languages, then the descriptions of the data, the texts, the data. */
function writeResources(resources: readonly PeResource[]): Buffer {
  const types = [...new Set(resources.map(({ type }) => type))]
    // Names before numbers, numbers ascending: Windows searches them so.
    .sort((left, right) => typeof left === 'string' || typeof right === 'string' ? Number(typeof left === 'number') - Number(typeof right === 'number') : left - right);
  const named = types.filter((type) => typeof type === 'string');
  const parts: Buffer[] = [];
  let size = 0;
  const add = (part: Buffer): number => {
    const at = size;
    const padded = Buffer.alloc(roundUp(part.length, 8));
    part.copy(padded);
    parts.push(padded);
    size += padded.length;
    return at;
  };
  const folder = (entries: number, names = 0): Buffer => {
    const bytes = Buffer.alloc(16 + entries * 8);
    bytes.writeUInt16LE(names, 12);
    bytes.writeUInt16LE(entries - names, 14);
    return bytes;
  };
  const set = (at: number, index: number, id: number, target: number): void => {
    const part = parts[parts.findIndex((_, place) => parts.slice(0, place).reduce((sum, { length }) => sum + length, 0) === at)];
    part?.writeUInt32LE(id, 16 + index * 8);
    part?.writeUInt32LE(target, 20 + index * 8);
  };
  const subfolder = (at: number): number => at + 0x8000_0000;
  const root = add(folder(types.length, named.length));
  const leaves: { readonly at: number; readonly data: Buffer }[] = [];
  types.forEach((type, typeIndex) => {
    const ofType = resources.filter((resource) => resource.type === type);
    const names = [...new Set(ofType.map(({ name }) => name))].sort((left, right) => left - right);
    const typeFolder = add(folder(names.length));
    let id: number;
    if (typeof type === 'string') {
      const text = Buffer.alloc(2 + type.length * 2);
      text.writeUInt16LE(type.length);
      text.write(type, 2, 'utf16le');
      id = subfolder(add(text));
    } else {
      id = type;
    }
    set(root, typeIndex, id, subfolder(typeFolder));
    names.forEach((name, nameIndex) => {
      const ofName = ofType.filter((resource) => resource.name === name).sort((left, right) => left.language - right.language);
      const nameFolder = add(folder(ofName.length));
      set(typeFolder, nameIndex, name, subfolder(nameFolder));
      ofName.forEach(({ language, data }, index) => {
        const at = add(Buffer.alloc(16));
        set(nameFolder, index, language, at);
        leaves.push({ at, data });
      });
    });
  });
  const places = leaves.map(({ at, data }) => ({ at, length: data.length, address: sectionAddress + add(data) }));
  const result = Buffer.concat(parts);
  for (const { at, length, address } of places) {
    result.writeUInt32LE(address, at);
    result.writeUInt32LE(length, at + 4);
  }
  return result;
}

/** A program file with these resources in its only section. */
export function writePe(resources: readonly PeResource[], options: PeOptions = {}): Buffer {
  const is64 = options.bits !== 32;
  const section = writeResources(resources);
  const optionalBytes = (is64 ? 112 : 96) + 16 * 8;
  const header = Buffer.alloc(alignment);
  header.write('MZ', 'latin1');
  header.writeUInt32LE(0x80, 0x3c);
  header.write('PE\0\0', 0x80, 'latin1');
  header.writeUInt16LE(is64 ? 0x8664 : 0x14c, 0x84);
  header.writeUInt16LE(1, 0x86);
  header.writeUInt16LE(optionalBytes, 0x94);
  header.writeUInt16LE(0x2022, 0x96);
  const optional = 0x98;
  header.writeUInt16LE(is64 ? 0x20b : 0x10b, optional);
  header.writeUInt32LE(0x1000, optional + 32);
  header.writeUInt32LE(alignment, optional + 36);
  header.writeUInt32LE(sectionAddress + roundUp(section.length, 0x1000), optional + 56);
  header.writeUInt32LE(alignment, optional + 60);
  const directories = optional + (is64 ? 108 : 92);
  header.writeUInt32LE(16, directories);
  header.writeUInt32LE(sectionAddress, directories + 4 + 16);
  header.writeUInt32LE(section.length, directories + 8 + 16);
  const table = optional + optionalBytes;
  header.write('.rsrc', table, 'latin1');
  header.writeUInt32LE(section.length, table + 8);
  header.writeUInt32LE(sectionAddress, table + 12);
  header.writeUInt32LE(roundUp(section.length, alignment), table + 16);
  header.writeUInt32LE(alignment, table + 20);
  header.writeUInt32LE(0x4000_0040, table + 36);
  const body = Buffer.alloc(roundUp(section.length, alignment));
  section.copy(body);
  return Buffer.concat([header, body]);
}

/** A stand-in for wcp.dll that holds this base manifest, between resources of other types, names and kinds. */
export function writeWcp(baseManifest: Buffer, options: PeOptions = {}): Buffer {
  const other = Buffer.from('another resource');
  return writePe([
    { type: 'MUI', name: 1, language: 1033, data: other },
    { type: 16, name: 1, language: 1033, data: other },
    { type: 614, name: 1, language: 1033, data: baseManifest },
    { type: 614, name: 2, language: 1033, data: other },
  ], options);
}
