/** Changes that people make in a mounted image, to be made in a mount and in a plain folder alike. */
import {
  appendFile, chmod, copyFile, link, lstat, mkdir, open, readdir, readFile, rename, rm, rmdir, symlink, truncate, unlink, utimes, writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { pseudoRandom, writeTree } from './wims.ts';

/** What a scenario finds in the folder that it works in. */
export async function writeScenarioFolder(folder: string): Promise<void> {
  await writeTree(folder, {
    'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c', 'd/x.txt': 'x', 'd/y.txt': 'y', 'd/sub/z.txt': 'z', 'd/sub/deep/er.txt': 'er', 'e/v.txt': 'v', 'e/x.txt': 'other x',
    'f/one.txt': 'linked', 'empty.txt': '', 'large.bin': pseudoRandom(200_000, 3),
  });
  await link(join(folder, 'f/one.txt'), join(folder, 'f/two.txt'));
  await link(join(folder, 'f/one.txt'), join(folder, 'three.txt'));
  await symlink('a.txt', join(folder, 'to a'));
  await symlink('d', join(folder, 'to d'));
  // Files of Windows differ in their times; those that are written one after the other here may not.
  for (const [index, name] of ['a.txt', 'b.txt', 'c.txt'].entries()) { await utimes(join(folder, name), 1_500_000_000 + index, 1_500_000_000); }
}

type Change = (path: (name: string) => string) => Promise<void>;

/** Each works in a folder of its own; what it leaves has to be in the image after a save. */
const scenarios: Readonly<Record<string, Change>> = {
  'change a file': async (at) => { await writeFile(at('a.txt'), 'changed'); },
  'append to a file': async (at) => { await appendFile(at('large.bin'), 'at the end'); },
  'write into the middle': async (at) => {
    const file = await open(at('large.bin'), 'r+');
    await file.write(Buffer.from('in the middle'), 0, 13, 100_000);
    await file.close();
  },
  'truncate files': async (at) => {
    await truncate(at('large.bin'), 100);
    await truncate(at('b.txt'), 0);
  },
  'fill an empty file': async (at) => { await writeFile(at('empty.txt'), 'not empty'); },
  'add files of several sizes': async (at) => {
    await writeFile(at('new empty'), '');
    await writeFile(at('new small'), 'small');
    await writeFile(at('new zeros'), Buffer.alloc(1_000_000));
    await writeFile(at('new large'), pseudoRandom(700_001, 4));
    await writeFile(at('one chunk'), pseudoRandom(32_768, 5));
    await truncate(at('new empty'), 3_000_000);
  },
  'add folders': async (at) => { await writeTree(at('new'), { 'a/b/c.txt': 'c', 'a/d.txt': 'd' }); await mkdir(at('new/empty')); },
  'delete a file': async (at) => { await unlink(at('a.txt')); },
  'delete a folder': async (at) => { await rm(at('d'), { recursive: true }); },
  'delete everything': async (at) => { for (const name of await readdir(at(''))) { await rm(at(name), { recursive: true }); } },
  'rename a file': async (at) => { await rename(at('a.txt'), at('renamed.txt')); },
  'rename a file twice': async (at) => { await rename(at('a.txt'), at('once.txt')); await rename(at('once.txt'), at('twice.txt')); },
  'rename a file there and back': async (at) => { await rename(at('a.txt'), at('away.txt')); await rename(at('away.txt'), at('a.txt')); },
  'change then rename': async (at) => { await writeFile(at('a.txt'), 'changed'); await rename(at('a.txt'), at('renamed.txt')); },
  'rename then change': async (at) => { await rename(at('a.txt'), at('renamed.txt')); await appendFile(at('renamed.txt'), ' changed'); },
  'change then move': async (at) => { await appendFile(at('d/x.txt'), 'more'); await rename(at('d/x.txt'), at('e/moved.txt')); },
  'change, move out, delete the folder': async (at) => {
    await appendFile(at('d/sub/z.txt'), 'more');
    await rename(at('d/sub/z.txt'), at('z.txt'));
    await rm(at('d'), { recursive: true });
  },
  'change several and rename them all': async (at) => {
    for (const name of ['a', 'b', 'c']) { await appendFile(at(`${name}.txt`), 'more'); await rename(at(`${name}.txt`), at(`${name}2.txt`)); }
  },
  'move a file': async (at) => { await rename(at('a.txt'), at('d/sub/a.txt')); },
  'move a file out of a folder that goes': async (at) => { await rename(at('d/sub/z.txt'), at('z.txt')); await rm(at('d'), { recursive: true }); },
  'rename over another file': async (at) => { await rename(at('a.txt'), at('b.txt')); },
  'write a new file and rename it over (sed -i)': async (at) => { await writeFile(at('sed123'), 'edited'); await rename(at('sed123'), at('a.txt')); },
  'keep a backup and write anew (an editor)': async (at) => {
    await rename(at('a.txt'), at('a.txt~'));
    await writeFile(at('a.txt'), 'edited');
    await unlink(at('a.txt~'));
  },
  'keep the backup': async (at) => { await rename(at('a.txt'), at('a.txt~')); await writeFile(at('a.txt'), 'edited'); },
  'delete and write anew': async (at) => { await unlink(at('a.txt')); await writeFile(at('a.txt'), 'anew'); },
  'swap two names': async (at) => { await rename(at('a.txt'), at('t')); await rename(at('b.txt'), at('a.txt')); await rename(at('t'), at('b.txt')); },
  'swap two changed files': async (at) => {
    await appendFile(at('a.txt'), '1'); await appendFile(at('b.txt'), '2');
    await rename(at('a.txt'), at('t')); await rename(at('b.txt'), at('a.txt')); await rename(at('t'), at('b.txt'));
  },
  'turn three names around': async (at) => {
    await rename(at('a.txt'), at('t')); await rename(at('b.txt'), at('a.txt')); await rename(at('c.txt'), at('b.txt')); await rename(at('t'), at('c.txt'));
  },
  'rename a folder': async (at) => { await rename(at('d'), at('folder')); },
  'rename a folder with changes in it': async (at) => {
    await writeFile(at('d/x.txt'), 'changed'); await unlink(at('d/y.txt'));
    await rename(at('d'), at('folder'));
    await writeFile(at('folder/sub/new.txt'), 'new'); await appendFile(at('folder/sub/z.txt'), 'more');
  },
  'swap two folders': async (at) => { await rename(at('d'), at('t')); await rename(at('e'), at('d')); await rename(at('t'), at('e')); },
  'move a folder into another': async (at) => { await rename(at('d'), at('e/d')); },
  'rename a folder and the one it is in': async (at) => { await rename(at('d/sub/deep'), at('d/sub/deeper')); await rename(at('d/sub'), at('d/below')); await rename(at('d'), at('top')); },
  'rename from outside to inside': async (at) => { await rename(at('d'), at('top')); await rename(at('top/sub'), at('top/below')); await rename(at('top/below/deep'), at('top/below/deeper')); },
  'turn two folders inside out': async (at) => { await rename(at('d/sub'), at('sub')); await rename(at('d'), at('sub/d')); await rename(at('sub'), at('d')); },
  'move a folder out, delete the rest': async (at) => { await rename(at('d/sub/deep'), at('deep')); await rm(at('d'), { recursive: true }); },
  'move a folder out, make the old one anew': async (at) => { await rename(at('d/sub'), at('sub')); await rm(at('d'), { recursive: true }); await writeTree(at('d'), { 'x.txt': 'anew' }); },
  'move back into a folder that was made anew': async (at) => {
    await rename(at('d/sub'), at('t')); await rm(at('d'), { recursive: true });
    await mkdir(at('d')); await rename(at('t'), at('d/sub'));
  },
  'rename over an empty folder': async (at) => { await rm(at('e/v.txt')); await rm(at('e/x.txt')); await rename(at('d'), at('e')); },
  'delete a folder and make it anew': async (at) => { await rm(at('d'), { recursive: true }); await writeTree(at('d'), { 'x.txt': 'new x', 'n.txt': 'n', 'sub/n.txt': 'n' }); },
  'make anew a folder in a folder made anew': async (at) => { await rm(at('d'), { recursive: true }); await mkdir(at('d/sub'), { recursive: true }); await writeFile(at('d/sub/z.txt'), 'new z'); },
  'rename a folder that was made anew': async (at) => { await rm(at('d'), { recursive: true }); await writeTree(at('d'), { 'n.txt': 'n' }); await rename(at('d'), at('folder')); },
  'put a folder in place of a file': async (at) => { await unlink(at('a.txt')); await writeTree(at('a.txt'), { 'in.txt': 'in' }); },
  'put a file in place of a folder': async (at) => { await rm(at('d'), { recursive: true }); await writeFile(at('d'), 'a file'); },
  'a file, a folder and a file again': async (at) => { await unlink(at('a.txt')); await mkdir(at('a.txt')); await rmdir(at('a.txt')); await writeFile(at('a.txt'), 'again'); },
  'a folder, a file and a folder again': async (at) => { await rm(at('d'), { recursive: true }); await writeFile(at('d'), ''); await unlink(at('d')); await writeTree(at('d'), { 'y.txt': 'again' }); },
  'move a file to where a folder was': async (at) => { await rename(at('a.txt'), at('t')); await rm(at('d'), { recursive: true }); await rename(at('t'), at('d')); },
  'move a folder to where a file was': async (at) => { await unlink(at('a.txt')); await rename(at('d'), at('a.txt')); },
  'chmod only': async (at) => { await chmod(at('a.txt'), 0o600); await chmod(at('d'), 0o700); },
  'times only': async (at) => { await utimes(at('a.txt'), 1_000_000_000, 1_000_000_000); await utimes(at('d'), 1_000_000_001, 1_000_000_001); },
  'hard links of a new file': async (at) => { await writeFile(at('n1'), 'n'); await link(at('n1'), at('n2')); await link(at('n1'), at('d/n3')); },
  'hard links of a file of the image': async (at) => { await link(at('a.txt'), at('a2.txt')); await link(at('a.txt'), at('d/a3.txt')); },
  'hard links of a changed file': async (at) => { await appendFile(at('a.txt'), 'more'); await link(at('a.txt'), at('d/a2.txt')); },
  'a hard link that is then changed': async (at) => { await link(at('a.txt'), at('a2.txt')); await appendFile(at('a2.txt'), 'more'); },
  'a hard link instead of the old name': async (at) => { await link(at('a.txt'), at('a2.txt')); await unlink(at('a.txt')); },
  'a hard link of a renamed file': async (at) => { await rename(at('a.txt'), at('n')); await link(at('n'), at('n2')); },
  'change a file with three names': async (at) => { await writeFile(at('f/one.txt'), 'changed for all'); },
  'delete a name of three': async (at) => { await unlink(at('f/two.txt')); },
  'delete two names of three': async (at) => { await unlink(at('f/two.txt')); await unlink(at('three.txt')); },
  'rename a name of three': async (at) => { await rename(at('f/two.txt'), at('zwei.txt')); },
  'rename and change a name of three': async (at) => { await rename(at('f/two.txt'), at('zwei.txt')); await writeFile(at('zwei.txt'), 'changed for all'); },
  'a fourth name for three': async (at) => { await link(at('f/two.txt'), at('four.txt')); },
  'move the folder with names of three': async (at) => { await rename(at('f'), at('g')); },
  'symbolic links': async (at) => {
    await symlink('a.txt', at('new link')); await symlink('../a.txt', at('d/up')); await symlink('d/sub', at('to folder')); await symlink('nowhere/at all', at('dangling'));
    await symlink('with \\ backslash', at('odd'));
  },
  'rename a symbolic link': async (at) => { await rename(at('to a'), at('renamed link')); await rename(at('to d'), at('d/link')); },
  'replace a symbolic link': async (at) => { await unlink(at('to a')); await symlink('b.txt', at('to a')); await unlink(at('to d')); await writeFile(at('to d'), 'a file'); },
  'a symbolic link in place of a file': async (at) => { await unlink(at('a.txt')); await symlink('b.txt', at('a.txt')); await rm(at('d'), { recursive: true }); await symlink('e', at('d')); },
  'names that overlay file systems use': async (at) => {
    await writeFile(at('.wh.a.txt'), 'no deletion'); await writeFile(at('d/.wh..wh..opq'), 'not opaque'); await mkdir(at('.wh.d')); await writeFile(at('\ufeffbom'), 'bom');
  },
  'names of all kinds': async (at) => {
    for (const name of ['\u00e4\u00f6\u00fc', '\u65e5\u672c\u8a9e', '\ud83d\ude00', 'e\u0301', ' space', '-dash', 'A.TXT.', 'x'.repeat(255)]) { await writeFile(at(name), name); }
  },
  'content that is there already': async (at) => { await copyFile(at('large.bin'), at('copy.bin')); await copyFile(at('a.txt'), at('d/copy.txt')); },
  'content that moves from one to another': async (at) => {
    const data = await readFile(at('large.bin'));
    await writeFile(at('a.txt'), data);
    await writeFile(at('large.bin'), 'no longer');
  },
};

/** Every `step`th scenario, from the given one on. */
export interface Selection {
  readonly first: number;
  readonly step: number;
}

function selected({ first, step }: Selection): [name: string, change: Change][] {
  return Object.entries(scenarios).filter((_, index) => index % step === first);
}

/** Makes the changes below a folder, each in its own. */
export async function runScenarios(folder: string, selection: Selection): Promise<void> {
  for (const [name, change] of selected(selection)) { await change((file) => join(folder, name, file)); }
}

/** Writes what the scenarios need below a folder. */
export async function writeScenarios(folder: string, selection: Selection): Promise<string> {
  for (const [name] of selected(selection)) { await writeScenarioFolder(join(folder, name)); }
  await writeTree(folder, { 'untouched/a.txt': 'a', 'untouched/deep/b.bin': pseudoRandom(90_000, 6), 'untouched/empty': '' });
  return folder;
}

/** A source of numbers that gives the same for the same seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761 ^ 0x9e3779b9) | 1;
  }

  /** From 0 to below `end`. */
  below(end: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % end;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

const names = ['a', 'b', 'c', 'd', 'e', 'f.txt', 'G.TXT', '\u00e4'];

/** Names that are there, as a change finds them. */
async function listAll(folder: string, path = ''): Promise<{ readonly files: string[]; readonly folders: string[] }> {
  const found = { files: [] as string[], folders: [path] };
  for (const name of (await readdir(join(folder, path))).sort()) {
    const own = path === '' ? name : `${path}/${name}`;
    if ((await lstat(join(folder, own))).isDirectory()) {
      const below = await listAll(folder, own);
      found.files.push(...below.files);
      found.folders.push(...below.folders);
    } else {
      found.files.push(own);
    }
  }
  return found;
}

/**
 * Makes one random change in each of several folders that hold the same: the same change in each. The first is the one that is looked at.
 * @returns What it did, for the message of a test that fails.
 */
export async function randomChange(dice: Dice, folders: readonly string[], mayLink: boolean): Promise<string> {
  const { files, folders: all } = await listAll(folders[0] ?? '');
  const target = (): string => { const parent = dice.pick(all); const name = dice.pick(names); return parent === '' ? name : `${parent}/${name}`; };
  const both = async (text: string, change: (at: (name: string) => string) => Promise<unknown>): Promise<string> => {
    const results: string[] = [];
    for (const folder of folders) {
      results.push(await change((name) => join(folder, name)).then(() => 'done', (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error)));
    }
    if (new Set(results).size > 1) { throw new Error(`${text}: ${results.join(' here, but there ')}`); }
    return `${text}: ${results[0] ?? ''}`;
  };
  const kind = dice.below(16);
  const file = files.length === 0 ? 'none' : dice.pick(files);
  const folder = dice.pick(all);
  const to = target();
  const content = dice.below(4) === 0 ? '' : `${dice.below(1000)} `.repeat(1 + dice.below(dice.below(10) === 0 ? 20_000 : 20));
  switch (kind) {
    case 0: case 1: return await both(`write ${to}`, (at) => writeFile(at(to), content, { flag: 'wx' }));
    case 2: case 3: return await both(`change ${file}`, async (at) => { if (!(await lstat(at(file))).isSymbolicLink()) { await writeFile(at(file), content); } });
    case 4: return await both(`append to ${file}`, async (at) => { if (!(await lstat(at(file))).isSymbolicLink()) { await appendFile(at(file), content); } });
    case 5: return await both(`mkdir ${to}`, (at) => mkdir(at(to)));
    case 6: return await both(`unlink ${file}`, (at) => unlink(at(file)));
    case 7: return await both(`rm -r ${folder}`, async (at) => { if (folder !== '') { await rm(at(folder), { recursive: true }); } });
    case 8: case 9: case 10: return await both(`rename ${file} to ${to}`, (at) => rename(at(file), at(to)));
    case 11: case 12: return await both(`rename ${folder} to ${to}`, async (at) => { if (folder !== '') { await rename(at(folder), at(to)); } });
    // A WIM cannot say that two links are one.
    case 13: if (!mayLink) { return 'no link'; } return await both(`link ${file} as ${to}`, async (at) => { if (!(await lstat(at(file))).isSymbolicLink()) { await link(at(file), at(to)); } });
    case 14: return await both(`symlink ${file} as ${to}`, (at) => symlink(file, at(to)));
    default: return await both(`replace ${file}`, async (at) => { await writeFile(at('temporary'), content); await rename(at('temporary'), at(file)); });
  }
}
