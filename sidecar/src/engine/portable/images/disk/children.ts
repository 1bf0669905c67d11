/** Finds the differencing disks that have a disk as their parent. */
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { releaseFile } from '../../../../closing.ts';
import { openVirtualDisk } from '../../../../disk/virtualDisk.ts';
import { DismError } from '../../../../errors.ts';
import { isSystemError } from '../../../../systemErrors.ts';
import { FileErrors } from '../../../../fileErrors.ts';

const diskName = /\.a?vhdx?$/i;
/** A folder with more disks than that is none of a virtual machine. */
const maxLooks = 500;

/** The name that a disk gives of its parent; empty: it has none, or cannot be read. */
async function parentNameOf(path: string): Promise<string> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size } = await handle.stat();
      return (await openVirtualDisk(handle, size, new FileErrors(path))).parentName;
    } finally {
      await releaseFile(handle);
    }
  } catch (error) {
    if (error instanceof DismError || isSystemError(error)) { return ''; }
    throw error;
  }
}

/** The differencing disks beside a disk whose parent has its name: what Hyper-V makes of a checkpoint. */
export async function findChildren(path: string): Promise<string[]> {
  const own = basename(path).toLowerCase();
  const others = (await readdir(dirname(path))).filter((name) => diskName.test(name) && name.toLowerCase() !== own).slice(0, maxLooks);
  const children: string[] = [];
  for (const name of others) {
    const parent = (await parentNameOf(join(dirname(path), name))).split(/[\\/]/).at(-1) ?? '';
    if (parent.toLowerCase() === own) { children.push(name); }
  }
  return children;
}
