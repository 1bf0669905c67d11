/** Opens a virtual disk file and finds the volume in it that is the image. */
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { releaseFile } from '../../../../closing.ts';
import { openVirtualDisk, type VirtualDisk } from '../../../../disk/virtualDisk.ts';
import { findVolume, type FoundVolume } from '../../../../disk/windowsVolume.ts';
import { Hresult } from '../../../../hresult.ts';
import { FileErrors } from '../../../../fileErrors.ts';
import { hexHash, sha1 } from '../../../../wim/hash.ts';
import { type FileSignature, signatureOf } from '../../../../wim/wimFile.ts';

/** An open disk. Close it when done. */
export interface OpenDisk {
  readonly path: string;
  readonly errors: FileErrors;
  readonly disk: VirtualDisk;
  readonly signature: FileSignature;
  /** The volume that is the image. @throws DismError, as findVolume(); ERROR_VHD_INVALID_TYPE, ERROR_VHD_INVALID_STATE: what is read is not the whole disk. */
  volume(partition: number | undefined): Promise<FoundVolume>;
  readonly close: () => Promise<void>;
}

/** @throws DismError: it cannot be read, is none, or damaged. */
export async function openDisk(path: string, what: string): Promise<OpenDisk> {
  const errors = new FileErrors(path, what);
  try {
    // A pipe or device is refused before it is opened.
    if (!(await stat(path)).isFile()) { throw errors.make(Hresult.ERROR_BAD_FORMAT, 'it is not a regular file', 'Give the file of a virtual disk.'); }
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      const disk = await openVirtualDisk(handle, stats.size, errors);
      return {
        path, errors, disk, signature: signatureOf(stats), close: async () => { await releaseFile(handle); },
        volume: async (partition) => {
          const { content } = disk;
          if (content === undefined) {
            throw errors.make(Hresult.ERROR_VHD_INVALID_TYPE, `it is a differencing disk: the most of it is in its parent${disk.parentName === '' ? '' : `, "${disk.parentName}"`}`);
          }
          if (disk.hasLog) {
            throw errors.make(Hresult.ERROR_VHD_INVALID_STATE, 'changes wait in its log that were not written to their places, as after a crash of its virtual machine',
              'Start the virtual machine and shut it down, or mount with -ReplayLog, which writes them to their places in the file: keep a copy of it.');
          }
          return await findVolume(content, disk.logicalSectorBytes, partition);
        },
      };
    } catch (error) {
      await releaseFile(handle);
      throw error;
    }
  } catch (error) {
    throw errors.ofSystem(error);
  }
}

/**
 * What tells the content of a disk from any other. Whoever writes to a VHDX gives it a new number; a VHD has nothing of the kind, so
 * the time of the last change has to do.
 */
export function contentHash({ disk, signature }: OpenDisk): string {
  const mark = disk.contentMark ?? `${signature.size} ${signature.modifiedMs}`;
  return hexHash(sha1(Buffer.from(`${disk.format} ${disk.id} ${disk.size} ${mark}`)));
}
