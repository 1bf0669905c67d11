/** An image is checked while it is served already: what the check finds still decides, and what bounds the server until then goes. */
import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { getAttribute, listAttributes } from '../../../sidecar/src/platform/linux/attributes.ts';
import { workbench, type Workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { rawWim } from '../../helpers/rawWim.ts';
import { ordinaryWim } from '../../helpers/wims.ts';

async function recordOf(bench: Workbench): Promise<{ readonly own: unknown; readonly live: { readonly server: { readonly pid: number } } }> {
  const folder = join(bench.stateDirectory, 'mounts');
  const [id = ''] = await readdir(folder);
  return JSON.parse(await readFile(join(folder, id, 'record.json'), 'utf8')) as Awaited<ReturnType<typeof recordOf>>;
}

function addressSpaceOf(pid: number): string | undefined {
  return /^Max address space +(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1];
}

describe.runIf(isRoot)('an image that is served while it is checked', () => {
  test('is served by a program that may take what memory there is', async () => {
    const bench = await workbench();
    await bench.mount(await ordinaryWim(bench.folder));
    expect(addressSpaceOf((await recordOf(bench)).live.server.pid)).toBe(addressSpaceOf(process.pid));
  });

  test.for([['fit', 2000, true], ['do not fit', 4000, false]] as const)('with streams that %s into attributes shows and keeps them as it should', async ([, bytes, shown]) => {
    const bench = await workbench();
    const wim = join(bench.folder, 'streams.wim');
    const data = Buffer.alloc(bytes, 's');
    await writeFile(wim, rawWim({ images: [{ root: { name: '', children: [
      { name: 'file.txt', data: Buffer.from('content'), streams: [{ name: 'notes', data }] }, { name: 'plain.txt', data: Buffer.from('plain') },
    ] } }] }));
    const mountPath = await bench.mount(wim);
    const path = join(mountPath, 'file.txt');
    expect((await recordOf(bench)).own).toEqual({ streamsShown: shown });
    expect(addressSpaceOf((await recordOf(bench)).live.server.pid)).toBe(addressSpaceOf(process.pid));
    expect(listAttributes(path).filter((name) => name.startsWith('user.'))).toEqual(shown ? ['user.notes'] : []);
    if (shown) { expect(getAttribute(path, 'user.notes')).toEqual(data); }
    await writeFile(path, 'changed');
    await bench.dismount(mountPath, true);
    await bench.expectNothingLeft();
    const again = await bench.mount(wim);
    expect(await readFile(join(again, 'file.txt'), 'utf8')).toBe('changed');
    expect((await recordOf(bench)).own).toEqual({ streamsShown: shown });
  });
});
