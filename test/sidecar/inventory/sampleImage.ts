/** A small image in memory with everything that listings read: hives and package files. */
import type { ListedFiles } from '../../../sidecar/src/inventory/windowsImage.ts';
import { KeyBuilder, writeHive } from '../../helpers/store/hiveWriter.ts';

export const cbs = 'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing';
/** FILETIME of 2024-09-06T05:14:36Z. */
const sampleTime = 133_700_732_760_000_000n;
const token = '31bf3856ad364e35';

export const foundation = `Contoso-Foundation-Package~${token}~amd64~~10.0.100.1`;
export const olderFoundation = `Contoso-Foundation-Package~${token}~amd64~~10.0.99.7`;
export const rollup = `Package_for_Rollup~${token}~amd64~~100.1.2.3`;
export const tool = `Contoso-Tool-FoD-Package~${token}~amd64~de-DE~10.0.100.1`;
export const hiddenPart = `Contoso-Part-Package~${token}~amd64~~10.0.100.1`;
export const gone = `Contoso-Gone-Package~${token}~amd64~~1.0.0.0`;

interface PackageOptions {
  readonly state: number;
  readonly visibility?: number;
  readonly updates?: Readonly<Record<string, number>>;
}

/** Adds a package to a SOFTWARE hive. */
export function addPackage(software: KeyBuilder, name: string, { state, visibility = 1, updates = {} }: PackageOptions): void {
  const key = software.key(`${cbs}\\Packages`).subkey(name)
    .dword('CurrentState', state).dword('Visibility', visibility).dword('InstallTimeHigh', Number(sampleTime >> 32n))
    .dword('InstallTimeLow', Number(sampleTime & 0xffff_ffffn)).string('InstallClient', 'DISM Package Manager Provider').string('InstallName', `${name}.mum`);
  for (const [update, updateState] of Object.entries(updates)) { key.key('Updates').dword(update, updateState); }
}

/** A package file. `content` is the inside of its `package` element. */
export function mum(name: string, attributes: { assembly?: string; package?: string } = {}, content = ''): Buffer {
  const [identity = '', publicKeyToken = '', architecture = '', culture = '', version = ''] = name.split('~');
  return Buffer.from('<?xml version="1.0" encoding="utf-8"?>\r\n'
    + `<assembly xmlns="urn:schemas-microsoft-com:asm.v3" manifestVersion="1.0" ${attributes.assembly ?? ''}>\r\n`
    + `  <assemblyIdentity name="${identity}" version="${version}" processorArchitecture="${architecture}" language="${culture || 'neutral'}" publicKeyToken="${publicKeyToken}"/>\r\n`
    + `  <package identifier="${identity}" ${attributes.package ?? ''}>\r\n${content}\r\n  </package>\r\n</assembly>\r\n`);
}

const selectable = '<selectable disposition="staged"><detectNone default="true"/></selectable>';

const featureStates = {
  'Feature-On': 0x70, 'Feature-Permanent': 0x80, 'Feature-Off': 0x40, 'Feature-Gone': 0x20, 'Feature-Absent': 0,
  'Feature-Coming': 0x60, 'Feature-Going': 0x05, 'Feature-Partial': 0x65, 'Feature-Superseded': 0x50,
};

/** Parts of the sample, to be changed before it is put together. */
export interface Sample {
  readonly software: KeyBuilder;
  readonly system: KeyBuilder;
  readonly drivers: KeyBuilder;
  /** Beside the hives, by path. */
  readonly files: Map<string, Buffer>;
}

/** A new sample. */
export function makeSample(): Sample {
  const software = new KeyBuilder();
  addPackage(software, foundation, { state: 0x70, updates: { Base: 0x70, ...featureStates } });
  addPackage(software, olderFoundation, { state: 0x50, updates: { 'Feature-On': 0x40, 'Feature-Retired': 0x40 } });
  addPackage(software, rollup, { state: 0x70 });
  addPackage(software, tool, { state: 0x70, updates: { Tool: 0x70 } });
  addPackage(software, hiddenPart, { state: 0x70, visibility: 2 });
  addPackage(software, gone, { state: 0 });
  software.key('Microsoft\\Windows NT\\CurrentVersion').string('EditionID', 'Professional').string('CompositionEditionID', 'Enterprise')
    .string('ProductName', 'Windows 10 Pro').string('InstallationType', 'Client').string('DisplayVersion', '24H2').string('CurrentVersion', '6.3')
    .string('CurrentBuild', '26100').dword('CurrentMajorVersionNumber', 10).dword('CurrentMinorVersionNumber', 0).dword('UBR', 1742);

  const updates = Object.keys(featureStates).map((name) =>
    `<update name="${name}" displayName="${name} &amp; more" description="What ${name} does"${name === 'Feature-On' ? ' restart="required"' : ''}>${selectable}</update>`);
  const files = new Map<string, Buffer>();
  const addFile = (name: string, ...more: [{ assembly?: string; package?: string }?, string?]) => files.set(`Windows/servicing/Packages/${name}.mum`, mum(name, ...more));
  addFile(foundation, {
    assembly: 'description="The foundation" displayName="Foundation" company="Contoso" copyright="Contoso 2024" supportInformation="https://contoso.example" '
      + 'creationTimeStamp="2024-04-01T07:35:00Z" lastUpdateTimeStamp="2024-04-02T07:35:00Z"',
    package: 'releaseType="Foundation" restart="no"',
  }, `<update name="Base"><component/></update>${updates.join('')}`);
  addFile(olderFoundation, { package: 'releaseType="Foundation"' },
    `<update name="Feature-On" displayName="old">${selectable}</update><update name="Feature-Retired">${selectable}</update>`);
  addFile(rollup, { assembly: 'displayName="Rollup"', package: 'releaseType="Security Update" restart="possible"' });
  addFile(tool, { assembly: 'displayName="Tool" description="A tool"', package: 'releaseType="OnDemand Pack"' },
    '<declareCapability><capability><capabilityIdentity name="Contoso.Tool" language="de-DE" version="1.0"/></capability></declareCapability>');
  addFile(hiddenPart, { package: 'releaseType="Feature Pack"' });
  const absent = `Contoso-Other-FoD-Package~${token}~amd64~~10.0.100.1`;
  files.set(`Windows/servicing/InboxFodMetadataCache/metadata/${absent}.mum`, mum(absent, {},
    '<declareCapability><capability><capabilityIdentity name="Contoso.Other" version="0.0.1.0"/></capability></declareCapability>'));

  const system = new KeyBuilder();
  system.key('Select').dword('Current', 1).dword('Default', 2);
  system.key('ControlSet001\\Control\\Session Manager\\Environment').string('PROCESSOR_ARCHITECTURE', 'x86');
  const control = system.key('ControlSet002\\Control');
  control.key('Session Manager\\Environment').string('PROCESSOR_ARCHITECTURE', 'AMD64');
  control.key('Nls\\Language').string('InstallLanguage', '0407');
  control.key('MUI\\UILanguages').subkey('en-US').dword('LCID', 0x409);
  control.key('MUI\\UILanguages').subkey('de-DE').dword('LCID', 0x407);
  control.key('Class').subkey('{4d36e972-e325-11ce-bfc1-08002be10318}').string('Class', 'Net').string('', 'Network adapters');
  control.key('Class').subkey('{4d36e97d-e325-11ce-bfc1-08002be10318}').string('Class', 'System').string('', '@sysclass.dll,-1');
  addDriver(system, 'acpi.inf_amd64_9bfd289b56d00b69', '7de9364d25e3ce11bfc108002be10318', 'ffff', [1, 26100, 0, 10])
    .string('', 'acpi.inf').string('Provider', 'Microsoft').dword('SignerScore', 0x0d000003).dword('BootCritical', 1);
  const drivers = new KeyBuilder();
  const net = addDriver(drivers, 'contosonet.inf_amd64_0123456789abcdef', '72e9364d25e3ce11bfc108002be10318', '00ff', [4, 3, 2, 1])
    .string('', 'oem10.inf').string('InfName', 'ContosoNet.inf').string('Provider', 'Contoso').string('Catalog', 'contosonet.cat').dword('SignerScore', 0x0d000005);
  net.key('Configurations\\Nic.NT').string('Service', 'contosonic');
  net.key('Descriptors\\PCI').subkey('VEN_1234&DEV_0001').string('Configuration', 'Nic.NT').string('Manufacturer', '%mfg%').string('Description', '%nic% one');
  net.key('Descriptors\\PCI').subkey('VEN_1234&DEV_0002').string('Configuration', 'Nic.NT').string('Manufacturer', '%MFG%').string('Description', '%unknown%');
  net.key('Descriptors').subkey('CONTOSO').string('Configuration', 'None.NT');
  net.key('Strings').string('mfg', 'Contoso Ltd').string('nic', 'Contoso NIC');
  addDriver(drivers, 'plain.inf_amd64_1111111111111111', '72e9364d25e3ce11bfc108002be10318', '00ff', [0, 0, 0, 1])
    .string('', 'oem2.inf').string('InfName', 'plain.inf').dword('SignerScore', 0x80000000);
  return { software, system, drivers, files };
}

function addDriver(root: KeyBuilder, folder: string, classGuid: string, mark: string, version: readonly number[]): KeyBuilder {
  const data = Buffer.alloc(48);
  Buffer.from(`${mark}09`, 'hex').copy(data);
  Buffer.from(classGuid, 'hex').copy(data, 8);
  data.writeBigUInt64LE(sampleTime, 24);
  version.forEach((part, index) => data.writeUInt16LE(part, 32 + index * 2));
  return root.key('DriverDatabase\\DriverPackages').subkey(folder).binary('Version', data);
}

/** The sample's files, by path. */
export function sampleFiles({ software, system, drivers, files }: Sample): Map<string, Buffer> {
  return new Map([
    ['Windows/System32/config/SOFTWARE', writeHive(software)],
    ['Windows/System32/config/SYSTEM', writeHive(system)],
    ['Windows/System32/config/DRIVERS', writeHive(drivers)],
    ...files,
  ]);
}

/** Files in memory, found in any case. */
export function inMemory(files: ReadonlyMap<string, Buffer>): ListedFiles {
  const fold = (path: string) => path.toLowerCase();
  const byPath = new Map([...files].map(([path, data]) => [fold(path), data]));
  return {
    read: (path) => Promise.resolve(byPath.get(fold(path))),
    list: (path) => {
      const start = path === '' ? '' : `${fold(path)}/`;
      const names = [...files.keys()].filter((file) => fold(file).startsWith(start)).map((file) => file.slice(start.length).split('/')[0] ?? '');
      return Promise.resolve([...new Set(names)]);
    },
  };
}
