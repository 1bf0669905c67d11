/** An image with drivers, what it has in its files and hives, and calls of the engine on it. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { addDriver as addMethod, removeDriver as removeMethod } from '@dismts/protocol';
import type { z } from 'zod';
import { addDriver, removeDriver } from '../../../sidecar/src/engine/portable/operations/drivers.ts';
import { Hive } from '../../../sidecar/src/registry/hive.ts';
import { testContext } from '../operationContext.ts';
import { tempFolder } from '../tempFolder.ts';
import { flatten } from './flattenHive.ts';
import { useStateIn } from './healthRun.ts';
import { type SyntheticStore, makeStore } from './syntheticImage.ts';

export const hiveNames = ['SOFTWARE', 'SYSTEM', 'DRIVERS'] as const;
let store: SyntheticStore | undefined;

/** Writes an image into a new folder. */
export async function driverImage(): Promise<string> {
  useStateIn(tempFolder());
  // Making it takes a second, writing it a tenth of one.
  store ??= await makeStore();
  const path = tempFolder();
  store.tree.write(path);
  return path;
}

export function hivePath(image: string, name: string): string {
  return join(image, 'Windows/System32/config', name);
}

export function openHive(image: string, name: string): Hive {
  return Hive.parse(readFileSync(hivePath(image, name)), name);
}

/** All that is in an image: what each file is and holds, hives by their keys and values. */
export function snapshot(image: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(image, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(image.length + 1);
    const stat = lstatSync(join(image, path));
    const isHive = /^Windows\/System32\/config\/[A-Z]+$/.test(path);
    const content = () => (isHive ? JSON.stringify(flatten(openHive(image, entry.name).root)) : readFileSync(join(image, path)));
    const other = () => (stat.isSymbolicLink() ? `link to ${readlinkSync(join(image, path))}` : 'folder');
    found.set(path, stat.isFile() ? createHash('sha256').update(content()).digest('hex') : other());
  }
  return found;
}

/** Paths that are new (+), gone (-) or changed (*). */
export function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    return old === now ? [] : [`${old === undefined ? '+' : now === undefined ? '-' : '*'} ${path}`];
  });
}

export async function add(
  image: string, driver: string, options: Partial<z.input<typeof addMethod.params>> = {}, signal?: AbortSignal,
): Promise<z.output<typeof addMethod.result>> {
  const context = testContext('driver/add', signal === undefined ? {} : { signal });
  return addMethod.result.parse(await addDriver(addMethod.params.parse({ path: image, driver, ...options }), context));
}

export async function remove(
  image: string, driver: string, options: Partial<z.input<typeof removeMethod.params>> = {},
): Promise<z.output<typeof removeMethod.result>> {
  return removeMethod.result.parse(await removeDriver(removeMethod.params.parse({ path: image, driver, ...options }), testContext('driver/remove')));
}

/** Symbol of the error that work fails with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(() => 'no error', (error: unknown) => (error as { symbol?: string }).symbol ?? String((error as Error).stack));
}
