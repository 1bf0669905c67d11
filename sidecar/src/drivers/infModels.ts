/** The devices that an INF file has drivers for: [Manufacturer] and the sections of models that it names. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { InfError } from './infError.ts';
import type { InfFile } from './infFile.ts';
import { chooseDecoration, type InfTarget, parseDecoration, platformSuffixes } from './infTarget.ts';

/** One line of a section of models. */
export interface InfModel {
  /** As it is written, such as `%nic%`. */
  readonly rawDescription: string;
  readonly rawManufacturer: string;
  /** The section that installs it, decoration included; undefined where the INF file has none that fits. */
  readonly installSection: string | undefined;
  /** Empty where the device is known by its compatible ids only. */
  readonly hardwareId: string;
  readonly compatibleIds: readonly string[];
}

/** More models than any INF file of Windows has; each becomes a key of the registry. */
const maxIds = 100_000;
/** With a decoration it becomes the name of a key. */
const maxSectionName = 230;
/** MAX_DEVICE_ID_LEN */
const maxIdLength = 200;

/**
 * The devices, in the order of the file; none where it has no models at all, as INF files of classes and of drivers without devices have.
 * @throws DismError SPAPI_E_DRIVER_NONNATIVE, SPAPI_E_INVALID_TARGET: it is for another architecture, or for newer versions.
 * @throws InfError: it is damaged.
 */
export function readModels(inf: InfFile, target: InfTarget): InfModel[] {
  const models: InfModel[] = [];
  const refused: string[] = [];
  let ids = 0;
  for (const line of inf.lines('Manufacturer')) {
    const [section = '', ...decorations] = line.fields.map((field) => inf.text(field));
    // A line without "=" names its models itself.
    const name = line.key === undefined ? inf.text(section) : section;
    const chosen = chooseDecoration([...decorations.filter((text) => text !== ''), ''], target);
    const modelSection = chosen === undefined || chosen === '' ? name : `${name}.${chosen}`;
    if (chosen === undefined || (chosen === '' && !inf.has(modelSection))) {
      refused.push(...decorations.filter((text) => text !== ''));
      continue;
    }
    for (const model of inf.lines(modelSection)) {
      if (model.key === undefined) { continue; }
      const [install = '', hardwareId = '', ...compatible] = model.fields.map((field) => inf.text(field).trim());
      const compatibleIds = compatible.filter((id) => id !== '');
      if (install.length > maxSectionName) { throw new InfError(`line ${model.number} names a section that cannot be`); }
      ids += 1 + compatibleIds.length;
      if (ids > maxIds) { throw new InfError(`it has more than ${maxIds} hardware ids`); }
      for (const id of [hardwareId, ...compatibleIds]) { requireId(id, model.number); }
      models.push({
        rawDescription: model.key, rawManufacturer: line.key ?? section, installSection: installSectionOf(inf, install, target), hardwareId, compatibleIds,
      });
    }
  }
  if (models.length === 0 && inf.lines('Manufacturer').length > 0) { throw notForTarget(refused, target); }
  return models;
}

/** The section that installs something: with the decoration of the architecture, with that of Windows NT, or with none. */
export function installSectionOf(inf: InfFile, name: string, target: InfTarget): string | undefined {
  return inf.firstSection(platformSuffixes(target.architecture).map((suffix) => `${name}${suffix}`));
}

function requireId(id: string, line: number): void {
  // Each part between backslashes becomes the name of a key.
  if (id.length > maxIdLength || /[\p{Cc}\p{Cs},]/u.test(id) || (id !== '' && id.split('\\').some((part) => part === ''))) {
    throw new InfError(`the hardware id in line ${line} is none`);
  }
}

function notForTarget(decorations: readonly string[], target: InfTarget): DismError {
  const known = decorations.map(parseDecoration).filter((decoration) => decoration !== undefined);
  const sameArchitecture = known.filter(({ architecture }) => (architecture ?? 'x86') === target.architecture);
  const image = `Windows ${target.major}.${target.minor}.${target.build} for ${target.architecture}`;
  const [code, reason, hint] = sameArchitecture.length > 0
    ? [Hresult.SPAPI_E_INVALID_TARGET, `its drivers are for other versions (${sameArchitecture.map(({ major, minor, build }) => `${major}.${minor}.${build}`).join(', ')} and newer)`,
        'Take the driver that its maker offers for the version of the image.']
    : [Hresult.SPAPI_E_DRIVER_NONNATIVE, `its drivers are for ${[...new Set(known.map(({ architecture }) => architecture ?? 'x86'))].join(', ') || 'x86'}`,
        'Take the driver that its maker offers for the architecture of the image.'];
  return new DismError(code, `The INF file has nothing for ${image}: ${reason}`, { hint });
}
