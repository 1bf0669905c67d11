/** Stdout, which may be a file on a disk that is full. */
import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { isSystemError, type SystemError } from './systemErrors.ts';

/** Stdout as a stream. That of Node.js takes a write to a file that a full disk has cut short for a whole one, and so half an answer for an answer. */
export function stdoutStream(): Writable {
  return isFile(1) ? new Writable({ write: (chunk: Buffer, _encoding, done) => { done(writeWhole(1, chunk)); } }) : process.stdout;
}

/**
 * Prints a text, all of it; settles when it has left this process.
 * @returns Why it could not be written. A reader that has seen enough, such as head, and closes the pipe is no reason.
 */
export async function print(text: string): Promise<SystemError | undefined> {
  const stream = stdoutStream();
  // The error comes to the callback as well.
  stream.on('error', () => undefined);
  const error = await new Promise<unknown>((resolve) => { stream.write(text, resolve); });
  return isSystemError(error) && error.code !== 'EPIPE' ? error : undefined;
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}

function writeWhole(descriptor: number, data: Buffer): Error | undefined {
  try {
    for (let done = 0; done < data.length;) { done += writeSync(descriptor, data, done); }
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
