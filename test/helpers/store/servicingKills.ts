/** Kills changes of an image at chosen system calls and looks at what is left: all of the change or nothing of it, once the next command has looked. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { testContext } from '../operationContext.ts';
import { finishChanges } from '../../../sidecar/src/engine/portable/operations/finishedChanges.ts';
import { getFirstBoot } from '../../../sidecar/src/engine/portable/operations/firstBoot.ts';
import { tempFolder } from '../tempFolder.ts';
import { differences, snapshot } from './driverImage.ts';
import { makeDriverPackage, writeDriverPackage } from './driverPackage.ts';
import { KeyBuilder, writeHive } from './hiveWriter.ts';
import { makeStore, type SyntheticStore } from './syntheticImage.ts';
import { runTraced } from './tracedHealth.ts';

/** The calls that make, change, name and flush files: what is on the disk is different before and after each. */
const changingCalls = ['mkdir', 'rename', 'unlink', 'rmdir', 'fsync', 'fchmod'] as const;

const publisher = 'abcdefghjkmnp';
const app = (name: string): string => `Sample.${name}_1.0.0.0_x64__${publisher}`;
const appsKey = 'Microsoft\\Windows\\CurrentVersion\\Appx\\AppxAllUserStore\\Applications';

/** A request that changes an image, and what is in the image before. */
export interface KilledChange {
  readonly image: string;
  readonly operation: string;
  readonly params: object;
}

function put(image: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(image, path)), { recursive: true });
  writeFileSync(join(image, path), content);
}

function smallImage(software = new KeyBuilder()): string {
  const image = tempFolder();
  put(image, 'Windows/System32/config/SOFTWARE', writeHive(software));
  return image;
}

function packageFile(content: string): string {
  const path = join(tempFolder(), 'kb1.msu');
  writeFileSync(path, content);
  return path;
}

const script = '@echo off\r\nrem Made by DismTs: change it with its commands.\r\nrem item: Package kb1.msu\r\nrem item: Feature NetFx3\r\n';
const call = 'rem DismTs: begin\r\ncall "%WINDIR%\\Setup\\Scripts\\DismTs\\FirstBoot.cmd"\r\nrem DismTs: end\r\n';

function waitingImage(): string {
  const image = smallImage();
  put(image, 'Windows/Setup/Scripts/DismTs/FirstBoot.cmd', script);
  put(image, 'Windows/Setup/Scripts/DismTs/Files/kb1.msu', 'old');
  put(image, 'Windows/Setup/Scripts/SetupComplete.cmd', `${call}echo own\r\n`);
  return image;
}

let store: SyntheticStore | undefined;

/** The changes, each with an image of its own. */
export const killedChanges: Readonly<Record<string, () => Promise<KilledChange>>> = {
  'removal of apps': async () => {
    const software = new KeyBuilder();
    const names = ['Notes', 'Paint', 'Kept'].map(app);
    for (const name of names) { software.key(appsKey).subkey(name).string('Path', name); }
    const image = smallImage(software);
    put(image, 'ProgramData/Microsoft/Windows/AppxProvisioning.xml',
      `<AppxProvisionList><Provisioned>${names.map((name) => `<Package FullName="${name}"/>`).join('')}</Provisioned></AppxProvisionList>`);
    for (const name of names) { for (const file of ['AppxManifest.xml', 'a/b', 'a/c/d']) { put(image, `Program Files/WindowsApps/${name}/${file}`, file === 'AppxManifest.xml' ? '<Package/>' : file); } }
    return await Promise.resolve({ image, operation: 'removeApp', params: { path: image, displayName: 'Sample.[NP]*' } });
  },
  'first thing for the first start': async () => {
    const image = smallImage();
    return await Promise.resolve({ image, operation: 'addFirstBoot', params: { path: image, kind: 'Package', packagePath: packageFile('new') } });
  },
  'next thing for the first start': async () => {
    const image = waitingImage();
    return await Promise.resolve({ image, operation: 'addFirstBoot', params: { path: image, kind: 'Package', packagePath: packageFile('newer') } });
  },
  'taking back of one thing': async () => {
    const image = waitingImage();
    return await Promise.resolve({ image, operation: 'removeFirstBoot', params: { path: image, name: 'kb1*' } });
  },
  'taking back of everything': async () => {
    const image = waitingImage();
    return await Promise.resolve({ image, operation: 'removeFirstBoot', params: { path: image, name: '*' } });
  },
  'answer file': async () => {
    store ??= await makeStore();
    const image = tempFolder();
    store.tree.write(image);
    put(image, 'Windows/Panther/unattend.xml', 'earlier');
    const drivers = tempFolder();
    writeDriverPackage(join(drivers, 'net'), makeDriverPackage({ name: 'killnet', moreFiles: ['a/b.dll'] }));
    const unattendPath = join(tempFolder(), 'unattend.xml');
    const component = (name: string, content: string): string => `<component name="${name}" processorArchitecture="amd64">${content}</component>`;
    writeFileSync(unattendPath, `<unattend><settings pass="offlineServicing">${component('Microsoft-Windows-PnpCustomizationsNonWinPE',
      `<DriverPaths><PathAndCredentials><Path>${drivers}</Path></PathAndCredentials></DriverPaths>`)}${
      component('Microsoft-Windows-LUA-Settings', '<EnableLUA>false</EnableLUA>')}${
      component('Microsoft-Windows-TerminalServices-LocalSessionManager', '<fDenyTSConnections>false</fDenyTSConnections>')}</settings></unattend>`);
    return { image, operation: 'applyUnattend', params: { path: image, unattendPath, copyToPanther: true } };
  },
};

/** When a driver came differs between two runs: hives with that are compared without it. */
function comparable(image: string): Map<string, string> {
  const found = snapshot(image);
  for (const name of ['SYSTEM', 'DRIVERS']) { found.delete(`Windows/System32/config/${name}`); }
  return found;
}

/** How often each call is made by a change that is not killed, by the thread that makes most of them. */
export function countCalls(program: string, change: KilledChange, calls: readonly string[] = changingCalls): Map<string, number> {
  const { trace, output } = runTraced(program, tempFolder(), ['-e', `trace=${calls.join(',')}`], [change.operation, JSON.stringify(change.params)]);
  if (output === undefined || Object.hasOwn(output as object, 'error')) { throw new Error(`${change.operation} failed: ${JSON.stringify(output)}`); }
  const counts = new Map<string, Map<string, number>>();
  for (const line of trace) {
    const [, thread = '', name = ''] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    const threads = counts.get(name) ?? new Map<string, number>();
    threads.set(thread, (threads.get(thread) ?? 0) + 1);
    counts.set(name, threads);
  }
  return new Map(calls.map((name) => [name, Math.max(0, ...counts.get(name)?.values() ?? [])]));
}

/** What every kill of a change is compared with. */
export interface KillReference {
  /** An untouched image, copied for each kill. */
  readonly before: string;
  /** The same after the whole change. */
  readonly after: string;
  readonly change: KilledChange;
}

/** Makes the change on a copy. */
export function makeReference(program: string, change: KilledChange): KillReference {
  const after = tempFolder();
  cpSync(change.image, after, { recursive: true });
  const { output } = runTraced(program, tempFolder(), ['-e', 'trace=none'], [change.operation, JSON.stringify({ ...change.params, path: after })]);
  if (output === undefined || Object.hasOwn(output as object, 'error')) { throw new Error(`${change.operation} failed: ${JSON.stringify(output)}`); }
  return { before: change.image, after, change };
}

/**
 * Kills the change at one call, has the next command look, and says what is wrong with the image.
 * @param next The command that looks: one that saves the image, or one that changes it.
 * @returns Nothing, where all is well.
 */
export async function killAndLook(program: string, { before, after, change }: KillReference, call: string, when: number, next: 'save' | 'change'): Promise<string[]> {
  const image = tempFolder();
  cpSync(before, image, { recursive: true });
  const request = [change.operation, JSON.stringify({ ...change.params, path: image })];
  runTraced(program, tempFolder(), ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${when}`], request);
  if (next === 'save') {
    const warnings = await finishChanges(image, testContext('image/commit'));
    if (warnings.length > 0) { return warnings; }
    const isAll = differences(comparable(after), comparable(image)).length === 0;
    const left = differences(snapshot(before), snapshot(image));
    if (!isAll && left.length > 0) { return left; }
  } else {
    // A reader never sees half of it.
    await getFirstBoot({ path: image }, testContext('firstBoot/get'));
  }
  const { output } = runTraced(program, tempFolder(), ['-e', 'trace=none'], request);
  if (output === undefined || Object.hasOwn(output as object, 'error')) { return [`it cannot be done again: ${JSON.stringify(output)}`]; }
  return differences(comparable(after), comparable(image));
}
