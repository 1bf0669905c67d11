/** Brings up what a mount shows at its folder, and renews it. */
import { fstatSync, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { release } from '../../../closing.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { type OperationContext, uncancellable, withSignal } from '../../../operationContext.ts';
import { isElevated } from '../../../platform/elevation.ts';
import { bootId } from '../../../platform/linux/bootId.ts';
import { shownAt } from '../../../platform/linux/heldPath.ts';
import { processState } from '../../../platform/linux/holders.ts';
import { SystemCallError } from '../../../platform/linux/libc.ts';
import { attachMount, holdFolder } from '../../../platform/linux/mountCalls.ts';
import { unlimitMemory } from '../../../platform/linux/memoryLimit.ts';
import { mountIdOf, type MountTableEntry, readMountTable } from '../../../platform/linux/mountTable.ts';
import { messageOf } from '../../../systemErrors.ts';
import { formatOf } from '../images/formats.ts';
import type { CheckedImage, IdentifiedImage } from '../images/imageFormat.ts';
import type { LiveMount, MountRecord } from '../images/mountRecord.ts';
import { endMount, findNewServer, findServers } from './serving.ts';
import { coverSource, lookAt } from './sight.ts';
import { makeCover, makeView } from './stacking.ts';
import type { State } from './state.ts';
import { takeDown } from './takeDown.ts';

function folderChanged(record: MountRecord): DismError {
  return new DismError(Hresult.WIM_E_MOUNT_DIR_IN_USE, `Cannot mount at "${record.mountPath}": something else was mounted there meanwhile, or the folder was replaced`, {
    target: record.mountPath, hint: 'Try again once nobody changes the folder any more.',
  });
}

/** What has just been mounted on a held folder. @throws DismError WIM_E_MOUNT_DIR_IN_USE: it is somewhere else, or on something else. */
function mountedOn(record: MountRecord, folder: number, isOurs: (entry: MountTableEntry) => boolean): MountTableEntry {
  const place = shownAt(folder);
  const parent = mountIdOf(folder);
  const found = readMountTable().find((entry) => entry.parentId === parent && entry.mountPoint === place && isOurs(entry));
  if (found === undefined) { throw folderChanged(record); }
  return found;
}

/** Makes the folders of a generation, and what holds its changes, where they are not there. */
export async function makeStaging(state: State, record: MountRecord, context: OperationContext): Promise<void> {
  state.generations.makeLower(record);
  await formatOf(record).staging.make(state.generations.folders(record), record, context);
}

/**
 * Serves the image of a record, and finds the program that does. Root serves it in a folder of its own, others at the mount folder.
 * @param base The mount that the mount folder is on.
 * @param maxMemory What the program may take, in bytes, for as long as the image has not been checked.
 */
async function serveImage(
  state: State, record: MountRecord, otherFiles: readonly string[], base: number, context: OperationContext, maxMemory?: number,
): Promise<LiveMount['server']> {
  const { generations, locks } = state;
  // What stacks changes needs its folder later.
  if (record.mode === 'ReadWrite' && record.stacking === 'none') { await makeStaging(state, record, context); }
  if (isElevated()) { generations.makeLower(record); }
  const before = locks.isServed(record.id) ? findServers(state, record) : [];
  const folders = generations.folders(record);
  const target = isElevated() ? folders.lower : record.mountPath;
  const lock = await locks.lockServing(record.id);
  let near: number | undefined;
  try {
    near = await formatOf(record).serve({ record, folders, target, baseMount: base, otherFiles, lock, maxMemory }, context);
  } finally {
    lock?.release();
  }
  const pid = findNewServer(state, record, before, near);
  const found = pid === undefined ? undefined : processState(pid);
  return pid === undefined || found === undefined ? undefined : { pid, startTime: found.startTime };
}

/** What a record keeps of a mount that stands. */
function liveMount(state: State, record: MountRecord, view: MountTableEntry, base: number, server: LiveMount['server']): LiveMount {
  const upper = record.mode === 'ReadWrite' ? statSync(state.generations.folders(record).staged, { bigint: true }) : undefined;
  return {
    bootId: bootId(), mountId: view.id, device: view.device, parentId: base, server,
    ...upper === undefined ? {} : { upper: { device: String(upper.dev), inode: String(upper.ino) } },
  };
}

/** The record of a mount whose folder, or one above it, was renamed. */
function movedTo(record: MountRecord, mountPath: string): MountRecord {
  if (mountPath === record.mountPath) { return record; }
  return { ...record, mountPath, ...record.given === undefined ? {} : { given: { ...record.given, mountPath } } };
}

/**
 * Puts the view of a served image on a held folder, with the cover below it.
 * @param put The cover, where it was just put on that folder. @returns The record with what stands now.
 */
function showAt(state: State, record: MountRecord, folder: number, server: LiveMount['server'], put?: MountTableEntry): MountRecord {
  const base = mountIdOf(folder);
  if (!isElevated()) {
    const view = mountedOn(record, folder, () => true);
    return { ...record, live: liveMount(state, record, view, base, server) };
  }
  const view = makeView(state, record);
  const id = mountIdOf(view);
  try {
    if (record.mode === 'ReadOnly') {
      attachMount(view, folder);
      return { ...record, live: liveMount(state, record, mountedOn(record, folder, (entry) => entry.id === id), base, server) };
    }
    const cover = put === undefined ? lookAt(state, record).cover ?? putCover(record, folder) : { ...put, mountPoint: shownAt(folder) };
    attachView(record, view, cover);
    const shown = readMountTable().find((entry) => entry.id === id && entry.parentId === cover.id);
    if (shown === undefined) { throw folderChanged(record); }
    return { ...movedTo(record, shown.mountPoint), live: liveMount(state, record, shown, cover.parentId, server) };
  } finally {
    release(view);
  }
}

function putCover(record: MountRecord, folder: number): MountTableEntry {
  const cover = makeCover(record);
  try { attachMount(cover, folder); } finally { release(cover); }
  return mountedOn(record, folder, ({ source }) => source === coverSource(record));
}

/** Puts a view on the cover, which nothing may be mounted on. */
export function attachView(record: MountRecord, view: number, cover: MountTableEntry): void {
  const root = holdFolder(cover.mountPoint);
  try {
    if (mountIdOf(root) !== cover.id) { throw folderChanged(record); }
    attachMount(view, root);
  } finally {
    release(root);
  }
}

/** A new mount that is served. */
interface Served {
  /** With what the check of the image found. */
  readonly record: MountRecord;
  readonly server: LiveMount['server'];
  /** What was put on the mount folder; undefined: nothing yet. */
  readonly cover?: MountTableEntry | undefined;
  readonly warnings: readonly string[];
}

/**
 * Serves an image that is checked meanwhile, and prepares all that does not need it. Nobody else can reach it, and what serves it may not
 * take all memory before it is known what that will be.
 */
async function serveWhileChecked(state: State, record: MountRecord, image: IdentifiedImage, folder: number, context: OperationContext): Promise<Served> {
  const base = mountIdOf(folder);
  if (!isElevated()) {
    // It shows at the mount folder at once.
    const { own, warnings } = await image.check();
    return { record: { ...record, own }, server: await serveImage(state, { ...record, own }, image.otherFiles, base, context), warnings };
  }
  const refusal = new AbortController();
  const bounded = withSignal(context, AbortSignal.any([context.signal, refusal.signal]));
  const serving = serveImage(state, record, image.otherFiles, base, bounded, image.uncheckedBytes);
  serving.catch(() => undefined);
  let checked: CheckedImage;
  let cover: MountTableEntry | undefined;
  try {
    // The program is started first: work on other threads would hold that up.
    await setImmediate();
    checked = await image.check();
    if (record.stacking === 'overlayfs') { await makeStaging(state, record, context); }
    if (record.mode === 'ReadWrite') { cover = putCover(record, folder); }
  } catch (error) {
    refusal.abort();
    await serving.catch(() => undefined);
    throw error;
  }
  const { own, warnings } = checked;
  let server = await serving;
  if (isDeepStrictEqual(own, record.own)) {
    if (server !== undefined && image.uncheckedBytes !== undefined) { unlimitMemory(server.pid); }
    return { record, server, cover, warnings };
  }
  // It is served in another way than its streams allow.
  await takeDown(state, record);
  const other = { ...record, own };
  server = await serveImage(state, other, image.otherFiles, base, context);
  return { record: other, server, warnings };
}

/**
 * Serves a new mount at a held folder, stacks its changes on it, and records that it stands.
 * @returns Warnings.
 */
export async function bringUp(
  state: State, record: MountRecord, image: IdentifiedImage, folder: number, context: OperationContext,
): Promise<readonly string[]> {
  context.progress('Mounting', 0, 2);
  const { record: served, server, cover, warnings } = await serveWhileChecked(state, record, image, folder, context);
  context.progress('Mounting', 1, 2);
  const shown = showAt(state, served, folder, server, cover);
  // From here on it is a mount, so a cancellation comes too late.
  context.signal.throwIfAborted();
  await state.records.write({ ...shown, state: 'mounted' });
  context.progress('Mounting', 2, 2);
  return warnings;
}

/** Serves the image of a mount that was there before, with what holds its changes. */
async function serveAgain(state: State, record: MountRecord, otherFiles: readonly string[], base: number, context: OperationContext): Promise<LiveMount['server']> {
  const server = await serveImage(state, record, otherFiles, base, uncancellable(context));
  if (record.stacking === 'overlayfs') { await makeStaging(state, record, context); }
  return server;
}

/** Serves a recorded mount again at its held folder, or on the cover that is there, and stacks its changes on it. */
export async function bringUpAgain(state: State, record: MountRecord, folder: number, context: OperationContext): Promise<MountRecord> {
  const otherFiles = await formatOf(record).otherFiles?.(record) ?? [];
  try {
    // The folder below the cover is the one that is empty.
    const base = lookAt(state, record).cover?.parentId ?? mountIdOf(folder);
    const server = await serveAgain(state, record, otherFiles, base, context);
    const shown = showAt(state, record, folder, server);
    await state.records.write(shown);
    return shown;
  } catch (error) {
    await takeDown(state, record).catch((cause: unknown) => { context.log.error(`what was brought up is not taken down yet: ${messageOf(cause)}`); });
    throw error;
  }
}

/**
 * Shows the record's generation in place of the one before, without a moment in which neither shows: it is built elsewhere,
 * put beneath the old view, and that is taken off. Where the kernel cannot put a mount beneath another (before 6.5), the cover
 * shows for a moment, which takes no files. Whoever has a file of the old view open keeps it, read-only.
 */
export async function renewView(state: State, record: MountRecord, context: OperationContext): Promise<MountRecord> {
  const { views: [old], cover } = lookAt(state, record);
  if (old === undefined || cover === undefined) { throw folderChanged(record); }
  const otherFiles = await formatOf(record).otherFiles?.(record) ?? [];
  const server = await serveAgain(state, { ...record, mountPath: old.mountPoint }, otherFiles, cover.parentId, context);
  const view = makeView(state, record);
  try {
    const id = mountIdOf(view);
    if (!attachBeneath(view, old)) {
      await endMount(old, true);
      attachView(record, view, cover);
    } else {
      await endMount(old, true);
    }
    const shown = readMountTable().find((entry) => entry.id === id);
    if (shown === undefined) { throw folderChanged(record); }
    const next: MountRecord = { ...movedTo(record, shown.mountPoint), live: liveMount(state, record, shown, cover.parentId, server) };
    await state.records.write(next);
    for (const lower of lookAt(state, next).lowers) {
      if (lower.mountPoint !== state.generations.folders(next).lower) { await endMount(lower, true); }
    }
    return next;
  } finally {
    release(view);
  }
}

/** @returns False where this kernel cannot. */
function attachBeneath(view: number, old: MountTableEntry): boolean {
  const root = holdFolder(old.mountPoint);
  try {
    if (mountIdOf(root) !== old.id) { throw new SystemCallError('move_mount', old.mountPoint, 16); }
    attachMount(view, root, true);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') { throw error; }
    return false;
  } finally {
    release(root);
  }
}

/** The folder that a descriptor holds, by the path that leads to it now. @throws DismError WIM_E_MOUNT_DIR_NOT_FOUND: it was deleted. */
export function placeOf(folder: number, what: string, target: string): string {
  const place = shownAt(folder);
  if (fstatSync(folder).nlink === 0) {
    throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_FOUND, `${what}: there is no such folder`, { target });
  }
  return place;
}
