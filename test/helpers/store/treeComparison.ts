/** Compares a folder with the store that was written to it: names, content, hard links, modes and times. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptChange } from './damage.ts';
import type { SyntheticStore } from './syntheticImage.ts';
import { treeTime } from './storeTree.ts';

/** What may differ. */
export interface TreeAllowances {
  /** Names that may be there beside those of the store. */
  readonly strays?: readonly string[];
  /** Names of files that were gone at some time, and whose time therefore is that of their return. */
  readonly lost?: readonly string[];
  /** What was changed on purpose, and has to be so. */
  readonly kept?: readonly KeptChange[];
}

/** All files below a folder, as relative paths. */
export function listTree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Bytes that may stand in place of others: what a compressed file or manifest expands to. */
function expandedForms(store: SyntheticStore): Map<string, Buffer> {
  const forms = new Map<string, Buffer>();
  for (const component of store.components) {
    forms.set(component.manifestPath, component.manifest);
    for (const file of component.files) { forms.set(file.path, file.spec.data); }
  }
  return forms;
}

/** Every difference as a sentence; none where the folder is as the store. */
export function treeDifferences(store: SyntheticStore, folder: string, allowances: TreeAllowances = {}): string[] {
  const { tree } = store;
  const expanded = expandedForms(store);
  const found = new Set(listTree(folder));
  const groups = new Map<string, string[]>();
  const differences: string[] = [];
  const kept = new Set(allowances.kept?.map(({ path }) => path));
  for (const { path, data } of allowances.kept ?? []) {
    const isThere = found.delete(path);
    if (data === undefined ? isThere : !isThere || !readFileSync(join(folder, path)).equals(data)) { differences.push(`${path} is not what it was changed to`); }
    if (isThere && lstatSync(join(folder, path)).nlink !== 1) { differences.push(`${path} has become another name of a file`); }
  }
  for (const path of tree.paths()) {
    if (kept.has(path)) { continue; }
    if (!found.delete(path)) {
      differences.push(`${path} is missing`);
      continue;
    }
    const stat = lstatSync(join(folder, path), { bigint: true });
    const group = groups.get(String(stat.ino)) ?? [];
    groups.set(String(stat.ino), [...group, path]);
    const data = readFileSync(join(folder, path));
    if (!data.equals(tree.read(path)) && expanded.get(path)?.equals(data) !== true) { differences.push(`${path} has other content`); }
    if (allowances.lost?.includes(path) === true) { continue; }
    const mode = Number(stat.mode & 0o7777n);
    if (mode !== tree.modeOf(path)) { differences.push(`${path} has mode ${mode.toString(8)} instead of ${tree.modeOf(path)?.toString(8) ?? ''}`); }
    if (Number(stat.mtimeMs) !== treeTime.getTime()) { differences.push(`${path} has another time`); }
  }
  for (const names of groups.values()) {
    const [first = ''] = names;
    const wanted = [...tree.namesOf(first)].sort();
    if (wanted.join() !== [...names].sort().join()) { differences.push(`${names.join(', ')} should be the one file ${wanted.join(', ')}`); }
  }
  for (const path of found) {
    if (allowances.strays?.includes(path) !== true) { differences.push(`${path} should not be there`); }
  }
  return differences;
}
