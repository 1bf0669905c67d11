/** Reads a hive that was written back with the reader, which shares no code with what wrote it. */
import { HiveCells } from './cells.ts';
import type { EditableHive } from './editableHive.ts';
import type { EditableKey } from './editableKey.ts';
import { Hive } from './hive.ts';
import { surveyHive } from './hiveSurvey.ts';

/**
 * Compares what was written with what was meant: all cells are in order, there are as many keys and values as there should be, and the keys that were
 * changed have what they should have.
 * @throws Error: they do not.
 */
export function confirmHive(file: Buffer, meant: Pick<EditableHive, 'path' | 'counts'>, changedKeys: Iterable<EditableKey>): void {
  const wrong = (what: string): Error => new Error(`the registry hive "${meant.path}" was not written as it should be: ${what}`);
  const cells = new HiveCells(file, meant.path);
  cells.check();
  const { keys, values } = surveyHive(cells);
  if (keys !== meant.counts.keys || values !== meant.counts.values) {
    throw wrong(`it has ${keys} keys and ${values} values instead of ${meant.counts.keys} and ${meant.counts.values}`);
  }
  const hive = Hive.parse(file, meant.path);
  if (hive.isDirty) { throw wrong('its sequence numbers differ'); }
  for (const key of changedKeys) {
    const found = hive.key(key.path);
    if (found === undefined) { throw wrong(`the key "${key.path}" is not there`); }
    const names = key.valueNames();
    const readBack = found.values();
    const same = readBack.length === names.length && readBack.every((value, index) => {
      const content = key.value(names[index] ?? '');
      return value.name === names[index] && value.type === content?.type && value.data.equals(content.data);
    });
    if (!same) { throw wrong(`the values of the key "${key.path}" are others`); }
    const subkeys = key.subkeys();
    const foundKeys = found.subkeys();
    if (foundKeys.length !== subkeys.length || foundKeys.some(({ name }, index) => name !== subkeys[index]?.name)) { throw wrong(`the keys in "${key.path}" are others`); }
  }
}
