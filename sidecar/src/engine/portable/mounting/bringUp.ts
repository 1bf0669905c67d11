/** Brings up what a mount shows at its folder, renews it, and takes it down. */
import { closeSync, fstatSync, readlinkSync, statSync } from 'node:fs';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { isElevated } from '../../../platform/elevation.ts';
import { processState } from '../../../platform/linux/holders.ts';
import { SystemCallError } from '../../../platform/linux/libc.ts';
import { attachMount, holdFolder, pathOf } from '../../../platform/linux/mountCalls.ts';
import { mountIdOf, type MountTableEntry, readMountTable } from '../../../platform/linux/mountTable.ts';
import { messageOf } from '../../../systemErrors.ts';
import { formatOf } from '../images/formats.ts';
import { uncancellable } from './mountOperation.ts';
import type { LiveMount, MountRecord } from './record.ts';
import { endMount, endServers, findNewServer, findServers } from './serving.ts';
import { bootId, coverSource, lookAt, obstacleTo, type Sight } from './sight.ts';
import { makeCover, makeView } from './stacking.ts';
import type { State } from './state.ts';

function folderChanged(record: MountRecord): DismError {
  return new DismError(Hresult.WIM_E_MOUNT_DIR_IN_USE, `Cannot mount at "${record.mountPath}": something else was mounted there meanwhile, or the folder was replaced`, {
    target: record.mountPath, hint: 'Try again once nobody changes the folder any more.',
  });
}

/** What has just been mounted on a held folder. @throws DismError WIM_E_MOUNT_DIR_IN_USE: it is somewhere else, or on something else. */
function mountedOn(record: MountRecord, folder: number, isOurs: (entry: MountTableEntry) => boolean): MountTableEntry {
  const place = readlinkSync(pathOf(folder));
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
 */
async function serveImage(
  state: State, record: MountRecord, otherFiles: readonly string[], base: number, context: OperationContext,
): Promise<LiveMount['server']> {
  const { generations, locks } = state;
  if (record.mode === 'ReadWrite') { await makeStaging(state, record, context); } else if (isElevated()) { generations.makeLower(record); }
  const before = locks.isServed(record.id) ? findServers(state, record) : [];
  const folders = generations.folders(record);
  const target = isElevated() ? folders.lower : record.mountPath;
  const lock = await locks.lockServing(record.id);
  let near: number | undefined;
  try {
    near = await formatOf(record).serve({ record, folders, target, baseMount: base, otherFiles, lock }, context);
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

/** Puts the view of a served image on a held folder, with the cover below it. @returns The record with what stands now. */
function showAt(state: State, record: MountRecord, folder: number, server: LiveMount['server']): MountRecord {
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
    let cover = lookAt(state, record).cover;
    if (cover === undefined) {
      const made = makeCover(record);
      try { attachMount(made, folder); } finally { closeSync(made); }
      cover = mountedOn(record, folder, ({ source }) => source === coverSource(record));
    }
    attachView(record, view, cover);
    const shown = readMountTable().find((entry) => entry.id === id && entry.parentId === cover.id);
    if (shown === undefined) { throw folderChanged(record); }
    return { ...movedTo(record, shown.mountPoint), live: liveMount(state, record, shown, cover.parentId, server) };
  } finally {
    closeSync(view);
  }
}

/** Puts a view on the cover, which nothing may be mounted on. */
export function attachView(record: MountRecord, view: number, cover: MountTableEntry): void {
  const root = holdFolder(cover.mountPoint);
  try {
    if (mountIdOf(root) !== cover.id) { throw folderChanged(record); }
    attachMount(view, root);
  } finally {
    closeSync(root);
  }
}

/** Serves a new mount at a held folder, stacks its changes on it, and records that it stands. */
export async function bringUp(state: State, record: MountRecord, otherFiles: readonly string[], folder: number, context: OperationContext): Promise<void> {
  context.progress('Mounting', 0, 2);
  const server = await serveImage(state, record, otherFiles, mountIdOf(folder), context);
  context.progress('Mounting', 1, 2);
  const shown = showAt(state, record, folder, server);
  // From here on it is a mount, so a cancellation comes too late.
  context.signal.throwIfAborted();
  await state.records.write({ ...shown, state: 'mounted' });
  context.progress('Mounting', 2, 2);
}

/** Serves a recorded mount again at its held folder, or on the cover that is there, and stacks its changes on it. */
export async function bringUpAgain(state: State, record: MountRecord, folder: number, context: OperationContext): Promise<MountRecord> {
  const otherFiles = await formatOf(record).otherFiles?.(record) ?? [];
  try {
    // The folder below the cover is the one that is empty.
    const base = lookAt(state, record).cover?.parentId ?? mountIdOf(folder);
    const shown = showAt(state, record, folder, await serveImage(state, record, otherFiles, base, uncancellable(context)));
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
  const server = await serveImage(state, { ...record, mountPath: old.mountPoint }, otherFiles, cover.parentId, uncancellable(context));
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
    closeSync(view);
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
    closeSync(root);
  }
}

/** @throws DismError WIM_E_UNMOUNT_INCOMPLETE: something else is mounted on a mount or in it, or at its folder. */
function requireUncovered(record: MountRecord, sight: Sight): void {
  const obstacle = obstacleTo({ ...sight, elsewhere: [] });
  if (obstacle === undefined) { return; }
  throw new DismError(Hresult.WIM_E_UNMOUNT_INCOMPLETE, `Cannot take "${record.mountPath}" off: ${obstacle}`, {
    target: record.mountPath, hint: 'Unmount that first.',
  });
}

async function takeOff(state: State, record: MountRecord, withCover: boolean): Promise<void> {
  const before = lookAt(state, record);
  requireUncovered(record, before);
  const format = formatOf(record);
  // Where somebody else serves the folder of a user now, and our own program is gone, nothing there is ours.
  const isServedByUs = isElevated() || before.views.length > 0 || record.state === 'mounting';
  if (isServedByUs && format.end === undefined) { await endServers(state, record); }
  await unmountAll(state, record, withCover);
  if (isServedByUs && format.end !== undefined) {
    await format.end(state.generations.folders(record));
    await endServers(state, record);
  }
}

async function unmountAll(state: State, record: MountRecord, withCover: boolean): Promise<void> {
  for (let rounds = 0; rounds < 100; rounds++) {
    const sight = lookAt(state, record);
    requireUncovered(record, sight);
    const [next] = [...sight.roots, ...sight.views, ...withCover && sight.cover !== undefined ? [sight.cover] : [], ...sight.lowers];
    if (next === undefined) { return; }
    await endMount(next, true);
  }
}

/**
 * Takes down whatever of ours shows for a record, or is just about to, also where it is in use. What others mounted stays.
 * @throws DismError WIM_E_UNMOUNT_INCOMPLETE: something else is mounted on it or in it.
 */
export async function takeDown(state: State, record: MountRecord): Promise<void> {
  await takeOff(state, record, true);
}

/** As takeDown(), but for the cover, which keeps others from the folder until the next view is there. */
export async function takeDownView(state: State, record: MountRecord): Promise<void> {
  await takeOff(state, record, false);
}

/** The folder that a descriptor holds, by the path that leads to it now. @throws DismError WIM_E_MOUNT_DIR_NOT_FOUND: it was deleted. */
export function placeOf(folder: number, what: string, target: string): string {
  const place = readlinkSync(pathOf(folder));
  if (fstatSync(folder).nlink === 0) {
    throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_FOUND, `${what}: there is no such folder`, { target });
  }
  return place;
}
