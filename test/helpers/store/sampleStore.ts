/** What the synthetic store holds: components of every kind, and the packages that brought them. All names and bytes are our own. */
import type { ComponentIdentity } from '../../../sidecar/src/componentStore/identity.ts';
import { pseudoRandom } from '../wims.ts';
import type { ComponentSpec } from './manifestText.ts';

const token = '31bf3856ad364e35';
/** Version of most components and packages. */
export const sampleVersion = '10.0.99999.1';
/** Version of those that were superseded. */
export const olderVersion = '10.0.99998.7';
/** Version of one that is only staged, beside the one in use. */
export const newerVersion = '10.0.99999.9';

function identity(name: string, more: Partial<ComponentIdentity> = {}): ComponentIdentity {
  return { name, version: sampleVersion, publicKeyToken: token, processorArchitecture: 'amd64', versionScope: 'nonSxS', ...more };
}

/** Text that compresses, the same for the same label. */
function prose(label: string, bytes: number): Buffer {
  return Buffer.alloc(bytes, `The ${label} of a synthetic store holds words that repeat, and number ${label.length}.\r\n`);
}

const system32 = '$(runtime.system32)';
const windows = '$(runtime.windows)';

/** The servicing stack, whose wcp.dll holds the base manifest. */
export function servicingStack(wcp: Buffer): ComponentSpec {
  return { identity: identity('Microsoft-Windows-ServicingStack'), files: [{ name: 'wcp.dll', data: wcp }, { name: 'poqexec.exe', data: pseudoRandom(3000, 100) }] };
}

const core: ComponentSpec = {
  identity: identity('DismTs-Core'),
  files: [
    { name: 'dtcore.dll', data: pseudoRandom(9000, 1), destination: system32 },
    { name: 'empty.dat', data: Buffer.alloc(0), destination: `${system32}\\dtcore` },
    { name: 'Gr\u00fc\u00dfe & more.txt', data: prose('greeting', 700), destination: `${system32}\\dtcore` },
  ],
};

/** All but the servicing stack and the deployments. */
export const sampleComponents = {
  core,
  coreWow64: {
    identity: identity('DismTs-Core', { processorArchitecture: 'wow64' }),
    files: [{ name: 'dtcore.dll', data: pseudoRandom(8000, 2), destination: system32 }],
  },
  coreOlder: {
    identity: identity('DismTs-Core', { version: olderVersion }), isNotProjected: true, flags: 0x200,
    files: [{ name: 'dtcore.dll', data: Buffer.concat([prose('older core', 40_000), pseudoRandom(40_000, 3)]), destination: system32, form: 'DCS' }],
  },
  linked: {
    identity: identity('DismTs-Linked'),
    files: [{
      name: 'dtlinked.exe', data: pseudoRandom(5000, 4), destination: windows,
      links: [`${system32}\\dtlinked.exe`, '$(runtime.programFiles)\\DismTs\\dtlinked.exe'],
    }],
  },
  resources: {
    identity: identity('DismTs-Core.Resources', { culture: 'en-US' }),
    files: [{ name: 'dtcore.dll.mui', data: prose('resource', 1500), destination: `${system32}\\en-US` }],
  },
  longName: {
    identity: identity('DismTs-Component-With-A-Name-Of-More-Than-Forty-Characters'),
    files: [{ name: 'a file whose name has more than 25 characters.dll', data: pseudoRandom(2100, 5), destination: system32 }],
  },
  blanks: {
    identity: identity('DismTs Sample (Extra Parts)'),
    files: [{ name: 'dtextra.sys', data: pseudoRandom(2200, 6), destination: '$(runtime.drivers)' }],
  },
  subfolder: {
    identity: identity('DismTs-Subfolder'), manifestForm: 'plain',
    files: [
      { name: 'settings.xml', data: prose('setting', 900), destination: `${windows}\\DismTs`, sourcePath: 'data\\deep\\' },
      { name: 'settings.xsd', data: prose('schema', 800), destination: `${windows}\\DismTs`, sourcePath: '.\\data\\' },
    ],
  },
  renamed: {
    identity: identity('DismTs-Renamed'),
    files: [{ name: 'dtnew.ini', sourceName: 'dtstored.ini', destinationName: 'DTNEW.INI', data: prose('initial value', 300), destination: '$(runtime.inf)' }],
  },
  mutable: {
    identity: identity('DismTs-Mutable'), flags: 0x80,
    files: [
      { name: 'dtmutable.ini', data: prose('default', 400), destination: system32, isWriteable: true, inUse: Buffer.from('[changed]\r\nby=the user\r\n') },
      { name: 'dtdeleted.ini', data: prose('deleted default', 410), destination: system32, isWriteable: true, inUse: 'nothing' },
      { name: 'dtunchanged.ini', data: prose('unchanged default', 420), destination: system32, isWriteable: true, inUse: prose('unchanged default', 420) },
      { name: 'dtfixed.dll', data: pseudoRandom(2400, 17), destination: system32 },
    ],
  },
  noFiles: { identity: identity('DismTs-Registry-Only') },
  removed: {
    identity: identity('DismTs-Removed'), flags: 0x40, isPayloadRemoved: true, isNotProjected: true,
    files: [{ name: 'dtremoved.dll', data: prose('removed file', 600), destination: system32 }],
  },
  old: {
    identity: identity('DismTs-Old-Digest'),
    files: [{ name: 'dtold.dll', data: pseudoRandom(2300, 7), destination: system32, algorithm: 'sha1' }],
  },
  deltaPayload: {
    identity: identity('DismTs-Delta-Payload'), isNotProjected: true, flags: 0x10,
    files: [
      { name: 'dtdelta.txt', data: prose('delta', 6000), destination: system32, form: 'DCN' },
      { name: 'dtheader.txt', data: prose('header', 500), destination: system32, form: 'DCH' },
    ],
  },
  differential: {
    identity: identity('DismTs-Differential'),
    files: [{
      name: 'dtpatched.dll', data: pseudoRandom(3100, 8), destination: system32,
      differentials: { f: Buffer.concat([Buffer.from('PA30'), pseudoRandom(300, 9)]), r: Buffer.concat([Buffer.from('PA31'), pseudoRandom(310, 10)]) },
    }],
  },
  blocks: {
    identity: identity('DismTs-Many-Blocks'), manifestForm: 'DCM in blocks',
    files: Array.from({ length: 8 }, (_, index) => ({
      name: `dtblock${index}.dat`, data: prose(`block ${index}`, 200 + index), destination: `${windows}\\DismTs\\blocks`,
    })),
  },
  policy: {
    identity: { name: 'DismTs.Common.Policy', type: 'win32-policy', processorArchitecture: 'x86', version: '5.82.99999.1', publicKeyToken: token },
    files: [{ name: 'dtcommon.policy', data: prose('policy', 333), destination: `${windows}\\DismTs` }],
  },
  managed: {
    identity: identity('DismTs.Managed', { processorArchitecture: 'msil', publicKeyToken: 'b03f5f7f11d50a3a', versionScope: 'nonSxS' }),
    files: [{ name: 'DismTs.Managed.dll', data: pseudoRandom(2500, 11), destination: `${windows}\\Microsoft.NET\\DismTs` }],
  },
  twin: {
    identity: identity('DismTs-Twin'),
    files: [
      { name: 'dttwin.dll', data: pseudoRandom(2600, 12), destination: system32 },
      { name: 'dtcopy.dll', data: pseudoRandom(2600, 12), destination: '$(runtime.wbem)' },
    ],
  },
  feature: {
    identity: identity('DismTs-Feature'),
    files: [{ name: 'dtfeature.exe', data: pseudoRandom(2700, 13), destination: system32 }],
  },
  featureStaged: {
    identity: identity('DismTs-Feature-Staged'), isNotProjected: true,
    files: [
      { name: 'dtstaged.exe', data: pseudoRandom(2800, 14), destination: system32 },
      { name: 'dtforeign.dll', data: pseudoRandom(2810, 18), destination: system32, inUse: Buffer.from('a file of somebody else') },
      { name: 'dtsame.dll', data: pseudoRandom(2820, 19), destination: system32, inUse: pseudoRandom(2820, 19) },
    ],
  },
  pair: {
    identity: identity('DismTs-Pair'),
    files: [{ name: 'dtpair.dll', data: pseudoRandom(2830, 20), destination: system32 }, { name: 'dtboth.dll', data: pseudoRandom(2840, 21), destination: system32 }],
  },
  pairNewer: {
    identity: identity('DismTs-Pair', { version: newerVersion }), isNotProjected: true,
    files: [{ name: 'dtpair.dll', data: pseudoRandom(2850, 22), destination: system32 }, { name: 'dtboth.dll', data: pseudoRandom(2840, 21), destination: system32 }],
  },
  pairOlder: {
    identity: identity('DismTs-Pair', { version: olderVersion }), isNotProjected: true,
    files: [{ name: 'dtpair.dll', data: pseudoRandom(2860, 23), destination: system32 }, { name: 'dtgone.dll', data: pseudoRandom(2870, 24), destination: system32 }],
  },
  capability: {
    identity: identity('DismTs-Capability-Tool'),
    files: [{ name: 'dttool.exe', data: pseudoRandom(2900, 15), destination: system32 }],
  },
  font: {
    identity: identity('DismTs-Font'),
    files: [{ name: 'dtfont.ttf', data: pseudoRandom(3000, 16), destination: '$(runtime.fonts)' }],
  },
} as const satisfies Record<string, ComponentSpec>;

export type SampleComponent = keyof typeof sampleComponents;

/** A part of a package that is installed by itself. */
export interface UpdateSpec {
  readonly name: string;
  /** State as CBS numbers it. */
  readonly state: number;
  readonly components: readonly SampleComponent[];
  /** The update is an optional feature with this display name. */
  readonly feature?: string;
}

/** A package. */
export interface PackageSpec {
  readonly identity: ComponentIdentity;
  /** State as CBS numbers it; 0x40 and more need their files. */
  readonly state: number;
  readonly visibility: 1 | 2;
  readonly releaseType: string;
  readonly displayName: string;
  readonly description: string;
  readonly restart?: 'possible' | 'required';
  readonly parent?: { readonly integrate: string; readonly name: string };
  readonly updates: readonly UpdateSpec[];
  /** Capability that it declares. */
  readonly capability?: { readonly name: string; readonly version: string };
  /** All names of the catalog are one file; default: copies. */
  readonly isCatalogLinked?: boolean;
}

function packageIdentity(name: string, more: Partial<ComponentIdentity> = {}): ComponentIdentity {
  return { name, version: sampleVersion, publicKeyToken: token, processorArchitecture: 'amd64', ...more };
}

/** The packages, by a short name. */
export const samplePackages = {
  foundation: {
    identity: packageIdentity('DismTs-Foundation-Package'), state: 0x70, visibility: 1, releaseType: 'Foundation',
    displayName: 'DismTs Foundation', description: 'What every edition has', isCatalogLinked: true,
    updates: [
      { name: 'Base', state: 0x70, components: ['core', 'coreWow64', 'linked', 'longName', 'blanks', 'subfolder', 'renamed', 'noFiles', 'old', 'managed', 'twin', 'font', 'pair'] },
      { name: 'DismTs-Feature-On', state: 0x70, components: ['feature'], feature: 'A feature that is on' },
      { name: 'DismTs-Feature-Off', state: 0x40, components: ['featureStaged', 'pairNewer'], feature: 'A feature that is off' },
      { name: 'DismTs-Feature-Gone', state: 0x20, components: ['removed'], feature: 'A feature whose payload is gone' },
    ],
  },
  update: {
    identity: packageIdentity('Package_for_DismTsRollup', { version: '99999.1.1.2' }), state: 0x70, visibility: 1, releaseType: 'Security Update',
    displayName: 'Cumulative update', description: 'Fixes issues in DismTs', restart: 'possible', parent: { integrate: 'separate', name: 'DismTs-Foundation-Package' },
    updates: [{ name: '9999999-1_neutral', state: 0x70, components: ['differential', 'blocks', 'mutable', 'policy', 'deltaPayload'] }],
  },
  superseded: {
    identity: packageIdentity('Package_for_DismTsRollup', { version: '99998.7.1.0' }), state: 0x50, visibility: 1, releaseType: 'Update',
    displayName: 'Older cumulative update', description: 'Fixed issues in DismTs', parent: { integrate: 'separate', name: 'DismTs-Foundation-Package' },
    updates: [{ name: '9999998-1_neutral', state: 0x50, components: ['coreOlder', 'pairOlder'] }],
  },
  capability: {
    identity: packageIdentity('DismTs-Capability-Tool-FoD-Package'), state: 0x70, visibility: 1, releaseType: 'OnDemand Pack',
    displayName: 'A tool on demand', description: 'Installs a tool', updates: [{ name: 'Tool', state: 0x70, components: ['capability'] }],
    capability: { name: 'DismTs.Tool', version: '1.0' },
  },
  language: {
    identity: packageIdentity('DismTs-Client-LanguagePack-Package', { culture: 'en-US' }), state: 0x70, visibility: 1, releaseType: 'Language Pack',
    displayName: 'English', description: 'English (United States)', updates: [{ name: 'Language', state: 0x70, components: ['resources'] }],
  },
} as const satisfies Record<string, PackageSpec>;

export type SamplePackage = keyof typeof samplePackages;

/** A capability that is known, and absent. */
export const absentCapability = {
  identity: packageIdentity('DismTs-Capability-Absent-FoD-Package'), state: 0, visibility: 1, releaseType: 'OnDemand Pack',
  displayName: 'Another tool on demand', description: 'Would install another tool', updates: [], capability: { name: 'DismTs.Absent', version: '0.0.1.0' },
} as const satisfies PackageSpec;
