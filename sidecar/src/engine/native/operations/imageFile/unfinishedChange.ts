/**
 * Changes of a file in place: how it was is written down before, so that one that fails or is cancelled leaves the file as it was, and the next
 * operation on the file takes away what a killed one has left in it.
 * A record bears the identity of its file. Who changes a file has claimed it, until its process ends.
 */
import { fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { isAbsolute, join, resolve } from 'node:path';
import * as z from 'zod';
import { readTextFile, release } from '../../../../closing.ts';
import { DismError } from '../../../../errors.ts';
import { Hresult } from '../../../../hresult.ts';
import { fileBefore, lookAt, putBack, takeBack } from '../../../../imageFiles/fileBefore.ts';
import { isThere } from '../../../../isThere.ts';
import { windowsDataFolder } from '../../../../log/logFolder.ts';
import { makeFolders } from '../../../../makeFolders.ts';
import { stateFolder } from '../../../../stateFolder.ts';
import { messageOf } from '../../../../systemErrors.ts';
import { WimFile } from '../../../../wim/wimFile.ts';
import { claimOn, tryClaim } from '../../api/claims.ts';
import type { NativeOperation } from '../nativeOperation.ts';

const recordSchema = fileBefore.extend({
  path: z.string(),
  /** The protocol's method name. Other accounts may be able to put a record here: nothing of it is shown that is not what it should be. */
  operation: z.string().regex(/^[a-z]+\/[a-z]+$/i),
  /** When it began: ISO 8601. */
  began: z.iso.datetime(),
});
/** Far more than one has. */
const maxRecordBytes = 64 * 1024;
type ChangeRecord = z.infer<typeof recordSchema>;

/** The folder of the records; each account of a machine that changes images in place, which takes an administrator, has the same on Windows. */
function recordsFolder(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env['DISMTS_STATE_DIR'];
  const folder = process.platform !== 'win32' ? stateFolder(env) : chosen !== undefined && isAbsolute(chosen) ? chosen : windowsDataFolder(env);
  return join(folder, 'changes');
}

/** One file, whatever it is called. */
interface Subject {
  readonly path: string;
  readonly id: string;
  readonly recordPath: string;
  /** What cannot be done with it, for errors. */
  readonly action: string;
  readonly operation: NativeOperation;
}

/** @returns undefined where a file has no identity to tell it by, as on some shares, or is not there. */
function subjectOf(path: string, action: string, operation: NativeOperation): Subject | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    const id = `${dev.toString(16)}-${ino.toString(16)}`;
    return ino === 0n ? undefined : { path: resolve(path), id, recordPath: join(recordsFolder(), `${id}.json`), action, operation };
  } catch (error) {
    operation.context.log.debug(`Whether a change of "${path}" was interrupted cannot be told: ${messageOf(error)}`);
    return undefined;
  }
}

/** Does something while this process alone may change the file. @returns undefined, with nothing done, where it cannot be had alone. */
async function alone<T>({ id, operation }: Subject, body: () => Promise<T>): Promise<{ readonly result: T } | undefined> {
  const giveBack = await tryClaim(`change:${id}`, { pid: process.pid, operation: operation.context.operation });
  if (giveBack === undefined) { return undefined; }
  try {
    return { result: await body() };
  } finally {
    giveBack();
  }
}

/** Before a file is opened: takes away what an interrupted change left in it. @throws DismError WIM_E_INVALID_CONTAINER: the change spoiled the file. */
export async function settleFile(path: string, action: string, operation: NativeOperation): Promise<void> {
  const subject = subjectOf(path, action, operation);
  if (subject === undefined || !isThere(subject.recordPath)) { return; }
  const done = await alone(subject, () => settle(subject));
  if (done === undefined) { operation.context.log.info(`"${path}" is being changed by another process`); }
}

/**
 * Has an existing file changed in place, with a record of how it was for as long as that takes.
 * @param change Calls `begins` once the file is open: before that it changes nothing.
 * @throws DismError DISM_E_IMAGE_BUSY: another process changes the file just now. WIM_E_INVALID_CONTAINER: an earlier change that was interrupted spoiled it.
 */
export async function changingFile<T>(path: string, action: string, operation: NativeOperation, change: (begins: () => void) => Promise<T>): Promise<T> {
  const subject = subjectOf(path, action, operation);
  if (subject === undefined) { return change(() => undefined); }
  const done = await alone(subject, async () => {
    await settle(subject);
    const isRecorded = await record(subject);
    const progress = { hasBegun: false };
    let result: T;
    try {
      result = await change(() => { progress.hasBegun = true; });
    } catch (error) {
      if (isRecorded && progress.hasBegun) {
        await settle(subject, putBack).catch((problem: unknown) => { operation.context.log.error(messageOf(problem)); });
      } else if (isRecorded) {
        drop(subject);
      }
      throw error;
    }
    if (isRecorded) { drop(subject); }
    return result;
  });
  if (done !== undefined) { return done.result; }
  const other = await claimOn(`change:${subject.id}`);
  if (other !== undefined) {
    throw new DismError(Hresult.DISM_E_IMAGE_BUSY, `${action}: "${other.operation}" of process ${other.pid} changes "${path}" just now`, { target: path });
  }
  operation.context.log.warning(`"${path}" cannot be claimed: were this operation killed, nobody would take away what it left in the file`);
  return change(() => undefined);
}

/** Writes down how the file is. Without that the change goes on as well: only what it may leave stays. */
async function record({ path, recordPath, operation }: Subject): Promise<boolean> {
  try {
    const { size, header, tables } = await withFile(path, false, lookAt);
    write(recordPath, { path, operation: operation.context.operation, began: new Date().toISOString(), size, header, tables });
    return true;
  } catch (error) {
    operation.context.log.info(`What this operation leaves in "${path}" if it is killed will stay there: ${messageOf(error)}`);
    return false;
  }
}

function write(recordPath: string, content: ChangeRecord): void {
  makeFolders(recordsFolder(), 0o700);
  const beginning = `${recordPath}.${randomUUID()}.new`;
  try {
    const descriptor = openSync(beginning, 'wx', 0o600);
    try {
      writeFileSync(descriptor, JSON.stringify(content));
      fsyncSync(descriptor);
    } finally {
      release(descriptor);
    }
    renameSync(beginning, recordPath);
  } catch (error) {
    rmSync(beginning, { force: true });
    throw error;
  }
}

function drop({ recordPath, path, operation }: Subject): void {
  try {
    rmSync(recordPath, { force: true });
  } catch (error) {
    // The next operation on the file sees that the change came through.
    operation.context.log.warning(`The record of the change of "${path}" cannot be removed: ${messageOf(error)}`);
  }
}

async function withFile<T>(path: string, forWriting: boolean, body: (file: WimFile) => Promise<T>): Promise<T> {
  const file = await WimFile.open(path, { forWriting });
  try {
    return await body(file);
  } finally {
    await file.close();
  }
}

/** Looks at what became of a change that ended without an end, and takes away what of it is of no use. */
async function settle(subject: Subject, undo: typeof takeBack = takeBack): Promise<void> {
  const { path, recordPath, operation: { context: { log } } } = subject;
  let record: ChangeRecord;
  try {
    if (statSync(recordPath).size > maxRecordBytes) { throw new Error('it is too large'); }
    record = recordSchema.parse(JSON.parse(readTextFile(recordPath)));
  } catch (error) {
    // Of another version, or damaged: not ours to act on.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') { log.warning(`"${recordPath}" cannot be read: ${messageOf(error, recordPath)}`); }
    return;
  }
  const what = `"${record.operation}" on "${path}", begun ${record.began}, was interrupted`;
  try {
    const bytes = await withFile(path, true, (file) => undo(file, record));
    if (bytes === undefined) {
      log.info(`${what}; the file is another one than before, and whole`);
    } else if (bytes === 0) {
      log.info(`${what}; the file is what it was before`);
    } else {
      log.warning(`${what}; nothing of it counts, and the ${bytes} bytes that it had added to the file were taken away`);
    }
  } catch (error) {
    if (isUnreadable(error)) { throw spoiled(subject, record, error); }
    log.warning(`${what}; what it left in the file cannot be taken away yet: ${messageOf(error)}`);
    return;
  }
  drop(subject);
}

/** The file itself is at fault, not the way to it. */
function isUnreadable(error: unknown): error is DismError {
  return error instanceof DismError
    && ([Hresult.WIM_E_INVALID_CONTAINER, Hresult.ERROR_BAD_FORMAT, Hresult.ERROR_FILE_CORRUPT] as readonly number[]).includes(error.hresult);
}

function spoiled({ path, action, recordPath }: Subject, { operation, began, size }: ChangeRecord, cause: DismError): DismError {
  return new DismError(Hresult.WIM_E_INVALID_CONTAINER,
    `${action}: "${operation}", begun ${began}, was interrupted while it changed "${path}", and the file, which had ${size} bytes before, is not whole: ${cause.message}`, {
      target: path, cause,
      hint: `Put back a copy of the file; it was left as it is. If you want it to be used all the same, delete "${recordPath}".`,
    });
}
