/** A disk that has room for a part of what is written: nothing that is written in part passes for whole. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeGpt } from '../../../sidecar/src/disk/writeGpt.ts';
import { changingFile } from '../../../sidecar/src/engine/native/operations/imageFile/unfinishedChange.ts';
import type { NativeOperation } from '../../../sidecar/src/engine/native/operations/nativeOperation.ts';
import { openImageFiles } from '../../../sidecar/src/engine/portable/imageFiles/changing.ts';
import { fillFile } from '../../../sidecar/src/engine/portable/imageFiles/newFiles.ts';
import { UnfinishedWork } from '../../../sidecar/src/engine/portable/imageFiles/unfinished.ts';
import { useStateDirectory } from '../../helpers/imageFiles.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { captureWim, writeTree } from '../../helpers/wims.ts';

useStateDirectory();

/** A disk of two pages. */
function almostFull(): string {
  const small = tempFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', small]);
  onTestFinished(() => { execFileSync('umount', [small]); });
  return small;
}
const fill = (small: string): void => { writeFileSync(join(small, 'other'), Buffer.alloc(4096)); };

test.runIf(isRoot)('a step that its record has no room for is not begun (needs root)', async () => {
  const small = almostFull();
  process.env['DISMTS_STATE_DIR'] = join(small, 'state');
  const work = await UnfinishedWork.begin(await openImageFiles(testContext('imageFile/export')));
  onTestFinished(() => { work.end(); });
  // One page is left, and the line takes two.
  fill(small);
  await expect(work.making(`/${'x'.repeat(5000)}`)).rejects.toMatchObject({ code: 'ENOSPC', path: expect.stringContaining(small) as string });
  expect(readdirSync(join(small, 'state', 'unfinished'))).toHaveLength(1);
});

test.runIf(isRoot)('a table of a new disk that there is no room for is not written in part (needs root)', async () => {
  const small = almostFull();
  const part = join(small, 'part');
  writeFileSync(part, '');
  fill(small);
  const { start } = writeGpt(1024 ** 3, '11111111-2222-3333-4444-555555555555', []);
  await expect(fillFile(part, start)).rejects.toMatchObject({ code: 'ENOSPC', path: part });
});

test.runIf(isRoot)('a record of a change that there is no room for is none, and the change is made all the same (needs root)', async () => {
  const small = almostFull();
  const folder = tempFolder();
  // Its path alone makes the record larger than the page that is left.
  const long = Array.from({ length: 15 }, () => 'x'.repeat(250)).reduce((path, name) => join(path, name), folder);
  mkdirSync(long, { recursive: true });
  const wim = join(long, 'a.wim');
  renameSync(await captureWim(await writeTree(join(folder, 'source'), { 'a.txt': 'a' }), join(folder, 'a.wim')), wim);
  process.env['DISMTS_STATE_DIR'] = join(small, 'state');
  fill(small);
  const context = testContext('imageFile/set');
  const records = join(small, 'state/changes');
  const seen = await changingFile(wim, 'Cannot change it', { context } as unknown as NativeOperation, (begins) => {
    begins();
    return Promise.resolve(readdirSync(records));
  });
  expect(seen).toEqual([]);
  expect(context.lines).toContainEqual(expect.stringContaining('will stay there: no space is left on its disk'));
});
