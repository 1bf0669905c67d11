/** Paths to what a descriptor holds: one by which this process reaches it, and one that says something to people. */
import { readlinkSync } from 'node:fs';
import { atPath, isSystemError } from '../../systemErrors.ts';

/** The path by which this process reaches what a descriptor holds. */
export function pathOf(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

/** Where that is now, as far as it can be told. */
function placeOf(descriptor: number): string {
  try {
    return readlinkSync(pathOf(descriptor)).replace(/ \(deleted\)$/, '');
  } catch {
    return pathOf(descriptor);
  }
}

/**
 * Makes calls on what a descriptor holds, or on what is in it, by the path below /proc/self/fd. Their errors name the place where it is:
 * once the descriptor is closed, nobody could tell.
 */
export function throughDescriptor<T>(descriptor: number, calls: (path: string) => T): T {
  const path = pathOf(descriptor);
  try {
    return calls(path);
  } catch (error) {
    if (!isSystemError(error) || (error.path !== path && error.path?.startsWith(`${path}/`) !== true)) { throw error; }
    throw atPath(error, `${placeOf(descriptor)}${error.path.slice(path.length)}`);
  }
}

/** The path that leads now to what a descriptor holds. @throws Error of node:fs. */
export function shownAt(descriptor: number): string {
  return throughDescriptor(descriptor, (path) => readlinkSync(path));
}
