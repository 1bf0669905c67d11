/** LZNT1, in which NTFS compresses files: [MS-XCA] 2.5. */
import { BadRecord } from './record.ts';

const chunkBytes = 4096;

/** Decompresses one chunk. @returns How many bytes it made. */
function decompressChunk(data: Buffer, into: Buffer, start: number): number {
  let at = 0;
  let end = start;
  const limit = Math.min(start + chunkBytes, into.length);
  while (at < data.length) {
    const flags = data.readUInt8(at++);
    for (let bit = 0; bit < 8 && at < data.length; bit++) {
      if ((flags >> bit & 1) === 0) {
        if (end >= limit) { throw new BadRecord('a compressed file is damaged'); }
        into[end++] = data[at++] ?? 0;
        continue;
      }
      if (at + 2 > data.length || end === start) { throw new BadRecord('a compressed file is damaged'); }
      const token = data.readUInt16LE(at);
      at += 2;
      // The further it is into the chunk, the more bits a distance has.
      let lengthBits = 12;
      for (let reach = end - start - 1; reach >= 16; reach >>= 1) { lengthBits--; }
      const distance = (token >> lengthBits) + 1;
      const length = (token & (1 << lengthBits) - 1) + 3;
      if (distance > end - start || end + length > limit) { throw new BadRecord('a compressed file is damaged'); }
      for (let copied = 0; copied < length; copied++, end++) { into[end] = into[end - distance] ?? 0; }
    }
  }
  return end - start;
}

/** Decompresses the chunks of one unit. What they do not fill is zeros. @throws BadRecord */
export function decompressUnit(data: Buffer, unitBytes: number): Buffer {
  const plain = Buffer.alloc(unitBytes);
  for (let at = 0, end = 0; at + 2 <= data.length && end < unitBytes; end += chunkBytes) {
    const header = data.readUInt16LE(at);
    if (header === 0) { break; }
    const length = (header & 0xfff) + 1;
    const chunk = data.subarray(at + 2, at + 2 + length);
    if ((header & 0x7000) !== 0x3000 || chunk.length < length) { throw new BadRecord('a compressed file is damaged'); }
    if ((header & 0x8000) === 0) { chunk.copy(plain, end); } else { decompressChunk(chunk, plain, end); }
    at += 2 + length;
  }
  return plain;
}
