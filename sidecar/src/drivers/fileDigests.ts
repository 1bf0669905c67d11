/** The digests by which a security catalog may know a file. */
import { createHash } from 'node:crypto';

/** Where the pieces of a PE file lie that its Authenticode digest leaves out. */
interface PeLayout {
  readonly checksum: number;
  /** Entry of the certificate table in the optional header. */
  readonly directory: number;
  /** Where the certificate table begins, or the file ends. */
  readonly end: number;
}

const certificateTable = 4;

function peLayout(data: Buffer): PeLayout | undefined {
  if (data.length < 0x40 || data.toString('latin1', 0, 2) !== 'MZ') { return undefined; }
  const header = data.readUInt32LE(0x3c);
  const optional = header + 24;
  if (optional + 2 > data.length || data.toString('latin1', header, header + 4) !== 'PE\0\0') { return undefined; }
  const magic = data.readUInt16LE(optional);
  const directories = magic === 0x20b ? optional + 112 : magic === 0x10b ? optional + 96 : undefined;
  if (directories === undefined || directories > data.length) { return undefined; }
  const directory = directories + certificateTable * 8;
  if (data.readUInt32LE(directories - 4) <= certificateTable || directory + 8 > data.length) {
    return { checksum: optional + 64, directory: -1, end: data.length };
  }
  const offset = data.readUInt32LE(directory);
  const size = data.readUInt32LE(directory + 4);
  const isTable = size > 0 && offset >= directory + 8 && offset <= data.length;
  return { checksum: optional + 64, directory, end: isTable ? offset : data.length };
}

/** A file as Authenticode sees it: without checksum and signature, padded to a multiple of eight bytes. */
function authenticodeParts(data: Buffer, { checksum, directory, end }: PeLayout): Buffer[] {
  const parts = directory === -1
    ? [data.subarray(0, checksum), data.subarray(checksum + 4, end)]
    : [data.subarray(0, checksum), data.subarray(checksum + 4, directory), data.subarray(directory + 8, end)];
  return [...parts, Buffer.alloc((8 - end % 8) % 8)];
}

/** All digests that a catalog may have for a file, in lower-case hex: SHA-1 and SHA-256 of its bytes, and of a program also those of Authenticode. */
export function fileDigests(data: Buffer): string[] {
  const layout = peLayout(data);
  const forms = layout === undefined ? [[data]] : [[data], authenticodeParts(data, layout)];
  return forms.flatMap((parts) => ['sha256', 'sha1'].map((algorithm) => {
    const hash = createHash(algorithm);
    for (const part of parts) { hash.update(part); }
    return hash.digest('hex');
  }));
}
