/**
 * Operations on image files whose processes are all killed at a random moment: what was there is there, what is new is there whole or not at all, and
 * the next operation takes away what was left. DISMTS_KILLS says how many processes of each die so, 3 by default,
 * and DISMTS_KILL_EXECUTABLE which executable is used; by default it is run from the sources.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTree } from '../../helpers/imageTree.ts';
import { runCommand } from '../../helpers/killedCommand.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { appendImage, captureWim, imagex, pseudoRandom, splitWim, writeTree } from '../../helpers/wims.ts';

const kills = Number(process.env['DISMTS_KILLS'] ?? 3);

/** Where one operation works. */
interface Place {
  readonly folder: string;
  readonly path: (name: string) => string;
}

interface Case {
  readonly method: string;
  readonly params: (place: Place) => object;
  /** Files that are there before, from the samples. */
  readonly files: readonly string[];
  /** The file that is changed or made; of a split one the first part. */
  readonly target: string;
  /** Whether the target is whole and new; it is whole in any case. */
  readonly isNew: (path: string) => Promise<boolean>;
}

const imageCount = async (path: string): Promise<number> => Number(/Image Count: +(\d+)/.exec(await imagex('info', path))?.[1]);
const verify = async (path: string): Promise<void> => { await imagex('verify', path); };
const isWhole = async (path: string): Promise<boolean> => {
  if (!existsSync(path)) { return false; }
  await verify(path);
  return true;
};

const cases: Readonly<Record<string, Case>> = {
  'export to a new file': {
    method: 'imageFile/export', files: ['two.wim'], target: 'new.wim', isNew: isWhole,
    params: ({ path }) => ({ sourceImagePath: path('two.wim'), sourceIndexes: '*', destinationImagePath: path('new.wim'), compressionType: 'Max', checkIntegrity: true }),
  },
  'export to a new solid file': {
    method: 'imageFile/export', files: ['two.wim'], target: 'new.esd', isNew: isWhole,
    params: ({ path }) => ({ sourceImagePath: path('two.wim'), sourceIndexes: '*', destinationImagePath: path('new.esd'), compressionType: 'Recovery' }),
  },
  'export into a file': {
    method: 'imageFile/export', files: ['two.wim', 'other.wim'], target: 'other.wim',
    isNew: async (path) => {
      await verify(path);
      return await imageCount(path) === 3;
    },
    params: ({ path }) => ({ sourceImagePath: path('two.wim'), sourceIndexes: '*', destinationImagePath: path('other.wim') }),
  },
  split: {
    method: 'imageFile/split', files: ['two.wim'], target: 'part.swm',
    isNew: async (path) => {
      if (!existsSync(path)) { return false; }
      await imagex('verify', path, '--ref', path.replace('part.swm', 'part*.swm'));
      return true;
    },
    params: ({ path }) => ({ imagePath: path('two.wim'), splitImagePath: path('part.swm'), fileSize: 1 }),
  },
  join: {
    method: 'imageFile/join', files: ['set.swm', 'set2.swm', 'set3.swm'], target: 'joined.wim', isNew: isWhole,
    params: ({ path }) => ({ imagePath: path('set.swm'), destinationImagePath: path('joined.wim') }),
  },
  optimize: {
    method: 'imageFile/optimize', files: ['two.wim'], target: 'two.wim',
    isNew: async (path) => {
      await verify(path);
      return /Compression: +LZX/.test(await imagex('info', path));
    },
    params: ({ path }) => ({ imagePath: path('two.wim'), compressionType: 'Max' }),
  },
  remove: {
    method: 'imageFile/remove', files: ['two.wim'], target: 'two.wim',
    isNew: async (path) => {
      await verify(path);
      return await imageCount(path) === 1;
    },
    params: ({ path }) => ({ imagePath: path('two.wim'), imageIndex: 1, checkIntegrity: true }),
  },
  set: {
    method: 'imageFile/set', files: ['two.wim'], target: 'two.wim',
    isNew: async (path) => {
      await verify(path);
      return (await imagex('info', path, '1')).includes('Other name');
    },
    params: ({ path }) => ({ imagePath: path('two.wim'), imageIndex: 1, newName: 'Other name', bootIndex: 2 }),
  },
  putItem: {
    method: 'imageFile/putItem', files: ['two.wim', 'item.bin'], target: 'two.wim',
    isNew: async (path) => {
      await verify(path);
      return (await imagex('dir', path, '1')).includes('/added.bin');
    },
    params: ({ path }) => ({ imagePath: path('two.wim'), imageIndex: 1, source: path('item.bin'), itemPath: '\\added.bin' }),
  },
  extractItem: {
    method: 'imageFile/extractItem', files: ['two.wim'], target: 'out',
    isNew: async (path) => {
      if (existsSync(path)) { expect(readdirSync(path, { recursive: true }).length).toBe(30); }
      return await Promise.resolve(existsSync(path));
    },
    params: ({ path }) => ({ imagePath: path('two.wim'), imageIndex: 1, itemPath: '\\folder', destination: path('out') }),
  },
};

/** The files that operations begin with. */
async function makeSamples(): Promise<string> {
  const samples = tempFolder();
  const tree = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`folder/${at}.bin`, pseudoRandom(90_000 + at, at + 1)]));
  await writeTree(join(samples, 'tree'), tree);
  await captureWim(join(samples, 'tree'), join(samples, 'two.wim'), { compress: 'XPRESS', name: 'First', integrity: true });
  writeFileSync(join(samples, 'tree', 'second.bin'), pseudoRandom(200_000, 99));
  await appendImage(join(samples, 'tree'), join(samples, 'two.wim'), { name: 'Second', integrity: true });
  await captureWim(await writeTree(join(samples, 'other'), { 'a.txt': 'a' }), join(samples, 'other.wim'), { compress: 'LZX', name: 'Other' });
  const first = await splitWim(join(samples, 'two.wim'), samples, 1.2);
  for (const [at, name] of [[1, 'set.swm'], [2, 'set2.swm'], [3, 'set3.swm']] as const) {
    copyFileSync(at === 1 ? first : first.replace('part.swm', `part${at}.swm`), join(samples, name));
  }
  writeFileSync(join(samples, 'item.bin'), pseudoRandom(500_000, 77));
  return samples;
}

test.for(Object.keys(cases))('%s', { timeout: 3_600_000 }, async (name) => {
  const { method, params, files, target, isNew } = cases[name] ?? (() => { throw new Error('no case'); })();
  const samples = await makeSamples();
  const folder = join(tempFolder(), 'place');
  const bench = { folder, stateDirectory: join(tempFolder(), 'state') };
  const place: Place = { folder, path: (file) => join(folder, file) };
  const prepare = (): void => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const file of files) { copyFileSync(join(samples, file), join(folder, file)); }
  };
  let milliseconds = Infinity;
  // The first run makes folders and files that later ones find; the machine may be busy with others in one of them.
  for (let run = 0; run < 2; run++) {
    prepare();
    const whole = await runCommand(bench, method, params(place));
    expect(whole.exitCode, whole.stderr).toBe(0);
    expect(await isNew(place.path(target))).toBe(true);
    milliseconds = Math.min(milliseconds, whole.milliseconds);
  }
  const [killed, seen] = [{ count: 0 }, { old: 0, new: 0 }];
  let round = 0;
  for (; killed.count < kills && round < 5 * kills; round++) {
    prepare();
    const before = existsSync(place.path(target)) ? readFileSync(place.path(target)) : undefined;
    const end = await runCommand(bench, method, params(place), milliseconds * (0.25 + 0.75 * Math.random()));
    if (end.wasKilled) { killed.count++; }
    // As it was left: whole.
    const isNewNow = await isNew(place.path(target));
    // The next operation, on another file, puts away what was left.
    copyFileSync(join(samples, 'other.wim'), join(samples, 'next.wim'));
    const next = await runCommand(bench, 'imageFile/set', { imagePath: join(samples, 'next.wim'), bootIndex: 1 });
    expect(next.exitCode, next.stderr).toBe(0);
    expect(readdirSync(folder).filter((file) => file.startsWith('.')), `round ${round}`).toEqual([]);
    // A record that had not begun says nothing, and goes when it is old.
    expect(readdirSync(join(bench.stateDirectory, 'unfinished')).filter((file) => !file.endsWith('.new'))).toEqual([]);
    if (isNewNow) {
      seen.new++;
      expect(await isNew(place.path(target))).toBe(true);
    } else {
      seen.old++;
      if (before === undefined) {
        expect(readdirSync(folder).sort()).toEqual([...files].sort());
      } else {
        expect(statSync(place.path(target)).size).toBe(before.length);
        expect(readFileSync(place.path(target)).equals(before)).toBe(true);
      }
    }
    for (const file of files.filter((other) => other !== target)) {
      expect(readFileSync(place.path(file)).equals(readFileSync(join(samples, file))), file).toBe(true);
    }
  }
  if (target.endsWith('.wim') && existsSync(place.path(target))) { await readTree(place.path(target)); }
  process.stderr.write(`${name}: killed ${killed.count} of ${round} times; old ${seen.old}, new ${seen.new}\n`);
  expect(killed.count).toBe(kills);
});
