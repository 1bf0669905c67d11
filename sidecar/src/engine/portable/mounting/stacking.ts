/** Stacks the staged changes of a mount on the image that is served below them. */
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { SystemCallError } from '../../../platform/linux/libc.ts';
import { mount, MS_NOATIME, MS_NODEV, MS_NOSUID, remountReadOnly } from '../../../platform/linux/mountCalls.ts';
import { type MountTableEntry, readMountTable } from '../../../platform/linux/mountTable.ts';
import { forgetOrigins } from './originMarks.ts';
import { unmountTop } from './serving.ts';
import type { MountRecord } from './record.ts';
import type { State } from './state.ts';

/**
 * Nobody runs a program with the rights of another user out of an image. Times of access stay those of the image:
 * they tell later what a file was before it was changed and renamed.
 */
const mountFlags = MS_NOSUID | MS_NODEV | MS_NOATIME;

/**
 * How the mount table names what we stacked, so that nobody else's overlay is taken for ours, nor one with changes
 * that were saved for the one with the changes since.
 */
export function stackSource({ id, generation }: Pick<MountRecord, 'id' | 'generation'>): string {
  return `dismts-${id}-${generation}`;
}

/** Overlay options separate by `,` and `:`, and take a backslash before a character that means itself. */
function escapeOption(path: string): string {
  return path.replace(/[\\,:]/g, '\\$&');
}

function options(state: State, record: MountRecord): string {
  return [
    `lowerdir=${escapeOption(record.mountPath)}`,
    `upperdir=${escapeOption(state.generations.upperFolder(record))}`,
    `workdir=${escapeOption(state.generations.workFolder(record))}`,
  ].join(',');
}

/**
 * Puts the changes of the record's generation on top of what is served at its folder. Renames are recorded by
 * overlayfs (`redirect_dir`), and a change of name or time copies no content (`metacopy`).
 * @throws DismError; nothing is stacked then.
 */
export function stack(state: State, record: MountRecord): void {
  const { mountPath } = record;
  forgetOrigins(state.generations.upperFolder(record));
  try {
    mount(stackSource(record), mountPath, 'overlay', mountFlags,
      `${options(state, record)},redirect_dir=on,metacopy=on,index=off`);
  } catch (error) {
    if (!(error instanceof SystemCallError)) { throw error; }
    throw new DismError(Hresult.ERROR_NOT_SUPPORTED, `Cannot stack changes on "${mountPath}": the kernel refused an overlay (${error.code})`, {
      target: mountPath,
      hint: `The folder for changes, "${state.path}", must be on a local file system with trusted extended attributes (ext4, XFS, Btrfs), not on another overlay; choose one with DISMTS_STATE_DIR. In a container the overlay file system must be allowed.`,
      cause: error,
    });
  }
}

/** What of ours shows at the folder of a record, of whichever generation. */
function stackedOn(record: MountRecord): MountTableEntry | undefined {
  const top = readMountTable().findLast((entry) => entry.mountPoint === record.mountPath);
  return top?.source.startsWith(stackSource({ id: record.id, generation: 0 }).slice(0, -1)) === true ? top : undefined;
}

/** Whether the changes of the record's generation are what shows at its folder, but nobody can write to it. */
export function isFrozen(record: MountRecord): boolean {
  const top = stackedOn(record);
  return top?.source === stackSource(record) && top.options.includes('ro');
}

/**
 * Takes the changes off. They stay in the state directory.
 * @returns False where they are not stacked.
 * @throws SystemCallError EBUSY: somebody uses the mount.
 */
export async function unstack(record: MountRecord, detach = false): Promise<boolean> {
  if (stackedOn(record) === undefined) { return false; }
  await unmountTop(record.mountPath, detach);
  return true;
}

/**
 * Stops all writing to the mount while it is read, or allows it again.
 * @throws SystemCallError EBUSY: a file is open for writing.
 */
export function freeze(record: MountRecord, frozen: boolean): void {
  remountReadOnly(record.mountPath, frozen, mountFlags);
}
