/** Changes of an image file in place by wimgapi.dll that are killed in the middle, and what the next command makes of it. */
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lacksDouble } from '../../../helpers/dismDouble.ts';
import { until } from '../../../helpers/nativeEngine.ts';
import { tempFolder } from '../../../helpers/tempFolder.ts';
import { cancelIn, startWork, type Work } from './work.ts';

const lacking = lacksDouble('elf');
const image = Buffer.alloc(64 * 1024, 'image');

interface Task {
  readonly method: 'appendImage' | 'exportImage' | 'removeImage' | 'setImage';
  readonly operation: string;
  readonly params: (work: Work) => object;
  /** Names of the images when it is done. */
  readonly names: readonly string[];
}

const tasks: readonly Task[] = [
  {
    method: 'appendImage', operation: 'imageFile/append', names: ['A', 'B', 'C'],
    params: (work) => ({ imagePath: work.at('a.wim'), capturePath: work.at('tree'), imageName: 'C' }),
  },
  {
    method: 'exportImage', operation: 'imageFile/export', names: ['A', 'B', 'S'],
    params: (work) => ({ sourceImagePath: work.at('s.wim'), sourceIndexes: '*', destinationImagePath: work.at('a.wim') }),
  },
  { method: 'removeImage', operation: 'imageFile/remove', names: ['B'], params: (work) => ({ imagePath: work.at('a.wim'), imageIndex: 1 }) },
  { method: 'setImage', operation: 'imageFile/set', names: ['N', 'B'], params: (work) => ({ imagePath: work.at('a.wim'), imageIndex: 1, newName: 'N' }) },
];

/** A file with two images in the form of a WIM file, one to export from, and a folder to capture. */
async function prepared(stateDirectory: string): Promise<Work> {
  const work = startWork({ env: { DISMTS_STATE_DIR: stateDirectory }, wimModes: { container: 'yes' } });
  const tree = work.tree('tree', { 'a.bin': image, 'b.txt': 'two' });
  await work.run('captureImage', { imagePath: work.at('a.wim'), capturePath: tree, imageName: 'A' });
  await work.run('appendImage', { imagePath: work.at('a.wim'), capturePath: work.tree('second', { 'c.txt': 'three' }), imageName: 'B' });
  await work.run('captureImage', { imagePath: work.at('s.wim'), capturePath: work.tree('source', { 'd.txt': 'four' }), imageName: 'S' });
  return work;
}

/** Begins a change, and waits until so much of it is in the file. */
async function held(
  work: Work, task: Task, stage: string, modes = {}, signal?: AbortSignal,
): Promise<{ readonly running: Promise<unknown>; readonly process: number }> {
  work.wimDouble.setModes({ 'hold-write': stage, ...modes });
  // A test that fails must not leave a process that waits.
  onTestFinished(() => { work.wimDouble.setModes({}); });
  const running = work.run(task.method, task.params(work) as never, signal);
  running.catch(() => undefined);
  await until(() => work.wimDouble.events().some(({ event }) => event === 'held'), 'the change is held');
  return { running, process: work.wimDouble.calls().at(-1)?.process ?? 0 };
}

async function killed(work: Work, task: Task, stage: string, modes = {}): Promise<void> {
  const { running, process: engine } = await held(work, task, stage, modes);
  process.kill(engine, 'SIGKILL');
  await expect(running).rejects.toMatchObject({ symbol: 'DISMTS_E_ENGINE_LOST' });
  work.wimDouble.setModes({});
  // Nobody closed what it had open.
  work.allowLeaks();
}

/** Names of the images of a file, as wimgapi.dll opens it. */
async function namesOf(work: Work): Promise<string[]> {
  const names: string[] = [];
  for (let imageIndex = 1; ; imageIndex += 1) {
    try {
      await work.run('getImageContent', { imagePath: work.at('a.wim'), imageIndex });
    } catch (error) {
      expect(error).toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX' });
      break;
    }
    names.push(/<NAME>([^<]*)<\/NAME>/.exec(imagesOf(work)[imageIndex - 1] ?? '')?.[1] ?? '');
  }
  return names;
}

/** What the XML data says of each image, at the place that the header names. */
function imagesOf(work: Work): string[] {
  const data = readFileSync(work.at('a.wim'));
  const xml = data.toString('utf16le', Number(data.readBigUInt64LE(0x50)), Number(data.readBigUInt64LE(0x50)) + data.readUIntLE(0x48, 6));
  return [...xml.matchAll(/<IMAGE .*?<\/IMAGE>/gs)].map(([text]) => text);
}

const records = (stateDirectory: string): string[] => (existsSync(join(stateDirectory, 'changes')) ? readdirSync(join(stateDirectory, 'changes')) : []);

describe.skipIf(lacking !== undefined).for(tasks)('$method', (task) => {
  test.for(['data', 'header'])('killed before the %s is written: the next command takes its bytes away', async (stage) => {
    const state = tempFolder();
    const work = await prepared(state);
    const before = readFileSync(work.at('a.wim'));
    await killed(work, task, stage);
    expect(statSync(work.at('a.wim')).size).toBeGreaterThan(before.length + 100);
    expect(records(state)).toHaveLength(1);
    // Any command on the file: one that reads is enough.
    expect(await namesOf(work)).toEqual(['A', 'B']);
    expect(readFileSync(work.at('a.wim')).equals(before)).toBe(true);
    expect(records(state)).toEqual([]);
    await work.run(task.method, task.params(work) as never);
    expect(await namesOf(work)).toEqual(task.names);
    expect(records(state)).toEqual([]);
  });

  test('killed when all is written, and not yet told: it counts', async () => {
    const state = tempFolder();
    const work = await prepared(state);
    await killed(work, task, 'end');
    const after = readFileSync(work.at('a.wim'));
    expect(await namesOf(work)).toEqual(task.names);
    expect(readFileSync(work.at('a.wim')).equals(after)).toBe(true);
    expect(records(state)).toEqual([]);
  });
});

describe.skipIf(lacking !== undefined).for([tasks[0], tasks[1]] as [Task, Task])('$method, cancelled', (task) => {
  const called = task.method === 'appendImage' ? 'WIMCaptureImage' : 'WIMExportImage';

  test.for(['', 'yes'])('leaves the file as it was, to the byte, also where an image had stayed in it: %j', async (stays) => {
    const state = tempFolder();
    const work = await prepared(state);
    const before = readFileSync(work.at('a.wim'));
    await cancelIn(work, called, task.method, task.params(work) as never, stays === '' ? {} : { 'leave-image': stays });
    expect(records(state)).toEqual([]);
    expect(readFileSync(work.at('a.wim')).equals(before)).toBe(true);
    await work.run(task.method, task.params(work) as never);
    expect(await namesOf(work)).toEqual(task.names);
  });
});

describe.skipIf(lacking !== undefined).for(tasks)('$method, cancelled', (task) => {
  test('killed while what was cancelled is still being written: the next command takes its bytes away', async () => {
    const state = tempFolder();
    const work = await prepared(state);
    const before = readFileSync(work.at('a.wim'));
    const controller = new AbortController();
    const { running, process: engine } = await held(work, task, 'data', {}, controller.signal);
    controller.abort();
    process.kill(engine, 'SIGKILL');
    await expect(running).rejects.toThrow();
    work.wimDouble.setModes({});
    work.allowLeaks();
    expect(await namesOf(work)).toEqual(['A', 'B']);
    expect(readFileSync(work.at('a.wim')).equals(before)).toBe(true);
    expect(records(state)).toEqual([]);
  });
});

describe.skipIf(lacking !== undefined)('a change that was killed', () => {
  const [append, , remove] = tasks as [Task, Task, Task];

  test('is told of in the log, with what went', async () => {
    const work = await prepared(tempFolder());
    const before = statSync(work.at('a.wim')).size;
    await killed(work, append, 'data');
    const bytes = statSync(work.at('a.wim')).size - before;
    await work.run('getImageContent', { imagePath: work.at('a.wim'), imageIndex: 1 });
    expect(work.context().lines.filter((line) => line.includes('taken away'))).toEqual([
      expect.stringMatching(`^warning: "imageFile/append" on "${work.at('a.wim')}", begun \\d{4}-.*Z, was interrupted; nothing of it counts, and the ${bytes} bytes that it had`) as string,
    ]);
  });

  test.for([append, remove])('within the header fails every command on the file, until a copy is put back: $method', async (task) => {
    const state = tempFolder();
    const work = await prepared(state);
    const before = readFileSync(work.at('a.wim'));
    await killed(work, task, 'half-header');
    const broken = readFileSync(work.at('a.wim'));
    const expected = {
      symbol: 'WIM_E_INVALID_CONTAINER', target: work.at('a.wim'),
      message: expect.stringContaining(`"${task.operation}", begun `) as string, hint: expect.stringContaining('Put back a copy of the file') as string,
    };
    await expect(work.run('getImageContent', { imagePath: work.at('a.wim'), imageIndex: 1 })).rejects.toMatchObject(expected);
    await expect(work.run('setImage', { imagePath: work.at('a.wim'), imageIndex: 1, newName: 'N' })).rejects.toMatchObject(expected);
    expect(await work.run('testImageFile', { imagePath: work.at('a.wim') })).toMatchObject({ healthy: false });
    expect(readFileSync(work.at('a.wim')).equals(broken)).toBe(true);
    writeFileSync(work.at('a.wim'), before);
    expect(await namesOf(work)).toEqual(['A', 'B']);
    expect(records(state)).toEqual([]);
  });

  test('after it had written over what the old header names is left as it is', async () => {
    const work = await prepared(tempFolder());
    await killed(work, append, 'header', { 'write-over': 'yes' });
    const broken = readFileSync(work.at('a.wim'));
    await expect(work.run('getImageContent', { imagePath: work.at('a.wim'), imageIndex: 1 })).rejects.toMatchObject({ symbol: 'WIM_E_INVALID_CONTAINER' });
    expect(readFileSync(work.at('a.wim')).equals(broken)).toBe(true);
  });

  test('is none while its process lives: nothing is taken away from under it', async () => {
    const state = tempFolder();
    const work = await prepared(state);
    const other = startWork({ env: { DISMTS_STATE_DIR: state } });
    const imagePath = work.at('a.wim');
    const { running, process: engine } = await held(work, append, 'header');
    const written = readFileSync(imagePath);
    expect(await other.run('getImageContent', { imagePath, imageIndex: 2 })).toMatchObject({ paths: expect.arrayContaining(['\\c.txt']) as string[] });
    await expect(other.run('setImage', { imagePath, imageIndex: 1, newName: 'N' })).rejects.toMatchObject({
      symbol: 'DISM_E_IMAGE_BUSY', message: expect.stringContaining(`"imageFile/append" of process ${engine} changes`) as string,
    });
    expect(readFileSync(imagePath).equals(written)).toBe(true);
    expect(records(state)).toHaveLength(1);
    work.wimDouble.setModes({});
    await running;
    expect(await namesOf(work)).toEqual(append.names);
    expect(records(state)).toEqual([]);
  });

  test('is not looked for in a file that has the name now', async () => {
    const state = tempFolder();
    const work = await prepared(state);
    await killed(work, append, 'data');
    const longer = Buffer.concat([readFileSync(work.at('s.wim')), Buffer.alloc(100)]);
    writeFileSync(work.at('a.wim'), longer);
    await work.run('getImageContent', { imagePath: work.at('a.wim'), imageIndex: 1 });
    expect(readFileSync(work.at('a.wim')).equals(longer)).toBe(true);
    expect(records(state)).toEqual([]);
  });

  test('that is recorded by another version is not acted on', async () => {
    const state = tempFolder();
    const work = await prepared(state);
    await killed(work, append, 'data');
    const [name = ''] = records(state);
    writeFileSync(join(state, 'changes', name), readFileSync(join(state, 'changes', name), 'utf8').replace('"size"', '"bytes"'));
    const left = readFileSync(work.at('a.wim'));
    expect(await namesOf(work)).toEqual(['A', 'B']);
    expect(readFileSync(work.at('a.wim')).equals(left)).toBe(true);
  });

  test('whose bytes cannot be taken away yet is nobody\'s trouble', async () => {
    const state = tempFolder();
    const work = await prepared(state);
    await killed(work, append, 'data');
    const left = readFileSync(work.at('a.wim'));
    // Links are not written through.
    symlinkSync(work.at('a.wim'), work.at('link.wim'));
    await work.run('getImageContent', { imagePath: work.at('link.wim'), imageIndex: 1 });
    expect(work.context().lines.filter((line) => line.includes('cannot be taken away yet'))).toHaveLength(1);
    expect(readFileSync(work.at('a.wim')).equals(left)).toBe(true);
    expect(records(state)).toHaveLength(1);
  });

  test('a change that does not begin leaves no record', async () => {
    const state = tempFolder();
    const work = await prepared(state);
    work.wimDouble.setModes({ 'result.WIMCreateFile': '0,32' });
    await expect(work.run('removeImage', { imagePath: work.at('a.wim'), imageIndex: 1 })).rejects.toMatchObject({ symbol: 'ERROR_SHARING_VIOLATION' });
    work.wimDouble.setModes({});
    expect(records(state)).toEqual([]);
  });

  test.for([{ 'fail-in.WIMCaptureImage': 112 }, { 'fail-write': 'yes' }])('a change that fails leaves neither bytes nor a record: %j', async (modes) => {
    const state = tempFolder();
    const work = await prepared(state);
    const before = statSync(work.at('a.wim')).size;
    work.wimDouble.setModes(modes);
    await expect(work.run(append.method, append.params(work) as never)).rejects.toThrow();
    work.wimDouble.setModes({});
    expect(records(state)).toEqual([]);
    if ('fail-write' in modes) { expect(statSync(work.at('a.wim')).size).toBe(before); }
    expect(await namesOf(work)).toEqual(['A', 'B']);
  });
});
