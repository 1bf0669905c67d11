/**
 * What an operation on image files has begun to write, written down before: should all be killed, the next operation takes away just that.
 * A record is a file that is locked for as long as its operation lives; each line is on the disk before what it is about is touched.
 */
import {
  constants, fsync, fstatSync, ftruncateSync, lstatSync, openSync, readdirSync, readFileSync, readSync, renameSync, rmSync, writeFileSync, writeSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { release } from '../../../closing.ts';
import { makeFolders } from '../../../makeFolders.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { tryLock } from '../../../platform/linux/locks.ts';
import { atDescriptorPath, messageOf } from '../../../systemErrors.ts';
import { isSameHeader, wimHeaderBytes } from '../../../wim/header.ts';
import type { State } from '../mounting/state.ts';

const flush = promisify(fsync);

const fileId = { device: z.string(), inode: z.string() };
const stepSchema = z.discriminatedUnion('kind', [
  /** A file or folder with a name of temporaryName(), which is made next. */
  z.object({ kind: z.literal('temporary'), path: z.string() }),
  /** A file of several gets its name next. Without the last of them none may stay. */
  z.object({ kind: z.literal('publishing'), path: z.string(), isLast: z.boolean(), ...fileId }),
  /** A file is added to behind its end next, and its header changed then. */
  z.object({ kind: z.literal('growing'), path: z.string(), size: z.number(), header: z.string(), ...fileId }),
]);
type Step = z.infer<typeof stepSchema>;

const temporaryPattern = /^\.dismts-[0-9a-f-]{36}(?:\.tmp)?$/;

/** A name for a file or folder beside the one that it is going to be. Nobody else has it. */
export function temporaryPath(target: string, kind: 'file' | 'folder'): string {
  return join(dirname(target), `.dismts-${randomUUID()}${kind === 'file' ? '.tmp' : ''}`);
}

/** Of a record that is just being made; one that nobody has locked is that of an operation that was killed before it did anything. */
const beginningSuffix = '.new';
/** How often to begin anew where another took the record for such a one, which it can in the moment before it is locked. */
const maxBeginnings = 100;

function recordsFolder(state: State): string {
  return join(state.path, 'unfinished');
}

/** The record of one operation. */
export class UnfinishedWork {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #steps: Step[] = [];

  private constructor(path: string, descriptor: number) {
    this.#path = path;
    this.#descriptor = descriptor;
  }

  /** Begins a record. Whoever begins it ends it. */
  static async begin(state: State): Promise<UnfinishedWork> {
    const folder = recordsFolder(state);
    makeFolders(folder, 0o700);
    for (let tries = 1; ; tries++) {
      const begun = await UnfinishedWork.#tryBegin(folder);
      if (begun !== undefined) { return begun; }
      if (tries === maxBeginnings) { throw new Error(`"${folder}" is being cleared again and again`); }
    }
  }

  /** @returns undefined where another has cleared it away. */
  static async #tryBegin(folder: string): Promise<UnfinishedWork | undefined> {
    const id = randomUUID();
    const path = join(folder, `${id}.jsonl`);
    // It gets its name once it is locked: others take one without a lock for that of a killed operation.
    const beginning = join(folder, `${id}${beginningSuffix}`);
    const descriptor = openSync(beginning, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND, 0o600);
    try {
      if (!tryLock(descriptor, beginning) || fstatSync(descriptor).nlink === 0) {
        release(descriptor);
        return undefined;
      }
      renameSync(beginning, path);
      const opened = openSync(folder, constants.O_RDONLY);
      try { await flush(opened); } catch (error) { throw atDescriptorPath(error, folder); } finally { release(opened); }
    } catch (error) {
      for (const made of [beginning, path]) {
        try { rmSync(made, { force: true }); } catch { /* It says nothing, and goes with the next operation. */ }
      }
      release(descriptor);
      throw error;
    }
    return new UnfinishedWork(path, descriptor);
  }

  /** Says that a temporary file or folder is made next. @param path Of temporaryPath(). */
  async making(path: string): Promise<void> {
    await this.#note({ kind: 'temporary', path });
  }

  /** Says that a file gets its final name next; `isLast` of several makes all of them count. */
  async publishing(temporary: string, path: string, isLast: boolean): Promise<void> {
    await this.#note({ kind: 'publishing', path, isLast, ...idOf(temporary) });
  }

  /** Says that a file is grown next; what it has now stays untouched but for its header. */
  async growing(path: string): Promise<void> {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const header = Buffer.alloc(wimHeaderBytes);
      readSync(descriptor, header, 0, wimHeaderBytes, 0);
      const { size, ino, dev } = fstatSync(descriptor, { bigint: true });
      await this.#note({ kind: 'growing', path, size: Number(size), header: header.toString('base64'), device: String(dev), inode: String(ino) });
    } finally {
      release(descriptor);
    }
  }

  /** Says that what was grown is whole. */
  grown(): void {
    this.#steps.splice(0, this.#steps.length, ...this.#steps.filter(({ kind }) => kind !== 'growing'));
  }

  /** Takes away what is left of it, and the record. @throws Error: something could not be taken away; the record stays, and the next operation tries again. */
  end(): void {
    try {
      for (const step of undoOrder(this.#steps)) { undo(step, this.#steps); }
      rmSync(this.#path, { force: true });
    } finally {
      release(this.#descriptor);
    }
  }

  async #note(step: Step): Promise<void> {
    try {
      // Not by writeSync(), which may write a part of it to a disk that is nearly full.
      writeFileSync(this.#descriptor, `${JSON.stringify(step)}\n`);
      await flush(this.#descriptor);
    } catch (error) {
      throw atDescriptorPath(error, this.#path);
    }
    // Nothing of it is begun before.
    this.#steps.push(step);
  }
}

function idOf(path: string): { device: string; inode: string } {
  const { dev, ino } = lstatSync(path, { bigint: true });
  return { device: String(dev), inode: String(ino) };
}

/** What came last is undone first. */
function undoOrder(steps: readonly Step[]): readonly Step[] {
  return steps.toReversed();
}

/** Whether a path is the very file. */
function isFile(path: string, { device, inode }: { readonly device: string; readonly inode: string }): boolean {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found !== undefined && found.isFile() && String(found.dev) === device && String(found.ino) === inode;
}

function undo(step: Step, steps: readonly Step[]): void {
  switch (step.kind) {
    case 'temporary':
      // A record that somebody has put here must not name just any file.
      if (temporaryPattern.test(basename(step.path))) { rmSync(step.path, { recursive: true, force: true }); }
      break;
    case 'publishing':
      if (!steps.some((other) => other.kind === 'publishing' && other.isLast && isFile(other.path, other)) && isFile(step.path, step)) { rmSync(step.path); }
      break;
    case 'growing':
      shrink(step);
      break;
  }
}

/** Takes away what was added to a file, where its header is still the old one, perhaps with the mark of a writer that libwim sets first. */
function shrink(step: Extract<Step, { kind: 'growing' }>): void {
  if (!isFile(step.path, step)) { return; }
  const descriptor = openSync(step.path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    // Perhaps who was killed, and waits for its disk.
    if (!tryLock(descriptor, step.path)) { throw new Error(`"${step.path}" is being written to`); }
    const old = Buffer.from(step.header, 'base64');
    const now = Buffer.alloc(wimHeaderBytes);
    readSync(descriptor, now, 0, wimHeaderBytes, 0);
    if (!isSameHeader(now, old)) { return; }
    if (!now.equals(old)) { writeSync(descriptor, old, 0, wimHeaderBytes, 0); }
    if (fstatSync(descriptor).size > step.size) { ftruncateSync(descriptor, step.size); }
  } finally {
    release(descriptor);
  }
}

/** The steps of a record. A line that was cut short is one that nothing was done of. */
function readSteps(text: string): Step[] {
  const steps: Step[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    try { steps.push(stepSchema.parse(JSON.parse(line))); } catch { /* Of another version, or damaged: not ours to act on. */ }
  }
  return steps;
}

/** Takes away a record that nobody begins any more. */
function clearBeginning(path: string): void {
  let descriptor: number;
  try { descriptor = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW); } catch { return; }
  try {
    // Only while it is locked: whoever has made it sees then that it is gone.
    if (tryLock(descriptor, path)) { rmSync(path, { force: true }); }
  } catch { /* It says nothing, and goes with the next operation. */ } finally {
    release(descriptor);
  }
}

/** Takes away what killed operations have left. What cannot be taken away now is left to the next operation. */
export function clearUnfinished(state: State, context: OperationContext): void {
  let names: string[];
  try { names = readdirSync(recordsFolder(state)); } catch { return; }
  for (const name of names.filter((other) => other.endsWith(beginningSuffix))) { clearBeginning(join(recordsFolder(state), name)); }
  for (const name of names.filter((other) => other.endsWith('.jsonl'))) {
    const path = join(recordsFolder(state), name);
    try {
      const descriptor = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
      try {
        if (!tryLock(descriptor, path)) { continue; }
        const steps = readSteps(readFileSync(descriptor, 'utf8'));
        for (const step of undoOrder(steps)) {
          context.log.warning(`an operation was interrupted; what it left at "${step.path}" is taken away`);
          undo(step, steps);
        }
        rmSync(path, { force: true });
      } finally {
        release(descriptor);
      }
    } catch (error) {
      context.log.warning(`what an interrupted operation left cannot be taken away yet ("${path}"): ${messageOf(error, path)}`);
    }
  }
}
