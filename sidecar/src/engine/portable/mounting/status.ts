/** Says how a mount is: Ok, NeedsRemount, Invalid (DismMountStatus) or, where that cannot be told, Unknown; and why. */
import { lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Holder, MountedImage } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { printable } from '../../../printable.ts';
import { bootId } from '../../../platform/linux/bootId.ts';
import { processState } from '../../../platform/linux/holders.ts';
import type { MountTableEntry } from '../../../platform/linux/mountTable.ts';
import { messageOf, toDismError } from '../../../systemErrors.ts';
import { fileSignature, sameSignature } from '../images/fileSignature.ts';
import { formatOf } from '../images/formats.ts';
import type { MountRecord } from '../images/mountRecord.ts';
import { answers, findServers } from './serving.ts';
import { describeMount, isServerAlive, lookAt, obstacleTo, showsGeneration, type Sight } from './sight.ts';
import { isFrozen } from './stacking.ts';
import type { State } from './state.ts';

export interface MountStatus {
  readonly status: MountedImage['mountStatus'];
  /** One sentence without a full stop; empty when the status is Ok, and the mount can be written to if it is one for that. */
  readonly reason: string;
  /** Invalid because the file no longer holds the image that was mounted. */
  readonly imageChanged: boolean;
  /** What kept the status from being told. */
  readonly cause?: unknown;
}

const ok: MountStatus = { status: 'Ok', reason: '', imageChanged: false };
const invalid = (reason: string, imageChanged = false): MountStatus => ({ status: 'Invalid', reason, imageChanged });
const needsRemount = (reason: string): MountStatus => ({ status: 'NeedsRemount', reason, imageChanged: false });
/** Everything that may pass, or that a person has to look at: nothing is removed for it. */
const unknown = (reason: string, cause?: unknown): MountStatus => ({ status: 'Unknown', reason, imageChanged: false, cause });

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';

/** Where a file is, so that a volume that is away is not taken for a file that was deleted. @throws Error of node:fs. */
export async function placeOfFile(path: string): Promise<MountRecord['place']> {
  const [file, folder] = await Promise.all([stat(path, { bigint: true }), stat(dirname(path), { bigint: true })]);
  return { device: String(file.dev), inode: String(file.ino), folderDevice: String(folder.dev), folderInode: String(folder.ino) };
}

/** What a missing file means: Invalid only where the folder that held it is there, and looked into. */
async function missingFile({ wimPath, place }: MountRecord): Promise<MountStatus> {
  const folder = await stat(dirname(wimPath), { bigint: true }).catch((error: unknown) => error);
  const isThere = !(folder instanceof Error) && String((folder as { ino: bigint }).ino) === place.folderInode
    && String((folder as { dev: bigint }).dev) === place.folderDevice;
  return isThere ? invalid(`the file "${wimPath}" does not exist any more`)
    : unknown(`the file "${wimPath}" is away with its folder or volume; the changes stay staged until it is back`);
}

async function checkImage(record: MountRecord): Promise<MountStatus> {
  const { wimPath, imageIndex, commit } = record;
  const isHalfSaved = commit !== undefined && formatOf(record).savesInPlace;
  try {
    if (commit === undefined && sameSignature(await fileSignature(wimPath), record.file)) { return ok; }
    if (!isHalfSaved && await formatOf(record).holdsImage(record)) { return ok; }
    if (isHalfSaved) { return unknown(`a save into "${wimPath}" was interrupted and is not finished: the file holds a part of the changes. The next command finishes it, or the log says what keeps it from that`); }
    return invalid(`image ${imageIndex} of "${wimPath}" was changed by another program after it was mounted`, true);
  } catch (error) {
    if (isMissing(error)) { return await missingFile(record); }
    return unknown(`the file "${wimPath}" cannot be read: ${messageOf(error, wimPath)}`, error);
  }
}

/** The staged changes: there, whole, and those that the mount writes to. */
async function checkChanges(state: State, record: MountRecord, sight: Sight): Promise<MountStatus> {
  const folders = state.generations.folders(record);
  const path = folders.staged;
  try {
    const staged = await lstat(path, { bigint: true });
    const { live } = record;
    const isLive = sight.views.some((view) => view.id === live?.mountId && showsGeneration(state, record, view, sight)) && live?.bootId === bootId();
    if (isLive && live.upper !== undefined && (live.upper.inode !== String(staged.ino) || live.upper.device !== String(staged.dev))) {
      return unknown(`the state directory was replaced while the image was mounted: "${path}" is not the one that the mount writes to; copy what you need out of the mount, then dismount it with -Discard`);
    }
    const trouble = formatOf(record).staging.troubleWith(folders, record);
    return trouble === undefined ? ok : unknown(`the staged changes "${path}" ${trouble}`);
  } catch (error) {
    if (!isMissing(error)) { return unknown(`the staged changes "${path}" cannot be read: ${messageOf(error, path)}`, error); }
    const folder = await stat(state.generations.folder(record)).catch((cause: unknown) => cause);
    return folder instanceof Error && !isMissing(folder) ? unknown(`the staged changes "${path}" cannot be read: ${messageOf(folder, path)}`, folder)
      : invalid(`the staged changes "${path}" are gone`);
  }
}

/** What shows at the folder. */
async function checkView(state: State, record: MountRecord, sight: Sight): Promise<MountStatus> {
  const { views: [view], foreign, onIt } = sight;
  if (view === undefined) {
    if (foreign !== undefined) { return unknown(`something else is mounted at its folder: ${describeMount(foreign)}`); }
    if (onIt.length > 0) { return unknown(obstacleTo(sight) ?? ''); }
    if (findServers(state, record).length === 0 && state.locks.isServed(record.id)) {
      return unknown('it is mounted where this process cannot see it, such as in a container');
    }
    return needsRemount('the image is not served at its folder, as after a restart of the machine');
  }
  if (onIt.some(({ mountPoint }) => mountPoint === view.mountPoint)) { return unknown(obstacleTo(sight) ?? ''); }
  if (record.mode === 'ReadWrite' && !showsGeneration(state, record, view, sight)) {
    return needsRemount('the changes were saved, and the folder still shows the image before');
  }
  const { live } = record;
  if (live?.server !== undefined && isServerAlive(live)) {
    const server = processState(live.server.pid);
    if (server?.state === 'T' || server?.state === 't') { return unknown(`the program that serves the image (process ${live.server.pid}) has been stopped`); }
  }
  const broken = formatOf(record).brokenServing?.(state.generations.folders(record));
  if (broken !== undefined) { return needsRemount(broken); }
  const answer = await answers(view);
  switch (answer) {
    case 'yes': return ok;
    case 'late': return unknown('the program that serves the image does not answer');
    case 'no': return needsRemount('the program that serves the image has ended');
    default: return unknown(`what its folder shows cannot be read: ${messageOf(answer, view.mountPoint)}`, answer);
  }
}

/** Looks at a mount without changing anything. */
export async function mountStatus(state: State, record: MountRecord, table?: readonly MountTableEntry[]): Promise<MountStatus> {
  const sight = lookAt(state, record, table);
  // What is proven comes first, then what cannot be told.
  const all = await Promise.all([checkImage(record), record.mode === 'ReadWrite' ? checkChanges(state, record, sight) : ok, checkView(state, record, sight)]);
  return all.find(({ status }) => status === 'Invalid') ?? all.find(({ status }) => status === 'Unknown') ?? all.find(({ status }) => status === 'NeedsRemount') ?? ok;
}

/**
 * The status of a mount that nobody holds still, by a record that may be older than the mount.
 * @param table What is mounted, as it was a moment ago: it is believed where it says that the mount is well.
 * @returns undefined where it was dismounted meanwhile.
 */
export async function currentStatus(
  state: State, id: string, table?: readonly MountTableEntry[],
): Promise<{ readonly record: MountRecord; readonly found: MountStatus } | undefined> {
  for (let tries = 1; ; tries++) {
    const record = state.records.read(id);
    if (record === undefined || record.state !== 'mounted') { return undefined; }
    const current = tries === 1 ? table : undefined;
    const found = await mountStatus(state, record, current);
    const frozen = found.status === 'Ok' && isFrozen(state, record, current);
    if (found.status === 'Ok' && !frozen) { return { record, found }; }
    const holders = state.locks.mountHolders(id);
    if (frozen && holders.length > 0) { return { record, found: readable(`another operation is running on it: ${namesOf(holders)}`) }; }
    const now = state.records.read(id);
    if (JSON.stringify(now) !== JSON.stringify(record) && tries < 20) { continue; }
    if (holders.length === 0) {
      // Judged at the end of an operation, perhaps: once more, now that nobody works on it.
      if (tries === 1) { continue; }
      return { record, found: frozen ? readable('a save of it was interrupted and is not settled yet; the log says what keeps it from that') : found };
    }
    return { record, found: await duringOperation(state, record, namesOf(holders)) };
  }
}

const namesOf = (holders: readonly Holder[]): string => holders.map(({ pid, program }) => `${program} (${pid})`).join(', ');

/** A mount that shows its image, while writers are kept off. */
const readable = (why: string): MountStatus => ({ ...ok, reason: printable(`it can be read, but not written to for now: ${why}`) });

/** While another operation works on a mount it is in between: all that can be said is whether it shows its image. */
async function duringOperation(state: State, record: MountRecord, holder: string): Promise<MountStatus> {
  const [view] = lookAt(state, record).views;
  const shows = view !== undefined && await answers(view) === 'yes';
  return shows ? ok : unknown(printable(`another operation is running on it: ${holder}`));
}

/**
 * Refuses to go on with a mount whose status is Invalid, or cannot be told.
 * @throws DismError DISM_E_MOUNT_INVALID; the WIM_E_CHANGED_* code: the image is another one; what the system says.
 */
export function requireKnown(
  { status, reason, imageChanged, cause }: MountStatus, what: string, target: string, context: Pick<OperationContext, 'operation' | 'signal'>,
  action: 'commit' | 'remount',
): void {
  if (status === 'Invalid') {
    const changed = action === 'commit' ? Hresult.WIM_E_CHANGED_COMMIT_REFUSED : Hresult.WIM_E_CHANGED_REMOUNT_REFUSED;
    throw new DismError(imageChanged ? changed : Hresult.DISM_E_MOUNT_INVALID, `${what}: ${reason}`, { target });
  }
  if (status !== 'Unknown') { return; }
  const known = cause === undefined ? undefined : toDismError(cause, what, target, context);
  throw new DismError(known instanceof DismError ? known.hresult : Hresult.DISM_E_MOUNT_INVALID, `${what}: ${reason}`, {
    target, cause, hint: 'Nothing has been changed, and the staged changes are kept.',
  });
}

/**
 * For what is done to the image in a mount.
 * @throws DismError DISMAPI_E_NEEDS_REMOUNT, DISM_E_MOUNT_INVALID: its folder does not show the image. What the system says: that cannot be told.
 */
export async function requireShown(
  state: State, record: MountRecord, what: string, target: string, context: Pick<OperationContext, 'operation' | 'signal'>,
): Promise<void> {
  const found = await mountStatus(state, record);
  if (found.status === 'Ok') { return; }
  if (found.status === 'Unknown') { requireKnown(found, what, target, context, 'commit'); }
  throw new DismError(found.status === 'Invalid' ? Hresult.DISM_E_MOUNT_INVALID : Hresult.DISMAPI_E_NEEDS_REMOUNT, `${what}: ${found.reason}`, { target });
}
