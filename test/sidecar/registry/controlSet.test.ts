/** Which control set CurrentControlSet stands for. */
import { expect, it } from 'vitest';
import { controlSetName } from '../../../sidecar/src/registry/controlSet.ts';
import { Hive } from '../../../sidecar/src/registry/hive.ts';
import { KeyBuilder, writeHive } from '../../helpers/store/hiveWriter.ts';

function find(sets: readonly number[], select: Readonly<Record<string, number>>): string | undefined {
  const root = new KeyBuilder();
  for (const number of sets) { root.key(`ControlSet${String(number).padStart(3, '0')}`); }
  for (const [name, number] of Object.entries(select)) { root.key('Select').dword(name, number); }
  return controlSetName(Hive.parse(writeHive(root), 'SYSTEM'));
}

it.each([
  ['Default, which is started next', [1, 2], { Current: 1, Default: 2, LastKnownGood: 1 }, 'ControlSet002'],
  ['Current, where that of Default is not there', [1, 3], { Current: 3, Default: 2 }, 'ControlSet003'],
  ['the first, where Select says nothing', [1, 2], { LastKnownGood: 2 }, 'ControlSet001'],
  ['the first, where Select names none that is there', [1], { Current: 7, Default: 0xffffffff }, 'ControlSet001'],
  ['a number of four digits', [1, 1000], { Default: 1000 }, 'ControlSet1000'],
  ['none, where there is none', [], { Default: 1 }, undefined],
])('controlSetName() takes %s', (_, sets, select, wanted) => {
  expect(find(sets, select)).toBe(wanted);
});

it('controlSetName() takes no value of another type', () => {
  const root = new KeyBuilder();
  root.key('ControlSet001');
  root.key('ControlSet002');
  root.key('Select').string('Default', '2');
  expect(controlSetName(Hive.parse(writeHive(root), 'SYSTEM'))).toBe('ControlSet001');
});
