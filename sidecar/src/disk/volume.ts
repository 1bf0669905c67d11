/** Tells by its first sector what a volume is. */

/** What was found at the start of a volume. */
export type VolumeKind = 'NTFS' | 'BitLocker' | 'ReFS' | 'FAT' | 'exFAT' | 'StorageSpaces' | 'Dynamic' | 'Unknown';

const signatures: readonly (readonly [offset: number, text: string, kind: VolumeKind])[] = [
  [3, 'NTFS    ', 'NTFS'], [3, '-FVE-FS-', 'BitLocker'], [3, 'ReFS\0\0\0\0', 'ReFS'], [3, 'EXFAT   ', 'exFAT'],
  [82, 'FAT32   ', 'FAT'], [54, 'FAT16   ', 'FAT'], [54, 'FAT12   ', 'FAT'], [0, 'SPACEDB ', 'StorageSpaces'],
];
/** "BitLocker To Go" looks like FAT32 to everybody who cannot open it. */
const [toGoOffset, toGoName] = [3, 'MSWIN4.1'] as const;
const bitLockerIds = ['3bd66749292ed84a8399f6a339e3d001', '3b4da892808b0e4d9ee2de72d8a24b4d'];

/** The kind that a first sector names; undefined: none that is known. */
export function volumeSignature(sector: Buffer): VolumeKind | undefined {
  const kind = signatures.find(([offset, text]) => sector.toString('latin1', offset, offset + text.length) === text)?.[2];
  if (kind === 'FAT' && sector.toString('latin1', toGoOffset, toGoOffset + toGoName.length) === toGoName && sector.length >= 440
    && bitLockerIds.includes(sector.toString('hex', 424, 440))) { return 'BitLocker'; }
  return kind;
}
