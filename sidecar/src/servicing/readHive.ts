/** Opens one hive of an image for reading. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { type ImageFiles, maxFileBytes } from '../imageFiles/imageFiles.ts';
import { readRealFile } from '../imageFiles/realFile.ts';
import { Hive } from '../registry/hive.ts';
import { replayLogs } from '../registry/hiveLogs.ts';
import { hiveNames, hivePath } from './hivePaths.ts';

/**
 * @throws DismError E_INVALIDARG: no such hive. ERROR_FILE_NOT_FOUND: the image has none of that name. ERROR_FILE_CORRUPT: it is damaged, or something
 * else is in its place.
 */
export async function openHive(
  files: Pick<ImageFiles, 'read' | 'list'>, windows: string, { hive: name, replayLog = false }: { readonly hive: string; readonly replayLog?: boolean | undefined },
  warn: (text: string) => void,
): Promise<Hive> {
  const path = requireHivePath(windows, name);
  const data = await readRealFile(files, path, maxFileBytes);
  if (data === undefined) { throw missingHive(path); }
  const replayed = replayLog ? replayLogs(data, await readLogs(files, path), path) : undefined;
  const hive = Hive.parse(replayed?.file ?? data, path);
  if (hive.isDirty) { warn(`The registry hive "${path}" was not closed properly: its last changes are in its log files, and are not shown without -ReplayLog`); }
  return hive;
}

/** Whether a name begins with a root key of a running Windows, as in scripts for reg.exe and the registry provider: `HKLM\\SOFTWARE`, `HKLM:\\SOFTWARE`. */
function isOfRunningWindows(name: string): boolean {
  return /^(?:[a-z.]+::)?\\*HK(?:LM|CU|CR|U|CC|EY_[A-Z_]+):?(?:[\\/]|$)/i.test(name);
}

/**
 * Keys are given below the root of their hive: one that begins with `HKLM` would be made in the hive, where nothing looks for it.
 * @throws DismError E_INVALIDARG: it begins so.
 */
export function requireKeyOfHive(hive: string, key: string): void {
  if (isOfRunningWindows(key)) {
    throw new DismError(Hresult.E_INVALIDARG, `Cannot use the key "${key}" of the hive ${hive}: it begins with a root key of a running Windows`,
      { target: key, hint: 'Give the path below the root of the hive, such as -Hive SOFTWARE -Key "Policies\\Contoso" for HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Contoso.' });
  }
}

/** The path of a hive in the image. @throws DismError E_INVALIDARG: no hive has that name. */
export function requireHivePath(windows: string, name: string): string {
  const path = hivePath(windows, name);
  if (path === undefined || isOfRunningWindows(name) || /^[a-z]:/i.test(name)) {
    throw new DismError(Hresult.E_INVALIDARG, `"${name}" is no registry hive that DismTs knows`,
      { target: name, hint: `Give one of ${hiveNames.join(', ')}, or the path of a hive file in the image, such as "Users\\Default\\NTUSER.DAT".` });
  }
  return path;
}

export function missingHive(path: string): DismError {
  return new DismError(Hresult.ERROR_FILE_NOT_FOUND, `The image has no registry hive "${path}"`, { target: path, hint: 'Start over from an intact copy of the image.' });
}

/** The logs of a hive, as far as there are any. */
export async function readLogs(files: Pick<ImageFiles, 'read' | 'list'>, path: string): Promise<Buffer[]> {
  const logs: Buffer[] = [];
  for (const suffix of ['.LOG1', '.LOG2', '.LOG']) {
    const log = await readRealFile(files, `${path}${suffix}`, maxFileBytes);
    if (log !== undefined) { logs.push(log); }
  }
  return logs;
}
