/** Reading NTFS without mounting it, against volumes that mkntfs, wimlib and ntfs-3g made. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { NtfsVolume } from '../../../sidecar/src/disk/ntfs/ntfsVolume.ts';
import { AttributeType } from '../../../sidecar/src/disk/ntfs/record.ts';
import { readNtfsState } from '../../../sidecar/src/disk/ntfs/volumeState.ts';
import { volumeSignature } from '../../../sidecar/src/disk/volume.ts';
import { NtfsImage } from '../../../sidecar/src/imageFiles/ntfsFiles.ts';
import { ntfsBytes } from '../../helpers/disks.ts';
import { MemorySource } from '../../helpers/memorySource.ts';
import { failure } from '../../helpers/mounts.ts';
import { pseudoRandom, shared, type Tree } from '../../helpers/wims.ts';

const many = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`Many/a rather long file name, number ${index}.txt`, `content ${index}`]));
const tree: Tree = {
  'empty.txt': '', 'small.txt': 'in its record', 'large.bin': pseudoRandom(3_000_001, 4), 'Grüße/Ünicode.txt': 'umlauts', 'deep/er/and/deeper/file.txt': 'deep',
  'Windows/System32/config/SYSTEM': 'a hive', ...many,
};
const volumes = shared(async (folder) => ({
  plain: await ntfsBytes(folder, tree, 24, ['--label', 'Windows Größe']), coarse: await ntfsBytes(folder, tree, 64, ['--cluster-size', '65536']),
}));

const image = async (data: Buffer): Promise<NtfsImage> => await NtfsImage.open(new MemorySource(data), 'a volume');

describe.each(['plain', 'coarse'] as const)('files of a volume (%s)', (kind) => {
  let files: NtfsImage;
  beforeAll(async () => { files = await image(volumes()[kind]); });

  test('every file has its content, and is found in any case', async () => {
    for (const [path, content] of Object.entries(tree)) {
      expect((await files.read(path.toLowerCase()))?.equals(Buffer.from(content)), path).toBe(true);
    }
    expect(await files.read('no such file')).toBeUndefined();
    expect(await files.read('deep')).toBeUndefined();
    expect(await files.read('small.txt/below')).toBeUndefined();
  });

  test('folders list their names, without those of NTFS itself', async () => {
    expect((await files.list('')).sort()).toEqual(['Grüße', 'Many', 'Windows', 'deep', 'empty.txt', 'large.bin', 'small.txt'].sort());
    expect(await files.list('many')).toHaveLength(3000);
    expect(await files.list('large.bin')).toEqual([]);
    expect(await files.list('nowhere')).toEqual([]);
  });

  test('stat, heads and digests', async () => {
    const data = Buffer.from(tree['large.bin'] ?? '');
    expect(await files.stat('LARGE.bin')).toMatchObject({ size: data.length, links: 1 });
    expect((await files.readHead('large.bin', 100))?.equals(data.subarray(0, 100))).toBe(true);
    expect(await files.digest('large.bin', 'sha256')).toBe(createHash('sha256').update(data).digest('hex'));
    expect((await failure(files.read('large.bin', 1000))).symbol).toBe('ERROR_FILE_CORRUPT');
  });
});

test('the state of a volume: clean, dirty, log, hibernated', async () => {
  const state = async (data: Buffer) => await readNtfsState(await NtfsVolume.open(new MemorySource(data)));
  const { plain } = volumes();
  expect(await state(plain)).toEqual({ label: 'Windows Größe', version: '3.1', dirty: [], isHibernated: false });

  const dirty = Buffer.from(plain);
  const clusterBytes = plain.readUInt16LE(11) * plain.readUInt8(13);
  const record = Number(plain.readBigUInt64LE(48)) * clusterBytes + 3 * 1024;
  // $VOLUME_INFORMATION: a resident attribute of 12 bytes.
  let attribute = record + plain.readUInt16LE(record + 20);
  while (plain.readUInt32LE(attribute) !== AttributeType.VolumeInformation) { attribute += plain.readUInt32LE(attribute + 4); }
  dirty.writeUInt16LE(1, attribute + 24 + 10);
  expect((await state(dirty)).dirty).toEqual(['it was not shut down properly']);
});

test('a boot sector that cannot be is refused', async () => {
  const ff = [255, 255, 255, 255, 255];
  for (const [offset, bytes] of [[11, [0, 0]], [11, [1, 2]], [13, [3]], [13, [0x81]], [48, ff], [64, [0]], [40, ff]] as const) {
    const data = Buffer.from(volumes().plain);
    Buffer.from(bytes).copy(data, offset);
    expect((await failure(image(data))).symbol, `bytes ${bytes.join(' ')} at ${offset}`).toBe('ERROR_DISK_CORRUPT');
  }
});

test('a torn record is refused', async () => {
  const data = Buffer.from(volumes().plain);
  const start = Number(data.readBigUInt64LE(48)) * data.readUInt16LE(11) * data.readUInt8(13);
  // The root.
  data.fill(0x55, start + 5 * 1024 + 510, start + 5 * 1024 + 512);
  const files = await image(data);
  await expect(files.list('')).rejects.toMatchObject({ symbol: 'ERROR_DISK_CORRUPT', message: expect.stringContaining('written in part') as unknown });
});

test('what a volume is, by its first sector', () => {
  const sector = (offset: number, text: string) => { const data = Buffer.alloc(512); data.write(text, offset, 'latin1'); return data; };
  expect([[3, 'NTFS    '], [3, '-FVE-FS-'], [3, 'ReFS\0\0\0\0'], [82, 'FAT32   '], [3, 'EXFAT   '], [0, 'SPACEDB '], [0, 'nothing']]
    .map(([offset, text]) => volumeSignature(sector(Number(offset), String(text))))).toEqual(['NTFS', 'BitLocker', 'ReFS', 'FAT', 'exFAT', 'StorageSpaces', undefined]);
});
