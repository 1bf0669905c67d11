/** Finds the image in a virtual disk file, and checks that it can be mounted. Everything is refused before anything is touched. */
import { realpath, statfs } from 'node:fs/promises';
import { readNtfsState } from '../../../../disk/ntfs/volumeState.ts';
import type { FoundVolume } from '../../../../disk/windowsVolume.ts';
import { DismError } from '../../../../errors.ts';
import { Hresult } from '../../../../hresult.ts';
import type { OperationContext } from '../../../../operationContext.ts';
import { isElevated } from '../../../../platform/elevation.ts';
import { findWriters } from '../../../../platform/linux/writers.ts';
import { FileErrors } from '../../../../fileErrors.ts';
import type { IdentifiedImage, MountParams } from '../imageFormat.ts';
import { checkWritable, orMountReadOnly } from '../writable.ts';
import { findChildren } from './children.ts';
import { identified } from './identified.ts';
import { contentHash, openDisk, type OpenDisk } from './openDisk.ts';
import type { DiskOwn } from './own.ts';
import { foreseeReplay, replayLog } from './replayLog.ts';
import { requireDiskServing } from './tools.ts';

/** f_type of statfs(2) of file systems of other machines: what is written there in place is not safe from them. */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'], [0xff534d42, 'CIFS'], [0xfe534d42, 'SMB'], [0x517b, 'SMB'], [0x01021997, '9p'], [0x00c36400, 'Ceph'], [0x5346414f, 'AFS'],
]);

/** A disk has one image. @throws DismError DISMAPI_E_INVALID_IMAGE_INDEX, DISMAPI_E_INVALID_IMAGE_NAME. */
export function requireOnlyImage({ imageIndex, imageName }: Pick<MountParams, 'imageIndex' | 'imageName'>, errors: FileErrors): void {
  if (imageName !== undefined) { throw errors.make(Hresult.DISMAPI_E_INVALID_IMAGE_NAME, 'the image of a virtual disk has no name', 'Use -Index 1.'); }
  if (imageIndex !== undefined && imageIndex !== 1) { throw errors.make(Hresult.DISMAPI_E_INVALID_IMAGE_INDEX, `a virtual disk has one image, with the index 1, not ${imageIndex}`); }
}

/** @throws DismError ERROR_SHARING_VIOLATION: a virtual machine runs on it, for instance. */
export async function requireUnused(path: string, what: string): Promise<void> {
  const writers = await findWriters(path);
  if (writers.length === 0) { return; }
  throw new DismError(Hresult.ERROR_SHARING_VIOLATION, `${what}: the disk is in use by ${writers.map(({ pid, program }) => `${program} (${pid})`).join(', ')}`, {
    target: path, holders: writers, hint: 'Shut the virtual machine down that uses it, or end that program.',
  });
}

/** What a writable mount needs beside what each needs. */
async function requireChangeable({ path, errors, disk }: OpenDisk, what: string): Promise<void> {
  await checkWritable(path, what, orMountReadOnly);
  const network = networkFileSystems.get((await statfs(path)).type >>> 0);
  if (network !== undefined) {
    throw errors.make(Hresult.ERROR_NOT_SUPPORTED, `the file is on a network share (${network}), where a save that is interrupted could not be finished safely`,
      'Copy it to a local disk, or mount with -ReadOnly.');
  }
  if (disk.isInSavedState) {
    throw errors.make(Hresult.ERROR_VHD_INVALID_STATE, 'a virtual machine was saved while it used the disk, and would go on with what it knows of it',
      'Start the virtual machine and shut it down, or mount with -ReadOnly.');
  }
  const [child] = await findChildren(path);
  if (child !== undefined) {
    throw errors.make(Hresult.ERROR_VHD_INVALID_TYPE, `it is the parent of a differencing disk, "${child}", which any change of it would break`,
      'Merge the differencing disk (or the checkpoint) first, or mount with -ReadOnly.');
  }
}

/** @returns What to warn of, where it is only read. @throws DismError ERROR_VOLUME_DIRTY. */
export async function checkState({ ntfs }: FoundVolume, readOnly: boolean, errors: FileErrors): Promise<string[]> {
  const { dirty, isHibernated } = await readNtfsState(ntfs);
  if (isHibernated) {
    if (readOnly) { return ['Windows on this disk is hibernated, or was shut down with fast startup: what it has in memory does not show']; }
    throw errors.make(Hresult.ERROR_VOLUME_DIRTY, 'its Windows is hibernated, or was shut down with fast startup: it would overwrite any change with what it has in memory',
      'Start the machine and shut it down fully ("shutdown /s /t 0"), or mount with -ReadOnly.');
  }
  if (dirty.length === 0) { return []; }
  if (readOnly) { return [`The volume was not left in order (${dirty.join('; ')}): its newest changes may not show`]; }
  throw errors.make(Hresult.ERROR_VOLUME_DIRTY, `its volume was not left in order: ${dirty.join('; ')}`);
}

/** All is read through one descriptor; the log is replayed before where that was asked for. */
export async function identify(params: MountParams, what: string, context: OperationContext): Promise<IdentifiedImage> {
  const file = await realpath(params.imagePath).catch(() => params.imagePath);
  const mayReplay = params.replayLog === true && isElevated();
  const unused = async (): Promise<void> => { await requireUnused(file, what); };
  const foreseen = mayReplay && params.validateOnly === true ? await foreseeReplay(file, what, unused) : undefined;
  if (foreseen !== undefined) {
    requireOnlyImage(params, new FileErrors(file, what));
    return foreseen;
  }
  const replayed = mayReplay && params.validateOnly !== true ? await replayLog(file, what, unused, context) : [];
  const opened = await openDisk(file, what);
  const { path, errors, disk } = opened;
  try {
    requireOnlyImage(params, errors);
    if (!isElevated()) {
      throw errors.make(Hresult.ERROR_ELEVATION_REQUIRED, 'only root can mount a virtual disk', 'Run as root. Information on the disk can be read without a mount: Get-DismTsImage -ImagePath.');
    }
    requireDiskServing();
    const readOnly = params.readOnly === true;
    const volume = await opened.volume(params.partition);
    if (disk.logicalSectorBytes !== 512) {
      throw errors.make(Hresult.ERROR_VIRTDISK_UNSUPPORTED_DISK_SECTOR_SIZE, `its sectors have ${disk.logicalSectorBytes} bytes, and QEMU, which serves it, knows 512 only`);
    }
    if (!readOnly) { await requireChangeable(opened, what); }
    const warnings = [...replayed, ...volume.warnings, ...await checkState(volume, readOnly, errors)];
    await requireUnused(path, what);
    for (const warning of warnings) { context.log.warning(warning); }
    const { start, length, number } = volume.partition;
    const own: DiskOwn = { driver: disk.format === 'VHD' ? 'vpc' : 'vhdx', start, length, partition: number };
    return identified(opened, { own, warnings });
  } finally {
    await opened.close();
  }
}

/** Whether a file that looks another than recorded still holds what was mounted. */
export async function holdsDisk(path: string, imageHash: string): Promise<boolean> {
  const opened = await openDisk(path, `Cannot read "${path}"`);
  try {
    return contentHash(opened) === imageHash;
  } finally {
    await opened.close();
  }
}
