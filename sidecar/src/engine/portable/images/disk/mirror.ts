/**
 * NTFS keeps the first records of its file table twice, and NTFS-3G refuses a volume whose copies differ. It writes one after the other, so
 * one that was killed in between leaves them so; the first copy is the newer one then.
 */
import { open } from 'node:fs/promises';
import { releaseFile } from '../../../../closing.ts';
import { FileSource } from '../../../../disk/byteSource.ts';
import { readBootSector } from '../../../../disk/ntfs/bootSector.ts';
import { NtfsVolume } from '../../../../disk/ntfs/ntfsVolume.ts';
import { applyFixups } from '../../../../disk/ntfs/record.ts';
import { Hresult } from '../../../../hresult.ts';
import type { OperationContext } from '../../../../operationContext.ts';
import { FileErrors } from '../../../../fileErrors.ts';

const mirroredRecords = 4;

/**
 * Looks whether staged changes are whole that were staged before the machine stopped: they had reached the disk if it was shut down, and may
 * not have if its power went. @throws DismError ERROR_DISK_CORRUPT.
 */
export async function requireWhole(path: string, image: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const errors = new FileErrors(image, `Cannot show the changes of "${image}"`);
    const volume = await NtfsVolume.open(new FileSource(handle, (await handle.stat()).size, errors));
    const damaged = await volume.countDamagedRecords();
    if (damaged === 0) { return; }
    throw errors.make(Hresult.ERROR_DISK_CORRUPT, `the machine stopped before they had reached its disk, and ${damaged} files of the volume are damaged in them`,
      'The disk file itself is untouched. Dismount with -Discard, and make the changes again.');
  } finally {
    await releaseFile(handle);
  }
}

/** Makes the second copy equal to the first in the staged changes, where it is not. @throws DismError ERROR_DISK_CORRUPT. */
export async function mendMirror(path: string, context: OperationContext): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    const volume = new FileSource(handle, (await handle.stat()).size, new FileErrors(path));
    const { clusterBytes, recordBytes, mftCluster, mirrorCluster } = await readBootSector(volume);
    const length = mirroredRecords * recordBytes;
    const [first, second] = [await volume.read(mftCluster * clusterBytes, length), await volume.read(mirrorCluster * clusterBytes, length)];
    if (first.equals(second)) { return; }
    // A torn record is none to copy.
    for (let record = 0; record < mirroredRecords; record++) { applyFixups(first.subarray(record * recordBytes, (record + 1) * recordBytes), 'FILE'); }
    context.log.warning('the program that served the disk was killed; the copy of its first records is written anew');
    await handle.write(first, 0, length, mirrorCluster * clusterBytes);
  } finally {
    await handle.close();
  }
}
