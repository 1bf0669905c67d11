/** Removes driver packages that were added to an image. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { messageOf } from '../systemErrors.ts';
import { bootCriticalClasses } from './deviceClasses.ts';
import { type DriverChange, loadRegistered, settle, undo, withDatabase } from './driverChange.ts';
import type { DriverDatabase, RegisteredPackage } from './driverDatabase.ts';
import { DriverJournal } from './driverJournal.ts';
import { guidText } from './driverRecords.ts';
import { requireReachable } from './packageFiles.ts';
import { isReflected, reflectedFiles } from './reflectPackage.ts';
import { unregisterPackage } from './stagePackage.ts';

/**
 * Removes the packages of a published name.
 * @param force Also one that Windows may need to start.
 * @throws DismError ERROR_FILE_NOT_FOUND: there is none. SPAPI_E_NOT_AN_INSTALLED_OEM_INF: it came with Windows.
 * SPAPI_E_INF_IN_USE_BY_DEVICES: it is boot-critical and reflected.
 * @returns Names of their folders in the store.
 */
export async function removePackages(published: string, force: boolean, change: DriverChange): Promise<string[]> {
  const { image, windows, context, validateOnly, warn } = change;
  const journal = new DriverJournal(image, windows);
  const removal = withDatabase(change, context.signal, async (database, boot) => {
    const found = requireRemovable(published, force, database, warn);
    for (const registered of found) {
      const loaded = await loadRegistered(registered, change);
      const wasReflected = isReflected(registered);
      if (!validateOnly) {
        const files = !wasReflected ? [] : loaded === undefined ? boot.lockedFiles(published) : reflectedFiles(loaded).map(({ path }) => path);
        const rivals = loaded === undefined ? [] : (await boot.rivals(loaded, published)).map((rival) => rival.published);
        requireReachable(image, windows, { folder: registered.key.name, published, files });
        await journal.note({ folder: registered.key.name, published: registered.published.toLowerCase(), files, rivals });
      }
      if (wasReflected) { await boot.withdraw(registered); }
      unregisterPackage(database, registered);
    }
    context.signal.throwIfAborted();
    return found.map(({ key }) => key.name);
  });
  let folders: string[];
  try {
    folders = await removal;
  } catch (error) {
    if (journal.isOpen) { await undo(change); }
    throw error;
  }
  if (validateOnly) { return folders; }
  try {
    // Now that no database knows them their files go, as they would after a crash.
    await settle(change);
  } catch (error) {
    warn(`The driver "${published}" was removed, but not all of its files (${messageOf(error)}): the next command that changes drivers removes them`);
  }
  return folders;
}

function requireRemovable(published: string, force: boolean, database: DriverDatabase, warn: (text: string) => void): RegisteredPackage[] {
  const found = database.packages().filter((registered) => registered.published.toLowerCase() === published.toLowerCase());
  const what = `Cannot remove the driver "${published}"`;
  if (found.length === 0) {
    throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `${what}: the image has no driver of that published name`, {
      target: published, hint: 'List the published names with Get-DismTsDriver.',
    });
  }
  for (const registered of found) {
    const version = registered.key.value('Version')?.data;
    if (!/^oem\d+\.inf$/i.test(registered.published) || version === undefined || version.length < 40 || version.readUInt16LE(0) === 0xffff) {
      throw new DismError(Hresult.SPAPI_E_NOT_AN_INSTALLED_OEM_INF, `${what}: it came with Windows, and only drivers that were added can be removed`, { target: published });
    }
    if (bootCriticalClasses.has(guidText(version.subarray(8, 24))) && isReflected(registered)) {
      if (!force) {
        throw new DismError(Hresult.SPAPI_E_INF_IN_USE_BY_DEVICES, `${what}: it is boot-critical, and without it Windows may not start any more`, {
          target: published, hint: 'Remove it all the same with -Force, when no disk that Windows starts from needs it.',
        });
      }
      warn(`The boot-critical driver "${published}" was removed: Windows may not start any more from a device that needs it`);
    }
  }
  return found;
}
