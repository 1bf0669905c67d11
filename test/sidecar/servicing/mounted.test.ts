/** A change of hives in a mounted image that was interrupted is whole in the file, whoever saves it. Needs root. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Hive } from '../../../sidecar/src/registry/hive.ts';
import { workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { buildStore, captureStore } from '../../helpers/store/syntheticImage.ts';
import { bundleChild, canTrace, runTraced } from '../../helpers/store/tracedHealth.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const program = await bundleChild('test/helpers/store/hiveChild.ts');
const valueIn = (mount: string, name: string): string | undefined =>
  Hive.parse(readFileSync(join(mount, 'Windows/System32/config', name)), name).key('Test')?.value('v')?.asString();

describe.skipIf(!isRoot || !canTrace)('hives of a mounted image', () => {
  test.each(['commitImage', 'unmountImage'] as const)('that a killed process left half changed are whole after %s', async (save) => {
    const bench = await workbench();
    await buildStore(join(bench.folder, 'source'));
    const wim = await captureStore(join(bench.folder, 'source'), join(bench.folder, 'store.wim'));
    const mountPath = await bench.mount(wim);
    // The first rename is that of the journal, the second that of the first hive.
    expect(runTraced(program, tempFolder(), ['-e', 'trace=rename', '-e', 'inject=rename:signal=KILL:when=3'], [mountPath, 'new']).signal).toBe('SIGKILL');
    if (save === 'commitImage') {
      await bench.call('commitImage', { mountPath });
      await bench.dismount(mountPath, false);
    } else {
      await bench.dismount(mountPath, true);
    }
    const again = await bench.mount(wim, { readOnly: true });
    expect(['SOFTWARE', 'SYSTEM'].map((name) => valueIn(again, name))).toEqual(['new', 'new']);
    expect(readdirSync(join(again, 'Windows/System32/config')).filter((name) => name.startsWith('.dismts'))).toEqual([]);
    await bench.dismount(again, false);
    await bench.expectNothingLeft();
  });
});
