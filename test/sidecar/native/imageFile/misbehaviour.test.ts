/** Image files by the native engine where wimgapi.dll does as it likes: threads, aborts, errors, crashes, and what stays of them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lacksDouble } from '../../../helpers/dismDouble.ts';
import { readDoubleWim } from '../../../helpers/wimDouble.ts';
import { cancelIn, contentOf, startWork, type Work } from './work.ts';

const lacking = lacksDouble('elf');
const files = { 'a.txt': 'one', 'sub/b.txt': 'two', 'c.txt': 'three' };

interface Task {
  readonly method: 'captureImage' | 'appendImage' | 'applyImage' | 'exportImage' | 'splitImage' | 'optimizeImageFile' | 'joinImage';
  readonly function: string;
  readonly params: (work: Work) => object;
}

const tasks: readonly Task[] = [
  { method: 'captureImage', function: 'WIMCaptureImage', params: (work) => ({ imagePath: work.at('new.wim'), capturePath: work.at('tree'), imageName: 'x' }) },
  { method: 'appendImage', function: 'WIMCaptureImage', params: (work) => ({ imagePath: work.at('a.wim'), capturePath: work.at('tree'), imageName: 'x' }) },
  { method: 'applyImage', function: 'WIMApplyImage', params: (work) => ({ imagePath: work.at('a.wim'), imageIndex: 1, applyPath: work.at('target') }) },
  { method: 'exportImage', function: 'WIMExportImage', params: (work) => ({ sourceImagePath: work.at('a.wim'), sourceIndexes: '*', destinationImagePath: work.at('new.wim') }) },
  { method: 'exportImage', function: 'WIMExportImage', params: (work) => ({ sourceImagePath: work.at('a.wim'), sourceIndexes: '*', destinationImagePath: work.at('b.wim') }) },
  { method: 'splitImage', function: 'WIMSplitFile', params: (work) => ({ imagePath: work.at('a.wim'), splitImagePath: work.at('s.swm'), fileSize: 1 }) },
  { method: 'optimizeImageFile', function: 'WIMExportImage', params: (work) => ({ imagePath: work.at('a.wim') }) },
];

/** A folder to capture, one to apply to, and two files. */
async function prepared(work: Work): Promise<Record<string, Buffer>> {
  work.tree('tree', files);
  work.tree('target', {});
  await work.run('captureImage', { imagePath: work.at('a.wim'), capturePath: work.at('tree'), imageName: 'A' });
  await work.run('captureImage', { imagePath: work.at('b.wim'), capturePath: work.at('tree', 'sub'), imageName: 'B' });
  return { 'a.wim': readFileSync(work.at('a.wim')), 'b.wim': readFileSync(work.at('b.wim')) };
}

/** Files whose images, blobs and boot index are what they were: bytes that nothing refers to may be there. */
function expectImages(work: Work, before: Record<string, Buffer>): void {
  for (const [name, bytes] of Object.entries(before)) {
    writeFileSync(work.at('before'), bytes);
    const [old, now] = [readDoubleWim(work.at('before')), readDoubleWim(work.at(name))];
    expect({ ...now, blobs: [] }).toEqual({ ...old, blobs: [] });
  }
}

const title = ({ method, params }: Task): string => `${method} ${JSON.stringify(params({ at: (name: string) => name } as Work))}`;

describe.skipIf(lacking !== undefined)('messages', () => {
  test.for(['caller', 'helper'] as const)('come on any thread: %s', async (thread) => {
    const work = startWork({ wimModes: { 'callback-thread': thread } });
    await prepared(work);
    await work.run('applyImage', { imagePath: work.at('a.wim'), imageIndex: 1, applyPath: work.at('target') });
    expect(contentOf(work.at('target'))).toEqual(contentOf(work.at('tree')));
    expect(new Set(work.wimDouble.calls().map((call) => call.thread)).size).toBe(1);
    expect(Math.max(...work.wimDouble.calls().map((call) => call.messages))).toBeGreaterThan(5);
  });

  test('come late, and find somebody who answers', async () => {
    const work = startWork({ wimModes: { 'late-message': 'yes' } });
    await prepared(work);
    await work.run('splitImage', { imagePath: work.at('a.wim'), splitImagePath: work.at('s.swm'), fileSize: 1 });
  });

  test('of retries and of what Windows goes on after reach log and user', async () => {
    const work = startWork({ wimModes: { 'retry-on': 'a.txt', 'warn-on': 'b.txt', 'info-on': 'c.txt' } });
    const capturePath = work.tree('tree', files);
    const { warnings } = await work.run('captureImage', { imagePath: work.at('new.wim'), capturePath, imageName: 'x' });
    expect(warnings).toEqual([`Windows says of "${work.at('tree', 'sub', 'b.txt')}": error 4390`]);
    const retry = `info: "${work.at('tree', 'a.txt')}" was tried again after error 32`;
    expect(work.context().lines.filter((line) => line === retry)).toHaveLength(2);
    expect(work.context().lines).toContain(`info: Windows says of "${work.at('tree', 'c.txt')}": error 4390`);
  });

  test('of the new file name it as it was to be called', async () => {
    const work = startWork({ wimModes: { 'result.WIMCreateFile': 5 } });
    const capture = work.run('captureImage', { imagePath: work.at('new.wim'), capturePath: work.tree('tree', files), imageName: 'x' });
    await expect(capture).rejects.toMatchObject({ symbol: 'E_ACCESSDENIED', message: expect.stringContaining(`"${work.at('new.wim')}"`) as string });
    await expect(capture).rejects.toMatchObject({ message: expect.not.stringContaining('.dismts.tmp') as string });
  });

  test('of errors fail the operation, which names the file', async () => {
    const work = startWork({ wimModes: { 'error-on': 'b.txt', 'error-code': 32 } });
    const capturePath = work.tree('tree', files);
    const capture = work.run('captureImage', { imagePath: work.at('new.wim'), capturePath, imageName: 'x' });
    await expect(capture).rejects.toMatchObject({ symbol: 'ERROR_SHARING_VIOLATION', target: work.at('tree', 'sub', 'b.txt') });
    expect(work.names()).toEqual(['tree']);
  });

  test('take a deep stack', async () => {
    const work = startWork({ wimModes: { stack: 2 * 1024 * 1024 } });
    await prepared(work);
  });
});

describe.skipIf(lacking !== undefined).for(tasks)('$method of $function', (task) => {
  test(`is cancelled, with messages still under way: ${title(task)}`, async () => {
    const work = startWork();
    const before = await prepared(work);
    await cancelIn(work, task.function, task.method, task.params(work) as never, { 'leave-image': 'yes' });
    expectImages(work, before);
    expect(work.names().filter((name) => !['a.wim', 'b.wim', 'before', 'target', 'tree'].includes(name))).toEqual([]);
    expect(contentOf(work.at('target'))).toEqual({});
    // The engine goes on.
    await work.run('getImageContent', { imagePath: work.at('a.wim'), imageIndex: 1 });
  });

  test(`is lost in a crash, and nobody trips over what it left: ${title(task)}`, async () => {
    const work = startWork();
    const before = await prepared(work);
    work.wimDouble.setModes({ [`crash.${task.function}`]: 'middle' });
    await expect(work.run(task.method, task.params(work) as never)).rejects.toMatchObject({ symbol: 'DISMTS_E_ENGINE_LOST' });
    work.wimDouble.setModes({});
    expect(Object.fromEntries(Object.keys(before).map((name) => [name, readFileSync(work.at(name))]))).toEqual(before);
    // The same once more takes the leftovers away.
    await work.run(task.method, task.params(work) as never);
    expect(work.names().filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test(`fails in the middle: ${title(task)}`, async () => {
    const work = startWork();
    const before = await prepared(work);
    work.wimDouble.setModes({ [`fail-in.${task.function}`]: 112, 'leave-image': 'yes' });
    await expect(work.run(task.method, task.params(work) as never)).rejects.toMatchObject({ symbol: 'ERROR_DISK_FULL' });
    work.wimDouble.setModes({});
    expectImages(work, before);
    expect(work.names().filter((name) => !['a.wim', 'b.wim', 'before', 'target', 'tree'].includes(name))).toEqual([]);
  });
});

describe.skipIf(lacking !== undefined)('the last error', () => {
  // Each one that the sheet names, in functions of all three kinds of results.
  const codes = [
    [2, 'ERROR_FILE_NOT_FOUND'], [3, 'ERROR_PATH_NOT_FOUND'], [5, 'E_ACCESSDENIED'], [11, 'ERROR_BAD_FORMAT'], [32, 'ERROR_SHARING_VIOLATION'], [80, 'ERROR_FILE_EXISTS'],
    [87, 'E_INVALIDARG'], [112, 'ERROR_DISK_FULL'], [183, 'ERROR_ALREADY_EXISTS'], [1392, 'ERROR_FILE_CORRUPT'], [0xC1420117, 'WIM_E_'],
  ] as const;

  test('is that of the call, whatever successful calls leave behind', async () => {
    const work = startWork();
    await prepared(work);
    for (const name of ['WIMCreateFile', 'WIMSetTemporaryPath', 'WIMLoadImage', 'WIMApplyImage', 'WIMGetImageInformation']) {
      for (const [code, symbol] of codes) {
        work.wimDouble.setModes({ [`result.${name}`]: code, 'error-after-success': 6 });
        const running = work.run('getImageContent', { imagePath: work.at('a.wim'), imageIndex: 1 });
        await expect(running, `${name} ${code}`).rejects.toMatchObject({ symbol: expect.stringContaining(symbol) as string });
      }
    }
  });

  test.for(['WIMRegisterMessageCallback', 'WIMUnregisterMessageCallback', 'WIMGetAttributes', 'WIMCloseHandle', 'WIMSetImageInformation', 'WIMSetBootImage'])(
    'closes everything where %s fails', async (name) => {
      const work = startWork();
      await prepared(work);
      work.wimDouble.setModes({ [`result.${name}`]: '5,0' });
      const running = work.run('captureImage', { imagePath: work.at('new.wim'), capturePath: work.at('tree'), imageName: 'x', setbootable: true });
      await expect(running).rejects.toMatchObject({ symbol: 'E_ACCESSDENIED' });
      expect(existsSync(work.at('new.wim'))).toBe(false);
      work.allowLeaks();
    });
});

test.skipIf(lacking !== undefined)('1,000 operations leave no live block, handle or file', async () => {
  const work = startWork();
  await prepared(work);
  const imagePath = work.at('a.wim');
  for (let round = 0; round < 250; round += 1) {
    await work.run('getImageContent', { imagePath, imageIndex: 1 });
    await work.run('setImage', { imagePath, imageIndex: 1, description: `round ${round}` });
    await work.run('applyImage', { imagePath, imageIndex: 1, applyPath: work.at('target') });
    await expect(work.run('applyImage', { imagePath, imageIndex: 9, applyPath: work.at('target') })).rejects.toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX' });
  }
  const closes = work.wimDouble.calls().filter((call) => call.function === 'WIMCloseHandle' && call.arguments['Kind'] === 'file');
  expect(closes.length).toBeGreaterThan(1000);
  expect(new Set(closes.map(({ outstanding, handles }) => `${outstanding} ${handles}`))).toEqual(new Set(['0 0']));
}, 200_000);
