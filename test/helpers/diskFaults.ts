/** Something that goes wrong at a chosen call of those by which the engine changes files: an error of the disk, or the end of the process. */
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** Calls that change files or flush them. */
const handleMethods = ['write', 'truncate', 'sync', 'datasync'] as const;
const functions = ['writeFileSync', 'writeSync', 'renameSync', 'mkdirSync', 'fsyncSync', 'fsync', 'ftruncateSync', 'unlinkSync', 'rmdirSync', 'rmSync'] as const;
/** Calls that can fail between those. */
const readingMethods = ['stat', 'read'] as const;

export interface DiskFaults {
  /** Makes the given call, 1 for the next, go wrong; nothing does where there are fewer. */
  arm(call: number): void;
  /** Ends that. @returns How many calls there were since. */
  disarm(): number;
  /** Puts the functions back. */
  remove(): void;
}

/**
 * Watches the file functions of this process.
 * @param which `all`: calls that only read as well. To be killed before one of those is to be killed before the next that changes something.
 * @param fail What happens at the chosen call: it must not return. A write has put half of its bytes into the file by then, but for one of the header.
 */
export async function watchDisk(which: 'all' | 'changing', fail: (name: string) => never): Promise<DiskFaults> {
  const probe = await open('/dev/null');
  const prototype = Object.getPrototypeOf(probe) as Record<string, AnyFunction>;
  await probe.close();
  let [calls, failAt] = [0, Infinity];
  const isChosen = (): boolean => ++calls === failAt;
  const undo: (() => void)[] = [];
  const replace = (owner: Record<string, AnyFunction>, name: string, wrap: (original: AnyFunction) => AnyFunction): void => {
    const original = owner[name];
    if (original === undefined) { throw new Error(`there is no "${name}"`); }
    owner[name] = wrap(original);
    undo.push(() => { owner[name] = original; });
  };
  for (const name of [...handleMethods, ...which === 'all' ? readingMethods : []]) {
    replace(prototype, name, (original) => async function (this: unknown, ...args: unknown[]) {
      if (failAt !== Infinity && isChosen()) {
        if (name === 'write') {
          const [buffer, offset, length, position] = args as [Buffer, number, number, number];
          // A header lies in one sector, which no disk writes half.
          if (position !== 0) { await original.call(this, buffer, offset, Math.floor(length / 2), position); }
        }
        fail(name);
      }
      return await original.apply(this, args);
    });
  }
  for (const name of functions) {
    replace(fs as unknown as Record<string, AnyFunction>, name, (original) => function (this: unknown, ...args: unknown[]) {
      if (failAt !== Infinity && isChosen()) { fail(name); }
      return original.apply(this, args);
    });
  }
  syncBuiltinESMExports();
  return {
    arm: (call) => { [calls, failAt] = [0, call]; },
    disarm: () => {
      failAt = Infinity;
      return calls;
    },
    remove: () => {
      for (const step of undo) { step(); }
      syncBuiltinESMExports();
    },
  };
}
