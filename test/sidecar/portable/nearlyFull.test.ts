/** A disk that has room for a part of what is written: nothing that is written in part passes for whole. */
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openImageFiles } from '../../../sidecar/src/engine/portable/imageFiles/changing.ts';
import { UnfinishedWork } from '../../../sidecar/src/engine/portable/imageFiles/unfinished.ts';
import { useStateDirectory } from '../../helpers/imageFiles.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

useStateDirectory();

test.runIf(isRoot)('a step that its record has no room for is not begun (needs root)', async () => {
  const small = tempFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', small]);
  onTestFinished(() => { execFileSync('umount', [small]); });
  process.env['DISMTS_STATE_DIR'] = join(small, 'state');
  const work = await UnfinishedWork.begin(await openImageFiles(testContext('imageFile/export')));
  onTestFinished(() => { work.end(); });
  // One page is left, and the line takes two.
  writeFileSync(join(small, 'other'), Buffer.alloc(4096));
  await expect(work.making(`/${'x'.repeat(5000)}`)).rejects.toMatchObject({ code: 'ENOSPC', path: expect.stringContaining(small) as string });
  expect(readdirSync(join(small, 'state', 'unfinished'))).toHaveLength(1);
});
