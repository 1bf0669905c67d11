/** Provisioned apps: listed as in-box objects, removed from all places at once, and never those that others need. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getAppxProvisionedPackages as getMethod, removeAppxProvisionedPackage as removeMethod } from '@dismts/protocol';
import { describe, expect, it } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import * as appx from '../../../sidecar/src/engine/portable/operations/appx.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { Hive } from '../../../sidecar/src/registry/hive.ts';
import { parseAppName } from '../../../sidecar/src/servicing/appNames.ts';
import { ProvisioningList } from '../../../sidecar/src/servicing/provisioningFile.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { KeyBuilder, writeHive } from '../../helpers/store/hiveWriter.ts';
import { seededRandom } from '../../helpers/store/seededRandom.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const publisher = 'abcdefghjkmnp';
const names = {
  framework: `Sample.Framework_1.0.0.0_x64__${publisher}`,
  paintBundle: `Sample.Paint_2022.507.446.0_neutral_~_${publisher}`,
  paintMain: `Sample.Paint_11.2201.22.0_x64__${publisher}`,
  paintScale: `Sample.Paint_11.2201.22.0_neutral_split.scale-100_${publisher}`,
  notes: `Sample.Notes_4.0.422.0_arm64__${publisher}`,
} as const;
const store = 'Microsoft\\Windows\\CurrentVersion\\Appx\\AppxAllUserStore';
const listPath = 'ProgramData/Microsoft/Windows/AppxProvisioning.xml';

const entries = `<Package FullName="${names.framework}" IsLOBApp="true"/>\r\n    <Package FullName="${names.paintBundle}" PackageType="bundle"/>`
  + `<Package FullName="${names.paintMain}" ProvisionSourceIsBundle="true"/><Package FullName="${names.paintScale}" PackageType="resource"/>\r\n`
  + `    <Package FullName="${names.notes}"/>`;
const list = '\ufeff<?xml version="1.0" encoding="utf-8"?><AppxProvisionList xmlns="http://schemas.microsoft.com/appx/2013/appxprovisionpackage">\r\n'
  + `  <EndOfLife>\r\n    <Package FamilyName="Microsoft.Camera_8wekyb3d8bbwe"/>\r\n  </EndOfLife>\r\n  <Provisioned>\r\n    ${entries}\r\n  </Provisioned>\r\n</AppxProvisionList>`;

const manifest = (properties: string, needs: string): string => `<?xml version="1.0"?><Package><Properties>${properties}</Properties><Dependencies>`
  + `<TargetDeviceFamily Name="Windows.Universal"/>${needs}</Dependencies></Package>`;
const needsFramework = '<PackageDependency Name="Sample.Framework" MinVersion="1.0.0.0"/>';

function makeImage(): string {
  const path = tempFolder();
  const put = (name: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  };
  const software = new KeyBuilder();
  for (const name of Object.values(names)) { software.key(`${store}\\Applications`).subkey(name).string('Path', `C:\\${name}`); }
  software.key(`${store}\\InboxApplications\\Sample.System_1.0.0.0_neutral_neutral_${publisher}`).string('Path', 'x');
  put('Windows/System32/config/SOFTWARE', writeHive(software));
  put(listPath, list);
  put(`Program Files/WindowsApps/${names.framework}/AppxManifest.xml`, manifest('<Framework>true</Framework>', ''));
  put(`Program Files/WindowsApps/${names.paintBundle}/AppxMetadata/AppxBundleManifest.xml`, '<Bundle/>');
  put(`Program Files/WindowsApps/${names.paintMain}/AppxManifest.xml`, manifest('<DisplayName>Paint</DisplayName>', needsFramework));
  put(`Program Files/WindowsApps/${names.paintScale}/AppxManifest.xml`, manifest('', ''));
  put(`Program Files/WindowsApps/${names.notes}/AppxManifest.xml`, manifest('', needsFramework));
  put('Windows/SystemApps/Sample.System/AppxManifest.xml', manifest('', ''));
  return path;
}

const get = async (path: string) => (await appx.getAppxProvisionedPackages(getMethod.params.parse({ path }), testContext(getMethod.method))).packages;
const remove = async (path: string, params: object) =>
  await appx.removeAppxProvisionedPackage(removeMethod.params.parse({ path, ...params }), testContext(removeMethod.method));
const apps = (path: string): string[] => readdirSync(join(path, 'Program Files/WindowsApps')).sort();
const software = (path: string): Hive => Hive.parse(readFileSync(join(path, 'Windows/System32/config/SOFTWARE')), 'SOFTWARE');
const keys = (path: string, key: string): string[] => software(path).key(`${store}\\${key}`)?.subkeys().map(({ name }) => name) ?? [];

async function failure(action: Promise<unknown>): Promise<DismError> {
  const error: unknown = await action.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof DismError) { return error; }
  throw error instanceof Error ? error : new Error('it did not fail');
}

describe('appx/get', () => {
  it('takes a folder in place of the list for no absent list', async () => {
    const path = makeImage();
    rmSync(join(path, listPath));
    mkdirSync(join(path, listPath));
    expect(await failure(get(path))).toMatchObject({ hresult: Hresult.ERROR_FILE_CORRUPT, target: listPath });
    const before = apps(path);
    expect((await failure(remove(path, { displayName: '*Notes*' }))).hresult).toBe(Hresult.ERROR_FILE_CORRUPT);
    expect(apps(path)).toEqual(before);
  });

  it('lists bundles, or the package where there is none, and neither frameworks nor resources', async () => {
    expect(await get(makeImage())).toEqual([
      {
        packageName: names.paintBundle, displayName: 'Sample.Paint', publisherId: publisher, majorVersion: 2022, minorVersion: 507, build: 446, revision: 0,
        architecture: 11, resourceId: '~', installLocation: `C:\\${names.paintBundle}`, regions: '',
      },
      {
        packageName: names.notes, displayName: 'Sample.Notes', publisherId: publisher, majorVersion: 4, minorVersion: 0, build: 422, revision: 0, architecture: 12,
        resourceId: '', installLocation: `C:\\${names.notes}`, regions: '',
      },
    ]);
  });
});

describe('appx/remove', () => {
  it('removes all packages of an app everywhere, and nothing else', async () => {
    const path = makeImage();
    const before = apps(path);
    expect(await remove(path, { displayName: 'Sample.P*', validateOnly: true })).toMatchObject({ changed: true });
    expect([apps(path), readFileSync(join(path, listPath), 'utf8')]).toEqual([before, list]);
    const result = await remove(path, { packageName: names.paintBundle });
    expect([result.changed, [...result.removedPackages].sort()]).toEqual([true, [names.paintMain, names.paintScale, names.paintBundle].sort()]);
    expect(apps(path)).toEqual([names.framework, names.notes].sort());
    expect(keys(path, 'Applications')).toEqual([names.framework, names.notes].sort());
    expect(keys(path, 'Deprovisioned')).toEqual([`Sample.Paint_${publisher}`]);
    expect(keys(path, 'InboxApplications')).toHaveLength(1);
    expect(existsSync(join(path, 'Windows/SystemApps/Sample.System/AppxManifest.xml'))).toBe(true);
    expect(readFileSync(join(path, listPath), 'utf8')).toBe(list.replace(entries, `<Package FullName="${names.framework}" IsLOBApp="true"/>\r\n    <Package FullName="${names.notes}"/>`));
    expect((await get(path)).map(({ packageName }) => packageName)).toEqual([names.notes]);
    expect(await remove(path, { displayName: 'Sample.Paint' })).toMatchObject({ changed: false, removedPackages: [] });
  });

  it('keeps frameworks that others need, and calls what is not there no error', async () => {
    const path = makeImage();
    expect(await failure(remove(path, { packageName: names.framework }))).toMatchObject({ hresult: Hresult.ERROR_NOT_SUPPORTED, message: expect.stringContaining('needs it') as string });
    expect(await remove(path, { displayName: 'Nowhere*' })).toMatchObject({ changed: false });
    expect(await remove(path, { packageName: `Nowhere_1.0.0.0_x64__${publisher}` })).toMatchObject({ changed: false });
    for (const packageName of ['Sample.Notes', 'Sample.*', `Sample.Notes_${publisher}`]) {
      expect(await failure(remove(path, { packageName }))).toMatchObject({ hresult: Hresult.E_INVALIDARG, target: packageName, hint: expect.stringContaining('-DisplayName') as string });
    }
    for (const displayName of ['`*', '[Sample.*']) { expect(await remove(path, { displayName })).toMatchObject({ changed: false }); }
    expect((await remove(path, { displayName: '*' })).changed).toBe(true);
    expect(apps(path)).toEqual([names.framework]);
    expect((await remove(path, { displayName: 'Sample.Framework' })).changed).toBe(true);
    expect(apps(path)).toEqual([]);
  });

  it('finishes a removal that was interrupted', async () => {
    const path = makeImage();
    await remove(path, { packageName: names.notes });
    mkdirSync(join(path, 'Program Files/WindowsApps', names.notes));
    expect(await remove(path, { displayName: 'Sample.Notes' })).toMatchObject({ changed: true, removedPackages: [names.notes] });
    expect(apps(path)).not.toContain(names.notes);
  });

  it('refuses an image that was started once', async () => {
    const path = makeImage();
    mkdirSync(join(path, 'ProgramData/Microsoft/Windows/AppRepository'));
    writeFileSync(join(path, 'ProgramData/Microsoft/Windows/AppRepository/staterepository-machine.srd'), '');
    expect(await failure(remove(path, { packageName: names.notes }))).toMatchObject({ hresult: Hresult.ERROR_NOT_SUPPORTED, message: expect.stringContaining('started once') as string });
    expect(await get(path)).toHaveLength(2);
  });

  it('removes a link itself, and nothing that it leads to', async () => {
    const path = makeImage();
    const outside = tempFolder();
    writeFileSync(join(outside, 'file'), 'kept');
    symlinkSync(outside, join(path, 'Program Files/WindowsApps', names.notes, 'link'));
    await remove(path, { packageName: names.notes });
    expect(apps(path)).not.toContain(names.notes);
    const second = makeImage();
    await remove(second, { displayName: 'Sample.Notes' });
    symlinkSync(outside, join(second, 'Program Files/WindowsApps', names.notes));
    await remove(second, { displayName: 'Sample.Notes' }).catch(() => undefined);
    expect(readdirSync(outside)).toEqual(['file']);
  });
});

describe('names and lists of apps', () => {
  it.each(['..', '../x', 'Name', `a/b_1.0.0.0_x64__${publisher}`, `.._1.0.0.0_x64__${publisher}`, 'a_1.0.0.0_x64__short'])('%s is no full name', (name) => {
    expect(parseAppName(name)).toBeUndefined();
  });

  it('are read, or refused with line and column', () => {
    const random = seededRandom(5);
    const whole = Buffer.from(list);
    for (let round = 0; round < 3000; round++) {
      const data = Buffer.from(whole.subarray(0, 1 + Math.floor(random() * whole.length)));
      for (let count = 0; count < 2; count++) { data[Math.floor(random() * data.length)] = Math.floor(random() * 256); }
      try { new ProvisioningList(data).without(() => true); } catch (error) { if (!(error instanceof DismError)) { throw error; } }
    }
    expect(() => new ProvisioningList(Buffer.from('<!DOCTYPE x><AppxProvisionList/>'))).toThrow('line 1, column 2');
  });
});
