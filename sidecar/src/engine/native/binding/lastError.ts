/** The text that Windows has for the last failure. */
import { callAsync, type AddressSlot } from './asyncCall.ts';
import { nativeFunction, type DismLibrary } from './dismLibrary.ts';
import { readString } from './structs.ts';

const DismGetLastErrorMessage = nativeFunction('DismGetLastErrorMessage', '_Out_ DismString **ErrorMessage');

/**
 * The text of the function that failed last on the pool's thread, in the language of the user, with its line break;
 * empty where there is none.
 * To be called right after the failure. `free` passes an address to DismDelete.
 * @see dismapi.h DismGetLastErrorMessage
 */
export async function takeLastErrorMessage(library: DismLibrary, free: (address: bigint) => Promise<void>): Promise<string> {
  const message: AddressSlot = [null];
  const result = await callAsync(library.bind(DismGetLastErrorMessage, 'Cannot get the text of an error'), [message]);
  const [address] = message;
  if (result < 0 || address === null) { return ''; }
  try {
    return readString(address) ?? '';
  } finally {
    await free(address);
  }
}
