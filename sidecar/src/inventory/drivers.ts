/** The driver packages of an image: the driver databases in its SYSTEM hive (those needed at start) and DRIVERS hive (the rest). */
import type { Driver, DriverInfo } from '@dismts/protocol';
import { DismError, UnsupportedError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import type { HiveKey } from '../registry/hive.ts';
import { fileTimeToIso } from '../fileTime.ts';
import { bootCriticalClasses } from '../drivers/deviceClasses.ts';
import { guidText } from '../drivers/driverRecords.ts';
import { InfFile } from '../drivers/infFile.ts';
import { directives } from '../drivers/infInstall.ts';
import { type InfModel, readModels } from '../drivers/infModels.ts';
import { imageLanguage, imageTarget } from './imageTarget.ts';
import { maxInfBytes } from '../drivers/infText.ts';
import { fileTrouble } from '../imageFiles/fileTrouble.ts';
import { architectureNumber } from './architectures.ts';
import { isSystemError } from '../systemErrors.ts';
import type { WindowsImage } from './windowsImage.ts';

/** What to list. */
export interface DriverQuery {
  /** Published name, such as `oem3.inf`, in any case: gives one object for each hardware id. */
  readonly driver?: string | undefined;
  /** Also those that came with Windows. */
  readonly all?: boolean | undefined;
}

/** SetupAPI's scores of signers: from here on there is no signature, from the second on nothing is known. */
const unsignedScore = 0x80000000;
const unknownScore = 0xff000000;

/** `Version` of a driver package: offsets of what is read. */
const versionBytes = 40;
const inboxMark = 0xffff;

/** Hardware ids have this many parts at most, such as `PCI\VEN_8086&DEV_1533`. */
const hardwareIdParts = 8;

/**
 * The driver packages, sorted by published name.
 * @throws DismError ERROR_NOT_FOUND: no driver is published under that name.
 * @throws UnsupportedError: the image has no driver database, as Windows before 8.
 */
export async function listDrivers(image: WindowsImage, query: DriverQuery = {}): Promise<(Driver | DriverInfo)[]> {
  const drivers = await readPackages(image);
  if (query.driver === undefined) {
    return drivers.map(({ driver }) => driver)
      .filter((driver) => query.all === true || !driver.inbox)
      .sort((a, b) => a.driver.localeCompare(b.driver, 'en', { numeric: true }) || (a.originalFileName < b.originalFileName ? -1 : 1));
  }
  const wanted = query.driver.toLowerCase();
  const found = drivers.filter(({ driver }) => driver.driver.toLowerCase() === wanted);
  if (found.length === 0) {
    throw new DismError(Hresult.ERROR_NOT_FOUND, `Cannot find the driver "${query.driver}" in "${image.path}"`,
      { target: query.driver, hint: 'List the drivers of the image with Get-DismTsDriver -All, and give the published name, such as "oem3.inf".' });
  }
  return await describeDevices(image, found);
}

/** What the drivers that were added are for: one object for each hardware id of each of them. @throws UnsupportedError as listDrivers() */
export async function listAddedDevices(image: WindowsImage): Promise<DriverInfo[]> {
  return await describeDevices(image, (await readPackages(image)).filter(({ driver }) => !driver.inbox));
}

/** A package, and what is known of it. */
interface ListedPackage {
  readonly key: HiveKey;
  readonly driver: Driver;
}

async function readPackages(image: WindowsImage): Promise<ListedPackage[]> {
  const databases = [(await image.hive('SYSTEM')).key('DriverDatabase'), (await image.findHive('DRIVERS'))?.key('DriverDatabase')]
    .filter((database) => database !== undefined);
  if (databases.length === 0) {
    throw new UnsupportedError(`Cannot list the drivers of "${image.path}": it has no driver database, as Windows 7 and earlier versions`, { target: image.path });
  }
  const classes = (await image.controlSet())?.key('Control\\Class');
  const packages = new Map<string, HiveKey>();
  for (const key of databases.flatMap((database) => database.subkey('DriverPackages')?.subkeys() ?? [])) {
    const name = key.name.toLowerCase();
    if (!packages.has(name)) { packages.set(name, key); }
  }
  return Array.from(packages.values(), (key) => ({ key, driver: describeDriver(image, key, classes) }));
}

async function describeDevices(image: WindowsImage, packages: readonly ListedPackage[]): Promise<DriverInfo[]> {
  const devices: DriverInfo[] = [];
  for (const { key, driver } of packages) {
    for (const device of await describeModels(image, key, driver) ?? describeHardware(key, driver)) { devices.push(device); }
  }
  return devices;
}

function describeDriver(image: WindowsImage, key: HiveKey, classes: HiveKey | undefined): Driver {
  const values = new Map(key.values().map((value) => [value.name.toLowerCase(), value]));
  const text = (name: string) => values.get(name)?.asString() ?? '';
  const infName = text('infname') || key.name.replace(/\.inf_.*$/i, '.inf');
  const version = parseVersion(values.get('version')?.data);
  const deviceClass = classes?.subkey(version.classGuid);
  const score = values.get('signerscore')?.asNumber();
  // A text that begins with @ names a resource of a DLL.
  const description = deviceClass?.value('')?.asString() ?? '';
  return {
    driver: text('') || infName,
    originalFileName: `${image.path.replace(/\/$/, '')}/${image.windows}/System32/DriverStore/FileRepository/${key.name}/${infName}`,
    inbox: version.isInbox,
    catalogFile: text('catalog'),
    className: deviceClass?.value('Class')?.asString() ?? '',
    classGuid: version.classGuid,
    classDescription: description.startsWith('@') ? '' : description,
    bootCritical: values.get('bootcritical')?.asNumber() === 1 || bootCriticalClasses.has(version.classGuid),
    driverSignature: score === undefined || score >= unknownScore ? 'Unknown' : score >= unsignedScore ? 'Unsigned' : 'Signed',
    providerName: text('provider'),
    date: version.date,
    version: [version.majorVersion, version.minorVersion, version.build, version.revision].join('.'),
    majorVersion: version.majorVersion,
    minorVersion: version.minorVersion,
    build: version.build,
    revision: version.revision,
  };
}

function parseVersion(data: Buffer | undefined): {
  isInbox: boolean; classGuid: string; date: string | null; majorVersion: number; minorVersion: number; build: number; revision: number;
} {
  if (data === undefined || data.length < versionBytes) {
    return { isInbox: false, classGuid: '', date: null, majorVersion: 0, minorVersion: 0, build: 0, revision: 0 };
  }
  return {
    isInbox: data.readUInt16LE(0) === inboxMark,
    classGuid: guidText(data.subarray(8, 24)),
    date: fileTimeToIso(data.readBigUInt64LE(24)) ?? null,
    revision: data.readUInt16LE(32),
    build: data.readUInt16LE(34),
    minorVersion: data.readUInt16LE(36),
    majorVersion: data.readUInt16LE(38),
  };
}

/** One object for each device in the INF file of the package; undefined where that cannot be read, or has none for this image. */
async function describeModels(image: WindowsImage, key: HiveKey, driver: Driver): Promise<DriverInfo[] | undefined> {
  try {
    const infName = driver.originalFileName.split('/').at(-1) ?? '';
    // Names come from the registry: one with a separator would be a path.
    const data = /[/\\]/.test(key.name) ? undefined : await image.readFile(`System32/DriverStore/FileRepository/${key.name}/${infName}`, maxInfBytes);
    if (data === undefined) { return undefined; }
    const architecture = /_([^_]+)_[^_]*$/.exec(key.name)?.[1];
    const target = await imageTarget(image, architecture);
    const inf = InfFile.parse(data, await imageLanguage(image));
    const models = readModels(inf, target);
    return models.length === 0 ? undefined : models.map((model) => describeModel(inf, model, driver, architecture));
  } catch (error) {
    // What Windows recorded of it when it was configured is there all the same.
    if (fileTrouble(error) === undefined) { throw error; }
    if (isSystemError(error)) { image.noteUnread(driver.originalFileName, error); }
    return undefined;
  }
}

/** A driver for one device of its INF file. @param architecture As folders of the driver store name it. */
export function describeModel(inf: InfFile, model: InfModel, driver: Driver, architecture: string | undefined): DriverInfo {
  return {
    ...driver,
    manufacturerName: inf.text(model.rawManufacturer),
    hardwareDescription: inf.text(model.rawDescription),
    hardwareId: model.hardwareId,
    architecture: architectureNumber(architecture),
    serviceName: model.installSection === undefined ? '' : serviceOf(inf, model.installSection),
    compatibleIds: model.compatibleIds.join(', '),
    // No INF file names ids that a driver is not for.
    excludeIds: '',
  };
}

/** The service that drives the devices of an install section: the one with flag 2. */
function serviceOf(inf: InfFile, section: string): string {
  return directives(inf, `${section}.Services`, 'AddService').find(([, flags = '0']) => (Number(flags) & 2) !== 0)?.[0] ?? '';
}

/** One object for each hardware id that the package has a descriptor for; the driver alone where it has none. */
function describeHardware(key: HiveKey, driver: Driver): DriverInfo[] {
  const strings = new Map((key.subkey('Strings')?.values() ?? []).map((value) => [value.name.toLowerCase(), value.asString() ?? '']));
  const resolve = (text: string) => text.replaceAll(/%([^%]+)%/g, (token, name: string) => strings.get(name.toLowerCase()) ?? token);
  const architecture = architectureNumber(/_([^_]+)_[^_]*$/.exec(key.name)?.[1]);
  const describe = (hardwareId: string, descriptor: HiveKey | undefined): DriverInfo => {
    const configuration = descriptor?.value('Configuration')?.asString() ?? '';
    return {
      ...driver,
      manufacturerName: resolve(descriptor?.value('Manufacturer')?.asString() ?? ''),
      hardwareDescription: resolve(descriptor?.value('Description')?.asString() ?? ''),
      hardwareId,
      architecture,
      serviceName: key.subkey('Configurations')?.subkey(configuration)?.value('Service')?.asString() ?? '',
      // The driver database keeps these with the ids that devices are found by.
      compatibleIds: '',
      excludeIds: '',
    };
  };
  const descriptors = findDescriptors(key.subkey('Descriptors'));
  return descriptors.length === 0
    ? [describe('', undefined)]
    : descriptors.map(([hardwareId, descriptor]) => describe(hardwareId, descriptor));
}

/** Keys with a configuration, at any depth: the parts of a hardware id are keys below each other. */
function findDescriptors(key: HiveKey | undefined, path: readonly string[] = []): [hardwareId: string, descriptor: HiveKey][] {
  if (key === undefined || path.length > hardwareIdParts) { return []; }
  const own: [string, HiveKey][] = path.length > 0 && key.value('Configuration') !== undefined ? [[path.join('\\'), key]] : [];
  return [...own, ...key.subkeys().flatMap((subkey) => findDescriptors(subkey, [...path, subkey.name]))];
}
