/** Which DismApi.dll is used: that of Windows, unless another one is named. */
import { realpathSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, win32 } from 'node:path';
import { DismError, UnsupportedError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { systemFolder } from '../../../platform/windows/systemFolder.ts';
import { fileVersion, registryText, searchLibrariesIn } from '../../../platform/windows/windows.ts';
import { requireSafeLibrary } from './librarySafety.ts';
import type { LibraryChoice, LibraryPaths } from './libraryPaths.ts';

const libraryName = 'DismApi.dll';

/** Where the installers of the kits, and of the Windows 7 AIK, say in the registry that they put them. */
const kits = { key: 'SOFTWARE\\Microsoft\\Windows Kits\\Installed Roots', names: ['KitsRoot10', 'KitsRoot81', 'KitsRoot'] } as const;
const toolsFolder = 'Assessment and Deployment Kit\\Deployment Tools';
const aik = { key: 'SOFTWARE\\Microsoft\\ComponentStudio\\6.1.7600.16385', name: 'ServicingPath' } as const;
/** Folder names of the kits, by process.arch. */
const kitArchitectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', ia32: 'x86' };

/** A DismApi.dll. */
export interface DismCopy {
  readonly path: string;
  /** Such as `10.0.26100.1742`; undefined where the file does not say. */
  readonly version: string | undefined;
}

/** The DismApi.dll of Windows; undefined where there is none (Windows 7). */
export function windowsCopy(): DismCopy | undefined {
  return copyAt(win32.join(systemFolder(), libraryName));
}

/** The DismApi.dll of each installed Windows ADK that fits this process, the newest first. */
export function kitCopies(): DismCopy[] {
  const architecture = kitArchitectures[process.arch] ?? process.arch;
  const folders = [
    ...kits.names.map((name) => ({ root: registryText(kits.key, name, 32), below: [toolsFolder, architecture, 'DISM'] })),
    { root: registryText(aik.key, aik.name, 64) ?? registryText(aik.key, aik.name, 32), below: [] },
  ];
  return folders.map(({ root, below }) => (root === undefined || !win32.isAbsolute(root) ? undefined : copyAt(win32.join(root, ...below, libraryName))))
    .filter((copy) => copy !== undefined).sort((one, other) => compareVersions(other.version, one.version));
}

/**
 * The library that a user names.
 * @param dismPath The file, or the folder with a DismApi.dll. Absolute.
 * @throws DismError ERROR_FILE_NOT_FOUND: it does not exist. DISMTS_E_UNSAFE_LIBRARY: others than administrators can change it.
 */
export function chosenLibrary(dismPath: string): string {
  const action = `Cannot use "${dismPath}" as DISM`;
  if (!isAbsolute(dismPath)) { throw new DismError(Hresult.E_INVALIDARG, `${action}: the path is not absolute`, { target: dismPath }); }
  const path = isFolder(dismPath) ? join(dismPath, libraryName) : dismPath;
  let real: string;
  try {
    // Without links, so that what is looked at now is what is loaded.
    real = realpathSync.native(path);
  } catch (error) {
    throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `${action}: there is no "${basename(path)}"`, { target: path, cause: error });
  }
  requireSafeLibrary(real, kernelLibrary());
  return real;
}

/**
 * The libraries for this process; prepares the loader for them.
 * @throws UnsupportedError: this is not Windows.
 * @throws DismError ERROR_MOD_NOT_FOUND: Windows has no DismApi.dll; and what chosenLibrary() throws.
 */
export function findLibraries({ dismPath, libraries }: LibraryChoice): LibraryPaths {
  if (libraries !== undefined) { return libraries; }
  if (process.platform !== 'win32') { throw new UnsupportedError('The DISM API is a part of Windows'); }
  const libraryPath = dismPath === undefined ? windowsLibrary() : chosenLibrary(dismPath);
  // A copy of the ADK needs its neighbours, of which Windows has others; and nothing is ever looked for in the current folder.
  searchLibrariesIn(dismPath === undefined ? '' : win32.dirname(libraryPath));
  return { libraryPath, eventsLibraryPath: kernelLibrary() };
}

/** What to do where the DISM of Windows is missing or too old: a sentence that names the newest other one. */
export function otherCopyHint(): string {
  const [newest] = process.platform === 'win32' ? kitCopies() : [];
  return newest === undefined
    ? 'Install the Windows ADK of the version of the image, and name its DISM folder with -DismPath.'
    : `Use the newer DISM of the Windows ADK (${newest.version ?? 'of unknown version'}): -DismPath "${win32.dirname(newest.path)}".`;
}

function windowsLibrary(): string {
  const copy = windowsCopy();
  if (copy !== undefined) { return copy.path; }
  throw new DismError(Hresult.ERROR_MOD_NOT_FOUND, `Cannot use the DISM of Windows: there is no "${libraryName}" in "${systemFolder()}"`, { hint: otherCopyHint() });
}

function kernelLibrary(): string {
  return process.platform === 'win32' ? win32.join(systemFolder(), 'kernel32.dll') : '';
}

function copyAt(path: string): DismCopy | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? { path, version: fileVersion(path) } : undefined;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Below zero where the first is older; a version that is not known is older than every other. */
function compareVersions(one: string | undefined, other: string | undefined): number {
  const [left, right] = [one, other].map((version) => (version ?? '0').split('.').map(Number));
  for (let part = 0; part < 4; part += 1) {
    const difference = (left?.[part] ?? 0) - (right?.[part] ?? 0);
    if (difference !== 0) { return difference; }
  }
  return 0;
}
