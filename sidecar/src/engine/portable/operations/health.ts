/** health/check, health/scan and health/restore on the portable engine. */
import { randomUUID } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import type { z } from 'zod';
import type {
  checkHealth as checkMethod, Finding, CountedHealthResult, restoreHealth as restoreMethod, scanHealth as scanMethod,
} from '@dismts/protocol';
import type { OperationContext } from '../../../operationContext.ts';
import { formatOf } from '../images/formats.ts';
import { imageResult, mountShownAt, openState } from '../mounting/mountOperation.ts';
import { requireShown } from '../mounting/status.ts';
import type { Lock } from '../../../platform/linux/locks.ts';
import type { MountRecord } from '../images/mountRecord.ts';
import type { State } from '../mounting/state.ts';
import { guarded, messageOf } from '../../../systemErrors.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { CancellableFiles } from '../../../imageFiles/cancellableFiles.ts';
import { checkStore } from '../../../health/check.ts';
import { countFindings, type Findings, stateOf } from '../../../health/findings.ts';
import { fileTrouble } from '../../../imageFiles/fileTrouble.ts';
import { FolderImage } from '../../../imageFiles/folderFiles.ts';
import { WritableFolderImage } from '../../../imageFiles/writableFolder.ts';
import { type ImageFiles, joinPath } from '../../../imageFiles/imageFiles.ts';
import { HealthNotes } from '../healthNotes.ts';
import { restoreFailure } from '../restoreFailure.ts';
import { runningSystemError } from '../runningSystem.ts';
import { releaseMemory } from '../../../platform/releaseMemory.ts';
import { writeReport } from '../../../health/report.ts';
import { restoreStore } from '../../../health/restore.ts';
import { readOwnBases } from '../../../health/baseManifests.ts';
import { scanStore } from '../../../health/scan.ts';
import { openSources } from '../../../health/sources.ts';
import { readStoreIndex, type StoreIndex } from '../../../health/storeIndex.ts';

/** The image that an operation is about. */
interface Subject {
  readonly path: string;
  readonly state: State;
  /** Its mount, where DismTs mounted it. */
  readonly record: MountRecord | undefined;
  readonly notes: HealthNotes;
}

/** The image in the words of a message. */
function titleOf({ path }: { readonly path?: string | undefined }): string {
  return path === undefined ? 'the running system (-Online)' : `"${path}"`;
}

async function findSubject(params: { readonly path?: string | undefined }, what: string, context: OperationContext): Promise<Subject> {
  if (params.path === undefined) { throw runningSystemError(what); }
  const path = await realpath(params.path);
  const state = await openState(context);
  const record = mountShownAt(state, path, what, context);
  if (record !== undefined) { await requireShown(state, record, what, path, context); }
  return { path, state, record, notes: new HealthNotes(state.path, record === undefined ? path : `${path}\0${record.id}`) };
}

/** The fastest way to read an image: a mount without changes straight from its file, in the order of the file. */
async function openForReading({ path, state, record }: Subject, context: OperationContext): Promise<ImageFiles> {
  const image = record === undefined ? undefined : await formatOf(record).openFiles?.(record, state.generations.folders(record), context);
  return image ?? new FolderImage(path);
}

/** What tells an image from another one at the same path: which folder it is, and which COMPONENTS hive is in it. A mount of ours has notes of its own. */
function contentOf({ path, record }: Subject, windows: string): string {
  if (record !== undefined) { return record.id; }
  const folder = new FolderImage(path);
  try {
    return `${folder.fingerprint('')} ${folder.fingerprint(joinPath(windows, 'System32/config/COMPONENTS'))}`;
  } catch (error) {
    if (fileTrouble(error) === undefined) { throw error; }
    // Never that of another scan.
    return randomUUID();
  } finally {
    folder.closeNow();
  }
}

function result(params: { readonly path?: string | undefined }, windows: string, basis: 'markers' | 'scan', rows: readonly Finding[],
  measured: Findings['measured'], context: OperationContext): CountedHealthResult {
  const counts = countFindings(rows, measured);
  // The three states have no word for it, and silence would call it healthy.
  const unchecked = counts.notChecked === 1 ? '1 item' : `${counts.notChecked} items`;
  const warnings = counts.notChecked === 0 ? [] : [`${unchecked} could not be checked, and may be damaged: -Detailed and the log list them as NotChecked`];
  return {
    ...imageResult(params.path ?? '', context, warnings), winPath: windows, imageHealthState: stateOf(rows, basis), basis, counts, findings: [...rows], failure: null,
  };
}

/** Reads markers and what is there; a few seconds at most. */
export async function checkHealth(params: z.output<typeof checkMethod.params>, context: OperationContext): Promise<CountedHealthResult> {
  const what = `Cannot check the health of ${titleOf(params)}`;
  return await guarded(what, params.path ?? '', context, async () => {
    const subject = await findSubject(params, what, context);
    const files = new FolderImage(subject.path);
    try {
      const cancellable = new CancellableFiles(files, context.signal);
      const index = await readStoreIndex(cancellable, params.windowsDirectory ?? 'Windows', context.signal);
      const findings = await checkStore(cancellable, index, await subject.notes.lastScan(contentOf(subject, index.windows)));
      return result(params, index.windows, 'markers', findings.rows(), findings.measured, context);
    } finally {
      await files.close();
    }
  });
}

/** Reads and compares everything. */
export async function scanHealth(params: z.output<typeof scanMethod.params>, context: OperationContext): Promise<CountedHealthResult> {
  const what = `Cannot scan ${titleOf(params)}`;
  return await guarded(what, params.path ?? '', context, async () => {
    const started = Date.now();
    const subject = await findSubject(params, what, context);
    const files = await openForReading(subject, context);
    try {
      const cancellable = new CancellableFiles(files, context.signal);
      const index = await readStoreIndex(cancellable, params.windowsDirectory ?? 'Windows', context.signal);
      const content = contentOf(subject, index.windows);
      const { findings } = await scanStore(files, index, await readOwnBases(cancellable, index), context);
      const answer = result(params, index.windows, 'scan', findings.rows(), findings.measured, context);
      writeReport(context.log, 'Detect only', answer, Date.now() - started);
      const noted = await note(async () => { await subject.notes.rememberScan(answer.imageHealthState, content); });
      return { ...answer, warnings: [...answer.warnings, ...noted], logPath: context.log.path };
    } finally {
      await files.close();
      releaseMemory();
    }
  });
}

/** What must not be written to is refused before anything is read for long. */
function requireRepairable(subject: Subject, index: StoreIndex, what: string): void {
  const refuse = (code: number, reason: string, hint: string): never => {
    throw new DismError(code, `${what}: ${reason}`, { target: subject.path, hint });
  };
  if (index.pending.reasons.length > 0) {
    refuse(Hresult.CBS_E_PENDING, `operations wait for the next start of the image (${index.pending.reasons.join(', ')})`,
      'Start the image once, or take one without pending operations; a scan works all the same.');
  }
  if (index.dirtyHives.length > 0) {
    refuse(Hresult.ERROR_FILE_CORRUPT, `the registry hive ${index.dirtyHives.join(', ')} was not closed cleanly`,
      'Start the image once so that Windows recovers the hive; a scan works all the same.');
  }
}

/** Scans, repairs what can be repaired, and scans that again. */
export async function restoreHealth(params: z.output<typeof restoreMethod.params>, context: OperationContext): Promise<CountedHealthResult> {
  const what = `Cannot restore the health of ${titleOf(params)}`;
  return await guarded(what, params.path ?? '', context, async () => {
    const subject = await findSubject(params, what, context);
    if (subject.record?.mode === 'ReadOnly') {
      throw new DismError(Hresult.WIM_E_MOUNTED_READONLY, `${what}: the image is mounted read-only`, { target: subject.path });
    }
    const lock = lockMount(subject, what);
    try {
      return await restoreLocked(params, subject, what, context);
    } finally {
      lock?.release();
    }
  });
}

function lockMount({ state, record, path }: Subject, what: string): Lock | undefined {
  if (record === undefined) { return undefined; }
  const lock = state.locks.tryLockMount(record.id);
  if (lock === undefined) {
    throw new DismError(Hresult.DISM_E_IMAGE_BUSY, `${what}: another operation is running on it`, { target: path });
  }
  return lock;
}

async function restoreLocked(
  params: z.output<typeof restoreMethod.params>, subject: Subject, what: string, context: OperationContext,
): Promise<CountedHealthResult> {
  const started = Date.now();
  const { notes } = subject;
  notes.prepare();
  const image = new WritableFolderImage(subject.path, (path) => { notes.noteTemporary(path); });
  try {
    const index = await readStoreIndex(new CancellableFiles(image, context.signal), params.windowsDirectory ?? 'Windows', context.signal);
    requireRepairable(subject, index, what);
    image.requireWritable(joinPath(index.windows, 'WinSxS'), what);
    const sources = await openSources(params.sources, params.windowsDirectory ?? 'Windows', context.signal);
    try {
      if (params.validateOnly === true) {
        return result(params, index.windows, 'markers', [], countlessMeasures, context);
      }
      for (const path of await notes.temporaries()) { image.removeTemporary(path); }
      const outcome = await restoreStore(image, index, sources, context);
      const answer = result(params, index.windows, 'scan', outcome.findings, outcome.measured, context);
      writeReport(context.log, 'Detect and Repair', answer, Date.now() - started);
      // After the report, which makes the log file that the failure names.
      const failure = restoreFailure(outcome.left, answer.counts.totalDetected, params, what, context);
      const unread = sources.flatMap(({ files }) => files.warning ?? []);
      for (const warning of unread) { context.log.warning(warning); }
      const noted = await note(async () => {
        await notes.rememberScan(answer.imageHealthState, contentOf(subject, index.windows));
        await notes.forgetTemporaries();
      });
      return { ...answer, failure, warnings: [...answer.warnings, ...unread, ...noted], logPath: context.log.path };
    } finally {
      for (const source of sources) { await source.close(); }
    }
  } finally {
    await image.close();
    releaseMemory();
  }
}

/** What was found and repaired is so without its note. @returns Sentences for the user. */
async function note(write: () => Promise<void>): Promise<string[]> {
  try {
    await write();
    return [];
  } catch (error) {
    return [`The result could not be noted for later checks: ${messageOf(error)}`];
  }
}

const countlessMeasures: Findings['measured'] = {
  manifestsChecked: 0, filesChecked: 0, bytesChecked: 0, packagesChecked: 0, catalogsChecked: 0, payloadRemoved: 0,
};
