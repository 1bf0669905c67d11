/** Looks through a folder before it is captured: what it holds, what is left out, and what Windows could not do with it. */
import { type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isRoot } from '../isRoot.ts';
import type { WimScript } from '../wim/wimScript.ts';
import { foldName, isAwkwardOnWindows, isImpossibleOnWindows } from '../wim/windowsNames.ts';
import { isAwkwardTarget } from './awkwardLinks.ts';
import { Noted } from './noted.ts';
import { isUnreadable, permitted } from './unreadable.ts';

/** What a folder holds. Paths are relative to it, with `/`. */
export interface FolderScan {
  /** Names of files; hard links count each. */
  files: number;
  /** The folder itself included. */
  directories: number;
  /** Of all files, each content once; 0 where they are not asked for. */
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
  /** Links that isAwkwardTarget(). */
  readonly awkwardLinks: Noted;
  /** Links whose target is no UTF-8. */
  readonly badTargets: Noted;
  /** Files and folders that this user may not read; what is in such a folder is not known. */
  readonly unreadable: Noted;
}

/** What to leave out beside the list of exclusions, and what to look for. */
export interface ScanOptions {
  readonly script: WimScript;
  /** Add up the bytes, which takes a call of the system for each file. */
  readonly withBytes: boolean;
  /** Absolute paths. */
  readonly withoutPaths: readonly string[];
  /** Leave out links that lead out of the folder. */
  readonly withoutOutwardLinks: boolean;
}

/** Text that is no UTF-8 becomes another when it is decoded. */
const replacement = '\ufffd';

/** Synchronous, and so for the process of a job: a round through the event loop for each file takes longer than the call. */
export function scanFolder(
  root: string, { script, withBytes, withoutPaths, withoutOutwardLinks }: ScanOptions, onProgress: (found: number) => void,
): FolderScan {
  const scan: FolderScan = {
    files: 0, directories: 1, bytes: 0, excluded: new Set(), byScript: new Noted(), uncompressed: new Noted(), outwardLinks: new Noted(), special: new Noted(),
    impossible: new Noted(), awkward: new Noted(), twins: new Noted(), awkwardLinks: new Noted(), badTargets: new Noted(), unreadable: new Noted(),
  };
  const asksRights = !isRoot();
  const links = new Set<string>();
  const without = new Set(withoutPaths);
  const isInside = (target: string): boolean => target === root || target.startsWith(root === '/' ? '/' : `${root}/`);

  const addBytes = (path: string): void => {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) { return; }
    if (stats.nlink > 1n) {
      const id = `${stats.dev}:${stats.ino}`;
      if (links.has(id)) { return; }
      links.add(id);
    }
    scan.bytes += Number(stats.size);
  };

  const noteFile = (path: string, shown: string, names: readonly string[], entry: Dirent): void => {
    if (entry.isSymbolicLink()) {
      const target = permitted(() => readlinkSync(path));
      if (target === undefined) {
        scan.unreadable.add(shown);
        return;
      }
      if (withoutOutwardLinks && target.startsWith('/') && !isInside(resolve(target))) {
        scan.outwardLinks.add(shown);
        scan.excluded.add(path);
        return;
      }
      if (target.includes(replacement)) { scan.badTargets.add(shown); }
      if (isAwkwardTarget(target)) { scan.awkwardLinks.add(shown); }
    } else if (entry.isFile()) {
      if (script.storesUncompressed(names)) { scan.uncompressed.add(shown); }
      // libwim opens it when half of the work is done, and does not tell which it was.
      if (asksRights && isUnreadable(path)) {
        scan.unreadable.add(shown);
        return;
      }
    } else {
      scan.special.add(shown);
      return;
    }
    scan.files++;
    if (withBytes) { addBytes(path); }
  };

  const pending: { readonly folder: string; readonly foldedNames: readonly string[] }[] = [{ folder: '', foldedNames: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { folder, foldedNames } = next;
    const here = join(root, folder);
    const prefix = here === '/' ? here : `${here}/`;
    const taken = new Set<string>();
    const entries = folder === '' ? readdirSync(here, { withFileTypes: true }) : permitted(() => readdirSync(here, { withFileTypes: true }));
    if (entries === undefined) { scan.unreadable.add(folder); }
    for (const entry of entries ?? []) {
      const { name } = entry;
      const shown = folder === '' ? name : `${folder}/${name}`;
      const path = prefix + name;
      const folded = foldName(name);
      const names = [...foldedNames, folded];
      if (without.has(path) || script.excludes(names)) {
        if (!without.has(path)) { scan.byScript.add(shown); }
        scan.excluded.add(path);
        continue;
      }
      if (name.includes(replacement) || isImpossibleOnWindows(name)) {
        scan.impossible.add(shown);
      } else if (isAwkwardOnWindows(name)) {
        scan.awkward.add(shown);
      }
      if (taken.has(folded)) { scan.twins.add(shown); }
      taken.add(folded);
      if (entry.isDirectory()) {
        scan.directories++;
        // Decoded, its name is that of a folder that is not there.
        if (!name.includes(replacement)) { pending.push({ folder: shown, foldedNames: names }); }
      } else {
        noteFile(path, shown, names, entry);
      }
    }
    onProgress(scan.files + scan.directories);
  }
  return scan;
}
