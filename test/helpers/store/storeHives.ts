/** Writes the registry hives of a synthetic image: what components, packages, features and drivers it has. */
import { createHash } from 'node:crypto';
import { fileValueName, keyform } from '../../../sidecar/src/componentStore/keyHash.ts';
import { packageName, type ComponentIdentity } from '../../../sidecar/src/componentStore/identity.ts';
import { guidBytes } from '../../../sidecar/src/guid.ts';
import { deviceIdRecords } from '../../../sidecar/src/drivers/driverRecords.ts';
import { InfFile } from '../../../sidecar/src/drivers/infFile.ts';
import { readModels } from '../../../sidecar/src/drivers/infModels.ts';
import { readVersion } from '../../../sidecar/src/drivers/infVersion.ts';
import { storeName } from '../../../sidecar/src/drivers/storeName.ts';
import { deploymentKey, deploymentValueName } from './deploymentNames.ts';
import { type DriverPackage, makeDriverPackage, netClass } from './driverPackage.ts';
import { KeyBuilder, writeHive } from './hiveWriter.ts';
import { identityText } from './manifestText.ts';
import { olderVersion, type PackageSpec, sampleVersion } from './sampleStore.ts';
import type { SyntheticComponent, SyntheticPackage } from './syntheticImage.ts';

const empty = Buffer.alloc(0);
/** FILETIME of 2026-01-01. */
const installTime = 134_116_992_000_000_000n;

/** Value of a deployment: lengths, ASCII, and one more byte where the second number is 1. */
function pinnedBy(text: string, more: 0 | 1): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(text.length, 0);
  head.writeUInt32LE(more, 4);
  return Buffer.concat([head, Buffer.from(text, 'latin1'), Buffer.alloc(more, 1)]);
}

/** The COMPONENTS hive. */
export function componentsHive(components: readonly SyntheticComponent[], packages: readonly SyntheticPackage[]): KeyBuilder {
  const root = new KeyBuilder();
  root.dword('StoreFormatVersion', 0).dword('StoreDirty', 0);
  const older = root.key('DerivedData\\VersionedIndex').subkey('9.9.99999.1 (WinBuild.160101.0800)').key('ComponentFamilies');
  const families = root.key('DerivedData\\VersionedIndex').subkey(`${sampleVersion} (WinBuild.160101.0800)`).key('ComponentFamilies');
  for (const component of components) {
    const { spec } = component;
    const key = root.key('DerivedData\\Components').subkey(component.keyform);
    key.binary('S256H', createHash('sha256').update(component.manifest).digest()).binary('identity', identityText(spec.identity));
    if (spec.flags !== undefined) { key.dword('CF', spec.flags); }
    for (const file of spec.files ?? []) { key.dword(fileValueName(file.name), file.form === undefined || file.form === 'plain' ? 1 : 0x201); }
    for (const owner of component.deployments) { key.binary(`c!${owner}`, empty); }
    // Every version in the store is in the index, whether it is in use, superseded or only staged.
    const family = keyform(spec.identity, { versionless: true });
    if (spec.identity.version === olderVersion) { older.key(family).binary(`v!${spec.identity.version}`, Buffer.of(1)); }
    families.key(family).binary(`v!${spec.identity.version}`, Buffer.of(1));
  }
  const canonical = root.key('CanonicalData');
  for (const entry of packages) {
    entry.deployments.forEach((identity, index) => {
      const name = packageName(entry.spec.identity);
      const update = entry.spec.updates[index]?.name ?? '';
      const kind = (entry.spec.updates[index]?.state ?? 0) >= 0x70 ? 'i' : 's';
      canonical.key('Deployments').subkey(deploymentKey(identity))
        .binary('appid', identityText(identity)).string('CatalogThumbprint', entry.catalogDigest)
        .binary(deploymentValueName('p', name, update), pinnedBy(`${name}.${update}`, 0))
        .binary(deploymentValueName(kind, name, update), pinnedBy(`${name}.${update}`, 1));
      canonical.key('Catalogs').subkey(entry.catalogDigest).binary(`c!${deploymentKey(identity)}`, empty);
    });
  }
  return root;
}

/** The SOFTWARE hive. */
export function softwareHive(packages: readonly SyntheticPackage[], components: readonly SyntheticComponent[]): KeyBuilder {
  const root = new KeyBuilder();
  const current = root.key('Microsoft\\Windows\\CurrentVersion');
  const servicing = current.key('Component Based Servicing');
  servicing.key('SessionsPending').dword('Exclusive', 0);
  current.key('Setup\\PnpLockdownFiles').subkey('%SystemRoot%/System32/drivers/dtdisk.sys').dword('Class', 4);
  servicing.key('Version').expandString(sampleVersion, `%SystemRoot%\\winsxs\\amd64_microsoft-windows-servicingstack_31bf3856ad364e35_${sampleVersion}_none`);
  for (const { spec } of packages) { addPackage(servicing, spec); }
  // A package that was taken away keeps its key, and needs no files.
  servicing.key('Packages').subkey('DismTs-Gone-Package~31bf3856ad364e35~amd64~~10.0.99990.1').dword('CurrentState', 0).dword('Visibility', 1);
  for (const { spec } of packages) {
    for (const update of spec.updates) {
      if (update.feature !== undefined) {
        servicing.key('Notifications\\OptionalFeatures').subkey(update.name).dword('Selection', update.state === 0x70 ? 1 : 0).dword('Removed', update.state === 0x20 ? 1 : 0);
      }
    }
  }
  const winners = current.key('SideBySide\\Winners');
  for (const { spec: { identity, isNotProjected } } of components) {
    if (isNotProjected === true) { continue; }
    const [major = '0', minor = '0'] = identity.version.split('.');
    winners.subkey(keyform(identity, { versionless: true })).string('', `${major}.${minor}`)
      .subkey(`${major}.${minor}`).string('', identity.version).binary(identity.version, Buffer.of(1));
  }
  root.key('Microsoft\\Windows NT\\CurrentVersion')
    .string('EditionID', 'Professional').string('CompositionEditionID', 'Enterprise').string('ProductName', 'DismTs Sample 10 Pro')
    .string('CurrentBuild', '99999').string('CurrentBuildNumber', '99999').dword('UBR', 1)
    .string('CurrentVersion', '6.3').dword('CurrentMajorVersionNumber', 10).dword('CurrentMinorVersionNumber', 0).string('InstallationType', 'Client').string('DisplayVersion', '26H1');
  return root;
}

function addPackage(servicing: KeyBuilder, spec: PackageSpec): void {
  const name = packageName(spec.identity);
  const key = servicing.key('Packages').subkey(name)
    .dword('CurrentState', spec.state).dword('Visibility', spec.visibility).dword('DefVis', spec.visibility).dword('Trusted', 1).dword('SelfUpdate', 0).dword('LastError', 0)
    .string('InstallName', `${name}.mum`).string('InstallLocation', '\\\\?\\C:\\Windows\\CbsTemp\\sample\\').string('InstallClient', 'DISM Package Manager Provider')
    .string('InstallUser', 'S-1-5-18').dword('InstallTimeHigh', Number(installTime >> 32n)).dword('InstallTimeLow', Number(installTime & 0xffffffffn));
  key.key('Owners').dword(name, spec.state);
  for (const update of spec.updates) { key.key('Updates').dword(update.name, update.state); }
}

/** A driver package. */
interface DriverSpec {
  readonly inf: string;
  readonly published: string;
  readonly provider: string;
  readonly score: number;
  readonly isInbox: boolean;
  readonly bootCritical: boolean;
  readonly classGuid: string;
  /** What devices call themselves, by the parts that are keys below each other. */
  readonly hardwareIds: readonly string[];
}

const diskClass = '{4d36e967-e325-11ce-bfc1-08002be10318}';

/** The drivers that the image has. */
export const sampleDrivers = {
  disk: { inf: 'dtdisk.inf', published: 'dtdisk.inf', provider: 'DismTs', score: 0x0d000003, isInbox: true, bootCritical: true, classGuid: diskClass, hardwareIds: ['GenDisk'] },
  net: { inf: 'dtnet.inf', published: 'oem0.inf', provider: 'DismTs Networks', score: 0x0d000005, isInbox: false, bootCritical: false, classGuid: netClass,
    hardwareIds: ['PCI\\VEN_1DDD&DEV_0001', 'PCI\\VEN_1DDD&DEV_0002'] },
} as const satisfies Record<string, DriverSpec>;

/** The files of the driver that was added. */
export const sampleDriverPackage: DriverPackage = makeDriverPackage({
  name: 'dtnet', provider: sampleDrivers.net.provider, devices: sampleDrivers.net.hardwareIds.map((id) => [id, 'PCI\\VEN_1DDD']),
});

/** Name of the folder of a driver in the driver store. */
export function sampleDriverFolder({ inf, isInbox }: DriverSpec): string {
  return isInbox ? `${inf}_amd64_0123456789abcdef` : storeName(inf, 'amd64', sampleDriverPackage.inf);
}

function addDriver(root: KeyBuilder, driver: DriverSpec): void {
  const folder = sampleDriverFolder(driver);
  const version = Buffer.alloc(48);
  version.writeUInt16LE(driver.isInbox ? 0xffff : 0xff00, 0);
  version.writeUInt8(9, 2);
  guidBytes(driver.classGuid).copy(version, 8);
  version.writeBigUInt64LE(installTime, 24);
  [4, 3, 2, 1].forEach((part, index) => { version.writeUInt16LE(part, 32 + index * 2); });
  const key = root.key('DriverDatabase\\DriverPackages').subkey(folder)
    .string('', driver.published).string('Provider', driver.provider).string('Catalog', driver.inf.replace('.inf', '.cat'))
    .string('SignerName', driver.isInbox ? 'Microsoft Windows' : 'Microsoft Windows Hardware Compatibility Publisher').dword('SignerScore', driver.score)
    .dword('StatusFlags', 0x12).binary('Version', version).string('OemPath', 'X:\\drivers');
  const importDate = Buffer.alloc(8);
  importDate.writeBigUInt64LE(installTime);
  key.binary('ImportDate', importDate);
  if (driver.bootCritical) { key.dword('BootCritical', 1); }
  if (!driver.isInbox) { key.string('InfName', driver.inf); }
  for (const id of driver.hardwareIds) {
    key.key(`Descriptors\\${id}`).string('Configuration', 'Main.NT').string('Manufacturer', '%maker%').string('Description', '%device%');
  }
  key.key('Configurations\\Main.NT').string('Service', driver.inf.replace('.inf', ''));
  key.key('Strings').string('maker', driver.provider).string('device', `A device of ${driver.provider}`);
  root.key('DriverDatabase\\DriverInfFiles').subkey(driver.published).strings('', [folder]).string('Active', folder);
  const ids = root.key('DriverDatabase\\DeviceIds');
  ids.subkey(driver.classGuid).set(driver.published, 0, empty);
  for (const { id, record } of deviceIds(driver)) { ids.key(id).binary(driver.published, record); }
}

function deviceIds(driver: DriverSpec): { id: string; record: Buffer }[] {
  if (driver.isInbox) { return driver.hardwareIds.map((id) => ({ id, record: Buffer.from('01ff0000', 'hex') })); }
  const inf = InfFile.parse(sampleDriverPackage.inf);
  return deviceIdRecords(inf, readModels(inf, { architecture: 'amd64', major: 10, minor: 0, build: 99999, productType: 1 }), readVersion(inf, 'amd64'));
}

/** The SYSTEM hive. */
function systemHive(): KeyBuilder {
  const root = new KeyBuilder();
  root.key('Select').dword('Default', 1).dword('Current', 1).dword('LastKnownGood', 1).dword('Failed', 0);
  const control = root.key('ControlSet001\\Control');
  control.key('Session Manager\\Environment').string('PROCESSOR_ARCHITECTURE', 'AMD64');
  control.key('Nls\\Language').string('InstallLanguage', '0409').string('Default', '0409');
  control.key('MUI\\UILanguages').subkey('en-US').dword('LCID', 0x0409);
  control.key('Class').subkey(netClass).string('Class', 'Net').string('', 'Network adapters');
  control.key('Class').subkey(diskClass).string('Class', 'DiskDrive').string('', 'Disk drives');
  root.key('DriverDatabase').dword('Version', 10).dword('SchemaVersion', 0x10000).dword('Architecture', 9).binary('OemInfMap', Buffer.of(0x80));
  control.key('GroupOrderList').binary('SCSI Miniport', Buffer.from('0100000021000000', 'hex'));
  root.key('ControlSet001\\Services\\EventLog\\System').dword('MaxSize', 0x1400000);
  root.key('ControlSet001\\Services').subkey('disk').dword('Start', 0).dword('Type', 1).dword('ErrorControl', 1).string('Group', 'SCSI Class');
  addDriver(root, sampleDrivers.disk);
  return root;
}

/** The DRIVERS hive. */
function driversHive(): KeyBuilder {
  const root = new KeyBuilder();
  root.key('DriverDatabase').dword('Version', 10).dword('SchemaVersion', 0x10000).dword('Architecture', 9);
  addDriver(root, sampleDrivers.net);
  return root;
}

/** The bytes of all hives, by file name. */
export function storeHives(components: readonly SyntheticComponent[], packages: readonly SyntheticPackage[]): Readonly<Record<string, Buffer>> {
  return {
    COMPONENTS: writeHive(componentsHive(components, packages)), SOFTWARE: writeHive(softwareHive(packages, components)),
    SYSTEM: writeHive(systemHive()), DRIVERS: writeHive(driversHive()),
  };
}

/** Whether an identity is one of these, by its key. */
export function includesIdentity(list: readonly ComponentIdentity[], identity: ComponentIdentity): boolean {
  return list.some((candidate) => keyform(candidate) === keyform(identity));
}
