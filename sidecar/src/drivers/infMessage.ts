/** Tells which INF file something is wrong with. */
import type { DismError } from '../errors.ts';

/** The message of an error, and the INF file that it is about: rules of the format know lines and names, but not which file of a folder it is. */
export function infMessage({ message }: DismError, infPath: string): string {
  return message.includes(infPath) ? message : `${message} ("${infPath}")`;
}
