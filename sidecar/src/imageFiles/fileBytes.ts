/** Reads and writes the bytes of open files on threads of the pool. */
import { fsync, read, readSync, write as writeDescriptor } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { releaseFile } from '../closing.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { isSystemError, systemFailure } from '../systemErrors.ts';
import type { ReplaceOptions } from './imageFiles.ts';

const writeAsync = promisify(writeDescriptor);
const fsyncAsync = promisify(fsync);

/** Up to so many bytes, handing the work to a thread takes longer than reading; a disk that does not answer has held up the opening already. */
const smallFileBytes = 64 * 1024;
/** What is copied at once. */
const copyBytes = 1024 * 1024;
/** After so many bytes written the disk is waited for, so that a cancellation never waits for more. */
const flushBytes = 16 * 1024 * 1024;

async function readPart(descriptor: number, into: Buffer, offset: number, length: number, position: number): Promise<number> {
  return await new Promise((resolve, reject) => {
    read(descriptor, into, offset, length, position, (error, bytesRead) => { if (error === null) { resolve(bytesRead); } else { reject(error); } });
  });
}

/** The first `size` bytes, or as many as there are. @param buffer Where to put them, if it is large enough; default: a new one. */
export async function readWhole(descriptor: number, size: number, buffer: Buffer = Buffer.allocUnsafe(size)): Promise<Buffer> {
  let done = 0;
  while (done < size) {
    const bytesRead = size <= smallFileBytes ? readSync(descriptor, buffer, done, size - done, done)
      : await readPart(descriptor, buffer, done, size - done, done);
    if (bytesRead === 0) { break; }
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}

/** Everything, piece by piece; a piece is gone when the next one is asked for. */
export async function* readPieces(descriptor: number, pieceBytes: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(pieceBytes);
  for (let position = 0; ;) {
    const bytesRead = await readPart(descriptor, buffer, 0, buffer.length, position);
    if (bytesRead === 0) { return; }
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Writes from the start and waits for the disk. @throws the signal's reason, between two pieces. */
async function writeWhole(descriptor: number, data: Buffer, signal: AbortSignal | undefined): Promise<void> {
  for (let done = 0; done < data.length;) {
    const end = Math.min(done + flushBytes, data.length);
    while (done < end) { done += (await writeAsync(descriptor, data, done, end - done, done)).bytesWritten; }
    // The last piece is waited for below, as an empty file is.
    if (done < data.length) { await fsyncAsync(descriptor); }
    signal?.throwIfAborted();
  }
  await fsyncAsync(descriptor);
}

/** Copies a file into one that is open, from its start. @throws DismError: the file cannot be read; Error of node:fs: the other one cannot be written. */
export async function copyInto(descriptor: number, path: string, signal: AbortSignal): Promise<void> {
  const unreadable = (error: unknown): unknown => (isSystemError(error) ? systemFailure(error, `Cannot read "${path}"`, path) : error);
  const source = await open(path).catch((error: unknown) => { throw unreadable(error); });
  try {
    const buffer = Buffer.allocUnsafe(copyBytes);
    for (let position = 0; ;) {
      signal.throwIfAborted();
      const { bytesRead } = await source.read(buffer, 0, buffer.length, position).catch((error: unknown) => { throw unreadable(error); });
      if (bytesRead === 0) { return; }
      for (let done = 0; done < bytesRead;) { done += (await writeAsync(descriptor, buffer, done, bytesRead - done, position + done)).bytesWritten; }
      position += bytesRead;
    }
  } finally {
    await releaseFile(source);
  }
}

/** A disk that says nothing of an error has other bytes than it was given. */
export function misreadError(path: string): DismError {
  return new DismError(Hresult.ERROR_WRITE_FAULT, `Cannot write "${path}": what was read back is not what was written`, { target: path });
}

/** What is read back has to be what was written. @returns For writeChecked(). */
export function sameAs(path: string, data: Buffer): Checked['verify'] {
  return (readBack) => { if (!readBack.equals(data)) { throw misreadError(path); } };
}

/** How what is written gets checked, and stopped. */
export type Checked = Pick<ReplaceOptions, 'verify' | 'signal'>;

/** Writes a file that is open, waits for the disk, and has what was read back checked. */
export async function writeChecked(descriptor: number, data: Buffer, { verify, signal }: Checked): Promise<void> {
  await writeWhole(descriptor, data, signal);
  verify(await readWhole(descriptor, data.length));
}
