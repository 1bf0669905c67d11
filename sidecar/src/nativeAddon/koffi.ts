/**
 * The only place that loads koffi's native part.
 *
 * koffi's own JavaScript is never used: it searches the disk for its addon, near the executable among other places, and loads what
 * it finds. Beside that search it only adds deprecated names, so the addon's exports are the API.
 */
import type * as koffiModule from 'koffi';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join, dirname } from 'node:path';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { withEmbeddedAddon } from './embeddedAddon.ts';

export type { KoffiFunc, LibraryHandle, TypeObject } from 'koffi';

/** The API of koffi without what is deprecated. */
export type Koffi = Omit<typeof koffiModule, 'default' | 'internal' | 'introspect' | 'resolve'>;

/** Hexadecimal SHA-256 of the embedded koffi.node; defined by the build of the executable, and nowhere else. */
declare const DISMTS_ADDON_SHA256: string | undefined;

/** The version that this code and koffi's types are written against. */
const koffiVersion = '3.3.4';

/**
 * C functions run on koffi's own stacks, by default 128 KiB for a call on a thread of the pool. Pages are taken when they are used.
 * libwim walks folders by recursion, up to 16,384 levels in an image made to be nasty: that takes 3 MiB.
 */
const stackBytes = 8 * 1024 * 1024;

let loaded: Koffi | undefined;

/**
 * The API of koffi, loaded on the first call.
 * @throws DismError ERROR_MOD_NOT_FOUND: the addon is missing, changed, of another version, or cannot be extracted safely.
 */
export function loadKoffi(): Koffi {
  if (loaded === undefined) {
    loaded = typeof DISMTS_ADDON_SHA256 === 'string'
      ? withEmbeddedAddon(DISMTS_ADDON_SHA256, openAddon)
      : loadInstalled();
    loaded.config({ sync_stack_size: stackBytes, async_stack_size: stackBytes });
  }
  return loaded;
}

/** Loads the addon at an absolute path. */
function openAddon(path: string): Koffi {
  const addon: { exports: unknown } = { exports: {} };
  try {
    process.dlopen(addon, path, constants.dlopen.RTLD_NOW);
  } catch (error) {
    throw new DismError(Hresult.ERROR_MOD_NOT_FOUND, `Cannot load the native library "${path}": ${(error as Error).message}`, {
      target: path, cause: error,
    });
  }
  const koffi = addon.exports as Koffi;
  if (koffi.version !== koffiVersion) {
    throw new DismError(Hresult.ERROR_MOD_NOT_FOUND,
      `Cannot load the native library "${path}": it is koffi ${koffi.version}, not ${koffiVersion}`, { target: path });
  }
  return koffi;
}

/** Loads the addon from node_modules: development and tests. */
function loadInstalled(): Koffi {
  const platform = `${process.platform}-${process.arch}`;
  let folder: string;
  try {
    // The platform's package is a dependency of koffi, not of ours.
    const fromHere = createRequire(import.meta.url);
    folder = dirname(createRequire(fromHere.resolve('koffi')).resolve(`@koromix/koffi-${platform}/package.json`));
  } catch (error) {
    throw new DismError(Hresult.ERROR_MOD_NOT_FOUND, `Cannot load the native library: koffi has no binary for "${platform}" here`, {
      hint: 'Run "npm ci" in the folder of DismTs', cause: error,
    });
  }
  const glibc = join(folder, `${process.platform}_${process.arch}`, 'koffi.node');
  try {
    return openAddon(glibc);
  } catch (error) {
    if (process.platform !== 'linux') { throw error; }
    return openAddon(join(folder, `musl_${process.arch}`, 'koffi.node'));
  }
}
