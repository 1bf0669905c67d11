/** Where the files of a component are shown to the system: the macros of `destinationPath`. */
import type { ComponentIdentity } from '../componentStore/identity.ts';
import { joinPath } from '../imageFiles/imageFiles.ts';

/** Folders below the Windows folder, or below the root of the image where they begin with `/`. */
const folders: Readonly<Record<string, string>> = {
  system32: 'System32', system: 'System', drivers: 'System32/drivers', inf: 'INF', fonts: 'Fonts', help: 'Help', wbem: 'System32/wbem',
  windows: '', windir: '', systemroot: '',
  programfiles: '/Program Files', 'programfiles(x86)': '/Program Files (x86)', commonfiles: '/Program Files/Common Files',
  programdata: '/ProgramData', public: '/Users/Public', startmenu: '/ProgramData/Microsoft/Windows/Start Menu', bootdrive: '/',
};

/** What the 32-bit components of a 64-bit image mean by some of them. */
const wow64Folders: Readonly<Record<string, string>> = {
  system32: 'SysWOW64', drivers: 'SysWOW64/drivers', wbem: 'SysWOW64/wbem',
  programfiles: '/Program Files (x86)', commonfiles: '/Program Files (x86)/Common Files',
};

/** Where a destination of a manifest is in an image. */
export interface Destination {
  /** Of the file, in the image. */
  readonly path: string;
  /** What its macro means, for which architecture: one right guess makes the others of the same rule credible. */
  readonly rule: string;
}

/**
 * Finds a destination in the image.
 * @param hasWow64 Whether the image runs 32-bit programs beside those of 64 bits: then its 32-bit components mean other folders.
 * @returns undefined where the macro is not known.
 */
export function findDestination(destination: string, identity: ComponentIdentity, windows: string, hasWow64: boolean): Destination | undefined {
  const match = /^\$\(runtime\.([^)]+)\)[/\\]?(.*)$/s.exec(destination);
  const [, macro, rest] = match ?? [];
  if (macro === undefined || rest === undefined) { return undefined; }
  const name = macro.toLowerCase();
  const architecture = identity.processorArchitecture?.toLowerCase();
  const isWow64 = architecture === 'wow64' || (architecture === 'x86' && hasWow64);
  const folder = (isWow64 ? wow64Folders[name] : undefined) ?? folders[name];
  if (folder === undefined) { return undefined; }
  const path = folder.startsWith('/') ? joinPath(folder, rest) : joinPath(windows, folder, rest);
  return { path, rule: `${isWow64 ? '32-bit ' : ''}$(runtime.${name})` };
}
