/** The integrity table: SHA-1 of each run of bytes from behind the header to the end of the blob table. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { wimHeaderBytes } from './header.ts';

const defaultChunkBytes = 10 * 1024 * 1024;
const readBytes = 1024 * 1024;

export interface IntegrityTable {
  readonly chunkBytes: number;
  /** 20 bytes each. */
  readonly hashes: readonly Buffer[];
}

/** @returns undefined where the table makes no sense: then it is made anew, as wimlib does. */
export function parseIntegrityTable(data: Buffer): IntegrityTable | undefined {
  if (data.length < 12) { return undefined; }
  const size = data.readUInt32LE(0);
  const count = data.readUInt32LE(4);
  const chunkBytes = data.readUInt32LE(8);
  if (size !== data.length || size !== 12 + count * 20 || chunkBytes < 4096 || chunkBytes > 128 * 1024 * 1024) { return undefined; }
  return { chunkBytes, hashes: Array.from({ length: count }, (_, index) => data.subarray(12 + index * 20, 32 + index * 20)) };
}

export function serializeIntegrityTable(table: IntegrityTable): Buffer {
  const data = Buffer.alloc(12 + table.hashes.length * 20);
  data.writeUInt32LE(data.length, 0);
  data.writeUInt32LE(table.hashes.length, 4);
  data.writeUInt32LE(table.chunkBytes, 8);
  table.hashes.forEach((hash, index) => hash.copy(data, 12 + index * 20));
  return data;
}

/**
 * Computes the table for a file whose blob table ends at `end`.
 * @param old The table of the same file before bytes were appended, and the `end` it was made for: runs that
 * lie wholly before that end are taken from it, since an append leaves them as they are.
 */
export async function computeIntegrityTable(
  file: FileHandle, end: number, old: { readonly table: IntegrityTable; readonly end: number } | undefined,
  signal: AbortSignal, onBytes: (done: number, total: number) => void,
): Promise<IntegrityTable> {
  const chunkBytes = old?.table.chunkBytes ?? defaultChunkBytes;
  const total = end - wimHeaderBytes;
  const count = Math.ceil(total / chunkBytes);
  const hashes: Buffer[] = [];
  const buffer = Buffer.allocUnsafe(readBytes);
  for (let index = 0; index < count; index++) {
    const begin = wimHeaderBytes + index * chunkBytes;
    const kept = old?.table.hashes[index];
    if (old !== undefined && kept !== undefined && begin + chunkBytes <= old.end) {
      hashes.push(kept);
    } else {
      const hash = createHash('sha1');
      const stop = Math.min(begin + chunkBytes, end);
      for (let position = begin; position < stop;) {
        signal.throwIfAborted();
        const { bytesRead } = await file.read(buffer, 0, Math.min(readBytes, stop - position), position);
        if (bytesRead === 0) { throw new Error(`the file ends at ${position}, before its blob table does`); }
        hash.update(buffer.subarray(0, bytesRead));
        position += bytesRead;
        onBytes(position - wimHeaderBytes, total);
      }
      hashes.push(hash.digest());
    }
  }
  return { chunkBytes, hashes };
}
