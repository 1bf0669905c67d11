/** Makes files as the component store keeps them in LZMS blocks (DCS), with libwim's compressor. */
import { CompressionType, CompressorPool } from '../../../sidecar/src/wimlib/codec.ts';

/** A block as it goes into the file: what is stored, and how many bytes that stands for. */
export interface DcsBlock {
  readonly packed: Buffer;
  readonly plainBytes: number;
}

/** Puts blocks into a file; `totalBytes` as told, default what the blocks have. Nothing is checked. */
export function writeDcs(blocks: readonly DcsBlock[], totalBytes = blocks.reduce((sum, { plainBytes }) => sum + plainBytes, 0)): Buffer {
  const uint32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  return Buffer.concat([
    Buffer.from('DCS\x01', 'latin1'), uint32(blocks.length), uint32(totalBytes),
    ...blocks.flatMap(({ packed, plainBytes }) => [uint32(packed.length + 4), uint32(plainBytes), packed]),
  ]);
}

/** A file in LZMS blocks of `blockBytes`, the last one shorter. A block that does not get smaller is stored as it is. */
export async function encodeDcs(data: Buffer, blockBytes = 64 * 1024): Promise<Buffer> {
  const pool = new CompressorPool(CompressionType.Lzms, blockBytes);
  try {
    const blocks: DcsBlock[] = [];
    for (let at = 0; at < data.length; at += blockBytes) {
      const plain = data.subarray(at, at + blockBytes);
      blocks.push({ packed: await pool.compress(plain), plainBytes: plain.length });
    }
    return writeDcs(blocks);
  } finally {
    pool.close();
  }
}
