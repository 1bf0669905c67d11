/** The listings agree with what a synthetic image was made of, and leave it as it was. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { getCapabilities, getDrivers, getEdition, getFeatures, getPackages } from '../../../sidecar/src/engine/portable/operations/inventory.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { sampleDrivers } from '../../helpers/store/storeHives.ts';
import { buildStore } from '../../helpers/store/syntheticImage.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

it('listings of a synthetic image name what is in it', async () => {
  const path = tempFolder();
  const { packages } = await buildStore(path);
  const hive = join(path, 'Windows', 'System32', 'config', 'SOFTWARE');
  const before = readFileSync(hive);
  const listed = await getPackages({ path }, testContext('package/get'));
  expect(listed.warnings).toEqual([]);
  const rows = listed.packages.map(({ packageName, packageState, releaseType }) => [packageName, packageState, releaseType]);
  expect(rows).toEqual(expect.arrayContaining([
    [packages.foundation.name, 'Installed', 'Foundation'],
    [packages.update.name, 'Installed', 'SecurityUpdate'],
    [packages.superseded.name, 'Superseded', 'Update'],
    [packages.capability.name, 'Installed', 'OnDemandPack'],
    [packages.language.name, 'Installed', 'LanguagePack'],
  ]));
  expect((await getPackages({ path, packageName: packages.update.name }, testContext('package/get'))).packages).toMatchObject([
    { displayName: 'Cumulative update', restartRequired: 'Possible', productVersion: '99999.1.1.2', creationTime: '2026-01-01T00:00:00.000Z' },
  ]);
  expect((await getFeatures({ path }, testContext('feature/get'))).features).toEqual([
    { featureName: 'DismTs-Feature-Gone', state: 'DisabledWithPayloadRemoved' },
    { featureName: 'DismTs-Feature-Off', state: 'Disabled' },
    { featureName: 'DismTs-Feature-On', state: 'Enabled' },
  ]);
  expect((await getCapabilities({ path }, testContext('capability/get'))).capabilities).toEqual([
    { name: 'DismTs.Absent~~~~0.0.1.0', state: 'NotPresent' }, { name: 'DismTs.Tool~~~~0.0.1.0', state: 'Installed' },
  ]);
  expect((await getDrivers({ path, all: true }, testContext('driver/get'))).drivers).toMatchObject([
    { driver: sampleDrivers.disk.published, inbox: true, bootCritical: true, className: 'DiskDrive', version: '1.2.3.4' },
    { driver: sampleDrivers.net.published, inbox: false, providerName: sampleDrivers.net.provider, className: 'Net', classGuid: sampleDrivers.net.classGuid },
  ]);
  expect(await getEdition({ path }, testContext('edition/get'))).toMatchObject({ edition: 'Professional', version: '10.0.99999.1', architecture: 9, defaultLanguage: 'en-US' });
  expect(readFileSync(hive).equals(before)).toBe(true);
});
