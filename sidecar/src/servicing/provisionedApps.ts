/** The app packages that every new user of an image gets: listed and removed, on images that were never started. */
import type { AppxPackage } from '@dismts/protocol';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { fileTrouble } from '../imageFiles/fileTrouble.ts';
import type { ImageFiles } from '../imageFiles/imageFiles.ts';
import { readRealFile } from '../imageFiles/realFile.ts';
import type { WritableFolderImage } from '../imageFiles/writableFolder.ts';
import { readText } from '../registry/values.ts';
import { isSystemError, messageOf, type SystemError } from '../systemErrors.ts';
import { childOf, childrenOf, readXml, type XmlElement } from '../xml.ts';
import { appArchitecture, type AppName, parseAppName } from './appNames.ts';
import { changeImage, type ImageChangeOptions } from './imageChange.ts';
import { maxProvisioningBytes, provisioningFile, ProvisioningList } from './provisioningFile.ts';
import { openHive } from './readHive.ts';
import { appsFolder } from './removablePaths.ts';

const storeKey = 'Microsoft\\Windows\\CurrentVersion\\Appx\\AppxAllUserStore';
/** Windows makes it when it is started for the first time; what is provisioned then is in it, too, and cannot be taken out here. */
const repositoryFolder = 'ProgramData/Microsoft/Windows/AppRepository';
const repositoryFile = 'StateRepository-Machine.srd';
const maxManifestBytes = 16 * 1024 * 1024;

/** What a package says of itself. */
interface AppManifest {
  readonly isFramework: boolean;
  /** Names of packages that it needs, in lower case. */
  readonly needs: readonly string[];
}

interface App extends AppName {
  readonly packageType: string;
  readonly manifest: AppManifest;
}

type Files = Pick<ImageFiles, 'read' | 'list'>;

/** The provisioned packages as in-box objects list them: the bundle of an app, or its only package; no frameworks and resources. */
export async function listProvisionedApps(files: Files, windows: string, warn: (text: string) => void): Promise<AppxPackage[]> {
  const list = await readList(files);
  if (list === undefined) { return []; }
  const apps = await readApps(files, list, (fullName, error) => {
    // One of many is no reason to list nothing.
    if (fileTrouble(error) === undefined) { throw error; }
    warn(`Whether "${fullName}" is an app, or what other apps need, cannot be told: ${messageOf(error)}`);
  });
  const software = await openHive(files, windows, { hive: 'SOFTWARE' }, warn);
  const keys = software.key(`${storeKey}\\Applications`);
  const bundled = new Set(apps.filter(({ packageType }) => packageType === 'bundle').map(({ family }) => family.toLowerCase()));
  return apps.filter((app) => app.packageType === 'bundle' || (!bundled.has(app.family.toLowerCase()) && app.packageType !== 'resource' && !app.manifest.isFramework))
    .map((app) => {
      const [majorVersion, minorVersion, build, revision] = app.version;
      const path = keys?.subkey(app.fullName)?.value('Path');
      const manifest = app.packageType === 'bundle' ? 'AppxMetadata\\AppxBundleManifest.xml' : 'AppxManifest.xml';
      return {
        packageName: app.fullName, displayName: app.name, publisherId: app.publisherId, majorVersion, minorVersion, build, revision,
        architecture: appArchitecture(app.architecture), resourceId: app.resourceId,
        installLocation: path === undefined ? `%SYSTEMDRIVE%\\Program Files\\WindowsApps\\${app.fullName}\\${manifest}` : readText(path.data), regions: '',
      };
    });
}

/** What to remove: a full name, or names of apps with wildcards. */
export interface AppChoice {
  readonly packageName?: string | undefined;
  readonly isWanted: (displayName: string) => boolean;
  /** What was asked for, for messages. */
  readonly asked: string;
  /** Whether a name was given that can mean one app only. */
  readonly isExact: boolean;
}

/** What was removed, or would be. */
export interface RemovedApps {
  readonly changed: boolean;
  /** Full names of all packages of the apps. */
  readonly packages: readonly string[];
}

/**
 * Takes apps out of the list, the registry and the folder of apps, as one change, and notes that an upgrade must not bring them back. Folders that
 * something else left of an app that was removed go, too.
 * @throws DismError ERROR_NOT_SUPPORTED: the image was started once, or the app is needed by others.
 */
export async function removeProvisionedApps(image: WritableFolderImage, choice: AppChoice, options: ImageChangeOptions): Promise<RemovedApps> {
  return await changeImage(image, ['SOFTWARE'], options, async (open) => {
    await requireNeverStarted(image, choice.asked);
    const list = await readList(image);
    const apps = list === undefined ? [] : await readApps(image, list, (_, error) => { throw error; });
    image.requireOneWay(`${appsFolder}/any`);
    const folders = await image.list(appsFolder);
    const software = open.get('SOFTWARE');
    const applications = software.key(`${storeKey}\\Applications`);
    const deprovisioned = software.key(`${storeKey}\\Deprovisioned`);
    const wanted = chooseFamilies(apps, choice, (family) => deprovisioned?.subkey(family) !== undefined, folders);
    const families = new Set([...wanted].filter((family) => !keepNeeded(family, apps, wanted, choice, options.warn)));
    const isOfFamilies = (fullName: string): boolean => families.has(parseAppName(fullName)?.family.toLowerCase() ?? '');
    const inList = apps.filter(({ fullName }) => isOfFamilies(fullName)).map(({ fullName }) => fullName);
    const inFolder = folders.filter(isOfFamilies);
    const keys = (applications?.subkeys() ?? []).filter(({ name }) => isOfFamilies(name));
    const packages = [...new Map([...inList, ...inFolder, ...keys.map(({ name }) => name)].map((name) => [name.toLowerCase(), name])).values()];
    for (const key of keys) { key.remove(); }
    for (const fullName of packages) { software.createKey(`${storeKey}\\Deprovisioned\\${parseAppName(fullName)?.family ?? ''}`); }
    if (list !== undefined && inList.length > 0) { open.putFile(provisioningFile, verified(list.without(isOfFamilies), isOfFamilies)); }
    for (const name of inFolder) { open.remove(`${appsFolder}/${name}`); }
    return { changed: packages.length > 0, packages };
  });
}

async function readList(files: Files): Promise<ProvisioningList | undefined> {
  const data = await readRealFile(files, provisioningFile, maxProvisioningBytes);
  return data === undefined ? undefined : new ProvisioningList(data);
}

/** @param onUnread Is called where the system does not give what a package says of itself. */
async function readApps(files: Files, list: ProvisioningList, onUnread: (fullName: string, error: SystemError) => void): Promise<App[]> {
  const apps: App[] = [];
  for (const { fullName, packageType } of list.entries) {
    const name = parseAppName(fullName);
    if (name !== undefined) { apps.push({ ...name, packageType: name.resourceId === '~' ? 'bundle' : packageType, manifest: await readManifest(files, fullName, onUnread) }); }
  }
  return apps;
}

/** Where it is missing or damaged, the package counts as one that needs nothing. */
async function readManifest(files: Files, fullName: string, onUnread: (fullName: string, error: SystemError) => void): Promise<AppManifest> {
  const data = await files.read(`${appsFolder}/${fullName}/AppxManifest.xml`, maxManifestBytes).catch((error: unknown) => {
    if (isSystemError(error)) { onUnread(fullName, error); } else if (fileTrouble(error) === undefined) { throw error; }
    return undefined;
  });
  let root: XmlElement | undefined;
  if (data !== undefined) {
    const text = data.length >= 2 && data.readUInt16LE(0) === 0xfeff ? data.toString('utf16le', 2) : data.toString('utf8').replace(/^\ufeff/, '');
    try { root = readXml(text, { malformed: (what) => new Error(what), maxElements: 100_000 }); } catch { /* Told above. */ }
  }
  return {
    isFramework: childOf(childOf(root, 'Properties'), 'Framework')?.text.trim().toLowerCase() === 'true',
    needs: childrenOf(childOf(root, 'Dependencies'), 'PackageDependency').map(({ attributes }) => (attributes.get('Name') ?? '').toLowerCase()),
  };
}

/** Families to remove, in lower case: those in the list, and those whose removal was interrupted. */
function chooseFamilies(apps: readonly App[], choice: AppChoice, isRemovedBefore: (family: string) => boolean, folders: readonly string[]): Set<string> {
  const asked = choice.packageName === undefined ? undefined : parseAppName(choice.packageName)?.family.toLowerCase() ?? '';
  const left = folders.map(parseAppName).filter((name) => name !== undefined).filter(({ family }) => isRemovedBefore(family));
  const found = [...apps.filter((app) => choice.isExact || !app.manifest.isFramework), ...left];
  const isWanted = (app: AppName): boolean => (asked === undefined ? choice.isWanted(app.name) : app.family.toLowerCase() === asked);
  return new Set(found.filter(isWanted).map(({ family }) => family.toLowerCase()));
}

/** Frameworks that others need stay. @throws DismError ERROR_NOT_SUPPORTED: it was asked for by its name. */
function keepNeeded(family: string, apps: readonly App[], wanted: ReadonlySet<string>, choice: AppChoice, warn: (text: string) => void): boolean {
  const name = family.replace(/_[^_]*$/, '');
  const needing = apps.find((app) => !wanted.has(app.family.toLowerCase()) && app.manifest.needs.includes(name));
  if (needing === undefined) { return false; }
  const message = `Cannot remove the app "${choice.asked}": "${needing.name}" needs it`;
  if (choice.isExact) { throw new DismError(Hresult.ERROR_NOT_SUPPORTED, message, { target: choice.asked, hint: `Remove "${needing.name}" first.` }); }
  warn(`"${name}" stays, because "${needing.name}" needs it`);
  return true;
}

async function requireNeverStarted(files: Files, asked: string): Promise<void> {
  if ((await files.list(repositoryFolder)).some((name) => name.toLowerCase() === repositoryFile.toLowerCase())) {
    const message = `Cannot remove the app "${asked}": the Windows in the image was started once, and keeps its apps in a database since`;
    throw new DismError(Hresult.ERROR_NOT_SUPPORTED, message, {
      target: asked, hint: 'Take an image that was never started, such as an install.wim of Microsoft, or use the Native engine (on Windows).',
    });
  }
}

/** The list without what was removed, as it reads. */
function verified(data: Buffer, isRemoved: (fullName: string) => boolean): Buffer {
  if (new ProvisioningList(data).entries.some(({ fullName }) => isRemoved(fullName))) { throw new Error(`"${provisioningFile}" would still list what was removed`); }
  return data;
}
