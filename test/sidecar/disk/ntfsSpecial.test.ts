/** Files that NTFS keeps in other ways than one after the other: what ntfs-3g and our own compressors wrote. Needs root, to mount. */
import { execFileSync } from 'node:child_process';
import { link, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NtfsImage } from '../../../sidecar/src/imageFiles/ntfsFiles.ts';
import { CompressionType, CompressorPool } from '../../../sidecar/src/wimlib/codec.ts';
import { setAttribute } from '../../helpers/extendedAttributes.ts';
import { MemorySource } from '../../helpers/memorySource.ts';
import { failure } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { ntfsVolume } from '../../helpers/ntfs.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { pseudoRandom } from '../../helpers/wims.ts';

/** Text that compresses, with parts that do not. */
const mixed = Buffer.concat([Buffer.from('All work and no play makes a dull file. '.repeat(4000)), pseudoRandom(100_000, 5), Buffer.alloc(300_000), Buffer.from('end')]);

/** A volume that a step changes while it is mounted by ntfs-3g. */
async function volumeWith(change: (root: string) => Promise<void>, options = 'streams_interface=windows'): Promise<NtfsImage> {
  const folder = tempFolder();
  const volume = await ntfsVolume(join(folder, 'volume'), {}, 64);
  const root = join(folder, 'root');
  await mkdir(root);
  execFileSync('ntfs-3g', [volume, root, '-o', options]);
  try { await change(root); } finally { execFileSync('umount', [root]); }
  return await NtfsImage.open(new MemorySource(await readFile(volume)), 'a volume');
}

/** The stream of a WOF file: where chunks begin, and the chunks. */
async function wofStream(data: Buffer, type: CompressionType, chunkBytes: number): Promise<Buffer> {
  const pool = new CompressorPool(type, chunkBytes);
  const chunks: Buffer[] = [];
  for (let at = 0; at < data.length; at += chunkBytes) { chunks.push(await pool.compress(data.subarray(at, at + chunkBytes))); }
  pool.close();
  const table = Buffer.alloc((chunks.length - 1) * 4);
  chunks.slice(0, -1).reduce((end, chunk, index) => {
    table.writeUInt32LE(end + chunk.length, index * 4);
    return end + chunk.length;
  }, 0);
  return Buffer.concat([table, ...chunks]);
}

function wofReparse(provider: number, algorithm: number): Buffer {
  const data = Buffer.alloc(24);
  [0x80000017, 16, 1, provider, 1, algorithm].forEach((value, index) => { data.writeUInt32LE(value, index * 4); });
  return data;
}

describe.skipIf(!isRoot)('files that are kept in special ways', () => {
  test('compressed by NTFS (LZNT1)', async () => {
    const image = await volumeWith(async (root) => {
      await mkdir(join(root, 'packed'));
      setAttribute(join(root, 'packed'), 'system.ntfs_attrib', Buffer.from([0, 8, 0, 0]));
      await writeFile(join(root, 'packed', 'mixed.bin'), mixed);
    }, 'compression');
    expect(await image.volume.find('packed/mixed.bin')).toMatchObject({ attributes: expect.any(Number) as unknown });
    // Only where it is compressed does this prove anything.
    expect((await image.volume.find('packed/mixed.bin'))?.attributes ?? 0).toSatisfy((attributes: number) => (attributes & 0x800) !== 0);
    expect((await image.read('packed/mixed.bin'))?.equals(mixed)).toBe(true);
    expect((await image.readHead('packed/mixed.bin', 100))?.toString()).toBe(mixed.toString('latin1', 0, 100));
  });

  test('sparse, in pieces, and with more names than a record holds', async () => {
    const image = await volumeWith(async (root) => {
      const sparse = await open(join(root, 'sparse.bin'), 'w');
      await sparse.write('begin', 0);
      await sparse.write('end', 40 * 1024 * 1024);
      await sparse.close();
      // Two files that grow in turns lie in pieces.
      const [one, two] = [await open(join(root, 'one.bin'), 'w'), await open(join(root, 'two.bin'), 'w')];
      for (let piece = 0; piece < 300; piece++) {
        await one.write(Buffer.alloc(4096, `one ${piece} `));
        await one.sync();
        await two.write(Buffer.alloc(4096, `two ${piece} `));
        await two.sync();
      }
      await one.close();
      await two.close();
      await writeFile(join(root, 'linked.txt'), 'many names');
      for (let name = 0; name < 40; name++) { await link(join(root, 'linked.txt'), join(root, `${name} ${'long '.repeat(30)}.txt`)); }
    });
    const sparse = await image.read('sparse.bin', 64 * 1024 * 1024);
    expect([sparse?.length, sparse?.toString('latin1', 0, 5), sparse?.toString('latin1', 40 * 1024 * 1024), sparse?.subarray(5, -3).every((byte) => byte === 0)])
      .toEqual([40 * 1024 * 1024 + 3, 'begin', 'end', true]);
    for (const name of ['one', 'two']) {
      expect((await image.read(`${name}.bin`))?.equals(Buffer.concat(Array.from({ length: 300 }, (_, piece) => Buffer.alloc(4096, `${name} ${piece} `))))).toBe(true);
    }
    expect(await image.stat('linked.txt')).toMatchObject({ links: 41, size: 10 });
    expect((await image.read(`39 ${'long '.repeat(30)}.txt`))?.toString()).toBe('many names');
  });

  test.each([
    [0, CompressionType.Xpress, 4096], [1, CompressionType.Lzx, 32_768], [2, CompressionType.Xpress, 8192], [3, CompressionType.Xpress, 16_384],
  ] as const)('compressed by CompactOS, algorithm %d', async (algorithm, type, chunkBytes) => {
    const stream = await wofStream(mixed, type, chunkBytes);
    const image = await volumeWith(async (root) => {
      const path = join(root, 'system.dll');
      await writeFile(path, '');
      const sparse = await open(path, 'r+');
      await sparse.truncate(mixed.length);
      await sparse.close();
      await writeFile(`${path}:WofCompressedData`, stream);
      setAttribute(path, 'system.ntfs_reparse_data', wofReparse(2, algorithm));
    });
    expect((await image.read('system.dll'))?.equals(mixed)).toBe(true);
    expect((await image.readHead('SYSTEM.DLL', 50))?.equals(mixed.subarray(0, 50))).toBe(true);
    expect(await image.stat('system.dll')).toMatchObject({ size: mixed.length });
  });

  test('a pointer into a WIM (WIMBoot) and a damaged compressed file are errors, a link is not followed', async () => {
    const image = await volumeWith(async (root) => {
      for (const [name, reparse] of [['wimboot.dll', wofReparse(1, 0)], ['damaged.dll', wofReparse(2, 0)]] as const) {
        await writeFile(join(root, name), Buffer.alloc(100_000));
        await writeFile(`${join(root, name)}:WofCompressedData`, Buffer.alloc(1000, 0xee));
        setAttribute(join(root, name), 'system.ntfs_reparse_data', reparse);
      }
      await writeFile(join(root, 'link.txt'), '');
      const link = Buffer.alloc(20);
      link.writeUInt32LE(0xa000000c, 0);
      link.writeUInt16LE(12, 4);
      setAttribute(join(root, 'link.txt'), 'system.ntfs_reparse_data', link);
    });
    expect((await failure(image.read('wimboot.dll'))).symbol).toBe('ERROR_NOT_SUPPORTED');
    expect((await failure(image.read('damaged.dll'))).symbol).toBe('ERROR_FILE_CORRUPT');
    expect(await image.read('link.txt')).toBeUndefined();
    expect(await image.list('')).toContain('link.txt');
  });
});
