/** [Version] of an INF file: what a driver package says of itself. */
import { toFileTime } from '../fileTime.ts';
import { InfError } from './infError.ts';
import type { InfFile } from './infFile.ts';
import { type InfArchitecture, platformSuffixes } from './infTarget.ts';

/** What [Version] says. */
export interface InfVersion {
  /** Lower case, in braces. */
  readonly classGuid: string;
  /** Empty where it is not given: the class has its name in the registry. */
  readonly className: string;
  readonly provider: string;
  /** FILETIME of the day in UTC. */
  readonly date: bigint;
  /** Major, minor, build, revision. */
  readonly version: readonly [number, number, number, number];
  /** Name of the catalog; undefined: the package has none, it is not signed. */
  readonly catalog: string | undefined;
  /** Id of the extension, in braces; only extensions have one. */
  readonly extensionId: string | undefined;
}

/** Class of INF files that add settings to the driver of another one. */
export const extensionClass = '{e2f84ce7-8efa-411c-aa69-97454ca4cb57}';

const guidPattern = /^\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}$/;
const noClass = '{00000000-0000-0000-0000-000000000000}';
/** A name of a file without a folder. */
const fileNamePattern = /^[^\\/:*?"<>|\p{Cc}]+$/u;

/** @throws InfError: what a driver package must say is missing or makes no sense. */
export function readVersion(inf: InfFile, architecture: InfArchitecture): InfVersion {
  const classGuid = inf.value('Version', 'ClassGuid')?.trim().toLowerCase() ?? '';
  if (!guidPattern.test(classGuid) || classGuid === noClass) {
    throw new InfError(classGuid === '' ? 'there is no ClassGuid in [Version], so it is not for a device' : `the ClassGuid "${classGuid}" in [Version] is none`);
  }
  const extensionId = inf.value('Version', 'ExtensionId')?.trim().toLowerCase();
  if (extensionId !== undefined && !guidPattern.test(extensionId)) { throw new InfError(`the ExtensionId "${extensionId}" in [Version] is none`); }
  return {
    classGuid, extensionId,
    className: inf.value('Version', 'Class')?.trim() ?? '',
    provider: inf.value('Version', 'Provider') ?? '',
    ...readDriverVersion(inf, architecture),
    catalog: readCatalog(inf, architecture),
  };
}

/** The first of CatalogFile.NTamd64, CatalogFile.NT and CatalogFile that is there. */
function readCatalog(inf: InfFile, architecture: InfArchitecture): string | undefined {
  const name = platformSuffixes(architecture).map((suffix) => inf.value('Version', `CatalogFile${suffix}`)?.trim()).find((value) => value !== undefined && value !== '');
  if (name !== undefined) { requireFileName(name, 'the catalog'); }
  return name;
}

function readDriverVersion(inf: InfFile, architecture: InfArchitecture): Pick<InfVersion, 'date' | 'version'> {
  const fields = platformSuffixes(architecture).flatMap((suffix) => inf.entries('Version', `DriverVer${suffix}`))[0];
  if (fields === undefined) { throw new InfError('there is no DriverVer in [Version]'); }
  const [date = '', version = ''] = fields;
  const [, month, day, year] = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/.exec(date.trim()) ?? [];
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (year === undefined || new Date(time).getUTCDate() !== Number(day) || new Date(time).getUTCMonth() !== Number(month) - 1 || Number(year) < 1601) {
    throw new InfError(`the date "${date}" of DriverVer in [Version] is none`);
  }
  const parts = version.trim() === '' ? [] : version.trim().split('.').map(Number);
  if (parts.length > 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 0xffff)) {
    throw new InfError(`the version "${version}" of DriverVer in [Version] is none`);
  }
  const [major = 0, minor = 0, build = 0, revision = 0] = parts;
  return { date: toFileTime(BigInt(time) * 1_000_000n), version: [major, minor, build, revision] };
}

/** @throws InfError: it is no name of a file, but could lead somewhere else. */
export function requireFileName(name: string, what: string): void {
  if (!fileNamePattern.test(name) || name === '.' || name === '..' || /[ .]$/.test(name) || name.length > 255) {
    throw new InfError(`the name "${name}" of ${what} is no name of a file`);
  }
}
