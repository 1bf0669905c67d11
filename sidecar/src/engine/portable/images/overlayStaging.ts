/** Changes that are staged in the upper directory of an overlay, which mounting stacks on the served image. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../../makeFolders.ts';
import { getAttribute, listAttributes, setAttribute } from '../../../platform/linux/attributes.ts';
import type { MountRecord } from './mountRecord.ts';
import type { GenerationFolders, Staging } from './imageFormat.ts';

/** Says whose changes a folder holds; ours, so no overlay looks at it. */
const ownerAttribute = 'trusted.dismts.mount';

const ownerOf = ({ id, generation }: MountRecord): string => `${id}/${generation}`;

/** What overlayfs needs beside the upper directory. */
export function workFolder({ folder }: GenerationFolders): string {
  return join(folder, 'work');
}

/**
 * Whether the staged changes are those that an overlay made, attributes and all. A copy that left out the trusted ones
 * (tar, cp -r, rsync without -X) has lost which folders were renamed, and which hide what the image has.
 * @throws SystemCallError
 */
function isWhole(path: string, record: MountRecord): boolean {
  return listAttributes(path).includes(ownerAttribute) && getAttribute(path, ownerAttribute).toString('utf8') === ownerOf(record);
}

/** Whether something is staged in System32 of a folder. What cannot be listed, as a name that is no UTF-8, is for whoever looks closer. */
function mayHaveSystem(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.toLowerCase() === 'system32');
  } catch {
    return true;
  }
}

export const overlayStaging: Staging = {
  stacking: 'overlayfs',
  name: 'upper',
  make: (folders, record) => {
    for (const folder of [folders.staged, workFolder(folders)]) { makeFolders(folder, 0o700); }
    setAttribute(folders.staged, ownerAttribute, Buffer.from(ownerOf(record)));
    return Promise.resolve();
  },
  troubleWith: ({ staged }, record) => {
    if (!lstatSync(staged).isDirectory()) { return 'are no folder'; }
    return isWhole(staged, record) ? undefined
      : 'are a copy without their trusted.* attributes, which say what was renamed and deleted; restore them with attributes (cp -a, rsync -aX, tar --xattrs-include="*")';
  },
  hasChanges: ({ staged }) => readdirSync(staged).length > 0,
  changedWindows: ({ staged }) => readdirSync(staged, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && mayHaveSystem(join(staged, entry.name))).map(({ name }) => name),
};
