/** Calls that return one struct, or an array of them: the two shapes in which nearly all results come. */
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { AddressSlot, NumberSlot } from './asyncCall.ts';
import type { Caller, NativeCall } from './call.ts';
import type { CallResult } from './outcome.ts';
import { readString, readStrings } from './structs.ts';

type CallWithoutArguments = Omit<NativeCall, 'arguments' | 'options'>;

/** Calls a function whose last argument is the address of a struct. */
export async function readOne<T>(
  caller: Caller, call: CallWithoutArguments & { readonly inputs: readonly unknown[] }, read: (address: bigint) => T,
): Promise<CallResult<T>> {
  const slot: AddressSlot = [null];
  return caller.read({
    ...call, arguments: [...call.inputs, slot], results: [slot], read: () => read(present(slot[0], call.action)),
  });
}

/** Calls a function whose last two arguments are the address of an array and its length. */
export async function readMany<T>(
  caller: Caller, call: CallWithoutArguments & { readonly inputs: readonly unknown[] }, read: (address: bigint | null, count: number) => T,
): Promise<CallResult<T>> {
  const slot: AddressSlot = [null];
  const count: NumberSlot = [0];
  return caller.read({
    ...call, arguments: [...call.inputs, slot, count], results: [slot], read: () => read(slot[0], count[0]),
  });
}

/** The text of a DismString; null where there is neither. */
export function readOptionalString(address: bigint | null): string | null {
  return address === null ? null : readString(address);
}

/** The texts of an array of DismString; those that are NULL stand for nothing and are left out. */
export function readNames(address: bigint | null, count: number): string[] {
  return readStrings(address, count).filter((text) => text !== null);
}

/** A list of strings and its length, as two arguments: NULL and 0 where it is empty. */
export function stringArray(values: readonly string[]): readonly [strings: readonly string[] | null, count: number] {
  return values.length === 0 ? [null, 0] : [values, values.length];
}

function present(address: bigint | null, action: string): bigint {
  if (address === null) {
    throw new DismError(Hresult.E_UNEXPECTED, `${action}: the DISM API reported success and returned nothing`);
  }
  return address;
}
