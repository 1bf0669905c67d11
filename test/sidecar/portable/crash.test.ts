/** kill -9 of the engine at every step that changes a file, and of what serves a mount: the file is whole, and no change is lost. */
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Dice } from '../../helpers/changes.ts';
import {
  appliedImage, bundleEngine, type EngineProcess, failure, type FolderEntry, hashFile, killEngine, type MethodName, mountsBelow, type Params, processesWith,
  readFolder, startEngine, type StartOptions, until, workbench, type Workbench,
} from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { captureWim, ordinaryWim, pseudoRandom, writeTree } from '../../helpers/wims.ts';

const bundle = await bundleEngine();
type Content = Record<string, FolderEntry>;

/** Waits some milliseconds. To be killed at a moment that nobody chose is what these tests are about. */
async function after(milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) { await new Promise((resolve) => setImmediate(resolve)); }
}

/** How long a call takes in a process of its own, from when it begins. */
async function measure<K extends MethodName>(bench: Workbench, method: K, params: Params<K>): Promise<number> {
  const running = startEngine(bundle, bench, method, params);
  await running.begun;
  const begin = performance.now();
  expect(await running.outcome).toMatchObject({ result: {} });
  return performance.now() - begin;
}

/** Starts a call and kills its process. @returns Whether it was killed before it had answered. */
async function kill<K extends MethodName>(
  bench: Workbench, method: K, params: Params<K>, when: (running: EngineProcess) => Promise<void>, options: StartOptions = {},
): Promise<boolean> {
  const running = startEngine(bundle, bench, method, params, options);
  await running.begun;
  await when(running);
  return await killEngine(bundle, running);
}

/** Whether a call came to its end before it was killed: with success, so that no refusal is taken for the last step. */
async function hasEnded(running: EngineProcess): Promise<boolean> {
  const outcome = await running.outcome;
  if (outcome !== undefined) { expect(outcome).toHaveProperty('result'); }
  return outcome !== undefined;
}

/** Changes a few files, so that each round has other content, old and new. */
async function change(mountPath: string, round: number): Promise<void> {
  await writeFile(join(mountPath, 'counter.txt'), `round ${round}`);
  await writeFile(join(mountPath, 'large.bin'), pseudoRandom(1_500_000, round));
  await writeFile(join(mountPath, `folder/of ${round % 3}.txt`), `round ${round}`);
  const [name = ''] = await readdir(join(mountPath, 'names'));
  await rename(join(mountPath, 'names', name), join(mountPath, `names/${round}`));
}

async function makeWim(bench: Workbench): Promise<string> {
  const source = await writeTree(join(bench.folder, 'source'), {
    'counter.txt': 'none', 'large.bin': pseudoRandom(1_500_000, 999), 'folder/a.txt': 'a', 'names/0': 'the same', 'untouched.bin': pseudoRandom(100_000, 998),
  });
  return await captureWim(source, join(bench.folder, 'a.wim'), { compress: 'XPRESS', integrity: true });
}

/** A file and what its image holds. */
interface Saved {
  readonly content: Content;
  readonly hash: string;
}

async function readSaved(bench: Workbench, wim: string): Promise<Saved> {
  return { content: await appliedImage(bench, wim), hash: await hashFile(wim) };
}

/**
 * What has to hold after a save was killed.
 * @returns What is in the file, and how the mount was.
 */
async function expectWhole(bench: Workbench, wim: string, old: Saved, staged: Content): Promise<{ saved: Saved; isNew: boolean; status: string }> {
  // At once, before anybody has recovered anything.
  const content = await appliedImage(bench, wim);
  expect([old.content, staged]).toContainEqual(content);
  const isNew = JSON.stringify(content) === JSON.stringify(staged);
  const { mountStatus: status, path: mountPath } = await bench.only();
  // The bytes that nobody refers to are cut off by now.
  if (!isNew) { expect(await hashFile(wim)).toBe(old.hash); }
  if (status === 'NeedsRemount') { await bench.call('remountImage', { mountPath }); }
  expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
  expect(await readFolder(mountPath)).toEqual(staged);
  await writeFile(join(mountPath, 'writable'), '');
  await rm(join(mountPath, 'writable'));
  return { saved: isNew ? await readSaved(bench, wim) : old, isNew, status };
}

describe.runIf(isRoot)('kill -9 of a save', () => {
  test('at each of its steps leaves the old file or the new one, and every change', async () => {
    const bench = await workbench();
    const wim = await makeWim(bench);
    const mountPath = await bench.mount(wim);
    let old = await readSaved(bench, wim);
    const seen = { old: 0, new: 0 };
    for (let step = 1; ; step++) {
      await change(mountPath, step);
      const staged = await readFolder(mountPath);
      const running = startEngine(bundle, bench, 'commitImage', { mountPath }, { env: { DISMTS_TEST_KILL_AT: String(step) } });
      if (await hasEnded(running)) { break; }
      const { saved, isNew } = await expectWhole(bench, wim, old, staged);
      seen[isNew ? 'new' : 'old']++;
      old = saved;
    }
    // Most come before the header is written, some after it.
    expect(seen.old).toBeGreaterThan(5);
    expect(seen.new).toBeGreaterThan(1);
  });

  test('that appends an image does so: the new image is there whole or not at all', async () => {
    const bench = await workbench();
    const wim = await makeWim(bench);
    const mountPath = await bench.mount(wim);
    const original = await appliedImage(bench, wim);
    await change(mountPath, 1);
    const staged = await readFolder(mountPath);
    let images = 1;
    for (let step = 1; ; step += 3) {
      const running = startEngine(bundle, bench, 'commitImage', { mountPath, append: true }, { env: { DISMTS_TEST_KILL_AT: String(step) } });
      if (await hasEnded(running)) { break; }
      expect(await bench.only()).toMatchObject({ mountStatus: 'Ok', imageIndex: 1 });
      expect(await readFolder(mountPath)).toEqual(staged);
      expect(await appliedImage(bench, wim)).toEqual(original);
      const { images: now } = await bench.call('getImageInfo', { imagePath: wim });
      expect([images, images + 1]).toContain(now.length);
      images = now.length;
      if (images > 1) { expect(await appliedImage(bench, wim, images)).toEqual(staged); }
    }
    expect(images).toBeGreaterThan(1);
  });

  test('as part of a dismount does so', async () => {
    const bench = await workbench();
    const wim = await makeWim(bench);
    let mountPath = await bench.mount(wim);
    let old = await readSaved(bench, wim);
    for (let step = 1; ; step += 3) {
      await change(mountPath, step);
      const staged = await readFolder(mountPath);
      const running = startEngine(bundle, bench, 'unmountImage', { mountPath, commit: true }, { env: { DISMTS_TEST_KILL_AT: String(step) } });
      if (await hasEnded(running)) { break; }
      if ((await bench.list()).length > 0) {
        ({ saved: old } = await expectWhole(bench, wim, old, staged));
      } else {
        // All was done but to clean up after the mount.
        old = await readSaved(bench, wim);
        expect(old.content).toEqual(staged);
        await bench.expectNothingLeft();
        mountPath = await bench.mount(wim);
      }
    }
    await bench.expectNothingLeft();
    expect(await appliedImage(bench, wim)).toMatchObject({ 'untouched.bin': old.content['untouched.bin'] });
  });

  test('leaves nothing that could not be dropped', async () => {
    const bench = await workbench();
    const wim = await makeWim(bench);
    const hash = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    await change(mountPath, 1);
    await kill(bench, 'commitImage', { mountPath }, async (running) => { await new Promise<void>((resolve) => { running.onProgress(() => { resolve(); }); }); });
    await bench.dismount(mountPath, false);
    expect(await hashFile(wim)).toBe(hash);
    await bench.expectNothingLeft();
  });

  test('waits for nobody: another mount of the same file is saved meanwhile', async () => {
    const bench = await workbench();
    const wim = await makeWim(bench);
    const first = await bench.mount(wim);
    await bench.save(first, { append: true });
    const second = await bench.mount(wim, { imageIndex: 2 });
    await change(first, 1);
    await writeFile(join(second, 'other.txt'), 'other');
    const killed = startEngine(bundle, bench, 'commitImage', { mountPath: first }, { env: { DISMTS_TEST_KILL_IN: 'Writing' } });
    expect(await killed.outcome).toBeUndefined();
    await bench.dismount(second, true);
    expect(await appliedImage(bench, wim, 2)).toMatchObject({ 'other.txt': 'file "other"', 'counter.txt': 'file "none"' });
    await bench.dismount(first, true);
    expect(await appliedImage(bench, wim, 1)).toMatchObject({ 'counter.txt': 'file "round 1"' });
    expect(await appliedImage(bench, wim, 2)).toMatchObject({ 'other.txt': 'file "other"' });
  });
});

describe.runIf(isRoot)('kill -9 of a mount', () => {
  test('at random moments is undone by the next operation', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const hash = await hashFile(wim);
    const mountPath = await bench.mountFolder();
    const params = { imagePath: wim, imageIndex: 1, mountPath };
    const total = await measure(bench, 'mountImage', params);
    await bench.dismount(mountPath, false);
    const dice = new Dice(2);
    for (let round = 0; round < 15; round++) {
      const wasKilled = await kill(bench, 'mountImage', { ...params, readOnly: round % 3 === 0 }, async () => { await after(total * dice.below(1000) / 1000); });
      const mounts = await bench.list();
      if (mounts.length === 0) {
        await bench.expectNothingLeft();
        expect(await readdir(mountPath)).toEqual([]);
      } else {
        // It was complete but for the answer.
        expect(mounts).toMatchObject([{ path: mountPath, mountStatus: 'Ok' }]);
        await bench.dismount(mountPath, false);
      }
      expect(wasKilled || mounts.length === 1).toBe(true);
    }
    await bench.mount(wim, { mountPath });
    await bench.dismount(mountPath, false);
    expect(await hashFile(wim)).toBe(hash);
  });

  test('at each of its steps is undone, too', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mountFolder();
    for (let step = 1; ; step++) {
      const running = startEngine(bundle, bench, 'mountImage', { imagePath: wim, imageIndex: 1, mountPath }, { env: { DISMTS_TEST_KILL_AT: String(step) } });
      if (await hasEnded(running)) {
        expect(step).toBeGreaterThan(5);
        break;
      }
      if ((await bench.list()).length > 0) { await bench.dismount(mountPath, false); }
      await bench.expectNothingLeft();
    }
  });
});

describe.runIf(isRoot)('kill -9 of what serves a mount', () => {
  async function killServer(mountPath: string): Promise<void> {
    const servers = await processesWith(`\0${mountPath}\0`);
    expect(servers).toHaveLength(1);
    for (const pid of servers) { process.kill(pid, 'SIGKILL'); }
    await until('the program has ended', async () => (await processesWith(`\0${mountPath}\0`)).length === 0);
  }

  test('shows as NeedsRemount, and a remount brings every change back', async () => {
    const bench = await workbench();
    const wim = await makeWim(bench);
    const hash = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    await change(mountPath, 1);
    const staged = await readFolder(mountPath);
    await killServer(mountPath);
    expect(await bench.only()).toMatchObject({ mountStatus: 'NeedsRemount', statusReason: expect.stringContaining('ended') as string });
    for (const attempt of [() => bench.save(mountPath), () => bench.dismount(mountPath, true)]) {
      expect(await failure(attempt())).toMatchObject({ symbol: 'DISMAPI_E_NEEDS_REMOUNT', hresult: 0xC1510114 });
    }
    expect(await hashFile(wim)).toBe(hash);
    await bench.call('remountImage', { mountPath });
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    expect(await readFolder(mountPath)).toEqual(staged);
    expect(mountsBelow(mountPath)).toHaveLength(2);
    await bench.dismount(mountPath, true);
    expect(await appliedImage(bench, wim)).toEqual(staged);
  });

  test('can be followed by a dismount that drops the changes', async () => {
    const bench = await workbench();
    const wim = await makeWim(bench);
    const hash = await hashFile(wim);
    for (const readOnly of [false, true]) {
      const mountPath = await bench.mount(wim, { readOnly });
      if (!readOnly) { await change(mountPath, 1); }
      await killServer(mountPath);
      expect(await bench.only()).toMatchObject({ mountStatus: 'NeedsRemount' });
      await bench.dismount(mountPath, false);
      await bench.expectNothingLeft();
    }
    expect(await hashFile(wim)).toBe(hash);
  });

  test('while it is saved leaves the file whole, and no change is lost', async () => {
    const bench = await workbench();
    const wim = await makeWim(bench);
    const mountPath = await bench.mount(wim);
    await change(mountPath, 1);
    const staged = await readFolder(mountPath);
    const [server] = await processesWith(`\0${mountPath}\0`);
    if (server === undefined) { throw new Error('nothing serves the mount'); }
    let killed = false;
    await bench.call('commitImage', { mountPath }, {
      onProgress: () => {
        if (!killed) { process.kill(server, 'SIGKILL'); }
        killed = true;
      },
    });
    expect(killed).toBe(true);
    if ((await bench.only()).mountStatus === 'NeedsRemount') { await bench.call('remountImage', { mountPath }); }
    expect(await readFolder(mountPath)).toEqual(staged);
    expect(await appliedImage(bench, wim)).toEqual(staged);
  });
});

test.runIf(isRoot)('records that make no sense are left alone and reported, and stop nobody', async () => {
  const bench = await workbench();
  const wim = await ordinaryWim(bench.folder);
  const mountPath = await bench.mount(wim);
  const [id = ''] = await readdir(join(bench.stateDirectory, 'mounts'));
  const record = await readFile(join(bench.stateDirectory, 'mounts', id, 'record.json'), 'utf8');
  const other = join(bench.stateDirectory, 'mounts', '00000000-0000-4000-8000-000000000000');
  await writeTree(other, { 'record.json': '{"version":2,', 'generations/1/upper/precious.txt': 'staged' });
  expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
  expect(bench.context.lines.join('\n')).toMatch(/warning: .*00000000-0000-4000-8000-000000000000/);
  await bench.save(mountPath);
  await writeFile(join(other, 'record.json'), record.replace('"version": 2', '"version": 3'));
  expect(await bench.list()).toHaveLength(1);
  expect(await readFile(join(other, 'generations/1/upper/precious.txt'), 'utf8')).toBe('staged');
  await rm(other, { recursive: true });
});

describe.runIf(isRoot)('the record of a mount in the making', () => {
  async function withUnfinished(text: string): Promise<{ bench: Workbench; folder: string }> {
    const bench = await workbench();
    const mountPath = await bench.mount(await ordinaryWim(bench.folder));
    const [id = ''] = await readdir(join(bench.stateDirectory, 'mounts'));
    const folder = join(bench.stateDirectory, 'mounts', '00000000-0000-4000-8000-000000000000');
    const record = await readFile(join(bench.stateDirectory, 'mounts', id, 'record.json'), 'utf8');
    const unfinished = record.replaceAll(id, '00000000-0000-4000-8000-000000000000').replace('"mounted"', '"mounting"')
      .replaceAll(JSON.stringify(mountPath), JSON.stringify(join(bench.folder, 'elsewhere')));
    await writeTree(folder, { 'mounting.json': text === 'whole' ? unfinished : text, 'generations/1/upper/half.txt': 'half', 'generations/1/lower/.keep': '' });
    return { bench, folder };
  }

  test.for([['empty', ''], ['cut short', '{"version": 2, "id": '], ['zeros', '\0'.repeat(700)], ['whole', 'whole']])(
    'that the machine lost with it, %s, is cleared away, and no word is lost on it', async ([what, text = '']) => {
      const { bench, folder } = await withUnfinished(text);
      await bench.mount(await ordinaryWim(bench.folder, { file: 'other.wim' }));
      expect(existsSync(folder)).toBe(false);
      expect(bench.context.lines.filter((line) => line.includes('cannot be read'))).toEqual([]);
      expect(bench.context.lines.some((line) => line.includes('is undone'))).toBe(what === 'whole');
      expect(await bench.list()).toHaveLength(2);
    });

  test('of another version is left alone', async () => {
    const { bench, folder } = await withUnfinished('{"version": 3}');
    await bench.mount(await ordinaryWim(bench.folder, { file: 'other.wim' }));
    expect(await readFile(join(folder, 'generations/1/upper/half.txt'), 'utf8')).toBe('half');
    expect(bench.context.lines.join('\n')).toMatch(/warning: .*00000000-0000-4000-8000-000000000000/);
    await rm(folder, { recursive: true });
  });

  test('is gone once the mount stands, so that a record that is lost later is missed', async () => {
    const bench = await workbench();
    const mountPath = await bench.mount(await ordinaryWim(bench.folder));
    const [id = ''] = await readdir(join(bench.stateDirectory, 'mounts'));
    const folder = join(bench.stateDirectory, 'mounts', id);
    expect((await readdir(folder)).sort()).toEqual(['generations', 'record.json']);
    await bench.save(mountPath);
    expect((await readdir(folder)).sort()).toEqual(['generations', 'record.json']);
  });
});
