/** Reads and writes the bytes of open files on threads of the pool. */
import { fsync, read as readDescriptor, write as writeDescriptor } from 'node:fs';
import { promisify } from 'node:util';

const readAsync = promisify(readDescriptor);
const writeAsync = promisify(writeDescriptor);
const fsyncAsync = promisify(fsync);

/** After so many bytes written the disk is waited for, so that a cancellation never waits for more. */
const flushBytes = 16 * 1024 * 1024;

/** The first `size` bytes, or as many as there are. */
export async function readWhole(descriptor: number, size: number): Promise<Buffer> {
  const data = Buffer.allocUnsafe(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await readAsync(descriptor, data, done, size - done, done);
    if (bytesRead === 0) { break; }
    done += bytesRead;
  }
  return data.subarray(0, done);
}

/** Everything, piece by piece; a piece is gone when the next one is asked for. */
export async function* readPieces(descriptor: number, pieceBytes: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(pieceBytes);
  for (let position = 0; ;) {
    const { bytesRead } = await readAsync(descriptor, buffer, 0, buffer.length, position);
    if (bytesRead === 0) { return; }
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Writes from the start and waits for the disk. @throws the signal's reason, between two pieces. */
export async function writeWhole(descriptor: number, data: Buffer, signal: AbortSignal | undefined): Promise<void> {
  for (let done = 0; done < data.length;) {
    const end = Math.min(done + flushBytes, data.length);
    while (done < end) { done += (await writeAsync(descriptor, data, done, end - done, done)).bytesWritten; }
    await fsyncAsync(descriptor);
    signal?.throwIfAborted();
  }
  await fsyncAsync(descriptor);
}
