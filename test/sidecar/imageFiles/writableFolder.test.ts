/** What a change of an image in a folder leaves behind: nothing open, and nothing half done. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { sameAs } from '../../../sidecar/src/imageFiles/fileBytes.ts';
import { WritableFolderImage } from '../../../sidecar/src/imageFiles/writableFolder.ts';

let folder: string;
let image: WritableFolderImage;
const { signal } = new AbortController();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dismts-writable-'));
  mkdirSync(join(folder, 'Windows'));
  writeFileSync(join(folder, 'Windows', 'file.txt'), 'old', { mode: 0o640 });
  image = new WritableFolderImage(folder);
});
afterEach(async () => {
  await image.close();
  rmSync(folder, { recursive: true });
});

/** What this process has open below the folder. */
function openBelow(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`);
      return path.startsWith(`${folder}/`) ? [path] : [];
    } catch {
      return [];
    }
  });
}

test('a file that was prepared and put in its place has mode and content, and nothing stays open', async () => {
  const temporary = await image.prepareFile('windows/FILE.TXT', Buffer.from('new'), { signal });
  await image.putInPlace(temporary, 'windows/FILE.TXT');
  await image.replace('Windows/file.txt', Buffer.from('newer'), { verify: (readBack) => { expect(readBack.toString()).toBe('newer'); }, signal });
  expect(readdirSync(join(folder, 'Windows'))).toEqual(['file.txt']);
  expect(readFileSync(join(folder, 'Windows/file.txt'), 'utf8')).toBe('newer');
  expect(statSync(join(folder, 'Windows/file.txt')).mode & 0o777).toBe(0o640);
  expect(openBelow()).toEqual([]);
});

test('what cannot be prepared or replaced leaves no temporary file, and nothing stays open', async () => {
  const stop = AbortSignal.abort(new Error('stopped'));
  await expect(image.prepareFile('Windows/file.txt', Buffer.from('new'), { signal: stop })).rejects.toThrow('stopped');
  await expect(image.prepareFile('Windows', Buffer.from('new'), { signal })).rejects.toMatchObject({ symbol: 'ERROR_ALREADY_EXISTS' });
  await expect(image.replace('Windows/file.txt', Buffer.from('new'), { verify: () => { throw new Error('differs'); } })).rejects.toThrow('differs');
  await expect(image.replace('Nowhere/file.txt', Buffer.from('new'), { verify: () => undefined })).rejects.toMatchObject({ symbol: 'ERROR_PATH_NOT_FOUND' });
  expect(readdirSync(join(folder, 'Windows'))).toEqual(['file.txt']);
  expect(readFileSync(join(folder, 'Windows/file.txt'), 'utf8')).toBe('old');
  expect(openBelow()).toEqual([]);
});

test('what is read back otherwise than it was written is no change, and names the file', async () => {
  const misread = { symbol: 'ERROR_WRITE_FAULT', target: 'Windows/file.txt', message: 'Cannot write "Windows/file.txt": what was read back is not what was written' };
  await expect(image.replace('Windows/file.txt', Buffer.from('new'), { verify: sameAs('Windows/file.txt', Buffer.from('other')) })).rejects.toMatchObject(misread);
  const source = join(folder, 'source.bin');
  writeFileSync(source, 'new');
  vi.spyOn(image, 'hasCopyOf').mockResolvedValueOnce(false);
  await expect(image.prepareFile('Windows/file.txt', { file: source }, { signal })).rejects.toMatchObject(misread);
  expect(readdirSync(join(folder, 'Windows'))).toEqual(['file.txt']);
  expect(readFileSync(join(folder, 'Windows/file.txt'), 'utf8')).toBe('old');
  expect(openBelow()).toEqual([]);
});

test('a source that cannot be read is named, and leaves nothing', async () => {
  for (const [name, symbol] of [['none.bin', 'ERROR_FILE_NOT_FOUND'], ['Windows', 'E_ACCESSDENIED']] as const) {
    const source = join(folder, name);
    await expect(image.prepareFile('Windows/new.txt', { file: source }, { signal }))
      .rejects.toMatchObject({ symbol, target: source, message: expect.stringContaining(`Cannot read "${source}": `) as string });
  }
  expect(readdirSync(join(folder, 'Windows'))).toEqual(['file.txt']);
  expect(openBelow()).toEqual([]);
});

test.runIf(process.platform === 'linux')('a folder that cannot be flushed is named itself', () => {
  // No folder of /proc can be.
  const proc = new WritableFolderImage(`/proc/${process.pid}`);
  onTestFinished(async () => { await proc.close(); });
  expect(() => { proc.flushFolder('task'); }).toThrow(expect.objectContaining({ syscall: 'fsync', path: `/proc/${process.pid}/task` }) as Error);
});
