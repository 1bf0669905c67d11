/** Looking through a folder before it is captured. */
import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scanFolder } from '../../../sidecar/src/wimJobs/scanFolder.ts';
import { findUnreadable } from '../../../sidecar/src/wimJobs/unreadable.ts';
import { captureImage } from '../../../sidecar/src/wimJobs/captureImage.ts';
import { WimScript } from '../../../sidecar/src/wim/wimScript.ts';
import { CompressionType } from '../../../sidecar/src/wimlib/codec.ts';
import { asNobody, isRoot } from '../../helpers/nobody.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { writeTree } from '../../helpers/wims.ts';

test.runIf(isRoot)('names the files and folders that this user may not read, before anything is written', async () => {
  const folder = tempFolder();
  const source = await writeTree(join(folder, 'tree'), {
    'open.txt': 'o', 'sub/closed.txt': 'c', 'left out/closed.txt': 'c', 'shut/a.txt': 'a', 'sub/shut/b.txt': 'b', 'unlisted/c.txt': 'c',
  });
  symlinkSync('c.txt', join(source, 'unlisted/link'));
  for (const name of ['shut', 'sub/shut']) { chmodSync(join(source, name), 0o700); }
  for (const name of ['sub/closed.txt', 'left out/closed.txt']) { chmodSync(join(source, name), 0o600); }
  for (const path of [folder, source, join(source, 'sub'), join(source, 'left out')]) { chmodSync(path, 0o755); }
  // Its names can be read, and nothing else.
  chmodSync(join(source, 'unlisted'), 0o704);
  const { script } = WimScript.parse('[ExclusionList]\n\\left out\n');
  const scan = () => scanFolder(source, { script, withBytes: true, withoutPaths: [], withoutOutwardLinks: true }, () => undefined);
  const dryRun = async () => await captureImage({
    source, isVolume: false, name: 'Captured', format: { compressionType: CompressionType.Xpress }, withoutPaths: [], what: 'Cannot capture', script: '[ExclusionList]\n',
  }, { operation: 'imageFile/capture', progress: () => undefined, warn: () => undefined, awaitConsent: () => undefined });
  expect(scan().unreadable.count).toBe(0);
  expect(await dryRun()).toMatchObject({ files: 7 });
  await asNobody(async () => {
    expect(scan().unreadable.paths.sort()).toEqual(['shut', 'sub/closed.txt', 'sub/shut', 'unlisted/c.txt', 'unlisted/link']);
    await expect(dryRun()).rejects.toMatchObject({
      symbol: 'E_ACCESSDENIED', message: expect.stringMatching(/^Cannot capture: you may not read 6 files and folders: (?:"[^"]+", ){4}"[^"]+" and 1 more$/) as string,
    });
    expect((await findUnreadable(source, new AbortController().signal)).paths.sort())
      .toEqual(['left out/closed.txt', 'shut', 'sub/closed.txt', 'sub/shut', 'unlisted/c.txt', 'unlisted/link']);
    expect((await findUnreadable(join(source, 'shut'), new AbortController().signal)).paths).toEqual([join(source, 'shut')]);
  });
});

test('tells what is in a folder apart by what the folder says of it, and adds up bytes where they are asked for', () => {
  const root = tempFolder();
  mkdirSync(join(root, 'Sub'));
  writeFileSync(join(root, 'a.zip'), '12345');
  linkSync(join(root, 'a.zip'), join(root, 'Sub', 'same'));
  symlinkSync('/outside', join(root, 'out'));
  symlinkSync('../a.zip', join(root, 'Sub', 'in'));
  writeFileSync(join(root, 'Sub', 'PAGEFILE.SYS'), '1');
  writeFileSync(join(root, 'pagefile.sys'), '1');
  const scan = (withBytes: boolean) => scanFolder(root, { script: WimScript.default(), withBytes, withoutPaths: [join(root, 'Sub', 'same')], withoutOutwardLinks: true }, () => undefined);
  expect(scan(true)).toMatchObject({
    files: 3, directories: 2, bytes: 5 + '../a.zip'.length + 1, uncompressed: { paths: ['a.zip'] }, byScript: { paths: ['pagefile.sys'] }, outwardLinks: { paths: ['out'] },
    excluded: new Set([join(root, 'Sub', 'same'), join(root, 'out'), join(root, 'pagefile.sys')]),
  });
  expect(scan(false)).toMatchObject({ files: 3, directories: 2, bytes: 0 });
  const all = scanFolder(root, { script: WimScript.parse('').script, withBytes: true, withoutPaths: [], withoutOutwardLinks: false }, () => undefined);
  expect(all).toMatchObject({ files: 6, directories: 2, bytes: 5 + '../a.zip'.length + '/outside'.length + 2, excluded: new Set() });
});

test('refuses names and targets of links that are no UTF-8, those of folders among them, before anything is written', async () => {
  const capture = async (source: string, script = '[ExclusionList]\n') => await captureImage({
    source, isVolume: false, name: 'Captured', format: { compressionType: CompressionType.Xpress }, withoutPaths: [], what: 'Cannot capture', script,
  }, { operation: 'imageFile/capture', progress: () => undefined, warn: () => undefined, awaitConsent: () => undefined });
  const bytes = (folder: string, name: string) => Buffer.concat([Buffer.from(`${folder}/${name}`), Buffer.of(0xff)]);
  const inFolder = tempFolder();
  mkdirSync(bytes(inFolder, 'bad'));
  writeFileSync(Buffer.concat([bytes(inFolder, 'bad'), Buffer.from('/inner')]), '1');
  await expect(capture(inFolder)).rejects.toMatchObject({ symbol: 'ERROR_INVALID_NAME', message: expect.stringMatching(/: "bad/) as string });
  for (const noRpFix of [false, true]) {
    const root = tempFolder();
    symlinkSync(Buffer.concat([Buffer.from('to'), Buffer.of(0xff)]), join(root, 'link'));
    writeFileSync(join(root, 'file'), '1');
    const scan = scanFolder(root, { script: WimScript.default(), withBytes: false, withoutPaths: [], withoutOutwardLinks: !noRpFix }, () => undefined);
    expect(scan.badTargets.paths).toEqual(['link']);
    await expect(capture(root)).rejects.toMatchObject({ symbol: 'ERROR_INVALID_NAME', message: expect.stringMatching(/UTF-8\): "link"$/) as string });
    expect(await capture(root, '[ExclusionList]\n\\link\n')).toMatchObject({ files: 1 });
  }
});
