/** Registers a driver package in a driver database as Windows does that has staged it, and takes it out again. */
import type { EditableKey } from '../registry/editableKey.ts';
import { ValueType } from '../registry/values.ts';
import { type DatabasePart, type DriverDatabase, type RegisteredPackage, textsOf } from './driverDatabase.ts';
import { guidBytes } from '../guid.ts';
import { deviceIdRecords, oemNumber, versionRecord } from './driverRecords.ts';
import { signerScore } from './packageSignature.ts';
import type { SourcePackage } from './sourcePackage.ts';

/** What nearly all packages have that were added to Windows; the meaning of its bits is not known, and servicing does not depend on it. */
const statusFlags = 0x12;

export function setText(key: EditableKey, name: string, text: string): void {
  key.setValue(name, { type: ValueType.String, data: Buffer.from(`${text}\0`, 'utf16le') });
}

export function setTexts(key: EditableKey, name: string, texts: readonly string[]): void {
  key.setValue(name, { type: ValueType.MultiString, data: Buffer.from(`${texts.map((text) => `${text}\0`).join('')}\0`, 'utf16le') });
}

export function setNumber(key: EditableKey, name: string, value: number): void {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(value >>> 0);
  key.setValue(name, { type: ValueType.Dword, data });
}

/** The records of a package that is in the store and waits for its devices: package, INF file, device ids, class, and its number. */
export function registerPackage(database: DriverDatabase, source: SourcePackage, published: string): RegisteredPackage {
  const { version, folder } = source;
  const part = database.partFor(version.classGuid);
  const packages = part.key.createSubkey('DriverPackages');
  const newForm = hasFileSizes(packages);
  const key = packages.createSubkey(folder);
  describePackage(key, source, published);
  if (newForm) {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt([...source.files.values()].reduce((sum, data) => sum + data.length, 0)));
    key.setValue('FileSize', { type: ValueType.Qword, data: size });
  }
  const infFile = part.key.createSubkey('DriverInfFiles').createSubkey(published);
  setTexts(infFile, '', [folder]);
  setText(infFile, 'Active', folder);
  const ids = part.key.createSubkey('DeviceIds');
  ids.createSubkey(version.classGuid).setValue(published, { type: ValueType.None, data: Buffer.alloc(0) });
  for (const { id, record } of deviceIdRecords(source.inf, source.models, version)) {
    idKey(ids, id).setValue(published, { type: ValueType.Binary, data: record });
  }
  database.takeNumber(oemNumber(published) ?? 0);
  return { part, key, published };
}

function describePackage(key: EditableKey, source: SourcePackage, published: string): void {
  const { version, target, signature } = source;
  setText(key, '', published);
  key.setValue('Version', { type: ValueType.Binary, data: versionRecord(version, target.architecture) });
  setText(key, 'Provider', version.provider);
  setText(key, 'InfName', source.infName);
  setText(key, 'OemPath', source.sourceFolder);
  if (version.catalog !== undefined && source.files.has(version.catalog)) { setText(key, 'Catalog', version.catalog); }
  if (signature.isSigned) { setText(key, 'SignerName', signature.signer); }
  setNumber(key, 'SignerScore', signerScore(signature));
  setNumber(key, 'StatusFlags', statusFlags);
  if (version.extensionId !== undefined) { key.setValue('ExtensionId', { type: ValueType.Binary, data: guidBytes(version.extensionId) }); }
  const now = Buffer.alloc(8);
  now.writeBigUInt64LE(BigInt(Date.now()) * 10_000n + 116_444_736_000_000_000n);
  key.setValue('ImportDate', { type: ValueType.Binary, data: now });
}

/** Whether this Windows records the size of packages, as newer ones do. */
function hasFileSizes(packages: EditableKey): boolean {
  return packages.subkeys().some((key) => key.value('FileSize') !== undefined);
}

/** The key of a device id: what is before its first backslash, and in it the rest. */
function idKey(ids: EditableKey, id: string): EditableKey {
  return id.split('\\').reduce((key, name) => key.createSubkey(name), ids);
}

/** Takes out all records of a package. Keys that held nothing but these records go with them. */
export function unregisterPackage(database: DriverDatabase, { part, key, published }: RegisteredPackage): void {
  const folder = key.name;
  key.remove();
  const infFile = part.key.key('DriverInfFiles')?.subkey(published);
  const others = textsOf(infFile, '').filter((name) => name.toLowerCase() !== folder.toLowerCase());
  if (infFile !== undefined && others.length > 0) {
    setTexts(infFile, '', others);
    return;
  }
  infFile?.remove();
  const ids = part.key.key('DeviceIds');
  if (ids !== undefined) { for (const idKey of ids.subkeys()) { removeId(idKey, published); } }
  const number = oemNumber(published);
  if (number !== undefined && !isUsed(database, published)) { database.freeUp(number); }
}

/** Removes the value of a name in a key and those below, and the keys that are empty then. */
function removeId(key: EditableKey, published: string): void {
  let isTouched = key.removeValue(published);
  const count = key.subkeys().length;
  for (const subkey of key.subkeys()) { removeId(subkey, published); }
  isTouched ||= key.subkeys().length < count;
  if (isTouched && key.subkeys().length === 0 && key.valueNames().length === 0) { key.remove(); }
}

function isUsed({ parts }: { readonly parts: readonly DatabasePart[] }, published: string): boolean {
  return parts.some(({ key }) => key.key('DriverInfFiles')?.subkey(published) !== undefined);
}
