/** What a disk answers while it is listed what an image has: a file that cannot be read is told by its reason, and nothing in it is "not there". */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  getAppxProvisionedPackages as appsMethod, getCapabilities as capabilitiesMethod, getDrivers as driversMethod, getFeatures as featuresMethod,
  removeAppxProvisionedPackage as removeAppMethod,
} from '@dismts/protocol';
import { getAppxProvisionedPackages, removeAppxProvisionedPackage } from '../../../sidecar/src/engine/portable/operations/appx.ts';
import { getCapabilities, getDrivers, getFeatures } from '../../../sidecar/src/engine/portable/operations/inventory.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { breakReading } from '../../helpers/store/brokenReading.ts';
import { useStateIn } from '../../helpers/store/healthRun.ts';
import { makeStore } from '../../helpers/store/syntheticImage.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const store = await makeStore();

function image(): string {
  const path = tempFolder();
  useStateIn(tempFolder());
  store.tree.write(path);
  return path;
}

const features = async (path: string, featureName?: string) =>
  await getFeatures(featuresMethod.params.parse({ path, featureName }), testContext(featuresMethod.method));
const capabilities = async (path: string, name?: string) =>
  await getCapabilities(capabilitiesMethod.params.parse({ path, name }), testContext(capabilitiesMethod.method));
const answers = [['EIO', 'the disk reports an error', 'ERROR_READ_FAULT'], ['EACCES', 'permission is denied', 'E_ACCESSDENIED']] as const;

describe.each(answers)('package files that cannot be read (%s)', (code, reason, symbol) => {
  it('are told by the reason', async () => {
    const path = image();
    breakReading((one) => one.endsWith('.mum'), code);
    const { warnings } = await features(path);
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`^\\d files of the image cannot be read, so what they say is not listed: "[^"]*\\.mum", .* and others: ${reason} \\("${path}/`))]);
  });

  it('are why a feature or capability is not found', async () => {
    const path = image();
    breakReading((one) => one.endsWith('.mum'), code);
    for (const find of [features(path, 'DismTs-Feature-On'), capabilities(path, 'DismTs.Tool~~~~0.0.1.0')]) {
      await expect(find).rejects.toMatchObject({ symbol, message: expect.stringMatching(new RegExp(`^Cannot find the .* as far as that can be read: ${reason} \\("${path}/`)) as string });
    }
  });

  it('of drivers are told, where the registry has less', async () => {
    const path = image();
    breakReading((one) => one.includes('/FileRepository/') && one.endsWith('.inf'), code);
    const { warnings } = await getDrivers(driversMethod.params.parse({ path, driver: 'oem0.inf' }), testContext(driversMethod.method));
    expect(warnings).toEqual([expect.stringContaining(`A file of the image cannot be read, so what they say is not listed: "${path}/`)]);
    expect(warnings[0]).toContain(reason);
  });
});

it('a feature that is not there is not found, as long as everything can be read', async () => {
  await expect(features(image(), 'Nothing')).rejects.toMatchObject({ symbol: 'DISMAPI_E_UNKNOWN_FEATURE' });
});

it('a folder that may not be read is no change that was interrupted', async () => {
  const path = image();
  let isFirst = true;
  breakReading((one) => {
    const isBroken = isFirst && one.endsWith('/System32/config');
    if (isBroken) { isFirst = false; }
    return isBroken;
  }, 'EIO');
  const { warnings } = await features(path);
  expect(warnings).toEqual([expect.stringMatching(/^Whether an earlier change of the image was interrupted cannot be told \(the disk reports an error /)]);
});

describe('what an app says of itself, where the disk does not give it', () => {
  const [framework, notes] = ['Sample.Framework_1.0.0.0_x64__abcdefghjkmnp', 'Sample.Notes_2.0.0.0_x64__abcdefghjkmnp'];

  function withApps(): string {
    const path = image();
    const put = (name: string, text: string): void => {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    };
    put('ProgramData/Microsoft/Windows/AppxProvisioning.xml',
      `<AppxProvisionList><Provisioned><Package FullName="${framework}"/><Package FullName="${notes}"/></Provisioned></AppxProvisionList>`);
    put(`Program Files/WindowsApps/${framework}/AppxManifest.xml`, '<Package><Properties><Framework>true</Framework></Properties></Package>');
    put(`Program Files/WindowsApps/${notes}/AppxManifest.xml`, '<Package><Dependencies><PackageDependency Name="Sample.Framework"/></Dependencies></Package>');
    return path;
  }

  it('is a warning of a list', async () => {
    const path = withApps();
    breakReading((one) => one.includes(framework), 'EIO');
    const { warnings } = await getAppxProvisionedPackages(appsMethod.params.parse({ path }), testContext(appsMethod.method));
    expect(warnings).toEqual([expect.stringContaining(`Whether "${framework}" is an app, or what other apps need, cannot be told: the disk reports an error ("${path}/`)]);
  });

  it('keeps a framework from being removed, which it may need', async () => {
    const path = withApps();
    const remove = async () =>
      await removeAppxProvisionedPackage(removeAppMethod.params.parse({ path, packageName: framework }), testContext(removeAppMethod.method));
    breakReading((one) => one.includes(notes), 'EIO');
    await expect(remove()).rejects.toMatchObject({ symbol: 'ERROR_READ_FAULT', message: expect.stringContaining(`${notes}/AppxManifest.xml"`) as string });
  });
});
