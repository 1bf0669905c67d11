/** The integrity table: SHA-1 of each run of bytes from behind the header to the end of the blob table. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { type WimHeader, wimHeaderBytes } from './header.ts';
import { type ReadableFile, readFully } from './resourceReader.ts';

const defaultChunkBytes = 10 * 1024 * 1024;
const readBytes = 1024 * 1024;

export interface IntegrityTable {
  readonly chunkBytes: number;
  /** 20 bytes each. */
  readonly hashes: readonly Buffer[];
}

/** Whoever asks for a check is told that there was none; it is no error, as it is none to Windows. */
export function noTableWarning(path: string): string {
  return `"${path}" has no integrity table, so it was not compared with one; Test-DismTsImageFile reads what it holds`;
}

/** Where the hashed bytes end: behind the blob table. */
export function integrityEnd({ blobTable }: WimHeader): number {
  return blobTable.offset + blobTable.sizeInWim;
}

/** @returns undefined where the table makes no sense. */
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

/** Whether a table has a hash for each run of a file whose blob table ends at `end`. */
export function coversFile({ chunkBytes, hashes }: IntegrityTable, end: number): boolean {
  return hashes.length === Math.ceil(Math.max(0, end - wimHeaderBytes) / chunkBytes);
}

/**
 * Computes the table for a file whose blob table ends at `end`.
 * @param old The table of the same file before bytes were appended, and the `end` it was made for: runs that
 * lie wholly before that end are taken from it, since an append leaves them as they are. The run that the old end is in
 * is compared with it; where it was damaged it keeps the old hash, so that who verifies the file still finds the damage.
 * @returns The table, and whether such damage was found.
 */
export async function computeIntegrityTable(
  file: FileHandle, end: number, old: { readonly table: IntegrityTable; readonly end: number } | undefined,
  signal: AbortSignal, onBytes: (done: number, total: number) => void,
): Promise<{ readonly table: IntegrityTable; readonly isDamaged: boolean }> {
  const chunkBytes = old?.table.chunkBytes ?? defaultChunkBytes;
  const total = end - wimHeaderBytes;
  const count = Math.ceil(total / chunkBytes);
  const hashes: Buffer[] = [];
  const buffer = Buffer.allocUnsafe(readBytes);
  let isDamaged = false;
  for (let index = 0; index < count; index++) {
    const begin = wimHeaderBytes + index * chunkBytes;
    const kept = old?.table.hashes[index];
    if (old !== undefined && kept !== undefined && begin + chunkBytes <= old.end) {
      hashes.push(kept);
    } else {
      const hash = createHash('sha1');
      const stop = Math.min(begin + chunkBytes, end);
      const oldEnd = old !== undefined && kept !== undefined ? old.end : stop;
      let isSame = true;
      for (let position = begin; position < stop;) {
        signal.throwIfAborted();
        const { bytesRead } = await file.read(buffer, 0, Math.min(readBytes, (position < oldEnd ? oldEnd : stop) - position), position);
        if (bytesRead === 0) { throw new Error(`the file ends at ${position}, before its blob table does`); }
        hash.update(buffer.subarray(0, bytesRead));
        position += bytesRead;
        if (position === oldEnd && kept !== undefined) { isSame = hash.copy().digest().equals(kept); }
        onBytes(position - wimHeaderBytes, total);
      }
      isDamaged ||= !isSame;
      hashes.push(isSame || kept === undefined ? hash.digest() : kept);
    }
  }
  return { table: { chunkBytes, hashes }, isDamaged };
}

/**
 * Compares a file with its table. The next bytes are read while the last ones are hashed.
 * @param onBytes Told how much was compared.
 * @throws DismError ERROR_FILE_CORRUPT: it does not match, or the table is none of this file.
 */
export async function verifyIntegrity(
  file: ReadableFile, data: Buffer, end: number, signal: AbortSignal, onBytes: (done: number, total: number) => void,
): Promise<void> {
  const table = parseIntegrityTable(data);
  const total = Math.max(0, end - wimHeaderBytes);
  if (table === undefined || !coversFile(table, end)) { throw file.errors.corrupt('its integrity table is damaged'); }
  const buffers = [Buffer.allocUnsafe(readBytes), Buffer.allocUnsafe(readBytes)] as const;
  /** Where the read ends that begins at `begin`: within its run. */
  const endOf = (begin: number): number => {
    const run = Math.floor((begin - wimHeaderBytes) / table.chunkBytes);
    return Math.min(begin + readBytes, wimHeaderBytes + (run + 1) * table.chunkBytes, end);
  };
  let turn: 0 | 1 = 0;
  const read = async (begin: number): Promise<Buffer> => {
    const block = buffers[turn].subarray(0, endOf(begin) - begin);
    turn = turn === 0 ? 1 : 0;
    await readFully(file, block, begin);
    return block;
  };
  let hash = createHash('sha1');
  onBytes(0, total);
  let next = total > 0 ? read(wimHeaderBytes) : undefined;
  for (let position = wimHeaderBytes; next !== undefined;) {
    const block = await next;
    position += block.length;
    next = position < end ? read(position) : undefined;
    next?.catch(() => undefined);
    hash.update(block);
    const done = position - wimHeaderBytes;
    if (done % table.chunkBytes === 0 || position === end) {
      const expected = table.hashes[Math.ceil(done / table.chunkBytes) - 1];
      if (expected === undefined || !hash.digest().equals(expected)) {
        await next?.catch(() => undefined);
        throw file.errors.corrupt('it does not match its integrity table');
      }
      hash = createHash('sha1');
    }
    onBytes(done, total);
    if (signal.aborted) {
      // The file is closed by whoever ends this, so the read that has begun ends first.
      await next?.catch(() => undefined);
      signal.throwIfAborted();
    }
  }
}
