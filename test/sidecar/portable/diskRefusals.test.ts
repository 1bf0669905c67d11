/** What is known of virtual disks without mounting them, and the disks that are refused, each with its reason, before anything is touched. */
import { execFileSync, spawn } from 'node:child_process';
import { chmod, chown, copyFile, mkdir, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AttributeType } from '../../../sidecar/src/disk/ntfs/record.ts';
import { bytesAt, diskFile, gptDisk, guidBytes, logChange, mbrDisk, ntfsBytes, type PartitionSpec, partitionTypes, patch, windowsDisk, windowsTree } from '../../helpers/disks.ts';
import { callEngine, failure, hashFile, type Params, type Workbench, workbench } from '../../helpers/mounts.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { asNobody, isRoot, letAllRead } from '../../helpers/nobody.ts';
import { shared } from '../../helpers/wims.ts';

const MiB = 1024 * 1024;
const volumeBytes = 16 * MiB;
const noteText = 'a note that is found by what it says';

/** The volume with a file that libwim leaves out of every capture. */
async function sleeping(folder: string, volume: Buffer): Promise<Buffer> {
  const [path, hiberfil] = [join(folder, 'sleeping'), join(folder, 'hiberfil')];
  await writeFile(path, volume);
  await writeFile(hiberfil, Buffer.concat([Buffer.from('HIBR'), Buffer.alloc(8188)]));
  execFileSync('ntfscp', ['-q', '-f', path, hiberfil, 'hiberfil.sys']);
  return await readFile(path);
}

const volumes = shared(async (folder) => {
  const windows = await ntfsBytes(folder, windowsTree({ 'note.bin': noteText + ' '.repeat(5000) }), 16, ['--label', 'System']);
  return { windows, data: await ntfsBytes(folder, { 'data.txt': 'data' }, 16), sleeping: await sleeping(folder, windows) };
});

/** Data partitions one after the other. */
const table = (...contents: readonly Buffer[]): PartitionSpec[] => contents.map((content, index) => (
  { start: MiB + index * volumeBytes, length: volumeBytes, type: partitionTypes.data, content }));
const sizeOf = (partitions: readonly PartitionSpec[]): number => (partitions.length + 1) * volumeBytes;
const gpt = (...contents: readonly Buffer[]): Buffer => gptDisk(sizeOf(table(...contents)), table(...contents));

/** A first sector with a mark, and zeros. */
function marked(offset: number, mark: string): Buffer {
  const volume = Buffer.alloc(volumeBytes);
  volume.write(mark, offset, 'latin1');
  return volume;
}

/** A volume with another flag in the file that describes it. */
function flagged(volume: Buffer, flags: number): Buffer {
  const changed = Buffer.from(volume);
  // It is there twice: in the file table, and in the copy of its beginning.
  for (const field of [48, 56]) {
    const record = Number(volume.readBigUInt64LE(field)) * volume.readUInt16LE(11) * volume.readUInt8(13) + 3 * 1024;
    let at = record + volume.readUInt16LE(record + 20);
    while (volume.readUInt32LE(at) !== AttributeType.VolumeInformation) { at += volume.readUInt32LE(at + 4); }
    changed.writeUInt16LE(flags, at + 24 + 10);
  }
  return changed;
}

async function made(bench: Workbench, disk: Buffer, name = 'disk.vhdx'): Promise<string> {
  return await diskFile(join(bench.folder, name), disk, name.endsWith('x') ? 'dynamic.vhdx' : 'dynamic.vhd');
}

/** Tries to mount; the file has to stay as it was, and nothing may be left over. @returns `SYMBOL: reason`. */
async function refusal(bench: Workbench, imagePath: string, options: Partial<Params<'mountImage'>> = {}): Promise<string> {
  const before = await hashFile(imagePath);
  const error = await failure(bench.mount(imagePath, options));
  expect(error.hint ?? '').not.toBe('');
  expect(await hashFile(imagePath)).toBe(before);
  await bench.expectNothingLeft();
  return `${error.symbol}: ${error.message}`;
}

describe('information on virtual disks', () => {
  const info = async (bench: Workbench, imagePath: string, options: Partial<Params<'getImageInfo'>> = {}) =>
    (await bench.call('getImageInfo', { imagePath, ...options })).images;

  test.each(['disk.vhd', 'disk.vhdx'])('%s: one image, described by its registry', async (name) => {
    const bench = await workbench();
    const path = await made(bench, windowsDisk(volumes().windows), name);
    const [image, ...others] = await info(bench, path);
    expect(others).toEqual([]);
    expect(image).toMatchObject({
      imagePath: path, imageIndex: 1, imageName: '', imageDescription: 'System', imageType: 'Vhd', architecture: 9, version: '10.0.26100.1742', build: 26100, spBuild: 1742,
      editionId: 'Professional', installationType: 'Client', productType: 'WinNT', languages: ['de-DE', 'en-US'], defaultLanguageIndex: 0, wimBoot: false,
    });
    expect(image?.imageSize).toBeGreaterThan(MiB);
    expect(image?.imageSize).toBeLessThan(volumeBytes);
    expect(await info(bench, path, { imageIndex: 1 })).toEqual([image]);
    expect((await failure(info(bench, path, { imageIndex: 2 }))).symbol).toBe('DISMAPI_E_INVALID_IMAGE_INDEX');
    expect((await failure(info(bench, path, { imageName: 'x' }))).symbol).toBe('DISMAPI_E_INVALID_IMAGE_NAME');
  });

  test('a data disk, a disk with sectors of 4096 bytes, and a chosen partition', async () => {
    const bench = await workbench();
    expect(await info(bench, await made(bench, gpt(volumes().data)))).toMatchObject([{ imageType: 'Vhd', editionId: '', version: '', languages: [], architecture: null }]);
    const both = await made(bench, gpt(volumes().data, volumes().windows), 'both.vhdx');
    expect(await info(bench, both)).toMatchObject([{ editionId: 'Professional' }]);
    expect(await info(bench, both, { partition: 1 })).toMatchObject([{ editionId: '' }]);
    const large = await made(bench, gptDisk(sizeOf(table(volumes().windows)), table(volumes().windows), 4096), 'large.vhdx');
    await setSectorBytes(large, 4096);
    expect(await info(bench, large)).toMatchObject([{ editionId: 'Professional' }]);
  });
});

/** Changes the size of sectors that a VHDX names. */
async function setSectorBytes(path: string, bytes: number): Promise<void> {
  const regions = await bytesAt(path, 192 * 1024, 64 * 1024);
  const metadata = Number(regions.readBigUInt64LE(regions.indexOf(guidBytes('8B7CA206-4790-4B9A-B8FE-575F050F886E')) + 16));
  const items = await bytesAt(path, metadata, 64 * 1024);
  const value = Buffer.alloc(4);
  value.writeUInt32LE(bytes);
  await patch(path, metadata + items.readUInt32LE(items.indexOf(guidBytes('8141BF1D-A96F-4709-BA47-F233A8FAAB5F')) + 16), value);
}

/** Changes the footer of a VHD, and seals it. */
async function changeFooter(path: string, change: (footer: Buffer) => void): Promise<void> {
  const handle = await open(path);
  const { size } = await handle.stat();
  await handle.close();
  const footer = await bytesAt(path, size - 512, 512);
  change(footer);
  footer.writeUInt32BE(0, 64);
  footer.writeUInt32BE(~footer.reduce((sum, byte) => sum + byte, 0) >>> 0, 64);
  await patch(path, -512, footer);
}

describe.skipIf(!isRoot)('refused disks', () => {
  test('BitLocker, ReFS, Storage Spaces, dynamic disks, no NTFS, no partitions', async () => {
    const bench = await workbench();
    const reason = async (disk: Buffer) => await refusal(bench, await made(bench, disk, `${Math.random()}.vhdx`));
    expect(await reason(gpt(marked(3, '-FVE-FS-')))).toMatch(/^FVE_E_LOCKED_VOLUME: .*partition 1 is encrypted with BitLocker/);
    expect(await reason(gpt(marked(3, 'ReFS\0\0\0\0')))).toMatch(/^ERROR_NOT_SUPPORTED: .*ReFS/);
    const typed = (type: string) => gptDisk(2 * volumeBytes, [{ start: MiB, length: volumeBytes, type, content: volumes().windows }]);
    expect(await reason(typed(partitionTypes.storageSpaces))).toMatch(/^ERROR_NOT_SUPPORTED: .*Storage Spaces/);
    expect(await reason(typed(partitionTypes.dynamic))).toMatch(/^ERROR_NOT_SUPPORTED: .*dynamic disk/);
    expect(await reason(mbrDisk(2 * volumeBytes, [{ start: MiB, length: volumeBytes, type: 0x42 }]))).toMatch(/^ERROR_NOT_SUPPORTED: .*dynamic disk/);
    expect(await reason(gpt(marked(82, 'FAT32   ')))).toMatch(/^ERROR_UNRECOGNIZED_VOLUME: .*FAT/);
    expect(await reason(Buffer.alloc(4 * MiB))).toMatch(/^ERROR_UNRECOGNIZED_VOLUME: .*never initialised/);
    expect(await reason(gpt(Buffer.concat([volumes().windows.subarray(0, 512), Buffer.alloc(volumeBytes - 512)])))).toMatch(/^ERROR_DISK_CORRUPT/);
  });

  test('several Windows: the error lists them, and -Partition chooses', async () => {
    const bench = await workbench();
    const path = await made(bench, gpt(volumes().windows, volumes().data, volumes().windows));
    expect(await refusal(bench, path)).toMatch(/^E_INVALIDARG: .*partition 1 \(NTFS, 16 MiB, with Windows\), partition 3 \(NTFS/);
    expect(await refusal(bench, path, { partition: 9 })).toMatch(/^E_INVALIDARG: .*no partition 9, but 1, 2, 3/);
    const mount = await bench.mount(path, { partition: 2 });
    await writeFile(join(mount, 'more.txt'), 'more');
    await bench.dismount(mount, true);
    const again = await bench.mount(path, { partition: 3, readOnly: true });
    await bench.dismount(again, false);
    expect(await refusal(bench, await made(bench, gpt(volumes().data, volumes().data), 'data.vhdx'))).toMatch(/^E_INVALIDARG: .*none holds Windows/);
  });

  test('a dirty or sleeping volume is refused for writing; reading warns', async () => {
    const bench = await workbench();
    for (const [volume, reason, name] of [
      [flagged(volumes().windows, 1), /ERROR_VOLUME_DIRTY: .*not shut down properly/, 'dirty.vhdx'],
      [volumes().sleeping, /ERROR_VOLUME_DIRTY: .*hibernated/, 'sleeping.vhdx'],
    ] as const) {
      const path = await made(bench, windowsDisk(volume), name);
      expect(await refusal(bench, path)).toMatch(reason);
      const before = await hashFile(path);
      const mountPath = await bench.mountFolder();
      expect((await bench.call('mountImage', { imagePath: path, imageIndex: 1, mountPath, readOnly: true })).warnings).toHaveLength(1);
      await bench.dismount(mountPath, false);
      expect(await hashFile(path)).toBe(before);
    }
  });

  test('differencing disks, their parents, saved states, logs, large sectors', async () => {
    const bench = await workbench();
    const child = await made(bench, windowsDisk(volumes().windows), 'child.vhd');
    await changeFooter(child, (footer) => { footer.writeUInt32BE(4, 60); });
    expect(await refusal(bench, child)).toMatch(/^ERROR_VHD_INVALID_TYPE: .*differencing/);
    const header = await bytesAt(child, 512, 1024);
    const name = Buffer.from('parent.vhd', 'utf16le').swap16();
    name.copy(header, 64);
    header.writeUInt32BE(0, 36);
    header.writeUInt32BE(~header.reduce((sum, byte) => sum + byte, 0) >>> 0, 36);
    await patch(child, 512, header);
    expect(await refusal(bench, child)).toMatch(/in its parent, "parent.vhd"/);
    const parent = await made(bench, windowsDisk(volumes().windows), 'parent.vhd');
    expect(await refusal(bench, parent)).toMatch(/^ERROR_VHD_INVALID_TYPE: .*parent of a differencing disk, "child.vhd"/);
    await bench.dismount(await bench.mount(parent, { readOnly: true }), false);

    const saved = await made(bench, windowsDisk(volumes().windows), 'saved.vhd');
    await changeFooter(saved, (footer) => { footer[84] = 1; });
    expect(await refusal(bench, saved)).toMatch(/^ERROR_VHD_INVALID_STATE: .*was saved/);

    const large = await made(bench, gptDisk(2 * volumeBytes, table(volumes().windows), 4096), 'large.vhdx');
    await setSectorBytes(large, 4096);
    expect(await refusal(bench, large)).toMatch(/^ERROR_VIRTDISK_UNSUPPORTED_DISK_SECTOR_SIZE: .*4096/);
  });

  test('changes that wait in the log of a VHDX are written to their places by -ReplayLog, and by nothing else', async () => {
    const bench = await workbench();
    const path = await made(bench, windowsDisk(volumes().windows));
    const data = await readFile(path);
    // The cluster of the note is full of zeros but for it, as its file has one of its own.
    const position = data.indexOf(noteText) & ~4095;
    expect(position).toBeGreaterThan(0);
    const cluster = Buffer.from(data.subarray(position, position + 4096));
    cluster.write(noteText.toUpperCase(), cluster.indexOf(noteText), 'latin1');
    await logChange(path, position, cluster);
    expect(await refusal(bench, path)).toMatch(/^ERROR_VHD_INVALID_STATE: .*wait in its log/);
    expect(await refusal(bench, path, { readOnly: true })).toMatch(/^ERROR_VHD_INVALID_STATE/);
    const mountPath = await bench.mountFolder();
    const before = await readFile(path);
    const foreseen = await bench.call('mountImage', { imagePath: path, imageIndex: 1, mountPath, replayLog: true, validateOnly: true });
    expect(foreseen.warnings).toEqual([expect.stringContaining('would be written to their places')]);
    expect(await refusal(bench, path, { replayLog: true, validateOnly: true, imageIndex: 2 })).toMatch(/^DISMAPI_E_INVALID_IMAGE_INDEX/);
    expect((await readFile(path)).equals(before)).toBe(true);
    const { warnings } = await bench.call('mountImage', { imagePath: path, imageIndex: 1, mountPath, replayLog: true });
    expect(warnings).toEqual([expect.stringContaining('were written to their places')]);
    expect(await readFile(join(mountPath, 'note.bin'), 'latin1')).toBe(noteText.toUpperCase() + ' '.repeat(5000));
    await bench.dismount(mountPath, true);
    await bench.dismount(await bench.mount(path, { readOnly: true, replayLog: true }), false);
  });

  test('a disk that another program writes to, has locked, or that is mounted already', async () => {
    const bench = await workbench();
    const path = await made(bench, windowsDisk(volumes().windows));
    const writer = await open(path, 'r+');
    const holder = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', writer.fd] });
    await writer.close();
    try {
      const error = await failure(bench.mount(path));
      expect(error).toMatchObject({ symbol: 'ERROR_SHARING_VIOLATION', holders: [{ pid: holder.pid, program: 'sleep' }] });
    } finally {
      holder.kill();
      await new Promise((resolve) => { holder.once('close', resolve); });
    }
    const first = await bench.mount(path, { readOnly: true });
    const second = await bench.mount(path, { readOnly: true });
    expect((await failure(bench.mount(path))).symbol).toBe('WIM_E_ALREADY_MOUNTED_READWRITE');
    for (const mount of [first, second]) { await bench.dismount(mount, false); }
    const writable = await bench.mount(path);
    expect((await failure(bench.mount(path, { readOnly: true }))).symbol).toBe('WIM_E_ALREADY_MOUNTED_READWRITE');
    expect((await failure(bench.save(writable, { append: true }))).symbol).toBe('E_INVALIDARG');
    await bench.dismount(writable, false);
  });

  test('files that are no disks, cut off, marked read-only, or another index or name', async () => {
    const bench = await workbench();
    const path = await made(bench, windowsDisk(volumes().windows));
    expect((await failure(bench.mount(path, { imageIndex: 2 }))).symbol).toBe('DISMAPI_E_INVALID_IMAGE_INDEX');
    expect((await failure(bench.mount(path, { imageName: 'Windows' }))).symbol).toBe('DISMAPI_E_INVALID_IMAGE_NAME');
    const noise = join(bench.folder, 'encrypted.vhdx');
    await writeFile(noise, Buffer.alloc(MiB, 'noise'));
    expect(await refusal(bench, noise)).toMatch(/^ERROR_VIRTDISK_NOT_VIRTUAL_DISK/);
    const cut = join(bench.folder, 'cut.vhdx');
    await copyFile(path, cut);
    await truncate(cut, 9 * MiB);
    expect(await refusal(bench, cut)).toMatch(/^ERROR_VHD_(?:INVALID_FILE_SIZE|BLOCK_ALLOCATION_TABLE_CORRUPT)/);
    await chmod(path, 0o444);
    expect(await refusal(bench, path)).toMatch(/^DISM_E_IMAGE_READONLY/);
  });

  test('only root mounts a disk, and is asked for before anything else of it', async () => {
    const bench = await workbench();
    const path = await made(bench, windowsDisk(volumes().windows));
    letAllRead(bench.folder);
    await mkdir(join(bench.folder, 'nobody'));
    const mountPath = await bench.mountFolder();
    for (const folder of [mountPath, join(bench.folder, 'nobody')]) { await chown(folder, 65534, 65534); }
    process.env['DISMTS_STATE_DIR'] = join(bench.folder, 'nobody');
    const error = await asNobody(async () => await failure(callEngine('mountImage', { imagePath: path, imageIndex: 1, mountPath, readOnly: true }, testContext('image/mount'))));
    expect(error.symbol).toBe('ERROR_ELEVATION_REQUIRED');
  });
});
