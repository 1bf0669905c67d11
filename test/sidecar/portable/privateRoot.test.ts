/** The root in which the program that serves an image mounts: what it leaves when that program mounts nothing. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mountPrivately } from '../../../sidecar/src/engine/portable/images/privateRoot.ts';
import { readMountTable } from '../../../sidecar/src/platform/linux/mountTable.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

test.runIf(isRoot)('mountPrivately() says that the program has ended, where it has mounted nothing (needs root)', async () => {
  const folder = tempFolder();
  const [target, mountPath] = [join(folder, 'target'), join(folder, 'mount')];
  for (const path of [target, mountPath]) { mkdirSync(path); }
  const base = readMountTable().find(({ mountPoint }) => mountPoint === '/')?.id ?? -1;
  const request = { files: ['/'], mountPath, baseMount: base, target, type: 'fuse.wimfs' };
  await expect(mountPrivately(request, async () => await Promise.resolve(0))).rejects.toMatchObject({ symbol: 'WIM_E_SERVICE_ENDED', target: mountPath });
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(folder);
});
