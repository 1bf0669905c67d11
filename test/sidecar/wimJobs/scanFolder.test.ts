/** Looking through a folder before it is captured. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scanFolder } from '../../../sidecar/src/wimJobs/scanFolder.ts';
import { captureImage } from '../../../sidecar/src/wimJobs/captureImage.ts';
import { WimScript } from '../../../sidecar/src/wim/wimScript.ts';
import { CompressionType } from '../../../sidecar/src/wimlib/codec.ts';
import { asNobody, isRoot } from '../../helpers/nobody.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { writeTree } from '../../helpers/wims.ts';

test.runIf(isRoot)('names the files that this user may not read, before anything is written', async () => {
  const folder = tempFolder();
  const source = await writeTree(join(folder, 'tree'), { 'open.txt': 'o', 'sub/closed.txt': 'c', 'left out/closed.txt': 'c' });
  for (const name of ['sub/closed.txt', 'left out/closed.txt']) { chmodSync(join(source, name), 0o600); }
  for (const path of [folder, source, join(source, 'sub'), join(source, 'left out')]) { chmodSync(path, 0o755); }
  const { script } = WimScript.parse('[ExclusionList]\n\\left out\n');
  const scan = () => scanFolder(source, { script, withoutPaths: [], withoutOutwardLinks: true }, () => undefined);
  const dryRun = async () => await captureImage({
    source, isVolume: false, name: 'Captured', format: { compressionType: CompressionType.Xpress }, withoutPaths: [], what: 'Cannot capture', script: '[ExclusionList]\n',
  }, { operation: 'imageFile/capture', progress: () => undefined, warn: () => undefined });
  expect(scan().unreadable.count).toBe(0);
  expect(await dryRun()).toMatchObject({ files: 3 });
  await asNobody(async () => {
    expect(scan().unreadable).toMatchObject({ count: 1, paths: ['sub/closed.txt'] });
    await expect(dryRun()).rejects.toMatchObject({
      symbol: 'E_ACCESSDENIED', message: expect.stringMatching(/^Cannot capture: you may not read these files: "(left out|sub)\/closed.txt", "(left out|sub)\/closed.txt"$/) as string,
    });
  });
});
