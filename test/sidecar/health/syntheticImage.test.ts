/** The synthetic image is what it says: readers that are not ours find in it what was put there. */
import { execFileSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageName } from '../../../sidecar/src/componentStore/identity.ts';
import { samplePackages } from '../../helpers/store/sampleStore.ts';
import { buildStore, captureStore } from '../../helpers/store/syntheticImage.ts';
import { treeDifferences } from '../../helpers/store/treeComparison.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { imagex } from '../../helpers/wims.ts';

/** Names of the keys directly below one, by hivexsh of libhivex. */
function keysBelow(hive: string, path: string): string[] {
  return execFileSync('hivexsh', [hive], { input: `cd ${path}\nls\n`, encoding: 'utf8' }).split('\n').filter((line) => line !== '').sort();
}

it('buildStore() writes hives that hivexsh reads', async () => {
  const folder = tempFolder();
  const store = await buildStore(folder);
  const hive = (name: string) => join(folder, 'Windows/System32/config', name);
  expect(keysBelow(hive('COMPONENTS'), '\\DerivedData\\Components')).toEqual(store.components.map(({ keyform }) => keyform).sort());
  expect(keysBelow(hive('COMPONENTS'), '\\CanonicalData\\Catalogs')).toEqual(Object.values(store.packages).map(({ catalogDigest }) => catalogDigest).sort());
  expect(keysBelow(hive('SOFTWARE'), '\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages'))
    .toEqual(expect.arrayContaining(Object.values(samplePackages).map(({ identity }) => packageName(identity))));
  expect(keysBelow(hive('SYSTEM'), '\\DriverDatabase\\DriverInfFiles')).toEqual(['dtdisk.inf']);
  expect(keysBelow(hive('DRIVERS'), '\\DriverDatabase\\DriverInfFiles')).toEqual(['oem0.inf']);
});

it('buildStore() links payload to its destinations, and captureStore() keeps the links', async () => {
  const folder = tempFolder();
  const store = await buildStore(join(folder, 'image'));
  expect(treeDifferences(store, join(folder, 'image'))).toEqual([]);
  const [linked] = store.byName.linked.files;
  expect(linked?.destinations).toEqual(['Windows/dtlinked.exe', 'Windows/System32/dtlinked.exe', 'Program Files/DismTs/dtlinked.exe']);
  expect(lstatSync(join(folder, 'image', linked?.path ?? '')).nlink).toBe(4);
  const wim = await captureStore(join(folder, 'image'), join(folder, 'image.wim'));
  await imagex('apply', wim, '1', join(folder, 'applied'), '--no-acls');
  // Modes are no part of a WIM.
  expect(treeDifferences(store, join(folder, 'applied')).filter((text) => !text.includes(' has mode '))).toEqual([]);
});
