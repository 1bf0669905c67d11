/** How much is free, against what df says. */
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { freeBytes, freeBytesAt } from '../../sidecar/src/freeBytes.ts';

const statfs = vi.hoisted(() => ({ answer: undefined as { bavail: number; bsize: number } | undefined }));
vi.mock('node:fs', async (original) => {
  const fs = await original<{ readonly statfsSync: (path: string) => { bavail: number; bsize: number } }>();
  return { ...fs, statfsSync: (path: string) => statfs.answer ?? fs.statfsSync(path) };
});

test('freeBytesAt() is what df says of the nearest folder that exists', async () => {
  // Other programs write there meanwhile: compared until none does.
  await expect.poll(() => {
    const [, available] = execFileSync('df', ['--output=avail', '-B1', tmpdir()], { encoding: 'utf8' }).trim().split('\n').map(Number);
    return Math.abs((freeBytesAt(join(tmpdir(), 'not there', 'nor this')) ?? 0) - (available ?? 0));
  }).toBeLessThan(1024 ** 2);
  expect(() => freeBytes(join(tmpdir(), 'not there'))).toThrow('ENOENT');
});

test('a file system without end has as much as a number holds', () => {
  statfs.answer = { bavail: 2 ** 52, bsize: 4096 };
  expect(freeBytes('/')).toBe(Number.MAX_SAFE_INTEGER);
  statfs.answer = undefined;
});
