/** Names of app packages: `Name_1.2.3.4_x64_ResourceId_publisherid`, and that of their family, `Name_publisherid`. */

/** The parts of a full name. */
export interface AppName {
  readonly fullName: string;
  /** Name of the package's identity, which in-box objects call DisplayName. */
  readonly name: string;
  readonly version: readonly [major: number, minor: number, build: number, revision: number];
  readonly architecture: string;
  /** `~` for a bundle; empty for most packages. */
  readonly resourceId: string;
  readonly publisherId: string;
  readonly family: string;
}

/** @returns undefined for what is no full name; so no name has a separator of paths in it. */
export function parseAppName(fullName: string): AppName | undefined {
  const match = /^([A-Za-z0-9.-]{1,64})_(\d{1,5})\.(\d{1,5})\.(\d{1,5})\.(\d{1,5})_([a-z0-9]{1,12})_([A-Za-z0-9.~-]{0,40})_([a-z0-9]{13})$/i.exec(fullName);
  if (match === null || /^\.+$/.test(match[1] ?? '')) { return undefined; }
  const [, name = '', major, minor, build, revision, architecture = '', resourceId = '', publisherId = ''] = match;
  return {
    fullName, name, version: [Number(major), Number(minor), Number(build), Number(revision)], architecture, resourceId, publisherId,
    family: `${name}_${publisherId}`,
  };
}

/** PROCESSOR_ARCHITECTURE_* and APPX_PACKAGE_ARCHITECTURE numbers. */
const architectures: ReadonlyMap<string, number> = new Map([['x86', 0], ['arm', 5], ['x64', 9], ['neutral', 11], ['arm64', 12], ['x86a64', 14]]);

/** The number of an architecture, as in-box objects have it; neutral for an unknown one. */
export function appArchitecture(name: string): number {
  return architectures.get(name.toLowerCase()) ?? 11;
}
