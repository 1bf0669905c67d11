/** Reflects boot-critical drivers into an image, and takes them back. Of several versions of a driver the newest is the one that Windows starts. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import type { EditableHive } from '../registry/editableHive.ts';
import type { EditableKey } from '../registry/editableKey.ts';
import { ValueType } from '../registry/values.ts';
import { type DriverDatabase, type RegisteredPackage, textsOf } from './driverDatabase.ts';
import type { InfService } from './infServices.ts';
import {
  configurePackage, isReflected, isReflectedPath, requireConfigurable, type ReflectedFile, reflectedFiles, type ReflectedPackage, reflectedServices,
} from './reflectPackage.ts';
import { eraseService, servicesKey, writeService } from './serviceKeys.ts';
import { setNumber, setTexts } from './stagePackage.ts';

const lockdownKey = 'Microsoft\\Windows\\CurrentVersion\\Setup\\PnpLockdownFiles';
const lockdownClass = 4;

/** A package with its published name. */
export interface PublishedPackage extends ReflectedPackage {
  readonly published: string;
}

/** Gives a package that is registered, read from the store; undefined where its INF file cannot be read. */
export type LoadPackage = (registered: RegisteredPackage) => Promise<PublishedPackage | undefined>;

/** The better one first: by date, then by version, as Windows ranks drivers that fit equally well. */
function byRank(a: ReflectedPackage, b: ReflectedPackage): number {
  if (a.version.date !== b.version.date) { return a.version.date > b.version.date ? -1 : 1; }
  const place = a.version.version.findIndex((part, index) => part !== b.version.version[index]);
  return place === -1 ? 0 : (b.version.version[place] ?? 0) - (a.version.version[place] ?? 0);
}

/** The drivers that are reflected in an image. */
export class BootDrivers {
  readonly #database: DriverDatabase;
  readonly #services: EditableKey;
  readonly #software: () => EditableHive;
  readonly #load: LoadPackage;

  /** @param software Opens the SOFTWARE hive, which is large and seldom needed. */
  constructor(database: DriverDatabase, system: EditableHive, software: () => EditableHive, load: LoadPackage) {
    this.#database = database;
    this.#services = servicesKey(system);
    this.#software = software;
    this.#load = load;
  }

  /** Other packages that are reflected and have a service in common with one. */
  async rivals(source: ReflectedPackage, published: string): Promise<PublishedPackage[]> {
    const names = new Set(reflectedServices(source).flatMap(({ name }) => textsOf(this.#services.subkey(name), 'Owners')).map((name) => name.toLowerCase()));
    const rivals: PublishedPackage[] = [];
    for (const registered of this.#database.packages()) {
      if (names.has(registered.published.toLowerCase()) && registered.published.toLowerCase() !== published.toLowerCase() && isReflected(registered)) {
        const loaded = await this.#load(registered);
        if (loaded !== undefined) { rivals.push(loaded); }
      }
    }
    return rivals.sort(byRank);
  }

  /**
   * Looks whether a package can be reflected without taking anything from others.
   * @param hasFile Whether a file is there, by its path below the Windows folder.
   * @throws DismError ERROR_ALREADY_EXISTS: a service or file of its is that of somebody else.
   */
  async requireReflectable(source: ReflectedPackage, published: string, infName: string, hasFile: (path: string) => Promise<boolean>): Promise<void> {
    const rivals = await this.rivals(source, published);
    const refuse = (what: string, target: string): never => {
      throw new DismError(Hresult.ERROR_ALREADY_EXISTS, `Cannot reflect the boot-critical driver "${infName}": ${what} is in the image already, and is that of another driver`, {
        target, hint: 'Add it without -BootCritical: Windows then configures it when it finds a device. Or remove the other driver first.',
      });
    };
    for (const { name } of reflectedServices(source)) {
      const key = this.#services.subkey(name);
      const owners = textsOf(key, 'Owners');
      const known = (owner: string) => rivals.some((rival) => rival.published.toLowerCase() === owner.toLowerCase());
      if (key !== undefined && (owners.length === 0 || !owners.every(known))) { refuse(`the service "${name}"`, name); }
    }
    requireConfigurable(source);
    const theirs = new Set(rivals.flatMap(reflectedFiles).map(({ path }) => path.toLowerCase()));
    for (const { path } of reflectedFiles(source)) {
      if (!theirs.has(path.toLowerCase()) && await hasFile(path)) { refuse(`the file "${path}"`, path); }
    }
  }

  /** Writes all records of a reflected package: configurations, services, locked files. */
  async reflect(registered: RegisteredPackage, source: ReflectedPackage): Promise<void> {
    const rivals = await this.rivals(source, registered.published);
    configurePackage(this.#database, registered, source);
    this.#settle({ ...source, published: registered.published }, rivals, true);
  }

  /** Takes back the records of a reflected package, but for those below its own key, which go with that. */
  async withdraw(registered: RegisteredPackage): Promise<void> {
    const source = await this.#load(registered);
    if (source !== undefined) { this.#settle(source, await this.rivals(source, registered.published), false); }
    this.#disown(this.#services, registered.published);
    const locked = source === undefined ? this.#software().key(lockdownKey) : undefined;
    if (locked !== undefined) { this.#disown(locked, registered.published); }
  }

  /** Files, below the Windows folder, that are locked for an INF file alone: what is known of it when it cannot be read any more. */
  lockedFiles(published: string): string[] {
    return (this.#software().key(lockdownKey)?.subkeys() ?? []).filter((key) => {
      const owners = textsOf(key, 'Owners');
      return owners.length === 1 && owners[0]?.toLowerCase() === published.toLowerCase();
    }).flatMap(({ name }) => /^%SystemRoot%\/(.*)$/i.exec(name)?.[1] ?? []).filter(isReflectedPath);
  }

  /** Gives each service and locked file of a package to the best of those that have it. */
  #settle(changed: PublishedPackage, rivals: readonly PublishedPackage[], isAdded: boolean): void {
    for (const { name } of reflectedServices(changed)) {
      const before = withService(rivals.concat(isAdded ? [] : [changed]), name);
      const after = withService(rivals.concat(isAdded ? [changed] : []), name);
      if (before[0]?.source !== after[0]?.source && before[0] !== undefined) { eraseService(this.#services, before[0].service); }
      const owners = after.map(({ source }) => source.published);
      if (after[0] !== undefined) { writeService(this.#services, after[0].service, { ...after[0].source, owners }); }
    }
    for (const { path } of reflectedFiles(changed)) {
      this.#lock(path, rivals.concat(isAdded ? [changed] : []).sort(byRank).filter((source) => wants(source, path) && isLocked(source)));
    }
  }

  #lock(path: string, owners: readonly PublishedPackage[]): void {
    const name = `%SystemRoot%/${path}`;
    const [best] = owners;
    const source = best === undefined ? undefined : reflectedFiles(best).find((file) => file.path.toLowerCase() === path.toLowerCase())?.source;
    if (best === undefined || source === undefined) {
      this.#software().key(lockdownKey)?.subkey(name)?.remove();
      return;
    }
    const key = this.#software().createKey(lockdownKey).createSubkey(name);
    setNumber(key, 'Class', lockdownClass);
    setTexts(key, 'Owners', owners.map(({ published }) => published));
    const text = `%SystemRoot%\\System32\\DriverStore\\FileRepository\\${best.folder}\\${source.replaceAll('/', '\\')}\0`;
    key.setValue('Source', { type: ValueType.ExpandString, data: Buffer.from(text, 'utf16le') });
  }

  /** Takes an INF file out of the owners of keys; a key that nobody else owns goes. */
  #disown(parent: EditableKey, published: string): void {
    for (const key of parent.subkeys()) {
      const owners = textsOf(key, 'Owners');
      const others = owners.filter((owner) => owner.toLowerCase() !== published.toLowerCase());
      if (others.length === owners.length) { continue; }
      if (others.length > 0) { setTexts(key, 'Owners', others); } else { key.remove(); }
    }
  }
}

interface OwnedService {
  readonly source: PublishedPackage;
  readonly service: InfService;
}

function withService(packages: readonly PublishedPackage[], name: string): OwnedService[] {
  return [...packages].sort(byRank).flatMap((source) => reflectedServices(source)
    .filter((service) => service.name.toLowerCase() === name.toLowerCase()).map((service) => ({ source, service })));
}

function wants(source: ReflectedPackage, path: string): boolean {
  return reflectedFiles(source).some((file) => file.path.toLowerCase() === path.toLowerCase());
}

function isLocked({ inf }: ReflectedPackage): boolean {
  return inf.value('Version', 'PnpLockdown')?.trim() === '1';
}

/** The file that a path should have: that of the best package which has one for it. */
export function wantedFile(packages: readonly PublishedPackage[], path: string): { readonly folder: string; readonly file: ReflectedFile } | undefined {
  for (const source of [...packages].sort(byRank)) {
    const file = reflectedFiles(source).find((candidate) => candidate.path.toLowerCase() === path.toLowerCase());
    if (file !== undefined) { return { folder: source.folder, file }; }
  }
  return undefined;
}
