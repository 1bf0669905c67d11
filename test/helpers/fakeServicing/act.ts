/** What the fake engine does where a path or a name says so. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgressPhase } from '@dismts/protocol';
import type { OperationContext } from '../../../sidecar/src/operationContext.ts';
import { CancelledError, DismError, UnsupportedError, WimError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';

/** The words of a path or name, its parts between slashes, dots and commas: `name` or `name=value`. */
export function wordsOf(text: string): ReadonlyMap<string, string | undefined> {
  return new Map(text.split(/[\\/.,]/).map((word) => {
    const [name = '', value] = word.split('=');
    return [name, value];
  }));
}

/**
 * Does what the words of a path or name mean:
 * - `error=C0040005` fails with that code, `busy` with the holders of the mount, and `wimerror`, `unsupported`, `bug`, `badresult` as they say;
 * - `crash` throws where nobody can catch it, `noise` prints where nothing may be printed;
 * - `forget` waits for what never comes, with nothing that keeps the process alive;
 * - `progress=1000` reports that often at once, `log` writes a line a level;
 * - `hang` waits until it is cancelled, `stubborn` too, but then it succeeds; both leave the files `started` and `cleaned-up` in the
 *   scratch folder, where there is one.
 */
export async function act(text: string, context: OperationContext, phase: ProgressPhase = 'Writing'): Promise<void> {
  const words = wordsOf(text);
  const steps = Number(words.get('progress') ?? 0);
  for (let step = 1; step <= steps; step += 1) {
    context.progress(phase, step, steps);
  }
  if (words.has('log')) {
    context.log.error('An error line');
    context.log.warning('A warning line');
    context.log.info('An info line');
    context.log.debug('A debug line');
  }
  if (words.has('noise')) {
    makeNoise();
  }
  if (words.has('forget')) {
    await new Promise(() => undefined);
  }
  if (words.has('crash')) {
    setImmediate(() => { throw new Error('crash as asked'); });
    await aborted(context.signal);
  }
  if (words.has('hang') || words.has('stubborn')) {
    await mark(context, 'started');
    context.progress(phase, 0, 0);
    await aborted(context.signal);
    await mark(context, 'cleaned-up');
    if (words.has('hang')) {
      throw new CancelledError(context.operation);
    }
  }
  failAsAsked(words, text);
}

function failAsAsked(words: ReadonlyMap<string, string | undefined>, text: string): void {
  const code = words.get('error');
  if (code !== undefined) {
    throw new DismError(Number.parseInt(code, 16), `Cannot use "${text}": error ${code} was asked for`, { target: text });
  }
  if (words.has('busy')) {
    throw new DismError(Hresult.WIM_E_UNMOUNT_INCOMPLETE, `Cannot unmount "${text}": 2 processes use it`, {
      target: text, holders: [{ pid: 4711, program: 'bash' }, { pid: 4712, program: 'explorer' }],
    });
  }
  if (words.has('wimerror')) {
    throw new WimError('WIMLIB_ERR_MQUEUE', `Cannot use "${text}": a POSIX message queue could not be used`, {
      target: text, cause: new Error('in other words', { cause: new Error('the text of libwim') }),
    });
  }
  if (words.has('unsupported')) {
    throw new UnsupportedError(`Cannot use "${text}": only the Native engine can`, { target: text });
  }
  if (words.has('bug')) {
    throw new TypeError('bug as asked');
  }
}

function makeNoise(): void {
  /* eslint-disable no-console */
  console.log('noise');
  console.error('noise');
  console.trace('noise');
  /* eslint-enable no-console */
  process.stdout.write('noise');
  process.stderr.write('noise');
  process.emitWarning('noise');
}

async function mark(context: OperationContext, name: string): Promise<void> {
  if (context.scratchDirectory !== '') {
    await writeFile(join(context.scratchDirectory, name), '');
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      // Nothing else keeps a process alive that waits for a signal: it would end, and well.
      const alive = setInterval(() => undefined, 60_000);
      signal.addEventListener('abort', () => {
        clearInterval(alive);
        resolve();
      });
    }
  });
}
