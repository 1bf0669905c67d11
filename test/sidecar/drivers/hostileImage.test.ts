/** An image that lays traps in the way of its drivers: nothing outside of it is written, read or removed. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { storeName } from '../../../sidecar/src/drivers/storeName.ts';
import { add, differences, driverImage, hivePath, openHive, remove, snapshot } from '../../helpers/store/driverImage.ts';
import { makeDriverPackage, scsiClass, writeDriverPackage } from '../../helpers/store/driverPackage.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const made = makeDriverPackage({ name: 'trap', classGuid: scsiClass, className: 'SCSIAdapter', start: 0, moreFiles: ['sub/more.dll'] });
const folder = storeName('trap.inf', 'amd64', made.inf);
const repository = 'Windows/System32/DriverStore/FileRepository';

/** A folder that must stay as it is. */
function outside(): { readonly path: string; readonly check: () => void } {
  const path = tempFolder();
  for (const name of ['trap.sys', 'oem1.inf', 'oem1.cat', 'keep']) { writeFileSync(join(path, name), `outside ${name}`); }
  mkdirSync(join(path, folder));
  writeFileSync(join(path, folder, 'trap.sys'), 'outside');
  const before = snapshot(path);
  return { path, check: () => { expect(differences(before, snapshot(path))).toEqual([]); } };
}

/** Puts a link in the place of something in the image. */
function replaceByLink(image: string, path: string, target: string): void {
  rmSync(join(image, path), { recursive: true, force: true });
  mkdirSync(join(image, path, '..'), { recursive: true });
  symlinkSync(target, join(image, path));
}

describe('a hostile image', () => {
  const traps = [
    'Windows/System32/DriverStore', repository, `${repository}/${folder}`, `${repository}/${folder}/sub`, `${repository}/${folder}/trap.sys`, 'Windows/INF',
    'Windows/INF/oem1.inf', 'Windows/System32/CatRoot', 'Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/oem1.cat', 'Windows/System32/drivers',
    'Windows/System32/drivers/trap.sys', 'Windows/System32/config', 'Windows/System32', 'Windows',
  ];

  it.each(traps)('leads nobody out by a link at %s', async (path) => {
    const image = await driverImage();
    const inf = writeDriverPackage(tempFolder(), made);
    const { path: target, check } = outside();
    const isFile = /\.\w{3}$/.test(path) && !path.endsWith(folder);
    replaceByLink(image, path, isFile ? join(target, path.split('/').at(-1) ?? '') : target);
    await add(image, inf, { bootCritical: true }).catch(() => undefined);
    check();
    await remove(image, 'oem1.inf', { force: true }).catch(() => undefined);
    await remove(image, 'oem0.inf', { force: true }).catch(() => undefined);
    check();
  });

  it.each(traps.slice(0, 11))('that lays a link at %s after the driver was added loses nothing outside when it is removed', async (path) => {
    const image = await driverImage();
    await add(image, writeDriverPackage(tempFolder(), made), { bootCritical: true });
    const { path: target, check } = outside();
    const isFile = /\.\w{3}$/.test(path) && !path.endsWith(folder);
    replaceByLink(image, path, isFile ? join(target, path.split('/').at(-1) ?? '') : target);
    await remove(image, 'oem1.inf', { force: true }).catch(() => undefined);
    check();
  });

  it('cannot choose between names that differ in case only', async () => {
    const image = await driverImage();
    const inf = writeDriverPackage(tempFolder(), made);
    mkdirSync(join(image, 'Windows/System32/DRIVERSTORE'));
    renameSync(join(image, 'Windows/System32/DriverStore'), join(image, 'Windows/System32/Driverstore'));
    const before = snapshot(image);
    await expect(add(image, inf)).rejects.toMatchObject({ symbol: 'ERROR_FILE_CORRUPT' });
    expect(differences(before, snapshot(image))).toEqual([]);
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['a way out', JSON.stringify({ version: 1, packages: [{ folder: '../../../../x.inf_amd64_0123456789abcdef', published: 'oem5.inf', files: [], rivals: [] }] })],
    ['a file outside', JSON.stringify({ version: 1, packages: [{ folder, published: 'oem5.inf', files: ['System32/drivers/../../../../x'], rivals: [] }] })],
    ['a name of Windows', JSON.stringify({ version: 1, packages: [{ folder, published: 'acpi.inf', files: [], rivals: [] }] })],
    ['a driver that is there', JSON.stringify({ version: 1, packages: [{ folder: '', published: 'oem0.inf', files: [], rivals: [] }] })],
  ])('has a journal with %s, which does nothing', async (_, text) => {
    const image = await driverImage();
    const before = snapshot(image);
    writeFileSync(join(image, 'Windows/System32/DriverStore/.dismts-drivers-00000000-0000-0000-0000-000000000000'), text);
    await remove(image, 'oem9.inf').catch(() => undefined);
    expect(differences(before, snapshot(image))).toEqual([]);
  });

  it('has hives with odd records, and each is an error or passed over', async () => {
    const image = await driverImage();
    const inf = writeDriverPackage(tempFolder(), made);
    const hive = readFileSync(hivePath(image, 'DRIVERS'));
    for (let at = 4096 + 32; at < hive.length; at += 97) {
      const broken = Buffer.from(hive);
      broken[at] = (broken[at] ?? 0) ^ 0x5a;
      writeFileSync(hivePath(image, 'DRIVERS'), broken);
      const before = readdirSync(join(image, repository));
      try {
        await add(image, inf);
        await remove(image, 'oem1.inf');
      } catch (error) {
        expect((error as { symbol?: string }).symbol).toBeDefined();
      }
      expect(readdirSync(join(image, repository)).filter((name) => !before.includes(name) && name !== folder)).toEqual([]);
      rmSync(join(image, repository, folder), { recursive: true, force: true });
    }
    writeFileSync(hivePath(image, 'DRIVERS'), hive);
    expect(openHive(image, 'DRIVERS').key('DriverDatabase')).toBeDefined();
  }, 240_000);
});
