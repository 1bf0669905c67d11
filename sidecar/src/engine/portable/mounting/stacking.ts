/** Makes what users see of a mount: the served image with the staged changes on it, before it is put anywhere. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { release } from '../../../closing.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { makeFolders } from '../../../makeFolders.ts';
import { pathOf, throughDescriptor } from '../../../platform/linux/heldPath.ts';
import { SystemCallError } from '../../../platform/linux/libc.ts';
import {
  cloneMount, holdFolder, makeFileSystem, MOUNT_ATTR_NOATIME, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY,
  MS_NOATIME, MS_NODEV, MS_NOSUID, remountReadOnly,
} from '../../../platform/linux/mountCalls.ts';
import { mountIdOf, type MountTableEntry } from '../../../platform/linux/mountTable.ts';
import type { GenerationFolders } from '../images/imageFormat.ts';
import { workFolder } from '../images/overlayStaging.ts';
import { forgetOrigins } from '../saving/originMarks.ts';
import { atPath } from '../../../systemErrors.ts';
import type { MountRecord } from '../images/mountRecord.ts';
import { coverSource, lookAt, stackSource } from './sight.ts';
import type { State } from './state.ts';

/**
 * Nobody runs a program with the rights of another user out of an image. Times of access stay those of the image:
 * they tell later what a file was before it was changed and renamed.
 */
const viewAttributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOATIME;
const viewFlags = MS_NOSUID | MS_NODEV | MS_NOATIME;

/** What the kernel answers where it has no overlay, or the folder for changes is none for one; anything else is what it says, such as a full disk. */
const unfit: ReadonlySet<string> = new Set(['EINVAL', 'ENODEV', 'ENOSYS', 'ENOTSUP', 'EPERM', 'EACCES', 'ELOOP', 'EXDEV']);

/**
 * Refuses a view that nobody can write to: the kernel makes one, without a word but in its log, where it cannot make a folder of its own for changes.
 * @throws DismError ERROR_WRITE_FAULT; Error of node:fs: why no folder can be made there.
 */
function requireWritable(view: number, record: MountRecord, places: GenerationFolders): void {
  try {
    throughDescriptor(view, (path) => { accessSync(path, constants.W_OK); });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EROFS') { throw error; }
    makeFolders(join(workFolder(places), 'work'), 0o700);
    const what = `Cannot stack changes on "${record.mountPath}"`;
    throw new DismError(Hresult.ERROR_WRITE_FAULT, `${what}: the kernel could not prepare "${workFolder(places)}" for them`, {
      target: record.mountPath, hint: 'The kernel log (dmesg) says why. Try again when there is space on that disk.', cause: error,
    });
  }
}

/**
 * Puts the changes of the record's generation on top of the image that is served for it. Renames are recorded by
 * overlayfs (`redirect_dir`), and a change of name or time copies no content (`metacopy`).
 * @returns A mount that shows nowhere yet; it ends with the descriptor.
 * @throws DismError ERROR_NOT_SUPPORTED, ERROR_WRITE_FAULT; SystemCallError, Error of node:fs.
 */
function stack(state: State, record: MountRecord): number {
  const places = state.generations.folders(record);
  forgetOrigins(places.staged);
  const folders = [places.lower, places.staged, workFolder(places)].map((path) => holdFolder(path));
  try {
    // By descriptor: a path may be longer than the kernel takes, and has separators of the options in it.
    const [lowerdir = '', upperdir = '', workdir = ''] = folders.map(pathOf);
    const options = { lowerdir, upperdir, workdir, redirect_dir: 'on', metacopy: 'on', index: 'off' };
    const view = makeFileSystem('overlay', stackSource(record), options, viewAttributes);
    try {
      requireWritable(view, record, places);
    } catch (error) {
      release(view);
      throw error;
    }
    return view;
  } catch (error) {
    if (!(error instanceof SystemCallError)) { throw error; }
    if (!unfit.has(error.code)) { throw atPath(error, places.staged); }
    throw new DismError(Hresult.ERROR_NOT_SUPPORTED, `Cannot stack changes on "${record.mountPath}": the kernel refused an overlay (${error.code})`, {
      target: record.mountPath,
      hint: `The folder for changes, "${state.path}", must be on a local file system with trusted extended attributes (ext4, XFS, Btrfs), not on another overlay; choose one with DISMTS_STATE_DIR. In a container the overlay file system must be allowed.`,
      cause: error,
    });
  } finally {
    for (const folder of folders) { release(folder); }
  }
}

/** What users are to see. @returns A mount that shows nowhere yet; it ends with the descriptor. @throws DismError, SystemCallError */
export function makeView(state: State, record: MountRecord): number {
  if (record.stacking === 'overlayfs') { return stack(state, record); }
  const lower = holdFolder(state.generations.folders(record).lower);
  try {
    return cloneMount(lower);
  } finally {
    release(lower);
  }
}

/** An empty folder that nobody can write to. It lies below the view, so that no writer falls through to the folder while the view is changed. */
export function makeCover(record: MountRecord): number {
  try {
    return makeFileSystem('tmpfs', coverSource(record), { mode: '555', size: '4096' },
      MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  } catch (error) {
    throw atPath(error, record.mountPath);
  }
}

/** Whether what is mounted for writing, with the changes of the record's generation, is what shows at its folder, but nobody can write to it. */
export function isFrozen(state: State, record: MountRecord, table?: readonly MountTableEntry[]): boolean {
  const [view] = lookAt(state, record, table).views;
  const isOurs = record.stacking === 'overlayfs' ? view?.source === stackSource(record) : record.mode === 'ReadWrite';
  return isOurs && view?.options.includes('ro') === true;
}

/**
 * Stops all writing to the mount while it is read, or allows it again.
 * @throws SystemCallError EBUSY: a file is open for writing, or something else is mounted on it.
 */
export function freeze(view: MountTableEntry, frozen: boolean): void {
  const folder = holdFolder(view.mountPoint);
  try {
    if (mountIdOf(folder) !== view.id) { throw new SystemCallError('mount', view.mountPoint, 16); }
    remountReadOnly(folder, frozen, viewFlags);
  } finally {
    release(folder);
  }
}
