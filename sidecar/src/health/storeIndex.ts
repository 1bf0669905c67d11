/** What the hives of an image say about its component store, read once into memory. */
import { type PendingState, readPendingState } from '../componentStore/pendingState.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { Hive, type HiveKey } from '../registry/hive.ts';
import { Breather } from '../breather.ts';
import { type ImageFiles, joinPath } from '../imageFiles/imageFiles.ts';

/** Bits of `CF` that decide something here; the meaning of the others is inferred only. */
const ComponentFlag = { PayloadDeleted: 0x40, HasMutableFile: 0x80 } as const;

/** One key of `DerivedData\Components`. */
export interface StoreComponent {
  readonly keyform: string;
  /** SHA-256 of the expanded manifest, in hex; undefined in images of the SHA-1 era. */
  readonly manifestDigest: string | undefined;
  readonly payloadDeleted: boolean;
  readonly hasMutableFile: boolean;
}

/** One installed or staged package. */
export interface StorePackage {
  readonly identity: string;
}

export interface StoreIndex {
  /** The Windows folder, as a path of the image. */
  readonly windows: string;
  readonly components: readonly StoreComponent[];
  /** File names without ending that must be in `WinSxS\Catalogs`, in lower case. */
  readonly catalogs: ReadonlySet<string>;
  readonly packages: readonly StorePackage[];
  /** Winning version of each family, by version-less keyform in upper case. */
  readonly winners: ReadonlyMap<string, string>;
  /** Version in use of each family that is installed, by version-less keyform in upper case; a family whose packages are only staged has none. */
  readonly installed: ReadonlyMap<string, string>;
  /** Whether the image runs 32-bit programs beside those of 64 bits. */
  readonly hasWow64: boolean;
  /** Values that say that somebody has found damage before. */
  readonly markers: readonly string[];
  readonly pending: PendingState;
  /** Hives whose last changes are still in their logs. */
  readonly dirtyHives: readonly string[];
  /** Hives that cannot be read, with the reason. */
  readonly brokenHives: readonly { readonly name: string; readonly reason: string }[];
}

const componentBasedServicing = 'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing';
/** Package states from Staged on; what is below is not there, or on its way out. */
const stagedState = 0x40;

/** What is wrong with the hives that were opened. */
interface HiveProblems {
  readonly dirty: string[];
  readonly broken: { name: string; reason: string }[];
}

async function openHive(files: ImageFiles, windows: string, name: string, { dirty, broken }: HiveProblems): Promise<Hive | undefined> {
  const path = joinPath(windows, 'System32/config', name);
  const data = await files.read(path);
  if (data === undefined) {
    broken.push({ name, reason: 'it does not exist' });
    return undefined;
  }
  try {
    const hive = Hive.parse(data, path);
    if (hive.isDirty) { dirty.push(name); }
    return hive;
  } catch (error) {
    if (!(error instanceof DismError)) { throw error; }
    broken.push({ name, reason: error.message });
    return undefined;
  }
}

type ComponentsPart = Pick<StoreIndex, 'components' | 'catalogs' | 'winners' | 'markers'>;
type SoftwarePart = Pick<StoreIndex, 'packages' | 'installed' | 'markers' | 'pending'>;

/** Each hive is forgotten before the next one is read: they have tens of megabytes, and their keys in memory more. */
async function readComponentsHive(hive: Hive | undefined, breathe: () => Promise<void>): Promise<ComponentsPart> {
  if (hive === undefined) { return { components: [], catalogs: new Set(), winners: new Map(), markers: [] }; }
  return {
    components: await readComponents(hive, breathe), catalogs: readCatalogs(hive), winners: await readWinners(hive, breathe),
    markers: readMarkers(hive.root, ['CorruptionDetectedDuringAcr']),
  };
}

async function readSoftwareHive(hive: Hive | undefined, hasPendingFile: boolean, breathe: () => Promise<void>): Promise<SoftwarePart> {
  const servicing = hive?.key(componentBasedServicing);
  return {
    packages: readPackages(servicing), installed: hive === undefined ? new Map() : await readInstalled(hive, breathe),
    markers: readMarkers(servicing, ['Corrupt', 'Corruption', 'Unserviceable']), pending: readPendingState(servicing, hasPendingFile),
  };
}

async function readComponents(hive: Hive, breathe: () => Promise<void>): Promise<StoreComponent[]> {
  const components: StoreComponent[] = [];
  for (const key of hive.key('DerivedData\\Components')?.subkeys() ?? []) {
    await breathe();
    const values = new Map(key.values().map((value) => [value.name.toUpperCase(), value]));
    const flags = values.get('CF')?.asNumber() ?? 0;
    const digest = values.get('S256H')?.data;
    components.push({
      keyform: key.name,
      manifestDigest: digest?.length === 32 ? digest.toString('hex') : undefined,
      payloadDeleted: (flags & ComponentFlag.PayloadDeleted) !== 0,
      hasMutableFile: (flags & ComponentFlag.HasMutableFile) !== 0,
    });
  }
  return components;
}

function readCatalogs(hive: Hive): Set<string> {
  const names = (hive.key('CanonicalData\\Catalogs')?.subkeys() ?? []).map((key) => key.name.toLowerCase());
  const thumbprints = (hive.key('CanonicalData\\Deployments')?.subkeys() ?? [])
    .flatMap((key) => key.value('CatalogThumbprint')?.asString()?.toLowerCase() ?? []);
  return new Set([...names, ...thumbprints]);
}

function compareVersions(a: string, b: string): number {
  // The name of an index goes on behind the version: "10.0.19041.1 (WinBuild.160101.0800)".
  const numbers = (version: string): number[] => version.split('.', 4).map((part) => Number.parseInt(part, 10) || 0);
  const left = numbers(a);
  const right = numbers(b);
  for (let index = 0; index < 4; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) { return difference; }
  }
  return 0;
}

/** The newest version that the newest index names; a family that names none has no winner. */
async function readWinners(hive: Hive, breathe: () => Promise<void>): Promise<Map<string, string>> {
  const winners = new Map<string, string>();
  const indexes = [...hive.key('DerivedData\\VersionedIndex')?.subkeys() ?? []].sort((a, b) => compareVersions(a.name, b.name));
  for (const family of indexes.at(-1)?.subkey('ComponentFamilies')?.subkeys() ?? []) {
    await breathe();
    const versions = family.values().flatMap(({ name }) => (name.toLowerCase().startsWith('v!') ? [name.slice(2)] : []));
    const newest = versions.sort(compareVersions).at(-1);
    if (newest !== undefined) { winners.set(family.name.toUpperCase(), newest); }
  }
  return winners;
}

/** The registry of side-by-side assemblies: per family the `major.minor` in use, and below that the whole version. */
async function readInstalled(software: Hive, breathe: () => Promise<void>): Promise<Map<string, string>> {
  const installed = new Map<string, string>();
  for (const family of software.key('Microsoft\\Windows\\CurrentVersion\\SideBySide\\Winners')?.subkeys() ?? []) {
    await breathe();
    const version = family.subkey(family.value('')?.asString() ?? '')?.value('')?.asString();
    if (version !== undefined) { installed.set(family.name.toUpperCase(), version); }
  }
  return installed;
}

function readPackages(servicing: HiveKey | undefined): StorePackage[] {
  return (servicing?.subkey('Packages')?.subkeys() ?? []).flatMap((key) => {
    const state = (key.value('CurrentState')?.asNumber() ?? 0) | 0;
    return state >= stagedState && state < 0x1000 ? [{ identity: key.name }] : [];
  });
}

/** All spellings that sources give; they are read, and never written. */
function readMarkers(key: HiveKey | undefined, names: readonly string[]): string[] {
  return names.filter((name) => (key?.value(name)?.asNumber() ?? 0) !== 0);
}

/**
 * Reads the hives.
 * @throws DismError: the folder holds no Windows installation.
 */
export async function readStoreIndex(files: ImageFiles, windowsDirectory: string, signal: AbortSignal): Promise<StoreIndex> {
  const breather = new Breather();
  const breathe = async (): Promise<void> => { await breather.breathe(signal); };
  const windows = joinPath(windowsDirectory);
  const hasStore = (await files.list(joinPath(windows, 'WinSxS'))).length > 0;
  const hasHives = (await files.list(joinPath(windows, 'System32/config'))).length > 0;
  if (!hasStore && !hasHives) {
    throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `"${files.description}" holds no Windows installation: there is no "${windows}/WinSxS"`, {
      target: files.description, hint: 'Give the root folder of a mounted or applied image; -WindowsDirectory names the Windows folder where it is another.',
    });
  }
  const problems: HiveProblems = { dirty: [], broken: [] };
  const hasPendingFile = (await files.stat(joinPath(windows, 'WinSxS/pending.xml'))) !== undefined;
  const components = await readComponentsHive(await openHive(files, windows, 'COMPONENTS', problems), breathe);
  const software = await readSoftwareHive(await openHive(files, windows, 'SOFTWARE', problems), hasPendingFile, breathe);
  return {
    ...components, ...software, windows, markers: [...software.markers, ...components.markers],
    hasWow64: (await files.list(joinPath(windows, 'SysWOW64'))).length > 0,
    dirtyHives: problems.dirty, brokenHives: problems.broken,
  };
}
