/** What the kernel says of a mount: which of the mounts there are ours, and what others put on them, in them or in their place. */
import { lstatSync } from 'node:fs';
import { bootId } from '../../../platform/linux/bootId.ts';
import { processState } from '../../../platform/linux/holders.ts';
import { type MountTableEntry, mountsOn, readMountTable, topMount } from '../../../platform/linux/mountTable.ts';
import { printable } from '../../../printable.ts';
import { formatOf, servedTypes } from '../images/formats.ts';
import type { LiveMount, MountRecord } from '../images/mountRecord.ts';
import type { State } from './state.ts';

/** What of a mount is there, and what is in its way. */
export interface Sight {
  /** What users see, the one that shows first. Empty where the image is not mounted. */
  readonly views: readonly MountTableEntry[];
  /** The empty folder below the view, which keeps writers out while the view is changed. */
  readonly cover: MountTableEntry | undefined;
  /** The served images, which only root's own processes can reach. */
  readonly lowers: readonly MountTableEntry[];
  /** Private roots that a crash left. */
  readonly roots: readonly MountTableEntry[];
  /** What others mounted on the mount, or in it. */
  readonly onIt: readonly MountTableEntry[];
  /** Other places where our mount shows: bind mounts. */
  readonly elsewhere: readonly MountTableEntry[];
  /** What is mounted at the folder in place of ours. */
  readonly foreign: MountTableEntry | undefined;
}

/**
 * How the mount table names what we stacked, so that nobody else's overlay is taken for ours, nor one with changes
 * that were saved for the one with the changes since.
 */
export function stackSource({ id, generation }: Pick<MountRecord, 'id' | 'generation'>): string {
  return `dismts-${id}-${generation}`;
}

export function coverSource({ id }: Pick<MountRecord, 'id'>): string {
  return `dismts-${id}`;
}

const sourcePattern = /^dismts-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:-\d+)?$/;

/** Whose mount shows at a folder, by what the kernel says alone; undefined where none of ours does. */
export function mountIdAt(state: State, path: string, table: readonly MountTableEntry[] = readMountTable()): string | undefined {
  for (const entry of table.filter(({ mountPoint }) => mountPoint === path).reverse()) {
    const id = (entry.type === 'overlay' || entry.type === 'tmpfs' ? sourcePattern.exec(entry.source)?.[1] : undefined)
      ?? (servedTypes.has(entry.type) ? lowersOf(state, table).find(({ device }) => device === entry.device)?.mountPoint.split('/').at(-4) : undefined);
    if (id !== undefined) { return id; }
  }
  return undefined;
}

/** What is mounted where images are served, of one mount or of all: a served image, or a private root. */
function atLowers({ mountsFolder }: State, table: readonly MountTableEntry[], id?: string): MountTableEntry[] {
  return table.filter(({ mountPoint }) => {
    if (!mountPoint.startsWith(`${mountsFolder}/`)) { return false; }
    const owner = /^([^/]+)\/generations\/\d+\/lower$/.exec(mountPoint.slice(mountsFolder.length + 1))?.[1];
    return owner !== undefined && (id === undefined || owner === id);
  });
}

function lowersOf(state: State, table: readonly MountTableEntry[], id?: string): MountTableEntry[] {
  return atLowers(state, table, id).filter(({ type }) => servedTypes.has(type));
}

function rootsOf(state: State, table: readonly MountTableEntry[], id: string): MountTableEntry[] {
  return atLowers(state, table, id).filter(({ type }) => !servedTypes.has(type));
}

/** Whether the process that serves a mount is the one that was recorded, and lives. */
export function isServerAlive({ server, bootId: boot }: LiveMount): boolean {
  if (server === undefined || boot !== bootId()) { return false; }
  const found = processState(server.pid);
  return found !== undefined && found.startTime === server.startTime && found.state !== 'Z' && found.state !== 'X';
}

/** Whether what served a mount has ended, so that nothing can be lost with it. */
function isDead({ mountPoint }: MountTableEntry): boolean {
  try {
    lstatSync(mountPoint);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTCONN';
  }
}

/** All mounts that show what ours shows, wherever. */
function ownMounts(record: MountRecord, lowers: readonly MountTableEntry[], table: readonly MountTableEntry[]): MountTableEntry[] {
  if (record.stacking === 'overlayfs') {
    return table.filter(({ type, source }) => type === 'overlay' && source.startsWith(`${coverSource(record)}-`));
  }
  const { fileSystems } = formatOf(record);
  const others = table.filter((entry) => fileSystems.includes(entry.type) && !lowers.includes(entry));
  if (lowers.length > 0) { return others.filter(({ device }) => lowers.some((lower) => lower.device === device)); }
  const { live, state } = record;
  if (live === undefined) {
    return state === 'mounting' ? others.filter((entry) => entry.mountPoint === record.mountPath && isDead(entry)) : [];
  }
  if (live.bootId !== bootId()) { return []; }
  // Numbers are given anew: where our server has ended and another serves the folder, that is not ours.
  return others.filter((entry) => entry.id === live.mountId && entry.device === live.device && (isServerAlive(live) || isDead(entry)));
}

/** Looks at a mount. */
export function lookAt(state: State, record: MountRecord, table: readonly MountTableEntry[] = readMountTable()): Sight {
  const lowers = lowersOf(state, table, record.id);
  const roots = rootsOf(state, table, record.id);
  // Private roots show copies of mounts for a moment, also of the mount of an image whose file lies in this one.
  const own = ownMounts(record, lowers, table).filter(({ mountPoint }) => !mountPoint.startsWith(`${state.mountsFolder}/`));
  const place = own.find(({ mountPoint }) => mountPoint === record.mountPath)?.mountPoint
    ?? own.find(({ id }) => id === record.live?.mountId)?.mountPoint ?? own[0]?.mountPoint;
  const depth = (entry: MountTableEntry): number => mountsOn(table, entry).length;
  const views = own.filter(({ mountPoint }) => mountPoint === place).sort((a, b) => depth(a) - depth(b));
  const covers = table.filter(({ type, source }) => type === 'tmpfs' && source === coverSource(record));
  const cover = covers.find(({ id }) => views.some(({ parentId }) => parentId === id))
    ?? covers.find(({ mountPoint }) => mountPoint === record.mountPath) ?? covers[0];
  const ours = new Set([...own, ...covers, ...lowers]);
  const lowest = cover ?? views.at(-1);
  const top = views.length === 0 && cover === undefined ? topMount(table, record.mountPath) : undefined;
  const sameBoot = record.live?.bootId === bootId();
  const isForeign = top !== undefined && (sameBoot ? top.id !== record.live?.parentId : /^(?:overlay|fuse)/.test(top.type));
  return {
    views, cover, lowers, roots,
    onIt: lowest === undefined ? [] : mountsOn(table, lowest).filter((entry) => !ours.has(entry)),
    elsewhere: own.filter((entry) => !views.includes(entry)),
    foreign: isForeign ? top : undefined,
  };
}

/** Whether what users see is of the record's generation, and not of one whose changes were saved. */
export function showsGeneration(state: State, record: MountRecord, view: MountTableEntry, { lowers }: Sight): boolean {
  if (record.stacking === 'overlayfs') { return view.source === stackSource(record); }
  const folder = state.generations.folders(record).lower;
  return lowers.some(({ device, mountPoint }) => device === view.device && mountPoint === folder);
}

/** A mount of others in the words of a message. */
export function describeMount({ mountPoint, type, source }: MountTableEntry): string {
  return printable(`"${mountPoint}" (${type}${source === '' || source === type || source === 'none' ? '' : `, ${source}`})`);
}

/** Why a mount cannot be changed because of what others mounted; undefined where nothing is in the way. */
export function obstacleTo({ views, onIt, elsewhere }: Sight): string | undefined {
  const place = views[0]?.mountPoint;
  const over = onIt.filter(({ mountPoint }) => mountPoint === place);
  const inside = onIt.filter(({ mountPoint }) => mountPoint !== place);
  const list = (entries: readonly MountTableEntry[]): string => entries.map(describeMount).join(', ');
  if (over.length > 0) { return `something else is mounted on it: ${list(over)}`; }
  if (inside.length > 0) { return `something else is mounted in it: ${list(inside)}`; }
  return elsewhere.length > 0 ? `it is mounted elsewhere, too: ${list(elsewhere)}` : undefined;
}
