/** What is captured, or applied to: a folder, or an NTFS volume that nobody uses. */
import { constants } from 'node:fs';
import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { releaseFile } from '../../../closing.ts';
import { parseMbr } from '../../../disk/mbr.ts';
import { volumeSignature } from '../../../disk/volume.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { readMountTable } from '../../../platform/linux/mountTable.ts';
import { isSystemError } from '../../../systemErrors.ts';

/** A folder or volume. */
export interface Place {
  /** Without symbolic links on the way. */
  readonly path: string;
  readonly isVolume: boolean;
  /** Bytes of the volume, by its own account; 0 for a folder. */
  readonly volumeBytes: number;
}

const sectorBytes = 512;
const fileSystemTypes = /^(?:fuseblk|fuse(?:\..+)?|ntfs3?|ufsd)$/;

/**
 * Looks at what a path names.
 * @param what The first half of messages. @throws DismError ERROR_PATH_NOT_FOUND, ERROR_BAD_FORMAT: neither. ERROR_SHARING_VIOLATION: the volume is mounted.
 */
export async function folderOrVolume(path: string, what: string): Promise<Place> {
  const real = await realpath(path).catch((error: unknown) => {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `${what}: "${path}" does not exist`, { target: path });
    }
    throw error;
  });
  const found = await stat(real);
  if (found.isDirectory()) { return { path: real, isVolume: false, volumeBytes: 0 }; }
  if (!found.isFile() && !found.isBlockDevice()) { throw notAPlace(path, what, 'it is neither a folder nor a volume'); }
  const volumeBytes = await ntfsBytes(real, path, what);
  await requireUnused(real, path, what, found.isBlockDevice());
  return { path: real, isVolume: true, volumeBytes };
}

function notAPlace(path: string, what: string, reason: string, hint?: string): DismError {
  return new DismError(Hresult.ERROR_BAD_FORMAT, `${what}: "${path}" cannot be used: ${reason}`, { target: path, hint: hint ?? 'Give a folder, the device of an NTFS volume, or a file that holds one.' });
}

async function ntfsBytes(real: string, path: string, what: string): Promise<number> {
  const sector = Buffer.alloc(sectorBytes);
  const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    await handle.read(sector, 0, sectorBytes, 0);
  } finally {
    await releaseFile(handle);
  }
  const kind = volumeSignature(sector);
  if (kind === 'NTFS') { return Number(sector.readBigUInt64LE(0x28)) * sector.readUInt16LE(0x0b); }
  if (kind !== undefined && kind !== 'Unknown') { throw notAPlace(path, what, `its file system is ${kind}, not NTFS`); }
  if (parseMbr(sector)?.some(({ type }) => type !== 0) === true) {
    throw notAPlace(path, what, 'it holds a whole disk with partitions', 'Give the device of one partition: "losetup --find --show --partscan FILE" makes them.');
  }
  throw notAPlace(path, what, 'it holds no NTFS volume');
}

/** Whoever has it mounted would see it change under its feet, or show what is half written. */
async function requireUnused(real: string, path: string, what: string, isDevice: boolean): Promise<void> {
  const users = new Set([real, ...isDevice ? [] : await loopDevicesOf(real)]);
  for (const { source, mountPoint, type } of readMountTable()) {
    if (!fileSystemTypes.test(type) || !source.startsWith('/')) { continue; }
    if (users.has(source) || users.has(await realpath(source).catch(() => source))) {
      throw new DismError(Hresult.ERROR_SHARING_VIOLATION, `${what}: the volume "${path}" is mounted at "${mountPoint}"`, { target: path, hint: `Unmount it first: umount "${mountPoint}".` });
    }
  }
}

/** The loop devices that show a file. */
async function loopDevicesOf(file: string): Promise<string[]> {
  const devices: string[] = [];
  for (const name of await readdir('/sys/block').catch(() => [])) {
    if (!name.startsWith('loop')) { continue; }
    const backing = await readFile(join('/sys/block', name, 'loop/backing_file'), 'utf8').catch(() => '');
    if (backing.trimEnd() === file) { devices.push(`/dev/${name}`); }
  }
  return devices;
}

/** An NTFS volume that is mounted: it holds more than a program that goes through the folder can see. */
export interface MountedVolume {
  readonly device: string;
  /** Nobody can write to it, so that it may be read beside whoever serves it. */
  readonly isReadOnly: boolean;
}

/** The volume whose root a folder is. */
export function mountedVolumeAt(folder: string): MountedVolume | undefined {
  const table = readMountTable().filter(({ type, source }) => /^(?:fuseblk|ntfs3?|ufsd)$/.test(type) && source.startsWith('/dev/'));
  const volume = table.find(({ mountPoint, root }) => mountPoint === folder && root === '/');
  if (volume === undefined) { return undefined; }
  return { device: volume.source, isReadOnly: table.every(({ source, options }) => source !== volume.source || options.includes('ro')) };
}
