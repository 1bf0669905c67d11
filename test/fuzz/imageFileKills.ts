/**
 * `node sidecar/build/run.mjs ../../test/fuzz/imageFileKills.ts [--kills N] [--only OPERATION]`: kills the executable with SIGKILL at random moments of
 * each operation until so many processes, 100 by default, have died in the middle of it, and looks at what is left, which wimlib-imagex judges: the old
 * file or the new one, whole, and after the next command nothing else.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { seededRandom } from '../helpers/store/seededRandom.ts';

const executable = resolve(import.meta.dirname, '../../module/bin', `${process.platform}-${process.arch}`, 'dismts');
const folder = mkdtempSync(join(tmpdir(), 'dismts-kills-'));
const state = join(folder, 'state');
const random = seededRandom(7);

/** Runs one request; kills it after so long. @returns How long it ran, and whether it was killed. */
async function run(method: string, params: object, killAfterMs?: number): Promise<{ readonly ms: number; readonly wasKilled: boolean }> {
  const start = performance.now();
  const child = spawn(executable, ['call', method, JSON.stringify(params)], { env: { ...process.env, DISMTS_STATE_DIR: state }, stdio: 'ignore' });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  if (killAfterMs !== undefined) {
    await Promise.race([setTimeout(killAfterMs), ended]);
    child.kill('SIGKILL');
  }
  const [code] = await ended;
  if (code !== null && code !== 0) { throw new Error(`${method} ended with ${code}`); }
  const ms = performance.now() - start;
  // The process that works on the file ends a moment later.
  while (spawnSync('pgrep', ['-f', `${folder}/`]).status === 0 || spawnSync('pgrep', ['-f', '--', '--image-process', '-P', '1']).status === 0) { await setTimeout(5); }
  return { ms, wasKilled: code === null };
}

const hash = (path: string): string => createHash('sha1').update(readFileSync(path)).digest('hex');
const verify = (path: string): void => { execFileSync('wimlib-imagex', ['verify', path], { stdio: 'ignore' }); };
const imageCount = (path: string): number => Number(/Image Count: +(\d+)/.exec(execFileSync('wimlib-imagex', ['info', path], { encoding: 'utf8' }))?.[1] ?? 0);

function check(holds: boolean, what: string): void {
  if (!holds) { throw new Error(`it does not hold that ${what}; see "${folder}"`); }
}

/** Nothing temporary is left, in the folder or in the records; one that had not begun when its process was killed says nothing, and goes when it is old. */
function requireClean(): void {
  check(readdirSync(folder).every((name) => !name.startsWith('.dismts')), 'no temporary file is left');
  check(!existsSync(join(state, 'unfinished')) || readdirSync(join(state, 'unfinished')).every((name) => name.endsWith('.new')), 'no record is left');
}

const tree = join(folder, 'tree');
mkdirSync(tree);
for (let at = 0; at < 120; at++) {
  const bytes = Buffer.alloc(200_000);
  for (let i = 0; i < bytes.length; i += 4) { bytes.writeUInt32LE(Math.floor(random() * 2 ** 32) >>> (at % 3 * 8), i); }
  writeFileSync(join(tree, `file ${at}`), bytes);
}
const small = join(folder, 'small');
mkdirSync(small);
writeFileSync(join(small, 'a.txt'), 'a');

/** Any command about image files takes away what killed ones have left. */
async function nextCommand(): Promise<void> {
  const imagePath = join(folder, 'next.wim');
  await run('imageFile/capture', { imagePath, capturePath: small, imageName: 'Next' });
  rmSync(imagePath);
}

/** One run, killed after so long, and what is looked at then. */
type Attempt = (killAfterMs?: number) => Promise<Run>;

/** How a process ended. */
type Run = Awaited<ReturnType<typeof run>>;

/** An attempt at what makes a new file or folder; it is there whole, or not at all. */
function making(path: string, method: string, params: object, judge: () => void): Attempt {
  return async (killAfterMs) => {
    rmSync(path, { recursive: true, force: true });
    const ended = await run(method, params, killAfterMs);
    const isThere = existsSync(path);
    if (isThere) { judge(); }
    check(isThere || ended.wasKilled, 'what was not killed has made it');
    await nextCommand();
    check(existsSync(path) === isThere, 'the next command leaves it as it is');
    if (isThere) { judge(); }
    requireClean();
    return ended;
  };
}

/** An attempt at what changes a file. @param isNew Whether the change is in it. */
function changing(pristine: string, path: string, method: string, params: object, isNew: () => boolean): Attempt {
  const before = hash(pristine);
  return async (killAfterMs) => {
    copyFileSync(pristine, path);
    const ended = await run(method, params, killAfterMs);
    verify(path);
    const isChanged = isNew();
    check(isChanged || ended.wasKilled, 'what was not killed has changed it');
    await nextCommand();
    check(isNew() === isChanged, 'the next command does not change what the file holds');
    if (!isChanged) { check(hash(path) === before, 'the old file is the old one to the byte'); }
    verify(path);
    requireClean();
    return ended;
  };
}

/** A file with the tree, and one with a small image. */
async function twoFiles(compressionType: string): Promise<readonly [source: string, pristine: string]> {
  const [source, pristine] = [join(folder, 'source'), join(folder, 'pristine')];
  for (const path of [source, pristine]) { rmSync(path, { force: true }); }
  await run('imageFile/capture', { imagePath: source, capturePath: tree, imageName: 'Whole', compressionType: 'Fast', checkIntegrity: true });
  await run('imageFile/capture', { imagePath: pristine, capturePath: small, imageName: 'First', compressionType, checkIntegrity: true });
  return [source, pristine];
}

async function exportInto(compressionType: string): Promise<Attempt> {
  const [[source, pristine], path] = [await twoFiles(compressionType), join(folder, 'a.wim')];
  const params = { sourceImagePath: source, sourceIndexes: '*', destinationImagePath: path };
  return changing(pristine, path, 'imageFile/export', params, () => imageCount(path) === 2);
}

const operations: Readonly<Record<string, () => Promise<Attempt>>> = {
  capture: async () => {
    const imagePath = join(folder, 'new.wim');
    return await Promise.resolve(making(imagePath, 'imageFile/capture', { imagePath, capturePath: tree, imageName: 'New' }, () => { verify(imagePath); }));
  },
  append: async () => {
    const [[, pristine], imagePath] = [await twoFiles('Max'), join(folder, 'a.wim')];
    return changing(pristine, imagePath, 'imageFile/append', { imagePath, capturePath: tree, imageName: 'Second' }, () => imageCount(imagePath) === 2);
  },
  'export into, copied': async () => await exportInto('Fast'),
  'export into, compressed': async () => await exportInto('Max'),
  join: async () => {
    const [[source], parts, path] = [await twoFiles('Fast'), join(folder, 'parts'), join(folder, 'joined.wim')];
    rmSync(parts, { recursive: true, force: true });
    mkdirSync(parts);
    await run('imageFile/split', { imagePath: source, splitImagePath: join(parts, 'part.swm'), fileSize: 3 });
    check(readdirSync(parts).length > 2, 'there are several parts');
    return making(path, 'imageFile/join', { imagePath: join(parts, 'part.swm'), destinationImagePath: path }, () => { verify(path); });
  },
  putItem: async () => {
    const [[, pristine], imagePath] = [await twoFiles('Fast'), join(folder, 'a.wim')];
    const isNew = (): boolean => execFileSync('wimlib-imagex', ['dir', imagePath, '1'], { encoding: 'utf8' }).includes('/put/');
    return changing(pristine, imagePath, 'imageFile/putItem', { imagePath, imageIndex: 1, source: tree, itemPath: '\\put' }, isNew);
  },
  extractItem: async () => {
    const [[source], destination] = [await twoFiles('Fast'), join(folder, 'out')];
    const judge = (): void => { execFileSync('diff', ['--recursive', '--no-dereference', tree, destination]); };
    return making(destination, 'imageFile/extractItem', { imagePath: source, imageIndex: 1, itemPath: '\\', destination }, judge);
  },
  apply: async () => {
    const imagePath = join(folder, 'whole.wim');
    await run('imageFile/capture', { imagePath, capturePath: tree, imageName: 'Whole' });
    const [around, before] = [join(folder, 'around'), hash(imagePath)];
    return async (killAfterMs) => {
      rmSync(around, { recursive: true, force: true });
      const applyPath = join(around, 'target');
      mkdirSync(applyPath, { recursive: true });
      const ended = await run('imageFile/apply', { imagePath, imageIndex: 1, applyPath }, killAfterMs);
      check(readdirSync(around).length === 1 && hash(imagePath) === before, 'nothing but the target is changed');
      // What a kill left is no obstacle.
      await run('imageFile/apply', { imagePath, imageIndex: 1, applyPath });
      execFileSync('diff', ['--recursive', '--no-dereference', tree, applyPath]);
      return ended;
    };
  },
};

const { values } = parseArgs({ options: { kills: { type: 'string', default: '100' }, only: { type: 'string', multiple: true } } });
const kills = Number(values.kills);
try {
  for (const name of values.only ?? Object.keys(operations)) {
    const attempt = await operations[name]?.();
    if (attempt === undefined) { throw new Error(`there is no operation "${name}"`); }
    let whole = Infinity;
    // The first finds less in the caches than those that follow.
    for (let at = 0; at < 3; at++) { whole = Math.min(whole, (await attempt()).ms); }
    let [died, runs] = [0, 0];
    for (; died < kills && runs < 10 * kills; runs++) {
      if ((await attempt(random() * whole)).wasKilled) { died++; }
    }
    check(died === kills, `${kills} processes died (only ${died} of ${runs} did)`);
    requireClean();
    console.log(`${name}: ${died} of ${runs} processes died within ${Math.round(whole)} ms, nothing lost, nothing left`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
