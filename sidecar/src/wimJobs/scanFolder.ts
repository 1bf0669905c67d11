/** Looks through a folder before it is captured: what it holds, what is left out, and what Windows could not do with it. */
import { closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync, type BigIntStats } from 'node:fs';
import { join, resolve } from 'node:path';
import { isForbidden } from '../imageFiles/fileTrouble.ts';
import { isRoot } from '../isRoot.ts';
import type { WimScript } from '../wim/wimScript.ts';
import { foldName, isAwkwardOnWindows, isImpossibleOnWindows } from '../wim/windowsNames.ts';

/** Names in the result are the first few of their kind. */
const maxNamed = 20;

/** Things of one kind: how many, and the paths of the first. */
export class Noted {
  count = 0;
  readonly paths: string[] = [];

  add(path: string): void {
    this.count++;
    if (this.paths.length < maxNamed) { this.paths.push(path); }
  }

  /** Such as `"a", "b" and 3 more`. */
  toString(): string {
    const shown = this.paths.slice(0, 5).map((path) => `"${path}"`);
    const more = this.count - shown.length;
    return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
  }
}

/** What a folder holds. Paths are relative to it, with `/`. */
export interface FolderScan {
  /** Names of files; hard links count each. */
  files: number;
  /** The folder itself included. */
  directories: number;
  /** Of all files, each content once. */
  bytes: number;
  /** Exact paths that are not captured, absolute. */
  readonly excluded: Set<string>;
  /** Left out by the list of exclusions. */
  readonly byScript: Noted;
  /** To be stored uncompressed by that list. */
  readonly uncompressed: Noted;
  /** Links whose absolute target is not in the folder. */
  readonly outwardLinks: Noted;
  /** Sockets, pipes, devices: no WIM holds them. */
  readonly special: Noted;
  readonly impossible: Noted;
  readonly awkward: Noted;
  /** Names that differ from another one in case only. */
  readonly twins: Noted;
  /** Files that this user may not read. */
  readonly unreadable: Noted;
}

/** What to leave out beside the list of exclusions. */
export interface ScanOptions {
  readonly script: WimScript;
  /** Absolute paths. */
  readonly withoutPaths: readonly string[];
  /** Leave out links that lead out of the folder. */
  readonly withoutOutwardLinks: boolean;
}

/** A name that is no UTF-8 becomes another when it is decoded. */
const replacement = '\ufffd';

/** Whether this user may not read a file. Not access(), which asks for the user that has started the process. */
function isUnreadable(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    return false;
  } catch (error) {
    return isForbidden(error);
  }
}

/** Synchronous, and so for the process of a job: a round through the event loop for each file takes longer than the call. */
export function scanFolder(root: string, { script, withoutPaths, withoutOutwardLinks }: ScanOptions, onProgress: (found: number) => void): FolderScan {
  const scan: FolderScan = {
    files: 0, directories: 1, bytes: 0, excluded: new Set(), byScript: new Noted(), uncompressed: new Noted(), outwardLinks: new Noted(), special: new Noted(),
    impossible: new Noted(), awkward: new Noted(), twins: new Noted(), unreadable: new Noted(),
  };
  const asksRights = !isRoot();
  const links = new Set<string>();
  const without = new Set(withoutPaths);
  const isInside = (target: string): boolean => target === root || target.startsWith(root === '/' ? '/' : `${root}/`);

  const noteFile = (path: string, shown: string, stats: BigIntStats): void => {
    if (stats.isSymbolicLink() && withoutOutwardLinks) {
      const target = readlinkSync(path);
      if (target.startsWith('/') && !isInside(resolve(target))) {
        scan.outwardLinks.add(shown);
        scan.excluded.add(path);
        return;
      }
    }
    if (!stats.isFile() && !stats.isSymbolicLink()) {
      scan.special.add(shown);
      return;
    }
    scan.files++;
    if (stats.isFile() && script.storesUncompressed(shown)) { scan.uncompressed.add(shown); }
    if (stats.nlink > 1n) {
      const id = `${stats.dev}:${stats.ino}`;
      if (links.has(id)) { return; }
      links.add(id);
    }
    scan.bytes += Number(stats.size);
    // libwim opens it when half of the work is done, and does not tell which it was.
    if (asksRights && stats.isFile() && isUnreadable(path)) { scan.unreadable.add(shown); }
  };

  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const names = readdirSync(join(root, folder));
    const folded = new Set<string>();
    for (const name of names) {
      const shown = folder === '' ? name : `${folder}/${name}`;
      const path = join(root, shown);
      if (without.has(path) || script.excludes(shown)) {
        if (!without.has(path)) { scan.byScript.add(shown); }
        scan.excluded.add(path);
        continue;
      }
      if (name.includes(replacement) || isImpossibleOnWindows(name)) {
        scan.impossible.add(shown);
      } else if (isAwkwardOnWindows(name)) {
        scan.awkward.add(shown);
      }
      const key = foldName(name);
      if (folded.has(key)) { scan.twins.add(shown); }
      folded.add(key);
      const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      if (stats === undefined) { continue; }
      if (stats.isDirectory()) {
        scan.directories++;
        pending.push(shown);
      } else {
        noteFile(path, shown, stats);
      }
    }
    onProgress(scan.files + scan.directories);
  }
  return scan;
}
