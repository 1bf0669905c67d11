/** Every kind of trap in each place that servicing writes to or deletes from: nothing outside changes, and the command says why or does it right. */
import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as protocol from '@dismts/protocol';
import { describe, expect, it } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { removeAppxProvisionedPackage } from '../../../sidecar/src/engine/portable/operations/appx.ts';
import { addFirstBoot, removeFirstBoot } from '../../../sidecar/src/engine/portable/operations/firstBoot.ts';
import { changeRegistry } from '../../../sidecar/src/engine/portable/operations/registry.ts';
import { applyUnattend } from '../../../sidecar/src/engine/portable/operations/unattend.ts';
import { storeName } from '../../../sidecar/src/drivers/storeName.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { add, differences, driverImage, openHive, remove, snapshot } from '../../helpers/store/driverImage.ts';
import { makeDriverPackage, scsiClass, writeDriverPackage } from '../../helpers/store/driverPackage.ts';
import { KeyBuilder, writeHive } from '../../helpers/store/hiveWriter.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const app = 'Sample.Notes_4.0.422.0_x64__abcdefghjkmnp';
const appsFolder = 'Program Files/WindowsApps';
const list = 'ProgramData/Microsoft/Windows/AppxProvisioning.xml';
const config = 'Windows/System32/config';
const scripts = 'Windows/Setup/Scripts';
const driver = makeDriverPackage({ name: 'trap', classGuid: scsiClass, className: 'SCSIAdapter', start: 0, moreFiles: ['sub/more.dll'] });
const package_ = `Windows/System32/DriverStore/FileRepository/${storeName('trap.inf', 'amd64', driver.inf)}`;
const catalogs = 'Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}';
const answers = '<unattend xmlns="urn:schemas-microsoft-com:unattend"><settings pass="offlineServicing"><component name="Microsoft-Windows-LUA-Settings" '
  + 'processorArchitecture="amd64"><EnableLUA>false</EnableLUA></component></settings></unattend>';

function put(folder: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** An image with something in every place. */
async function makeImage(): Promise<string> {
  const image = await driverImage();
  // Most of the files, and none of these commands looks at them.
  rmSync(join(image, 'Windows/WinSxS'), { recursive: true });
  put(image, list, '<?xml version="1.0"?><AppxProvisionList xmlns="http://schemas.microsoft.com/appx/2013/appxprovisionpackage"><Provisioned>'
    + `<Package FullName="${app}"/></Provisioned></AppxProvisionList>`);
  put(image, `${appsFolder}/${app}/AppxManifest.xml`, '<Package/>');
  put(image, 'Windows/Panther/unattend.xml', 'earlier');
  put(image, `${scripts}/SetupComplete.cmd`, 'echo own\r\n');
  put(image, 'Users/Default/NTUSER.DAT', writeHive(new KeyBuilder()));
  return image;
}

interface Command {
  /** Each place that it writes to or deletes from, and each folder on the way. */
  readonly places: readonly string[];
  readonly prepare?: (image: string) => Promise<unknown>;
  readonly run: (image: string) => Promise<unknown>;
  /** Whether it was done, wherever the image has no trap. */
  readonly isDone: (image: string) => boolean;
}

const stage = async (path: string) => {
  const packagePath = join(tempFolder(), 'a.cab');
  writeFileSync(packagePath, 'package');
  return await addFirstBoot(protocol.addFirstBoot.params.parse({ path, kind: 'Package', packagePath }), testContext('firstBoot/add'));
};
const addTrap = async (image: string) => await add(image, writeDriverPackage(tempFolder(), driver), { bootCritical: true });
const driverPlaces = [
  'Windows', 'Windows/System32', 'Windows/System32/DriverStore', dirname(package_), package_, `${package_}/sub`, `${package_}/trap.sys`, 'Windows/INF', 'Windows/INF/oem1.inf',
  'Windows/System32/CatRoot', catalogs, `${catalogs}/oem1.cat`, 'Windows/System32/drivers', 'Windows/System32/drivers/trap.sys', config, `${config}/SYSTEM`, `${config}/DRIVERS`,
];
const read = (image: string, path: string): string | undefined => (existsSync(join(image, path)) && statSync(join(image, path)).isFile() ? readFileSync(join(image, path), 'latin1') : undefined);

const commands: Readonly<Record<string, Command>> = {
  'driver/add': { places: driverPlaces, run: addTrap, isDone: (image) => openHive(image, 'SYSTEM').key(`DriverDatabase\\DriverPackages\\${basename(package_)}`) !== undefined },
  'driver/remove': {
    places: driverPlaces, prepare: addTrap, run: async (image) => await remove(image, 'oem1.inf', { force: true }),
    isDone: (image) => openHive(image, 'SYSTEM').key('DriverDatabase\\DriverInfFiles\\oem1.inf') === undefined,
  },
  'appx/remove': {
    places: [
      'Program Files', appsFolder, `${appsFolder}/${app}`, `${appsFolder}/${app}/AppxManifest.xml`, `${appsFolder}/${app}/more`, 'ProgramData', dirname(list), list,
      'ProgramData/Microsoft/Windows/AppRepository', config, `${config}/SOFTWARE`, `${config}/.dismts-change`,
    ],
    run: async (path) => await removeAppxProvisionedPackage(protocol.removeAppxProvisionedPackage.params.parse({ path, packageName: app }), testContext('appx/remove')),
    isDone: (image) => read(image, list)?.includes(app) !== true && !existsSync(join(image, appsFolder, app)),
  },
  'unattend/apply': {
    places: ['Windows/Panther', 'Windows/Panther/unattend.xml', 'Windows/Panther/unattend.xml.bak', `${config}/SOFTWARE`],
    run: async (path) => {
      const unattendPath = join(tempFolder(), 'unattend.xml');
      writeFileSync(unattendPath, answers);
      return await applyUnattend(protocol.applyUnattend.params.parse({ path, unattendPath, copyToPanther: true }), testContext('unattend/apply'));
    },
    isDone: (image) => read(image, 'Windows/Panther/unattend.xml') === answers,
  },
  'firstBoot/add': {
    places: ['Windows/Setup', scripts, `${scripts}/SetupComplete.cmd`, `${scripts}/DismTs`, `${scripts}/DismTs/FirstBoot.cmd`, `${scripts}/DismTs/Files`, `${scripts}/DismTs/Files/a.cab`],
    run: stage, isDone: (image) => read(image, `${scripts}/DismTs/Files/a.cab`) === 'package' && read(image, `${scripts}/SetupComplete.cmd`)?.includes('FirstBoot.cmd') === true,
  },
  'firstBoot/remove': {
    places: [
      'Windows/Setup', scripts, `${scripts}/SetupComplete.cmd`, `${scripts}/DismTs`, `${scripts}/DismTs/FirstBoot.cmd`, `${scripts}/DismTs/Files`, `${scripts}/DismTs/Files/a.cab`,
      `${scripts}/DismTs/Files/more`,
    ],
    prepare: stage, run: async (path) => await removeFirstBoot(protocol.removeFirstBoot.params.parse({ path, name: '*' }), testContext('firstBoot/remove')),
    isDone: (image) => !existsSync(join(image, scripts, 'DismTs')),
  },
  'registry/change': {
    places: ['Users', 'Users/Default', 'Users/Default/NTUSER.DAT', 'Users/Default/NTUSER.DAT.LOG1'],
    run: async (path) => await changeRegistry(protocol.changeRegistry.params.parse({
      path, replayLog: true, edits: [{ action: 'SetValue', hive: 'NTUSER', key: 'Test', name: 'v', type: 'DWord', value: '1' }],
    }), testContext('registry/change')),
    isDone: (image) => readFileSync(join(image, 'Users/Default/NTUSER.DAT')).includes('Test'),
  },
};

/** Puts a trap in a place; what is there moves to `outside`, so that a way out would be as good as the real one. */
const traps: Readonly<Record<string, (place: string, outside: string) => void>> = {
  'an absolute link': (place, outside) => { symlinkSync(outside, place); },
  'a link with ..': (place, outside) => { symlinkSync(join('../'.repeat(40), outside), place); },
  'a link to what could be made': (place, outside) => { symlinkSync(`${outside}-new`, place); },
  'a link to its own place': (place) => { symlinkSync(basename(place), place); },
  // ntfs-3g shows a junction or a link of Windows as a link beneath its mount, and one that it does not know with this text; so does libwim.
  'a junction': (place, outside) => { renameSync(outside, `${place}-target`); symlinkSync(`${basename(place)}-target`, place); },
  'a reparse point of another kind': (place) => { symlinkSync('unsupported reparse tag 0xa000001d', place); },
  'a name in two spellings': (place, outside) => {
    const [one = '', other = ''] = otherSpellings(basename(place));
    renameSync(outside, join(dirname(place), one));
    mkdirSync(join(dirname(place), other));
  },
  'a pipe': (place) => { expect(spawnSync('mkfifo', [place]).status).toBe(0); },
  'a device': (place) => { expect(spawnSync('mknod', [place, 'c', '1', '5']).status).toBe(0); },
  'a file with a name outside': (place, outside) => {
    const file = statSync(outside).isDirectory() ? join(outside, 'keep') : outside;
    linkSync(file, place);
  },
  'a folder': (place) => { mkdirSync(place); },
};

function otherSpellings(name: string): string[] {
  const [first = '', ...rest] = name.replace(/^[.{]/, '');
  const mixed = `${name.slice(0, name.length - rest.length - 1)}${first.toUpperCase()}${rest.join('').toLowerCase()}`;
  return [...new Set([name.toUpperCase(), name.toLowerCase(), mixed])].filter((one) => one !== name);
}

/** What a command says: that all is done, that there was nothing to do, or the error. */
async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    const result = await work as { readonly changed?: boolean; readonly results?: readonly { readonly failure: unknown }[] };
    if (result.changed === false) { return 'nothing to do'; }
    return result.results?.some(({ failure }) => failure !== null) === true ? 'an error in the result' : 'done';
  } catch (error) {
    expect(error).toBeInstanceOf(DismError);
    return (error as DismError).message;
  }
}

/** What is outside: each file's content and each link, with its mode and time. */
function look(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort().map((name) => {
    const stat = lstatSync(join(folder, name));
    return `${name} ${stat.mode} ${stat.isFile() ? readFileSync(join(folder, name), 'base64') : ''}`;
  });
}

/** The links in the way of drivers have tests of their own, in drivers/hostileImage.test.ts. */
const trapsFor = (name: string): string[] => Object.keys(traps).filter((trap) => !name.startsWith('driver/') || !/link|reparse/.test(trap));
const canMakeDevices = process.getuid?.() === 0;

describe.each(Object.entries(commands))('%s on a hostile image', (name, { places, prepare, run, isDone }) => {
  it('does what it should where there is no trap', async () => {
    const image = await makeImage();
    await prepare?.(image);
    await run(image);
    expect(isDone(image)).toBe(true);
  });

  it.each(places.flatMap((place) => trapsFor(name).map((trap) => [place, trap] as const)))('meets at %s %s', async (path, trap) => {
    if (trap === 'a device' && !canMakeDevices) {
      process.stdout.write('Skipped: devices can be made by root only\n');
      return;
    }
    const image = await makeImage();
    await prepare?.(image);
    const place = join(image, path);
    const around = tempFolder();
    const outside = join(around, 'outside');
    const isFolder = existsSync(place) ? statSync(place).isDirectory() : !/\.\w{3,4}$/.test(path) || path === package_;
    mkdirSync(dirname(place), { recursive: true });
    if (existsSync(place)) { spawnSync('cp', ['-a', place, outside]); rmSync(place, { recursive: true }); } else if (isFolder) { mkdirSync(outside); } else { writeFileSync(outside, 'kept'); }
    if (isFolder) { writeFileSync(join(outside, 'keep'), 'kept'); }
    traps[trap]?.(place, outside);
    const before = look(around);
    const inside = snapshot(image);
    const outcome = await outcomeOf(run(image));
    expect(look(around)).toEqual(before);
    // A folder of the store that no database knows is nobody's: whoever fails to take it over may clear it away.
    const changes = differences(inside, snapshot(image)).filter((change) => !(name === 'driver/add' && change.startsWith(`- ${package_}`)));
    if (outcome === 'done') { expect([name, isDone(image)]).toEqual([name, true]); } else { expect([outcome, changes]).toEqual([outcome, []]); }
    expect(changes.filter((change) => change.startsWith('+') && change.includes('.dismts-'))).toEqual([]);
  }, 20_000);
});

describe('an image whose folder is not there', () => {
  it.each(Object.keys(commands))('%s says so, and means the folder', async (name) => {
    const path = join(tempFolder(), 'missing');
    const error: unknown = await commands[name]?.run(path).then(() => undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(DismError);
    expect(error).toMatchObject({ hresult: 0x80070003, target: path });
    expect((error as DismError).message).toContain(`the folder "${path}" does not exist`);
  });
});
