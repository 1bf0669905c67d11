/**
 * `node sidecar/build/run.mjs ../../test/fuzz/imageFileKills.ts [--kills N] [--only capture|append|apply]`: kills the executable with SIGKILL at random moments
 * of each operation, 100 by default, and looks at what is left: the old file or the new one, whole, and after the next command nothing else.
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

/** Nothing temporary is left, in the folder or in the records. */
function requireClean(): void {
  check(readdirSync(folder).every((name) => !name.startsWith('.dismts')), 'no temporary file is left');
  check(!existsSync(join(state, 'unfinished')) || readdirSync(join(state, 'unfinished')).length === 0, 'no record is left');
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

const operations: Readonly<Record<string, () => Promise<(killAfterMs?: number) => Promise<number>>>> = {
  capture: async () => {
    const imagePath = join(folder, 'new.wim');
    return await Promise.resolve(async (killAfterMs?: number) => {
      rmSync(imagePath, { force: true });
      const { ms } = await run('imageFile/capture', { imagePath, capturePath: tree, imageName: 'New' }, killAfterMs);
      if (existsSync(imagePath)) { verify(imagePath); }
      await nextCommand();
      if (existsSync(imagePath)) { verify(imagePath); }
      return ms;
    });
  },
  append: async () => {
    const [pristine, imagePath] = [join(folder, 'pristine'), join(folder, 'a.wim')];
    await run('imageFile/capture', { imagePath, capturePath: small, imageName: 'First', compressionType: 'Max', checkIntegrity: true });
    copyFileSync(imagePath, pristine);
    const before = hash(pristine);
    return async (killAfterMs) => {
      copyFileSync(pristine, imagePath);
      const { ms } = await run('imageFile/append', { imagePath, capturePath: tree, imageName: 'Second' }, killAfterMs);
      const count = imageCount(imagePath);
      verify(imagePath);
      await nextCommand();
      check(imageCount(imagePath) === count, 'the next command does not change what the file holds');
      if (count === 1) { check(hash(imagePath) === before, 'the old file is the old one to the byte'); }
      verify(imagePath);
      return ms;
    };
  },
  apply: async () => {
    const imagePath = join(folder, 'whole.wim');
    await run('imageFile/capture', { imagePath, capturePath: tree, imageName: 'Whole' });
    const [around, before] = [join(folder, 'around'), hash(imagePath)];
    return async (killAfterMs) => {
      rmSync(around, { recursive: true, force: true });
      const applyPath = join(around, 'target');
      mkdirSync(applyPath, { recursive: true });
      const { ms } = await run('imageFile/apply', { imagePath, imageIndex: 1, applyPath }, killAfterMs);
      check(readdirSync(around).length === 1 && hash(imagePath) === before, 'nothing but the target is changed');
      // What a kill left is no obstacle.
      await run('imageFile/apply', { imagePath, imageIndex: 1, applyPath });
      execFileSync('diff', ['--recursive', '--no-dereference', tree, applyPath]);
      return ms;
    };
  },
};

const { values } = parseArgs({ options: { kills: { type: 'string', default: '100' }, only: { type: 'string', multiple: true } } });
const kills = Number(values.kills);
try {
  for (const name of values.only ?? Object.keys(operations)) {
    const attempt = await operations[name]?.();
    if (attempt === undefined) { throw new Error(`there is no operation "${name}"`); }
    const whole = await attempt();
    for (let done = 0; done < kills; done++) { await attempt(random() * whole * 1.05); }
    requireClean();
    console.log(`${name}: ${kills} kills within ${Math.round(whole)} ms, nothing lost, nothing left`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
