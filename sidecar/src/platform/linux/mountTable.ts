/** What the kernel says is mounted: /proc/self/mountinfo. */
import { readTextFile } from '../../closing.ts';
import { throughDescriptor } from './heldPath.ts';
import { libc, SystemCallError } from './libc.ts';

export interface MountTableEntry {
  /** Of this mount; a number is given to another mount once this one has ended. */
  readonly id: number;
  /** Of the mount that this one is mounted on. */
  readonly parentId: number;
  /** `major:minor` of the file system; those without a disk of their own have one each. */
  readonly device: string;
  /** Which folder of the file system shows; `/` but for bind mounts of a part. */
  readonly root: string;
  /** Where it shows now, also when a folder on the way was renamed. */
  readonly mountPoint: string;
  /** `overlay`, `fuse.wimfs`, ... */
  readonly type: string;
  readonly source: string;
  /** Options of the mount itself and of its file system. */
  readonly options: readonly string[];
}

/** Escapes stand for bytes, and a character may be made of several, so the text is taken as bytes. */
function unescapeOctal(text: string): string {
  if (!text.includes('\\')) { return text; }
  const bytes = Buffer.from(text).toString('latin1')
    .replace(/\\([0-7]{3})/g, (_escape, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** All mounts. Of those at one place topMount() says which one shows. */
export function readMountTable(): MountTableEntry[] {
  // The kernel answers from memory, which takes less time than to wake another thread up for it.
  const text = readTextFile('/proc/self/mountinfo');
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const separator = fields.indexOf('-');
    const [id, parentId, device, root, mountPoint, mountOptions] = fields;
    const [type, source, superOptions] = fields.slice(separator + 1);
    if (separator === -1 || device === undefined || root === undefined || mountPoint === undefined || mountOptions === undefined
      || type === undefined || source === undefined) { return []; }
    return [{
      id: Number(id),
      parentId: Number(parentId),
      device,
      root: unescapeOctal(root),
      mountPoint: unescapeOctal(mountPoint),
      type,
      source: unescapeOctal(source),
      options: [...mountOptions.split(','), ...(superOptions ?? '').split(',')],
    }];
  });
}

/** The mount that shows at a place: the one that no other there is mounted on. The order of the table does not tell. */
export function topMount(table: readonly MountTableEntry[], mountPoint: string): MountTableEntry | undefined {
  const there = table.filter((entry) => entry.mountPoint === mountPoint);
  const covered = new Set(there.map(({ parentId }) => parentId));
  return there.findLast(({ id }) => !covered.has(id));
}

/** The mount that a path is in, as it is spelled. */
export function mountAround(table: readonly MountTableEntry[], path: string): MountTableEntry | undefined {
  let place: string | undefined;
  for (const { mountPoint } of table) {
    const isAround = path === mountPoint || path.startsWith(mountPoint === '/' ? '/' : `${mountPoint}/`);
    if (isAround && mountPoint.length > (place?.length ?? 0)) { place = mountPoint; }
  }
  return place === undefined ? undefined : topMount(table, place);
}

/** The user whom alone a FUSE mount shows itself to, and not to root either; undefined: it is none such, or shows to all. */
export function onlyUserOf({ type, options }: MountTableEntry): number | undefined {
  const user = options.map((option) => /^user_id=(\d+)$/.exec(option)?.[1]).find((id) => id !== undefined);
  return /^fuse(?:blk)?(?:\.|$)/.test(type) && user !== undefined && !options.includes('allow_other') ? Number(user) : undefined;
}

/** What is mounted on a mount or on those on it, wherever below its place. */
export function mountsOn(table: readonly MountTableEntry[], { id }: Pick<MountTableEntry, 'id'>): MountTableEntry[] {
  const children = table.filter(({ parentId, id: own }) => parentId === id && own !== id);
  return children.flatMap((child) => [child, ...mountsOn(table, child)]);
}

/** struct statx: its size, and where the fields are that say what it holds, and the number of the mount. */
const [statxBytes, maskOffset, mountIdOffset] = [256, 0, 144];
const STATX_MNT_ID = 0x1000;
const AT_EMPTY_PATH = 0x1000;
/** Nobody who serves the file system is asked: one that hangs or has ended must not matter. */
const AT_STATX_DONT_SYNC = 0x4000;

/**
 * Number of the mount that an open file or folder is on; also where it was opened by its path only (O_PATH). Linux 5.8 and newer.
 * A mount asks this some twenty times, and /proc/self/fdinfo takes five calls for it.
 * @throws SystemCallError
 */
export function mountIdOf(descriptor: number): number {
  const result = Buffer.alloc(statxBytes);
  throughDescriptor(descriptor, (path) => {
    if (libc().statx(descriptor, '', AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, result) !== 0) { throw new SystemCallError('statx', path); }
  });
  if ((result.readUInt32LE(maskOffset) & STATX_MNT_ID) === 0) { throw new Error('this kernel does not say which mount a file is on'); }
  return Number(result.readBigUInt64LE(mountIdOffset));
}
