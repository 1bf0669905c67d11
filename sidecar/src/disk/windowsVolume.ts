/** Finds the volume of a disk that an image is: the NTFS one that holds Windows. What cannot be used is said by its name. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import type { FileErrors } from '../fileErrors.ts';
import { type ByteSource, PartSource } from './byteSource.ts';
import { NtfsVolume } from './ntfs/ntfsVolume.ts';
import { type Partition, readPartitions } from './partitions.ts';
import { type VolumeKind, volumeSignature } from './volume.ts';

/** A partition, and what is on it. */
export interface DiskVolume {
  readonly partition: Partition;
  readonly kind: VolumeKind;
  /** Of an NTFS volume that can be read. */
  readonly ntfs: NtfsVolume | undefined;
  readonly holdsWindows: boolean;
  /** Why an NTFS volume cannot be read. */
  readonly trouble: DismError | undefined;
}

export interface FoundVolume {
  readonly partition: Partition;
  readonly source: ByteSource;
  readonly ntfs: NtfsVolume;
  readonly holdsWindows: boolean;
  readonly warnings: readonly string[];
}

const systemHive = 'Windows/System32/config/SYSTEM';

async function lookAtVolume(disk: ByteSource, partition: Partition): Promise<DiskVolume> {
  const source = new PartSource(disk, partition.start, partition.length);
  const kind = volumeSignature(await source.read(0, Math.min(512, source.size))) ?? 'Unknown';
  if (kind !== 'NTFS') { return { partition, kind, ntfs: undefined, holdsWindows: false, trouble: undefined }; }
  try {
    const ntfs = await NtfsVolume.open(source);
    return { partition, kind, ntfs, holdsWindows: await ntfs.find(systemHive) !== undefined, trouble: undefined };
  } catch (error) {
    if (!(error instanceof DismError)) { throw error; }
    return { partition, kind, ntfs: undefined, holdsWindows: false, trouble: error };
  }
}

/** "partition 3 (NTFS, 60 GiB, with Windows)" */
function describe({ partition: { number, length }, kind, holdsWindows }: DiskVolume): string {
  return `partition ${number} (${kind}, ${Math.round(length / 1024 ** 2)} MiB${holdsWindows ? ', with Windows' : ''})`;
}

/** @throws DismError: why a volume is of no use here. */
function requireNtfs(volume: DiskVolume, errors: FileErrors): NtfsVolume {
  const { kind, partition: { number }, ntfs, trouble } = volume;
  if (ntfs !== undefined) { return ntfs; }
  if (trouble !== undefined) { throw trouble; }
  const place = number === 0 ? 'the disk' : `partition ${number}`;
  switch (kind) {
    case 'BitLocker': throw errors.make(Hresult.FVE_E_LOCKED_VOLUME, `${place} is encrypted with BitLocker`);
    case 'ReFS': throw errors.make(Hresult.ERROR_NOT_SUPPORTED, `${place} is a ReFS volume, which only Windows can read`, 'Mount it in Windows.');
    case 'StorageSpaces': throw storageSpaces(errors);
    case 'Dynamic': throw dynamicDisk(errors);
    case 'FAT': case 'exFAT': case 'Unknown': case 'NTFS':
      throw errors.make(Hresult.ERROR_UNRECOGNIZED_VOLUME, `${place} holds no NTFS volume${kind === 'Unknown' ? '' : `, but ${kind}`}`);
  }
}

function storageSpaces(errors: FileErrors): DismError {
  return errors.make(Hresult.ERROR_NOT_SUPPORTED, 'it is a member of a Storage Spaces pool', 'Mount it in Windows, where the other disks of the pool are.');
}

function dynamicDisk(errors: FileErrors): DismError {
  return errors.make(Hresult.ERROR_NOT_SUPPORTED, 'it is a dynamic disk (LDM), which only Windows can read', 'Convert it to a basic disk in Windows.');
}

/**
 * Finds the volume.
 * @param chosen Number of a partition; default: the one with Windows, or the only NTFS volume of a disk without Windows.
 * @throws DismError E_INVALIDARG: there is no such partition, or several could be meant; FVE_E_LOCKED_VOLUME: BitLocker;
 * ERROR_NOT_SUPPORTED: ReFS, Storage Spaces, a dynamic disk; ERROR_UNRECOGNIZED_VOLUME: no NTFS; ERROR_DISK_CORRUPT.
 */
export async function findVolume(disk: ByteSource, sectorBytes: number, chosen: number | undefined): Promise<FoundVolume> {
  const { errors } = disk;
  const table = await readPartitions(disk, sectorBytes);
  const found = (volume: DiskVolume): FoundVolume => {
    const { partition, holdsWindows } = volume;
    return {
      partition, holdsWindows, ntfs: requireNtfs(volume, errors), source: new PartSource(disk, partition.start, partition.length), warnings: table.warnings,
    };
  };
  if (chosen !== undefined) {
    const partition = table.partitions.find(({ number }) => number === chosen);
    if (partition !== undefined) { return found(await lookAtVolume(disk, partition)); }
    const numbers = table.partitions.map(({ number }) => number).join(', ');
    throw errors.make(Hresult.E_INVALIDARG, `it has no partition ${chosen}${numbers === '' ? '' : `, but ${numbers}`}`, 'Choose one of them with -Partition.');
  }
  if (table.partitions.some(({ use }) => use === 'Dynamic')) { throw dynamicDisk(errors); }
  if (table.partitions.some(({ use }) => use === 'StorageSpaces')) { throw storageSpaces(errors); }
  const volumes: DiskVolume[] = [];
  for (const partition of table.partitions.filter(({ use }) => use === 'Data')) { volumes.push(await lookAtVolume(disk, partition)); }
  const windows = volumes.filter(({ holdsWindows }) => holdsWindows);
  const ntfs = volumes.filter(({ kind }) => kind === 'NTFS');
  const candidates = windows.length > 0 ? windows : ntfs;
  const [only] = candidates;
  if (candidates.length > 1) {
    throw errors.make(Hresult.E_INVALIDARG, `several of its volumes ${windows.length > 0 ? 'hold Windows' : 'are NTFS, and none holds Windows'}: ${candidates.map(describe).join(', ')}`,
      'Choose one with -Partition.');
  }
  if (only !== undefined) { return found(only); }
  const [locked] = volumes.filter(({ kind }) => kind === 'BitLocker' || kind === 'ReFS' || kind === 'StorageSpaces');
  if (locked !== undefined) { return found(locked); }
  throw errors.make(Hresult.ERROR_UNRECOGNIZED_VOLUME, `it has no NTFS volume${volumes.length === 0 ? '' : `, but ${volumes.map(describe).join(', ')}`}`);
}
