/** What is done to a Linux executable before the blob is put into it. */

/** Offsets in the 64-bit file header, the program headers and the section headers (ELF-64 Object File Format). */
const file = { programHeaders: 0x20, sectionHeaders: 0x28, programHeaderSize: 0x36, sectionHeaderSize: 0x3A, sectionCount: 0x3C, nameSection: 0x3E } as const;
const program = { offset: 0x08, fileSize: 0x20 } as const;
const section = { name: 0x00, type: 0x04, flags: 0x08, offset: 0x18, size: 0x20, bytes: 0x40 } as const;
const fileHeaderBytes = 0x40;
const programHeaderBytes = 0x38;
const stringTable = 3;
/** SHF_ALLOC: in memory when the program runs. */
const allocated = 2n;

/**
 * Cuts off what is never loaded: symbol table and debugging information, 13 % of Node.js 22. The same as `strip`, which not every
 * machine that builds has. Names of exported functions stay, because addons are linked by them.
 */
export function removeSymbols(image: Buffer): Buffer {
  if (image.readUInt32BE(0) !== 0x7F454C46 || image[4] !== 2 || image[5] !== 1) { throw new Error('The Node.js binary is no 64-bit little-endian ELF file'); }
  const sections = readSections(image);
  // Sections name each other by their numbers, which stay as they are when only the last ones go.
  const kept = sections.findIndex((one, index) => index > 0 && (one.header.readBigUInt64LE(section.flags) & allocated) === 0n);
  if (kept < 0 || sections.slice(kept).some((one) => (one.header.readBigUInt64LE(section.flags) & allocated) !== 0n)) {
    throw new Error('The Node.js binary has sections in an order that is not known');
  }
  const end = endOfSegments(image);
  const headers: Buffer[] = [];
  let names = Buffer.alloc(1);
  for (const { header, name } of sections.slice(0, kept)) {
    const copy = Buffer.from(header);
    if (name !== '') {
      copy.writeUInt32LE(names.length, section.name);
      names = Buffer.concat([names, Buffer.from(`${name}\0`)]);
    }
    headers.push(copy);
  }
  const nameHeader = Buffer.alloc(section.bytes);
  nameHeader.writeUInt32LE(names.length, section.name);
  nameHeader.writeUInt32LE(stringTable, section.type);
  nameHeader.writeBigUInt64LE(BigInt(end), section.offset);
  nameHeader.writeBigUInt64LE(1n, 0x30);
  names = Buffer.concat([names, Buffer.from('.shstrtab\0')]);
  nameHeader.writeBigUInt64LE(BigInt(names.length), section.size);
  headers.push(nameHeader);

  const padding = Buffer.alloc((8 - (end + names.length) % 8) % 8);
  const stripped = Buffer.concat([image.subarray(0, end), names, padding, ...headers]);
  stripped.writeBigUInt64LE(BigInt(end + names.length + padding.length), file.sectionHeaders);
  stripped.writeUInt16LE(headers.length, file.sectionCount);
  stripped.writeUInt16LE(headers.length - 1, file.nameSection);
  return stripped;
}

function readSections(image: Buffer): { header: Buffer; name: string }[] {
  const table = Number(image.readBigUInt64LE(file.sectionHeaders));
  const count = image.readUInt16LE(file.sectionCount);
  if (image.readUInt16LE(file.sectionHeaderSize) !== section.bytes || count === 0) { throw new Error('The Node.js binary has no table of sections'); }
  const headers = Array.from({ length: count }, (_, index) => image.subarray(table + index * section.bytes, table + (index + 1) * section.bytes));
  const nameHeader = headers[image.readUInt16LE(file.nameSection)];
  if (nameHeader === undefined) { throw new Error('The Node.js binary has no names of sections'); }
  const namesAt = Number(nameHeader.readBigUInt64LE(section.offset));
  return headers.map((header) => {
    const start = namesAt + header.readUInt32LE(section.name);
    return { header, name: image.toString('latin1', start, image.indexOf(0, start)) };
  });
}

/** Where the last byte ends that the kernel or the dynamic linker maps. */
function endOfSegments(image: Buffer): number {
  const table = Number(image.readBigUInt64LE(file.programHeaders));
  const count = image.readUInt16LE(file.programHeaderSize + 2);
  if (image.readUInt16LE(file.programHeaderSize) !== programHeaderBytes || count === 0) { throw new Error('The Node.js binary has no table of segments'); }
  let end = fileHeaderBytes;
  for (let index = 0; index < count; index++) {
    const at = table + index * programHeaderBytes;
    end = Math.max(end, Number(image.readBigUInt64LE(at + program.offset) + image.readBigUInt64LE(at + program.fileSize)));
  }
  return end;
}
