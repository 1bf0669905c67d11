/** A change of drivers that is killed leaves all or nothing of it, as soon as the next command has looked. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { getDrivers } from '../../../sidecar/src/engine/portable/operations/inventory.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { add, differences, driverImage, remove, snapshot } from '../../helpers/store/driverImage.ts';
import { makeDriverPackage, scsiClass, writeDriverPackage } from '../../helpers/store/driverPackage.ts';
import { bundleChild, canTrace, runTraced } from '../../helpers/store/tracedHealth.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const program = canTrace ? await bundleChild('test/helpers/store/driverChild.ts') : '';

/** A net driver and a boot-critical one. */
function packages(version: string, seed: number): string {
  const folder = tempFolder();
  writeDriverPackage(join(folder, 'net'), makeDriverPackage({ name: 'killnet', version, seed, moreFiles: ['a/b.dll'] }));
  writeDriverPackage(join(folder, 'scsi'), makeDriverPackage({ name: 'killscsi', version, seed, classGuid: scsiClass, className: 'SCSIAdapter', start: 0 }));
  return folder;
}

/** When an INF file came, which nothing depends on, differs between two runs: the hives are compared without it. */
function comparable(image: string): Map<string, string> {
  const found = snapshot(image);
  for (const name of ['SYSTEM', 'DRIVERS']) { found.delete(`Windows/System32/config/${name}`); }
  return found;
}

async function listed(image: string): Promise<string[]> {
  const { drivers } = await getDrivers({ path: image }, testContext('driver/get'));
  return drivers.map(({ driver, originalFileName, version }) => `${driver} ${originalFileName.split('/').at(-1) ?? ''} ${version}`);
}

/** Any command that changes drivers, and changes nothing. */
async function nextCommand(image: string): Promise<void> {
  await remove(image, 'oem99.inf').catch(() => undefined);
}

describe.skipIf(!canTrace)('a killed change', () => {
  // Renames put files in place, unlinks take them away; what is flushed between them adds nothing to these points but time.
  const points = (call: string, ...numbers: readonly number[]) => numbers.map((when) => [call, when] as const);

  it.each([...points('mkdir', 1, 2, 3), ...points('rename', 1, 2, 3, 5, 7, 9, 11, 12, 13, 14, 15, 16, 17), ...points('unlink', 1, 2), ...points('fsync', 2, 20, 40, 60)])(
    'of adding, at %s number %i', async (call, when) => {
      const image = await driverImage();
      const old = packages('1.0.0.0', 1);
      await add(image, old, { recurse: true, bootCritical: true });
      const folder = packages('2.0.0.0', 2);
      const before = snapshot(image);
      const reference = tempFolder();
      cpSync(image, reference, { recursive: true });
      await add(reference, folder, { recurse: true, bootCritical: true });
      runTraced(program, tempFolder(), ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${when}`], ['add', image, folder]);
      await nextCommand(image);
      const drivers = await listed(image);
      if (drivers.length === 3) {
        expect(differences(before, snapshot(image))).toEqual([]);
      } else {
        expect(drivers).toEqual(await listed(reference));
        expect(differences(comparable(reference), comparable(image))).toEqual([]);
      }
      // It can be done to the end, and undone to the start.
      await add(image, folder, { recurse: true, bootCritical: true });
      expect(differences(comparable(reference), comparable(image))).toEqual([]);
      for (const name of ['oem3.inf', 'oem4.inf']) { await remove(image, name, { force: true }); }
      expect(differences(before, snapshot(image))).toEqual([]);
    });

  it.each([...points('rename', 1, 2, 3, 4, 5), ...points('unlink', 1, 2, 3, 4, 6, 8), ...points('rmdir', 1, 2), ...points('fsync', 3, 9)])(
    'of removing, at %s number %i', async (call, when) => {
      const image = await driverImage();
      await add(image, packages('1.0.0.0', 1), { recurse: true, bootCritical: true });
      const before = snapshot(image);
      await add(image, packages('2.0.0.0', 2), { recurse: true, bootCritical: true });
      const added = snapshot(image);
      await remove(image, 'oem3.inf');
      const afterFirst = snapshot(image);
      runTraced(program, tempFolder(), ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${when}`], ['remove', image, 'oem4.inf']);
      await nextCommand(image);
      const isGone = !(await listed(image)).some((line) => line.startsWith('oem4.inf'));
      expect(differences(isGone ? before : afterFirst, snapshot(image))).toEqual([]);
      expect(added.size).toBeGreaterThan(afterFirst.size);
    });
});
