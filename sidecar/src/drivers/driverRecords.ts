/** The values by which Windows knows a driver package: computed from its INF file, byte for byte as Windows writes them. */
import { guidAt, guidBytes } from '../guid.ts';
import type { InfFile } from './infFile.ts';
import type { InfModel } from './infModels.ts';
import { type InfArchitecture, infArchitectures } from './infTarget.ts';
import { extensionClass, type InfVersion } from './infVersion.ts';

/** The GUID in braces of the 16 bytes that Windows stores. */
export function guidText(data: Buffer): string {
  return `{${guidAt(data, 0).toLowerCase()}}`;
}

/** Value `Version` of a package that was added: mark, architecture, class, date, version from its end, and a tail that is zero for most. */
export function versionRecord({ classGuid, date, version }: InfVersion, architecture: InfArchitecture): Buffer {
  const record = Buffer.alloc(48);
  record.set([0x00, 0xff, infArchitectures[architecture], 0x00]);
  guidBytes(classGuid).copy(record, 8);
  record.writeBigUInt64LE(date, 24);
  version.forEach((part, index) => record.writeUInt16LE(part, 38 - index * 2));
  return record;
}

/** A device id and what the package's value in its key says. */
export interface DeviceIdRecord {
  readonly id: string;
  /** What kind of id it is, the score of the section's features, and the place among the compatible ids. */
  readonly record: Buffer;
}

const noFeatureScore = 0xff;

/**
 * The ids of a package, each once. An id that is the hardware id of one device and compatible with another is the former; of the places among
 * compatible ids the first one counts.
 */
export function deviceIdRecords(inf: InfFile, models: readonly InfModel[], { classGuid }: InfVersion): DeviceIdRecord[] {
  const isExtension = classGuid === extensionClass;
  const records = new Map<string, DeviceIdRecord>();
  const scores = new Map<string, number>();
  const scoreOf = (section: string | undefined) => {
    if (section === undefined) { return noFeatureScore; }
    const known = scores.get(section) ?? featureScore(inf, section);
    scores.set(section, known);
    return known;
  };
  const add = (id: string, kind: number, score: number, place: number) => {
    const key = id.toLowerCase();
    const known = records.get(key)?.record;
    if (known !== undefined && rank(known) <= kind * 0x10000 + place) { return; }
    records.set(key, { id, record: Buffer.of(kind, score, place & 0xff, place >>> 8) });
  };
  for (const { hardwareId, compatibleIds, installSection } of models) {
    const score = scoreOf(installSection);
    if (hardwareId !== '') { add(hardwareId, isExtension ? 3 : 1, score, 0); }
    compatibleIds.slice(0, 0x10000).forEach((id, index) => { add(id, isExtension ? 3 : 2, score, index); });
  }
  return [...records.values()];
}

function rank(record: Buffer): number {
  return record.readUInt8(0) * 0x10000 + record.readUInt16LE(2);
}

/** FeatureScore of an install section: hexadecimal, one byte; less is better. */
function featureScore(inf: InfFile, section: string): number {
  const text = inf.value(section, 'FeatureScore')?.trim().replace(/^0x/i, '') ?? '';
  return /^[0-9a-f]{1,2}$/i.test(text) ? Number.parseInt(text, 16) : noFeatureScore;
}

/** Numbers of `oemN.inf`, as the bits of a map: number n is bit 7 - n mod 8 of byte n / 8. */
export const oemMap = {
  /** The numbers that are taken. */
  numbers(map: Buffer): number[] {
    return Array.from({ length: map.length * 8 }, (_, number) => number).filter((number) => ((map[number >>> 3] ?? 0) & 0x80 >>> (number & 7)) !== 0);
  },
  /** The map with one number more; it grows only as far as it must. */
  with(map: Buffer, number: number): Buffer {
    const result = Buffer.alloc(Math.max(map.length, (number >>> 3) + 1));
    map.copy(result);
    result.writeUInt8(result.readUInt8(number >>> 3) | 0x80 >>> (number & 7), number >>> 3);
    return result;
  },
  /** The map without a number, and without bytes at its end that say nothing. */
  without(map: Buffer, number: number): Buffer {
    const result = Buffer.from(map);
    if (number >>> 3 < result.length) { result.writeUInt8(result.readUInt8(number >>> 3) & ~(0x80 >>> (number & 7)) & 0xff, number >>> 3); }
    let length = result.length;
    while (length > 0 && result[length - 1] === 0) { length--; }
    return result.subarray(0, length);
  },
} as const;

/** The number of a published name such as `oem3.inf`; undefined where it is none. */
export function oemNumber(published: string): number | undefined {
  const digits = /^oem(\d{1,5})\.inf$/i.exec(published)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
