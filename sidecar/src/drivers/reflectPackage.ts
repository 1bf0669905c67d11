/**
 * What makes Windows use a boot-critical driver at its first start, before it can look for drivers: the driver's services, files and configurations.
 * All of it is computed from the INF file; nothing is known of single drivers.
 */
import type { EditableKey } from '../registry/editableKey.ts';
import { bootCriticalClasses } from './deviceClasses.ts';
import { type DriverDatabase, type RegisteredPackage, textsOf } from './driverDatabase.ts';
import type { InfFile } from './infFile.ts';
import { copiesOf, directives } from './infInstall.ts';
import type { InfModel } from './infModels.ts';
import { type InfRegistryEntry, registryEntries } from './infRegistry.ts';
import { destinationOf, type InfService, servicesOf } from './infServices.ts';
import { type InfSource, sourceOf } from './infSources.ts';
import type { InfVersion } from './infVersion.ts';
import { setNumber, setText, setTexts } from './stagePackage.ts';

/** A package, as far as reflecting needs it. */
export interface ReflectedPackage {
  readonly inf: InfFile;
  readonly version: InfVersion;
  readonly models: readonly InfModel[];
  readonly sources: readonly InfSource[];
  /** Its folder in the store. */
  readonly folder: string;
}

/** A file that is copied out of the package. */
export interface ReflectedFile {
  /** Below the Windows folder. */
  readonly path: string;
  /** In the package. */
  readonly source: string;
}

const bootStart = 0;
const noClobberMark = 0x20000;

function installSections(models: readonly InfModel[]): string[] {
  return [...new Set(models.flatMap(({ installSection }) => installSection ?? []))];
}

/** Whether Windows may need the driver to start: it is of such a class, and has a service that the boot loader loads. */
export function isBootCritical({ inf, version, models }: Pick<ReflectedPackage, 'inf' | 'version' | 'models'>): boolean {
  return bootCriticalClasses.has(version.classGuid)
    && installSections(models).some((section) => servicesOf(inf, section).some(({ startType }) => startType === bootStart));
}

/** Files that the sections of the devices copy to where Windows loads them from. */
export function reflectedFiles({ inf, models, sources }: ReflectedPackage): ReflectedFile[] {
  const files = new Map<string, ReflectedFile>();
  for (const copy of installSections(models).flatMap((section) => copiesOf(inf, section))) {
    const folder = destinationOf(inf, copy);
    const source = sourceOf(sources, copy);
    if (folder !== undefined && 'windows' in folder && source !== undefined) {
      const path = `${folder.windows}/${copy.destinationName}`.replace(/^\//, '');
      if (isReflectedPath(path)) { files.set(path.toLowerCase(), { path, source: source.path }); }
    }
  }
  return [...files.values()];
}

/** Services of a package, by name. */
export function reflectedServices({ inf, models }: Pick<ReflectedPackage, 'inf' | 'models'>): InfService[] {
  const services = new Map<string, InfService>();
  for (const service of installSections(models).flatMap((section) => servicesOf(inf, section))) {
    if (!services.has(service.name.toLowerCase())) { services.set(service.name.toLowerCase(), service); }
  }
  return [...services.values()];
}

/** Whether a path below the Windows folder is one that reflectedFiles() may give: none that leads out, and none of a folder that drivers do not go to. */
export function isReflectedPath(path: string): boolean {
  return /^(?:System32(?:\/drivers)?|SysWOW64)(?:\/[^/\\:\p{Cc}]+)+$/iu.test(path) && !path.split('/').some((part) => part === '..' || part === '.');
}

/** Whether a package is configured already, by Windows or by DismTs. */
export function isReflected({ part, published }: RegisteredPackage): boolean {
  return textsOf(part.key.key('DriverInfFiles')?.subkey(published), 'Configurations').length > 0;
}

/** The records below the package's key: configurations, descriptors and the strings that these need. */
export function configurePackage(database: DriverDatabase, registered: RegisteredPackage, source: ReflectedPackage): void {
  const { part, key, published } = registered;
  const { inf, models } = source;
  const scope = configScope(database);
  const sections = installSections(models);
  const infFile = part.key.createSubkey('DriverInfFiles').createSubkey(published);
  setTexts(infFile, 'Configurations', sections);
  for (const section of sections) { configure(key.createSubkey('Configurations').createSubkey(section), inf, section, scope); }
  const tokens = new Set<string>();
  const token = (raw: string) => raw.replaceAll(/%[^%]+%/g, (name) => {
    tokens.add(name.slice(1, -1).toLowerCase());
    return name.toLowerCase();
  });
  for (const { installSection, hardwareId, compatibleIds, rawDescription, rawManufacturer } of models) {
    if (installSection === undefined) { continue; }
    for (const id of [hardwareId, ...compatibleIds].filter((text) => text !== '')) {
      const descriptor = id.split('\\').reduce((parent, name) => parent.createSubkey(name), key.createSubkey('Descriptors'));
      // The first device with an id describes it.
      if (descriptor.value('Configuration') !== undefined) { continue; }
      setText(descriptor, 'Configuration', installSection);
      setText(descriptor, 'Description', token(rawDescription));
      setText(descriptor, 'Manufacturer', token(rawManufacturer));
    }
  }
  for (const name of tokens) {
    const text = inf.string(name);
    if (text !== undefined) { setText(key.createSubkey('Strings'), name, text); }
  }
}

/** @throws InfError: what configurePackage() would write is nothing that a registry can hold. */
export function requireConfigurable({ inf, models }: ReflectedPackage): void {
  for (const section of installSections(models)) {
    for (const name of [section, `${section}.HW`]) { registryEntries(inf, name); }
  }
}

/** What this Windows writes as ConfigScope: nothing before 10, 7 at first, more in newer ones. */
function configScope({ parts }: DriverDatabase): number | undefined {
  const scopes = parts.flatMap(({ key }) => (key.key('DriverPackages')?.subkeys() ?? [])
    .flatMap((entry) => (entry.key('Configurations')?.subkeys() ?? []).flatMap((section) => section.value('ConfigScope')?.data.readUInt32LE(0) ?? [])));
  return scopes.length === 0 ? undefined : Math.max(...scopes.slice(0, 10_000));
}

function configure(key: EditableKey, inf: InfFile, section: string, scope: number | undefined): void {
  const services = servicesOf(inf, section);
  setText(key, 'Service', services.find(({ isFunction }) => isFunction)?.name ?? '');
  setNumber(key, 'ConfigFlags', 0);
  if (scope !== undefined) { setNumber(key, 'ConfigScope', scope); }
  const included = directives(inf, section, 'Include').flat().filter((name) => name !== '');
  if (included.length > 0) { setTexts(key, 'IncludedInfs', included); }
  const relative = (entries: readonly InfRegistryEntry[]) => entries.filter(({ root }) => root === 'HKR');
  for (const entry of relative(registryEntries(inf, `${section}.HW`))) {
    const isFilter = entry.key === '' && /^(?:upper|lower)filters$/i.test(entry.name ?? '');
    writeEntry(isFilter ? key : key.createSubkey('Device'), entry, true);
  }
  for (const entry of relative(registryEntries(inf, section))) { writeEntry(key.createSubkey('Driver'), entry, true); }
  for (const { name, entries } of services) {
    if (entries.length > 0) { for (const entry of entries) { writeEntry(key.createSubkey('Services').createSubkey(name), entry, true); } }
  }
}

/**
 * Writes an entry below a key.
 * @param isRecord It is a note for Windows, which has a mark in the type of what must not replace anything.
 */
export function writeEntry(key: EditableKey, { key: path, name, type, data, isKept }: InfRegistryEntry, isRecord: boolean): void {
  const target = path.split('\\').filter((part) => part !== '').reduce((parent, part) => parent.createSubkey(part), key);
  if (name === undefined || (isKept && !isRecord && target.value(name) !== undefined)) { return; }
  target.setValue(name, { type: isRecord && isKept ? type | noClobberMark : type, data });
}
