/** Where the registry hives of an image are. */
import { joinPath } from '../imageFiles/imageFiles.ts';

/** Hives in System32\config, by the names that Windows gives to their files. */
const configHives = ['SOFTWARE', 'SYSTEM', 'DEFAULT', 'SAM', 'SECURITY', 'COMPONENTS', 'DRIVERS', 'ELAM', 'BBI'] as const;

/** Folder of the hives, and of the journal of their changes. */
export function configFolder(windows: string): string {
  return joinPath(windows, 'System32/config');
}

/**
 * The file of a hive in the image.
 * @param hive A name such as `SOFTWARE`; `NTUSER` for what new users get; or a path below the root of the image, such as `Users\Default\NTUSER.DAT`.
 * @returns undefined: the name is that of no hive.
 */
export function hivePath(windows: string, hive: string): string | undefined {
  if (/[\\/]/.test(hive)) { return joinPath(hive); }
  const name = hive.toUpperCase();
  if (name === 'NTUSER') { return 'Users/Default/NTUSER.DAT'; }
  return configHives.some((known) => known === name) ? joinPath(configFolder(windows), name) : undefined;
}

/** Names that hivePath() knows, for messages. */
export const hiveNames: readonly string[] = [...configHives, 'NTUSER'];
