/** CRC-32C (Castagnoli), which guards the structures of a VHDX. */

const polynomial = 0x82f63b78;
let table: Uint32Array | undefined;

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) { value = (value & 1) !== 0 ? value >>> 1 ^ polynomial : value >>> 1; }
    return value >>> 0;
  });
}

/** The checksum of data in which four bytes, those of the checksum itself, count as zero. */
export function crc32c(data: Uint8Array, checksumOffset: number): number {
  const entries = table ??= makeTable();
  let value = 0xffff_ffff;
  for (let at = 0; at < data.length; at++) {
    const byte = at >= checksumOffset && at < checksumOffset + 4 ? 0 : data[at] ?? 0;
    value = value >>> 8 ^ (entries[(value ^ byte) & 0xff] ?? 0);
  }
  return (value ^ 0xffff_ffff) >>> 0;
}
