/** What the COMPONENTS hive says of a store: its components, and the catalogs that have to be there. */
import type { Hive, HiveKey } from '../registry/hive.ts';
import type { StoreHives } from './storeHives.ts';

/** Bits of `CF`. Only the first decides something; the others tell how a file that is lost was kept. */
const ComponentFlag = { PayloadDeleted: 0x40, DeltaCompressed: 0x10, LzmsCompressed: 0x200 } as const;

/** One key of `DerivedData\Components`. */
export interface StoreComponent {
  readonly keyform: string;
  /** SHA-256 of the expanded manifest, in hex; undefined in images of the SHA-1 era. */
  readonly manifestDigest: string | undefined;
  readonly payloadDeleted: boolean;
  /** The store keeps some of its files compressed, so that they are no other names of those in use. */
  readonly hasCompressedFiles: boolean;
  /** Deployments pin it, and none of them is installed. */
  readonly isOnlyStaged: boolean;
}

export interface ComponentsPart {
  readonly components: readonly StoreComponent[];
  /** File names without ending that must be in `WinSxS\Catalogs`, in lower case. */
  readonly catalogs: ReadonlySet<string>;
  readonly markers: readonly string[];
}

const hiveName = 'COMPONENTS';

/** Reads the hive; nothing where there is none. */
export async function readComponentsHive(hives: StoreHives, breathe: () => Promise<void>): Promise<ComponentsPart> {
  const hive = await hives.open(hiveName);
  if (hive === undefined) { return { components: [], catalogs: new Set(), markers: [] }; }
  const deployments = await hives.salvage(hiveName, new Map<string, boolean>(), () => readDeployments(hive));
  return {
    components: await readComponents(hive, hives, deployments, breathe),
    catalogs: await hives.salvage(hiveName, new Set<string>(), () => readCatalogs(hive)),
    markers: await hives.salvage(hiveName, [], () => readMarkers(hive.root, ['CorruptionDetectedDuringAcr'])),
  };
}

/** Whether each deployment is installed by something; none at all where the hive does not tell. */
function readDeployments(hive: Hive): Map<string, boolean> {
  const deployments = new Map(Array.from(hive.key('CanonicalData\\Deployments')?.eachSubkey() ?? [], (key): [string, boolean] => (
    [key.name.toLowerCase(), key.values().some(({ name }) => /^i!/i.test(name))])));
  return [...deployments.values()].includes(true) ? deployments : new Map<string, boolean>();
}

async function readComponents(
  hive: Hive, hives: StoreHives, deployments: ReadonlyMap<string, boolean>, breathe: () => Promise<void>,
): Promise<StoreComponent[]> {
  const components: StoreComponent[] = [];
  await hives.salvage(hiveName, undefined, async () => {
    for (const key of hive.key('DerivedData\\Components')?.eachSubkey() ?? []) {
      await breathe();
      const component = await hives.salvage(hiveName, undefined, () => readComponent(key, deployments));
      if (component !== undefined) { components.push(component); }
    }
  });
  return components;
}

function readComponent(key: HiveKey, deployments: ReadonlyMap<string, boolean>): StoreComponent {
  let flags = 0;
  let digest: Buffer | undefined;
  let owners = 0;
  let isInstalled = false;
  for (const value of key.values()) {
    const { name } = value;
    if (/^c!/i.test(name)) {
      const installed = deployments.get(name.slice(2).toLowerCase());
      if (installed !== undefined) { owners++; }
      isInstalled ||= installed === true;
    } else if (name.length === 2 && name.toUpperCase() === 'CF') {
      flags = value.asNumber() ?? 0;
    } else if (name.length === 5 && name.toUpperCase() === 'S256H') {
      digest = value.data;
    }
  }
  return {
    keyform: key.name,
    manifestDigest: digest?.length === 32 ? digest.toString('hex') : undefined,
    payloadDeleted: (flags & ComponentFlag.PayloadDeleted) !== 0,
    hasCompressedFiles: (flags & (ComponentFlag.DeltaCompressed | ComponentFlag.LzmsCompressed)) !== 0,
    isOnlyStaged: owners > 0 && !isInstalled,
  };
}

/** Bits of a file's flags that say that the store keeps it compressed; inferred only, so that nothing but the way of a repair rests on them. */
const compressedFlags = 0x4 | 0x10 | 0x200;

/** Files of some components, as the hive has them: names as `fileValueName()` makes them, in lower case, and whether they are compressed. */
export async function readRecordedFiles(hives: StoreHives, components: Iterable<string>): Promise<ReadonlyMap<string, ReadonlyMap<string, boolean>>> {
  return await hives.salvage(hiveName, new Map<string, ReadonlyMap<string, boolean>>(), async () => {
    const keys = (await hives.open(hiveName))?.key('DerivedData\\Components');
    return new Map(Array.from(components, (component) => {
      const files = keys?.subkey(component)?.values().filter(({ name }) => /^f!/i.test(name)) ?? [];
      return [component, new Map(files.map((file) => [file.name.toLowerCase(), ((file.asNumber() ?? 0) & compressedFlags) !== 0]))];
    }));
  });
}

function readCatalogs(hive: Hive): Set<string> {
  const names = new Set(Array.from(hive.key('CanonicalData\\Catalogs')?.eachSubkey() ?? [], (key) => key.name.toLowerCase()));
  for (const key of hive.key('CanonicalData\\Deployments')?.eachSubkey() ?? []) {
    const thumbprint = key.value('CatalogThumbprint')?.asString()?.toLowerCase();
    if (thumbprint !== undefined) { names.add(thumbprint); }
  }
  return names;
}

/** All spellings that sources give; they are read, and never written. */
export function readMarkers(key: HiveKey | undefined, names: readonly string[]): string[] {
  return names.filter((name) => (key?.value(name)?.asNumber() ?? 0) !== 0);
}
