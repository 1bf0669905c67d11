/** What the SOFTWARE hive says of a store: its packages, which versions are in use, and what waits for a start. */
import { type PendingState, readPendingState } from '../componentStore/pendingState.ts';
import type { Hive, HiveKey } from '../registry/hive.ts';
import { readMarkers } from './componentsHive.ts';
import type { StoreHives } from './storeHives.ts';

/** One installed or staged package. */
export interface StorePackage {
  readonly identity: string;
}

export interface SoftwarePart {
  /** Undefined where the hive does not know of packages at all. */
  readonly packages: readonly StorePackage[] | undefined;
  /** Version in use of each family, by version-less keyform in upper case; a family that is only staged has none. Undefined where the hive names none. */
  readonly winners: ReadonlyMap<string, string> | undefined;
  readonly markers: readonly string[];
  readonly pending: PendingState;
}

const hiveName = 'SOFTWARE';
const componentBasedServicing = 'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing';
/** Package states from Staged on; what is below is not there, or on its way out. */
const stagedState = 0x40;

/** Reads the hive; nothing where there is none. */
export async function readSoftwareHive(hives: StoreHives, hasPendingFile: boolean, breathe: () => Promise<void>): Promise<SoftwarePart> {
  const hive = await hives.open(hiveName);
  const servicing = await hives.salvage(hiveName, undefined, () => hive?.key(componentBasedServicing));
  return {
    packages: await hives.salvage(hiveName, [], () => readPackages(servicing)),
    winners: hive === undefined ? undefined : await hives.salvage(hiveName, undefined, () => readWinners(hive, breathe)),
    markers: await hives.salvage(hiveName, [], () => readMarkers(servicing, ['Corrupt', 'Corruption', 'Unserviceable'])),
    pending: await hives.salvage(hiveName, readPendingState(undefined, hasPendingFile), () => readPendingState(servicing, hasPendingFile)),
  };
}

/** The registry of side-by-side assemblies: per family the `major.minor` in use, and below that the whole version. */
async function readWinners(software: Hive, breathe: () => Promise<void>): Promise<Map<string, string> | undefined> {
  const families = software.key('Microsoft\\Windows\\CurrentVersion\\SideBySide\\Winners');
  if (families === undefined) { return undefined; }
  const winners = new Map<string, string>();
  for (const family of families.eachSubkey()) {
    await breathe();
    const inUse = family.value('')?.asString()?.toLowerCase();
    const version = family.subkeys().find(({ name }) => name.toLowerCase() === inUse)?.value('')?.asString();
    if (version !== undefined) { winners.set(family.name.toUpperCase(), version); }
  }
  return winners;
}

function readPackages(servicing: HiveKey | undefined): StorePackage[] | undefined {
  return servicing?.subkey('Packages')?.subkeys().flatMap((key) => {
    const state = (key.value('CurrentState')?.asNumber() ?? 0) | 0;
    return state >= stagedState && state < 0x1000 ? [{ identity: key.name }] : [];
  });
}
