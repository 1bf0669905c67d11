/**
 * A root folder in which the program that serves an image sees the machine as it is, but mounts where nobody looks.
 *
 * libwim makes links of an image lead below the path that it mounts at, so that has to be the mount folder's. But a mount folder
 * is reached by a name that others may change, must not show the bare image while a view is made or renewed, and is not empty
 * then, which FUSE wants. So the program runs in a copy of the few mounts that it needs (read-only and cut off from the
 * originals), mounts there, and the result is put into the state directory.
 */
import { release } from '../../../closing.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { attachMount, cloneMount, holdFile, holdFolder, sealMount, unmount } from '../../../platform/linux/mountCalls.ts';
import { mountIdOf, type MountTableEntry, readMountTable } from '../../../platform/linux/mountTable.ts';

/** The mount that a path is on. */
function mountOf(table: readonly MountTableEntry[], path: string): MountTableEntry | undefined {
  const descriptor = holdFolder(path.slice(0, path.lastIndexOf('/')) || '/', true);
  try {
    const id = mountIdOf(descriptor);
    return table.find((entry) => entry.id === id);
  } finally {
    release(descriptor);
  }
}

/** What a private root is made of. */
export interface PrivateRootRequest {
  /** Files that have to be seen at their paths. */
  readonly files: readonly string[];
  /** The mount folder, and the mount that it is on: what lies on it by now is not seen. */
  readonly mountPath: string;
  readonly baseMount: number;
  /** Where the private root is while the program starts, and the served image afterwards. */
  readonly target: string;
  /** Of the file system that is mounted there, in the mount table. */
  readonly type: string;
  /** A file that something is mounted on, which is seen as well, and can be written to. */
  readonly mountedFile?: string;
}

/**
 * Lets `serve` mount in a private root, and puts what it mounted at the mount folder's path there on the target.
 * @throws Error: nothing was mounted; SystemCallError.
 */
export async function mountPrivately<T>(request: PrivateRootRequest, serve: () => Promise<T>): Promise<T> {
  const target = holdFolder(request.target);
  try {
    const { served, result } = await serveInRoot(request, serve);
    try { attachMount(served, target); } finally { release(served); }
    return result;
  } finally {
    release(target);
  }
}

/** Makes the private root, lets `serve` mount there, and ends the root. @returns A descriptor of what was mounted, which the caller closes. */
async function serveInRoot<T>(request: PrivateRootRequest, serve: () => Promise<T>): Promise<{ readonly served: number; readonly result: T }> {
  const { files, mountPath, baseMount, target: root, type, mountedFile } = request;
  const table = readMountTable();
  const wanted = new Set([...files.map((path) => mountOf(table, path)), table.find(({ id }) => id === baseMount)].filter((entry) => entry !== undefined));
  let isMounted = false;
  let served: number | undefined;
  try {
    for (const entry of [...wanted].sort((a, b) => a.mountPoint.length - b.mountPoint.length)) {
      attachCopy(entry, `${root}${entry.mountPoint === '/' ? '' : entry.mountPoint}`);
      isMounted = true;
    }
    if (mountedFile !== undefined) { attachFile(mountedFile, `${root}${mountedFile}`); }
    const result = await serve();
    served = takeServed(type, root, mountPath);
    return { served, result };
  } finally {
    if (isMounted) { endRoot(root, served); }
  }
}

/** @param served Of what was mounted in it: while that is open, the program that serves it would not end. */
function endRoot(root: string, served: number | undefined): void {
  try {
    unmount(root, true);
  } catch (error) {
    if (served !== undefined) { release(served); }
    throw error;
  }
}

/** Copies a mount without what is mounted in it. */
function attachCopy(entry: MountTableEntry, target: string): void {
  const original = holdFolder(entry.mountPoint, true);
  let copy: number | undefined;
  let place: number | undefined;
  try {
    if (mountIdOf(original) !== entry.id) {
      throw new DismError(Hresult.ERROR_RETRY, `Cannot serve an image: something else is mounted at "${entry.mountPoint}" now`, { target: entry.mountPoint });
    }
    copy = cloneMount(original);
    // Before it shows anywhere: whoever deletes the state directory must not delete the machine.
    sealMount(copy, entry.mountPoint);
    place = holdFolder(target);
    attachMount(copy, place);
  } finally {
    for (const descriptor of [original, copy, place]) { if (descriptor !== undefined) { release(descriptor); } }
  }
}

/** Shows a mounted file at another one. */
function attachFile(path: string, target: string): void {
  const descriptors = [holdFile(path)];
  try {
    const [original = -1] = descriptors;
    const copy = cloneMount(original);
    descriptors.push(copy);
    const place = holdFile(target);
    descriptors.push(place);
    attachMount(copy, place);
  } finally {
    for (const descriptor of descriptors) { release(descriptor); }
  }
}

/** What was mounted in a private root. @returns A descriptor of another mount of it, which shows nowhere yet. @throws DismError WIM_E_SERVICE_ENDED. */
function takeServed(type: string, root: string, mountPath: string): number {
  const served = readMountTable().find((entry) => entry.type === type && entry.mountPoint === `${root}${mountPath}`);
  if (served === undefined) {
    throw new DismError(Hresult.WIM_E_SERVICE_ENDED, `Cannot serve an image at "${mountPath}": the program that serves it has ended at once`, {
      target: mountPath, hint: 'Look into the log of the system why it ended, such as for want of memory, then mount again.',
    });
  }
  const folder = holdFolder(served.mountPoint);
  try {
    return cloneMount(folder);
  } finally {
    release(folder);
  }
}
