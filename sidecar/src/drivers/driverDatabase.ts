/** The driver databases of an image, which its SYSTEM and DRIVERS hives hold together, for changing them. */
import { UnsupportedError } from '../errors.ts';
import type { EditableKey } from '../registry/editableKey.ts';
import { readText, readTexts, ValueType } from '../registry/values.ts';
import type { OpenHives } from '../servicing/imageChange.ts';
import { classesInSystemHive } from './deviceClasses.ts';
import { oemMap, oemNumber } from './driverRecords.ts';

/** Key of the database in a hive. */
const databaseKey = 'DriverDatabase';
const mapName = 'OemInfMap';
/** More than Windows has ever been seen with; a map with all of them is damaged. */
const maxNumber = 9999;

/** One of the two databases. */
export interface DatabasePart {
  readonly hive: 'SYSTEM' | 'DRIVERS';
  readonly key: EditableKey;
}

/** A package that is registered. */
export interface RegisteredPackage {
  readonly part: DatabasePart;
  /** Its key; the name is that of its folder in the store. */
  readonly key: EditableKey;
  /** Such as `oem3.inf`. */
  readonly published: string;
}

export function textOf(key: EditableKey, name: string): string {
  const value = key.value(name);
  return value?.type === ValueType.String || value?.type === ValueType.ExpandString ? readText(value.data) : '';
}

export function textsOf(key: EditableKey | undefined, name: string): string[] {
  const value = key?.value(name);
  return value?.type === ValueType.MultiString ? readTexts(value.data) : [];
}

export class DriverDatabase {
  readonly parts: readonly DatabasePart[];

  /** @throws UnsupportedError: the image has no driver database, as Windows before 8. */
  constructor(hives: OpenHives, imagePath: string) {
    this.parts = (['SYSTEM', 'DRIVERS'] as const).flatMap((hive) => {
      const key = hives.find(hive)?.key(databaseKey);
      return key === undefined ? [] : [{ hive, key }];
    });
    if (this.parts.length === 0) {
      throw new UnsupportedError(`Cannot change the drivers of "${imagePath}": it has no driver database, as Windows 7 and earlier versions`, { target: imagePath });
    }
  }

  /** The package with that folder in the store. */
  find(folder: string): RegisteredPackage | undefined {
    for (const part of this.parts) {
      const key = part.key.key('DriverPackages')?.subkey(folder);
      if (key !== undefined) { return { part, key, published: textOf(key, '') }; }
    }
    return undefined;
  }

  /** All packages. */
  packages(): RegisteredPackage[] {
    return this.parts.flatMap((part) => (part.key.key('DriverPackages')?.subkeys() ?? []).map((key) => ({ part, key, published: textOf(key, '') })));
  }

  /** Where the package of a class belongs: where others of that class are, else where Windows keeps the class. */
  partFor(classGuid: string): DatabasePart {
    const wanted = classesInSystemHive.has(classGuid) ? 'SYSTEM' : 'DRIVERS';
    const found = this.parts.find(({ key }) => key.key('DeviceIds')?.subkey(classGuid) !== undefined)
      ?? this.parts.find(({ hive }) => hive === wanted) ?? this.parts[0];
    if (found === undefined) { throw new Error('there is a part, or the constructor throws'); }
    return found;
  }

  /** The lowest number that no published name has. @param isTaken Whether a file has it. */
  freeNumber(isTaken: (number: number) => boolean): number {
    const taken = new Set(this.parts.flatMap(({ key }) => [
      ...oemMap.numbers(key.value(mapName)?.data ?? Buffer.alloc(0)), ...(key.key('DriverInfFiles')?.subkeys() ?? []).map(({ name }) => oemNumber(name)),
    ]));
    for (const { published } of this.packages()) { taken.add(oemNumber(published)); }
    for (let number = 0; number <= maxNumber; number++) {
      if (!taken.has(number) && !isTaken(number)) { return number; }
    }
    throw new UnsupportedError('Cannot add the driver: all names from "oem0.inf" on are taken');
  }

  /** Marks a number as taken, in each database that has a map; the first one gets one if none has. */
  takeNumber(number: number): void {
    const withMap = this.parts.filter(({ key }) => key.value(mapName) !== undefined);
    for (const { key } of withMap.length === 0 ? this.parts.slice(0, 1) : withMap) {
      key.setValue(mapName, { type: ValueType.Binary, data: oemMap.with(key.value(mapName)?.data ?? Buffer.alloc(0), number) });
    }
  }

  /** Marks a number as free. A map that says nothing any more is removed. */
  freeUp(number: number): void {
    for (const { key } of this.parts) {
      const map = key.value(mapName);
      if (map === undefined || !oemMap.numbers(map.data).includes(number)) { continue; }
      const left = oemMap.without(map.data, number);
      if (left.length === 0) { key.removeValue(mapName); } else { key.setValue(mapName, { type: map.type, data: left }); }
    }
  }
}
