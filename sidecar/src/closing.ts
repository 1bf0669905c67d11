/** The end of open files, and what fails there without harm. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { atDescriptorPath, isSystemError } from './systemErrors.ts';

/** @throws what is no answer of a file system: a descriptor that is not open is a bug. */
function passOver(error: unknown): void {
  if (!isSystemError(error) || error.code === 'EBADF') { throw error; }
}

/**
 * Closes what was only read or held, or whose content was flushed. close(2) frees a descriptor whatever it answers, and its answer is about writes that
 * nobody has waited for: it makes no failure of what was done before, such as a mount that stands or a header that is on the disk.
 */
export function release(descriptor: number): void {
  try { closeSync(descriptor); } catch (error) { passOver(error); }
}

/** As release(). */
export async function releaseFile(file: FileHandle): Promise<void> {
  try { await file.close(); } catch (error) { passOver(error); }
}

/**
 * The text of a file. Given a path and an encoding, readFileSync() itself ends the process where close(2) fails: a CHECK in ReadFileUtf8() of
 * Node.js' node_file.cc.
 */
export function readTextFile(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    return readFileSync(descriptor, 'utf8');
  } catch (error) {
    // Of a read Node.js names no path, and what reads it here would be taken for what is at fault.
    throw atDescriptorPath(error, path);
  } finally {
    release(descriptor);
  }
}
