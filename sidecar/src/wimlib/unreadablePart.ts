/** Which part of a split WIM cannot be read: libwim says only that one of them cannot. */
import { openSync, readSync } from 'node:fs';
import { release } from '../closing.ts';

const pieceBytes = 1024 * 1024;

/** Reads a file to its end. @throws Error of node:fs. */
function readThrough(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    const piece = Buffer.alloc(pieceBytes);
    for (let position = 0, bytes = 1; bytes > 0; position += bytes) { bytes = readSync(descriptor, piece, 0, pieceBytes, position); }
  } finally {
    release(descriptor);
  }
}

/** @returns The first of the files that cannot be read to its end; undefined where all can be now. */
export function unreadablePart(paths: readonly string[]): string | undefined {
  return paths.find((path) => {
    try {
      readThrough(path);
      return false;
    } catch {
      return true;
    }
  });
}
