/** The paths of an image: listed, and checked before they are written to a folder by wimgapi.dll, which takes any name as it comes. */
import type { ProgressPhase } from '@dismts/protocol';
import { Hresult } from '../../../../hresult.ts';
import type { FileErrors } from '../../../../fileErrors.ts';
import { WIM_FLAG_FILEINFO, WIM_FLAG_NO_APPLY } from '../../binding/wimgapi/constants.ts';
import type { WimFileInfo, WimHandle } from '../../binding/wimgapi/wimgapi.ts';
import type { NativeOperation } from '../nativeOperation.ts';
import type { OpenWim } from './openWim.ts';

/** A path of an image as it is listed: from its root, with `\` between names. */
export type ImagePath = WimFileInfo;

/** More than any Windows has; a list of them takes a few GB. */
const maxPaths = 20_000_000;

/**
 * The paths of an image without its root, parents before children. Where the library says nothing but their names, what has others below it is a folder.
 */
export async function listPaths(wim: OpenWim, image: WimHandle, operation: NativeOperation, phase: ProgressPhase): Promise<ImagePath[]> {
  const paths: ImagePath[] = [];
  const named: string[] = [];
  const requireFew = (count: number): void => {
    if (count > maxPaths) { throw wim.errors.damaged(`it has more than ${maxPaths} paths`); }
    operation.progress(phase, count, 0);
  };
  await wim.api.applyImage(image, wim.relay, { folder: null, flags: WIM_FLAG_NO_APPLY | WIM_FLAG_FILEINFO }, {
    signal: operation.context.signal,
    onFile: (info) => {
      const path = fromRoot(info.path);
      if (path === '\\') { return; }
      paths.push({ ...info, path });
      requireFew(paths.length);
    },
    includes: (path) => {
      if (paths.length === 0) { named.push(path); }
      requireFew(named.length);
      return true;
    },
  });
  return paths.length > 0 ? paths : fromNames(named);
}

function fromNames(named: readonly string[]): ImagePath[] {
  const paths = [...new Set(named.map((path) => fromRoot(path.replace(/(?<=.)\\+$/, ''))))].filter((path) => path !== '\\');
  const parents = new Set(paths.map((path) => path.slice(0, path.lastIndexOf('\\'))));
  return paths.map((path) => ({ path, isFolder: parents.has(path), isReparsePoint: false, size: 0 }));
}

/** Of an image that is applied to no folder, the library may name a drive, or leave the root out. */
function fromRoot(path: string): string {
  const local = path.replace(/^\\\\\?\\/, '').replace(/^[A-Za-z]:/, '');
  return local.startsWith('\\') ? local : `\\${local}`;
}

/** Names that Windows takes for devices, with any extension. */
const deviceName = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])(?:\s*\..*)?$/i;
/** What no name on Windows can have; the rest of them separates names, streams and drives. */
const badCharacter = /[\0-\x1f/:*?"<>|]/;

/** Why a name must not be given to Windows; undefined where it may. */
function nameTrouble(name: string): string | undefined {
  if (name === '') { return 'an empty name'; }
  if (name === '.' || name === '..') { return 'a name that stands for another folder'; }
  if (badCharacter.test(name)) { return 'a character that no name can have'; }
  if (/[. ]$/.test(name)) { return 'a name that ends with a dot or space, which Windows leaves away'; }
  return deviceName.test(name) ? 'the name of a device' : undefined;
}

/**
 * Refuses an image whose names would be written to another place than below the target, or over one another.
 * @throws DismError ERROR_INVALID_NAME
 */
export function refuseHostilePaths(paths: readonly ImagePath[], errors: FileErrors): void {
  const kinds = new Map<string, ImagePath>();
  for (const entry of paths) {
    const trouble = troubleOf(entry, kinds);
    if (trouble !== undefined) {
      throw errors.make(Hresult.ERROR_INVALID_NAME, `the image has "${entry.path}": ${trouble}`, 'Do not use this image: nothing was written of it.');
    }
    kinds.set(entry.path.toUpperCase(), entry);
  }
}

function troubleOf({ path }: ImagePath, before: ReadonlyMap<string, ImagePath>): string | undefined {
  const names = path.slice(1).split('\\');
  const bad = names.map(nameTrouble).find((reason) => reason !== undefined);
  if (bad !== undefined) { return bad; }
  const twin = before.get(path.toUpperCase());
  if (twin !== undefined) { return twin.path === path ? 'it is there twice' : `it differs from "${twin.path}" in case only`; }
  if (names.length === 1) { return undefined; }
  const parent = before.get(path.slice(0, path.lastIndexOf('\\')).toUpperCase());
  if (parent === undefined) { return 'the folder that it is in is missing'; }
  if (!parent.isFolder) { return `"${parent.path}", which it is in, is no folder`; }
  return parent.isReparsePoint ? `"${parent.path}", which it is in, is a link to another folder` : undefined;
}
