/**
 * Which control set of a SYSTEM hive `CurrentControlSet` stands for, which is in memory only.
 *
 * It is the one that `Select\Default` names: Microsoft documents it as what Windows starts with next (KB 102984; "Select" in the registry reference of
 * Windows 2000), boot loaders read it (ReactOS, boot/freeldr/freeldr/ntldr/registry.c: Default, or LastKnownGood when the user asks for that), and the
 * kernel then notes its number as Current (CmpFindControlSet). libguestfs, and so virt-v2v, reads Current, which is the set of the last start: the two
 * differ only while another one is to be started. What dism.exe reads is not documented; an image that was never started has one control set only.
 *
 * Nothing is written to the other sets: LastKnownGood is there to go back to a state as it was, Failed is never started again.
 */
import { ValueType } from './values.ts';

/** As much of a hive as is needed to find it. */
export interface ControlSetReader {
  key(path: string): { value(name: string): { readonly type: number; readonly data: Buffer } | undefined } | undefined;
}

/**
 * Name of the key, such as `ControlSet001`: what Default names, or Current where that set is not there, or the first.
 * @returns undefined: the hive has no control set, so it is no SYSTEM hive, or a damaged one.
 */
export function controlSetName(system: ControlSetReader): string | undefined {
  const select = system.key('Select');
  const named = ['Default', 'Current'].flatMap((name) => {
    const value = select?.value(name);
    return value?.type === ValueType.Dword && value.data.length === 4 ? [value.data.readUInt32LE(0)] : [];
  });
  return [...named, 1].map((number) => `ControlSet${String(number).padStart(3, '0')}`).find((name) => system.key(name) !== undefined);
}
