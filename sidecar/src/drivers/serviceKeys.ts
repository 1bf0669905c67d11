/** The keys of services in the SYSTEM hive: written as an INF file says, and taken back. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { controlSetName } from '../registry/controlSet.ts';
import type { EditableHive } from '../registry/editableHive.ts';
import type { EditableKey } from '../registry/editableKey.ts';
import { ValueType } from '../registry/values.ts';
import type { InfFile } from './infFile.ts';
import type { InfRegistryEntry } from './infRegistry.ts';
import { imagePathOf, type InfService } from './infServices.ts';
import { writeEntry } from './reflectPackage.ts';
import { setNumber, setText, setTexts } from './stagePackage.ts';

/** What writeService() writes beside what AddReg says. */
const ownValues = [
  'Type', 'Start', 'ErrorControl', 'ImagePath', 'DisplayName', 'Description', 'Group', 'ObjectName', 'DependOnService', 'DependOnGroup', 'Owners',
];

/**
 * Key of the services of the control set that Windows will start with.
 * @throws DismError ERROR_FILE_CORRUPT: the hive has none, and a service written elsewhere would never be looked at.
 */
export function servicesKey(system: EditableHive): EditableKey {
  const name = controlSetName(system);
  if (name === undefined) {
    throw new DismError(Hresult.ERROR_FILE_CORRUPT, `The registry hive "${system.path}" has no control set that Windows could start with`, {
      target: system.path, hint: 'Start over from an intact copy of the image.',
    });
  }
  return system.createKey(`${name}\\Services`);
}

/** Which package a service is written for, and who else has it. */
export interface ServiceOwner {
  readonly inf: InfFile;
  readonly folder: string;
  readonly published: string;
  readonly owners: readonly string[];
}

/** Writes the key of a service as its INF file says. What else is in it stays. */
export function writeService(services: EditableKey, service: InfService, { inf, folder, published, owners }: ServiceOwner): void {
  const key = services.createSubkey(service.name);
  setNumber(key, 'Type', service.serviceType);
  setNumber(key, 'Start', service.startType);
  setNumber(key, 'ErrorControl', service.errorControl);
  const imagePath = imagePathOf(service, folder);
  if (imagePath !== undefined) { key.setValue('ImagePath', { type: ValueType.ExpandString, data: Buffer.from(`${imagePath}\0`, 'utf16le') }); }
  const named = (raw: string) => (/^%[^%]+%$/.test(raw.trim()) ? `@${published},${raw.trim()};${inf.text(raw.trim())}` : inf.text(raw));
  if (service.rawDisplayName !== '') { setText(key, 'DisplayName', named(service.rawDisplayName)); }
  if (service.rawDescription !== '') { setText(key, 'Description', named(service.rawDescription)); }
  if (service.group !== '') { setText(key, 'Group', service.group); }
  if (service.account !== '') { setText(key, 'ObjectName', service.account); }
  const [names, groups] = [false, true].map((isGroup) => service.dependencies.filter((item) => item.startsWith('+') === isGroup)) as [string[], string[]];
  if (names.length > 0) { setTexts(key, 'DependOnService', names); }
  if (groups.length > 0) { setTexts(key, 'DependOnGroup', groups.map((item) => item.slice(1))); }
  setTexts(key, 'Owners', owners);
  for (const entry of service.entries) { writeEntry(key, entry, false); }
  for (const entry of service.events?.entries ?? []) { writeEntry(createPath(services, `EventLog\\${service.events?.key ?? ''}`), entry, false); }
}

/** Takes back what writeService() wrote; keys that are empty then go, too. */
export function eraseService(services: EditableKey, service: InfService): void {
  const key = services.subkey(service.name);
  if (key !== undefined) {
    for (const name of ownValues) { key.removeValue(name); }
    eraseEntries(key, service.entries);
    removeIfEmpty(key);
  }
  const events = service.events === undefined ? undefined : services.key(`EventLog\\${service.events.key}`);
  if (events !== undefined && service.events !== undefined) {
    eraseEntries(events, service.events.entries);
    removeIfEmpty(events);
  }
}

function eraseEntries(key: EditableKey, entries: readonly InfRegistryEntry[]): void {
  for (const { key: path, name } of entries) {
    if (name !== undefined) { key.key(path)?.removeValue(name); }
    // The deepest first: a key goes only when those below it have gone.
    for (let parts = path.split('\\').filter((part) => part !== ''); parts.length > 0; parts = parts.slice(0, -1)) {
      const target = key.key(parts.join('\\'));
      if (target !== undefined) { removeIfEmpty(target); }
    }
  }
}

function removeIfEmpty(key: EditableKey): void {
  if (key.valueNames().length === 0 && key.subkeys().length === 0) { key.remove(); }
}

function createPath(key: EditableKey, path: string): EditableKey {
  return path.split('\\').filter((part) => part !== '').reduce((parent, part) => parent.createSubkey(part), key);
}
