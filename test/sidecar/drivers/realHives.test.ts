/** Drivers are added to SYSTEM hives that Windows wrote, and removed again: nothing else in them changes, and both readers agree. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { oemMap, oemNumber } from '../../../sidecar/src/drivers/driverRecords.ts';
import { add, differences, driverImage, hivePath, openHive, remove, snapshot } from '../../helpers/store/driverImage.ts';
import { makeDriverPackage, scsiClass, writeDriverPackage } from '../../helpers/store/driverPackage.ts';
import { flatten, flattenByHivexml, type FlatValue } from '../../helpers/store/flattenHive.ts';
import { sealBaseBlock } from '../../helpers/store/hiveWriter.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const hives = process.env['DISMTS_TEST_HIVES'];
if (hives === undefined) { process.stderr.write('skipped: changes of real hives need DISMTS_TEST_HIVES, a folder with SYSTEM hives of Windows 10 or newer\n'); }
const names = hives === undefined ? ['none'] : readdirSync(hives).filter((name) => name.startsWith('SYSTEM'));

it.skipIf(hives === undefined).each(names)('%s takes drivers and gives them back', async (name) => {
  const image = await driverImage();
  // They come from running systems: what their logs have does not matter here.
  const data = readFileSync(join(hives ?? '', name));
  data.writeUInt32LE(data.readUInt32LE(4), 8);
  writeFileSync(hivePath(image, 'SYSTEM'), sealBaseBlock(data));
  const before = snapshot(image);
  const folder = tempFolder();
  for (let index = 0; index < 3; index++) {
    writeDriverPackage(join(folder, `s${index}`), makeDriverPackage({ name: `dtreal${index}`, className: 'SCSIAdapter', classGuid: scsiClass, start: 0 }));
  }
  const { results } = await add(image, folder, { recurse: true, bootCritical: true });
  const published = results.map(({ driver }) => driver?.driver ?? '');
  const map = oemMap.numbers(openHive(image, 'SYSTEM').key('DriverDatabase')?.value('OemInfMap')?.data ?? Buffer.alloc(0));
  expect(published.map(oemNumber).filter((number) => number === undefined || !map.includes(number))).toEqual([]);
  const paths = (entries: readonly (string | FlatValue)[]) => entries.map((entry) => (typeof entry === 'string' ? entry : `${entry.path}:${entry.name}`));
  expect(paths(flattenByHivexml(hivePath(image, 'SYSTEM')))).toEqual(paths(flatten(openHive(image, 'SYSTEM').root)));
  rmSync(`${hivePath(image, 'SYSTEM')}.xml`);
  // It grows by what was added: there was room, or a hundredth was needed, or a few pages in a small one.
  expect(readFileSync(hivePath(image, 'SYSTEM')).length).toBeLessThan(data.length * 1.01 + 16 * 1024);
  for (const driver of published) { await remove(image, driver, { force: true }); }
  expect(differences(before, snapshot(image))).toEqual([]);
}, 300_000);
