/** Images that try to harm whoever mounts them: each is refused or mounted and saved, and nothing outside of the mount changes. */
import { lstatSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { doublingWim, hostileContents, hostileMetadata } from '../../helpers/hostileWims.ts';
import { failure, workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { imagex } from '../../helpers/wims.ts';

/** Without the tree of 16,000 folders, which takes seconds each way and says nothing more here. */
const contents = Object.entries(hostileContents).filter(([name]) => name !== 'deep');

describe.runIf(isRoot)('an image with hostile content', () => {
  test.for(contents)('%s is refused, or mounted and saved, and stays in its mount', async ([, build]) => {
    const bench = await workbench();
    const wim = join(bench.folder, 'hostile.wim');
    await writeFile(wim, build());
    const passwd = lstatSync('/etc/passwd', { bigint: true });
    const mountPath = await bench.mountFolder();
    const beside = await readdir(bench.folder);
    try {
      await bench.mount(wim, { mountPath });
    } catch (error) {
      expect(error).toBeInstanceOf(DismError);
      await bench.expectNothingLeft();
      return;
    }
    await writeFile(join(mountPath, 'added.txt'), 'added');
    await bench.save(mountPath);
    await bench.dismount(mountPath, false);
    expect(await imagex('extract', wim, '1', '/added.txt', '--to-stdout')).toBe('added');
    expect((await readdir(bench.folder)).filter((name) => name !== 'state').sort()).toEqual(beside.filter((name) => name !== 'state').sort());
    expect(lstatSync('/etc/passwd', { bigint: true })).toEqual(passwd);
    await bench.expectNothingLeft();
  });

  test.for([...Object.entries(hostileMetadata), ['doubling', doublingWim] as const])('%s: its tree cannot be read, and nothing is mounted for writing', async ([, build]) => {
    const bench = await workbench();
    const wim = join(bench.folder, 'hostile.wim');
    await writeFile(wim, build());
    const error = await failure(bench.mount(wim));
    expect(error.symbol).not.toBe('E_FAIL');
    await bench.expectNothingLeft();
  });
});
