/** Keeps what this process prints away from the stream that carries frames. */
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { stdoutStream } from './stdout.ts';

/**
 * Gives the real stdout to the caller alone: what anything else prints there, or on the console, is dropped.
 * @param andStderr Stderr is nobody's: device management judges a script by whether something is on it.
 */
export function claimStdout(andStderr: boolean): Writable {
  const output = stdoutStream();
  silence(andStderr);
  return output;
}

/** As claimStdout(), for a process that writes to the descriptor of stdout: to make a stream of it takes two milliseconds. */
export function silence(andStderr: boolean): void {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => {
    done();
  } });
  Object.defineProperty(process, 'stdout', { value: nowhere });
  if (andStderr) { Object.defineProperty(process, 'stderr', { value: nowhere }); }
  globalThis.console = new Console(nowhere, nowhere);
  process.removeAllListeners('warning');
}
