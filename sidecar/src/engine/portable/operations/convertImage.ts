/** imageFile/convert on the portable engine: an image of a WIM file becomes a virtual disk, the Windows volume of a disk an image of a WIM file. */
import { randomUUID } from 'node:crypto';
import { open, realpath, truncate } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { convertImage as convertMethod } from '@dismts/protocol';
import type { z } from 'zod';
import { releaseFile } from '../../../closing.ts';
import { type NewPartition, writeGpt } from '../../../disk/writeGpt.ts';
import { DismError } from '../../../errors.ts';
import { freeBytesAt } from '../../../freeBytes.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { runProgram } from '../../../platform/linux/programs.ts';
import { guarded } from '../../../systemErrors.ts';
import { parseXmlNumber, textAt } from '../../../wim/imageXml.ts';
import { writing } from '../../../writing.ts';
import { openImageFiles } from '../imageFiles/changing.ts';
import { fillFile, makeEmptyFile, makeFile, newFilePath, withTemporaryFile, withUnfinishedWork } from '../imageFiles/newFiles.ts';
import { fileResult, inMegabytes } from '../imageFiles/results.ts';
import { withSource } from '../imageFiles/sources.ts';
import { temporaryPath, type UnfinishedWork } from '../imageFiles/unfinished.ts';
import { checkState, requireOnlyImage, requireUnused } from '../images/disk/identify.ts';
import { openDisk } from '../images/disk/openDisk.ts';
import { copyIn, copyOut, createDisk, type Slice } from '../images/disk/slices.ts';
import { requireProgram } from '../images/disk/tools.ts';
import { programFailure } from '../images/programFailure.ts';
import { applyImage } from './applyImage.ts';
import { captureImage } from './captureImage.ts';

type Params = z.output<typeof convertMethod.params>;
type Result = z.input<typeof convertMethod.result>;

const [MiB, GiB] = [1024 ** 2, 1024 ** 3];
/** What Windows Setup makes, but for the recovery partition, which nothing would be in. */
const [efiBytes, reservedBytes] = [260 * MiB, 16 * MiB];
const windowsStart = MiB + efiBytes + reservedBytes;
const defaultBytes = 64 * GiB;
/** What NTFS itself takes of a volume, at least. */
const [ntfsShare, ntfsBytes] = [1.05, 100 * MiB];
const types = {
  efi: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B', reserved: 'E3C9E316-0B5C-4DB8-817D-F92DF00215AE', data: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7',
} as const;
const drivers: Readonly<Partial<Record<string, Slice['driver']>>> = { '.vhd': 'vpc', '.vhdx': 'vhdx' };
const maxVhdBytes = 2040 * GiB;

/** A part of the disk that is made, as a file beside it, which goes when the operation is over. What goes wrong with it is said of the disk. */
async function withPart<T>(work: UnfinishedWork, disk: string, use: (part: string) => Promise<T>): Promise<T> {
  return await writing(temporaryPath(disk, 'file'), disk, async (part) => {
    await makeEmptyFile(part, work);
    return await use(part);
  });
}

async function format(program: 'mkntfs' | 'mkfs.vfat', args: readonly string[], volume: string, what: string, context: OperationContext): Promise<void> {
  const { exitCode, output } = await runProgram(requireProgram(program), [...args, volume], context.signal);
  if (exitCode === 0) { return; }
  context.log.error(output);
  throw programFailure({ program, exitCode, output, what, target: volume });
}

function layout(diskBytes: number): readonly [NewPartition, NewPartition, NewPartition] {
  // The last MiB has the second copy of the table.
  const windowsBytes = diskBytes - windowsStart - MiB;
  return [
    { start: MiB, length: efiBytes, type: types.efi, id: randomUUID(), name: 'EFI system partition' },
    { start: MiB + efiBytes, length: reservedBytes, type: types.reserved, id: randomUUID(), name: 'Microsoft reserved partition' },
    { start: windowsStart, length: windowsBytes, type: types.data, id: randomUUID(), name: 'Basic data partition' },
  ];
}

/** How large the disk becomes. @throws DismError E_INVALIDARG: the image does not fit into what was asked for. */
function diskBytesFor(sizeBytes: number | undefined, imageBytes: number, driver: Slice['driver'], what: string): number {
  const least = windowsStart + MiB + Math.ceil(imageBytes * ntfsShare / MiB) * MiB + ntfsBytes;
  const chosen = sizeBytes ?? Math.max(defaultBytes, Math.ceil(2 * least / GiB) * GiB);
  const bytes = Math.floor(chosen / MiB) * MiB;
  if (bytes < least) {
    throw new DismError(Hresult.E_INVALIDARG, `${what}: a disk of ${inMegabytes(chosen)} is too small for the image, which needs one of ${inMegabytes(least)}`, { hint: 'Give a larger -SizeBytes.' });
  }
  if (driver === 'vpc' && bytes > maxVhdBytes) {
    throw new DismError(Hresult.E_INVALIDARG, `${what}: a .vhd has at most 2,040 GiB`, { hint: 'Make a .vhdx.' });
  }
  return bytes;
}

const notBootable = 'Nothing boots from it yet: its EFI partition is empty, for what goes there is made by Windows. With the disk attached in Windows or Windows PE: '
  + '"bcdboot W:\\Windows /s S: /f UEFI", W: being its Windows partition and S: its EFI partition';

/** Builds the disk: each part as a plain file, which is copied into its place. */
async function build(
  params: Params, disk: { readonly path: string; readonly driver: Slice['driver']; readonly bytes: number }, work: UnfinishedWork, what: string, context: OperationContext,
): Promise<{ readonly warnings: readonly string[]; readonly imageIndex: number | null }> {
  const { imagePath, imageIndex, imageName } = params;
  const { path, driver, bytes } = disk;
  const partitions = layout(bytes);
  const [efi, , windows] = partitions;
  await createDisk(path, driver, bytes, what, context);
  const place = async (file: string, start: number, length: number): Promise<void> => { await copyIn(file, { path, driver, start, length }, what, context); };

  const applied = await withPart(work, path, async (volume) => {
    await truncate(volume, windows.length);
    await format('mkntfs', ['--quick', '--force', '--quiet', '--label', 'Windows', '--sector-size', '512',
      '--partition-start', String(windows.start / 512), '--heads', '255', '--sectors-per-track', '63'], volume, what, context);
    const answer = await applyImage({ imagePath, ...imageName === undefined ? { imageIndex } : { imageName }, applyPath: volume }, context, what);
    context.progress('Finishing', 0, 3);
    await place(volume, windows.start, windows.length);
    return answer;
  });
  context.progress('Finishing', 1, 3);

  await withPart(work, path, async (system) => {
    await truncate(system, efi.length);
    await format('mkfs.vfat', ['-F', '32', '-n', 'SYSTEM', '-h', String(efi.start / 512)], system, what, context);
    await place(system, efi.start, efi.length);
  });
  const table = writeGpt(bytes, randomUUID(), partitions);
  for (const [data, start] of [[table.start, 0], [table.end, bytes - table.end.length]] as const) {
    await withPart(work, path, async (file) => {
      await fillFile(file, data);
      await place(file, start, data.length);
    });
  }
  context.progress('Finishing', 2, 3);
  return { warnings: applied.warnings, imageIndex: applied.imageIndex };
}

/** The disk is read as one that somebody else made; then it is on its disk. */
async function check(path: string, what: string): Promise<boolean> {
  const opened = await openDisk(path, what);
  let holdsWindows: boolean;
  try {
    const volume = await opened.volume(3);
    await volume.ntfs.folder(5);
    ({ holdsWindows } = volume);
  } finally {
    await opened.close();
  }
  const handle = await open(path, 'r+');
  try { await handle.sync(); } finally { await releaseFile(handle); }
  return holdsWindows;
}

async function toDisk(params: Params, driver: Slice['driver'], what: string, context: OperationContext): Promise<Result> {
  const { imagePath, destinationImagePath } = params;
  const path = newFilePath(destinationImagePath, what);
  for (const program of ['qemu-img', 'mkntfs', 'mkfs.vfat'] as const) { requireProgram(program); }
  const { bytes, files, directories, imageIndex } = await withSource({ imagePath }, what, context, async ({ wim }) => {
    const index = await wim.chooseImage(params);
    const image = (await wim.document()).images[index - 1];
    const number = (name: string): number => (image === undefined ? null : parseXmlNumber(textAt(image, name))) ?? 0;
    return { bytes: number('TOTALBYTES'), files: number('FILECOUNT'), directories: number('DIRCOUNT'), imageIndex: index };
  });
  const diskBytes = diskBytesFor(params.sizeBytes, bytes, driver, what);
  const answer = { imagePath: path, path: imagePath, imageIndex, sizeBefore: 0 };
  // The volume, and the disk with it in.
  const [maximumBytes, freeBytes] = [2 * (bytes + files * 4096) + 256 * MiB, freeBytesAt(path)];
  const state = await openImageFiles(context);
  if (params.validateOnly === true) {
    return fileResult({ ...answer, sizeAfter: 0, plan: { writes: [{ path, change: 'New', maximumBytes, freeBytes }], files, directories, bytes } }, context);
  }
  return await withUnfinishedWork(state, context, async (work) => {
    const warnings: string[] = [];
    const made = await makeFile(work, path, what, context, async (temporary) => {
      const built = await build(params, { path: temporary, driver, bytes: diskBytes }, work, what, context);
      warnings.push(...built.warnings);
      if (await check(temporary, what)) { warnings.push(notBootable); }
    });
    context.progress('Finishing', 3, 3);
    return fileResult({ ...answer, sizeAfter: made.sizeBytes, warnings: [...warnings, ...made.warnings] }, context);
  });
}

async function toWim(params: Params, what: string, context: OperationContext): Promise<Result> {
  const { imagePath, destinationImagePath, destinationName, compressionType, validateOnly } = params;
  const path = newFilePath(destinationImagePath, what);
  requireProgram('qemu-img');
  const opened = await openDisk(await realpath(imagePath).catch(() => imagePath), what);
  let slice: Slice;
  let name: string;
  let usedBytes: number;
  const warnings: string[] = [];
  try {
    requireOnlyImage(params, opened.errors);
    const volume = await opened.volume(params.partition);
    // An image of a volume that is not in order would be no better.
    await checkState(volume, false, opened.errors);
    if (opened.disk.logicalSectorBytes !== 512) {
      throw opened.errors.make(Hresult.ERROR_VIRTDISK_UNSUPPORTED_DISK_SECTOR_SIZE, `its sectors have ${opened.disk.logicalSectorBytes} bytes, and QEMU, which reads it, knows 512 only`);
    }
    warnings.push(...volume.warnings);
    name = destinationName ?? basename(imagePath, extname(imagePath));
    usedBytes = await volume.ntfs.usedBytes();
    slice = { path: opened.path, driver: opened.disk.format === 'VHD' ? 'vpc' : 'vhdx', start: volume.partition.start, length: volume.partition.length };
  } finally {
    await opened.close();
  }
  await requireUnused(slice.path, what);
  const answer = { imagePath: path, path: imagePath, imageIndex: 1, sizeBefore: 0 };
  const state = await openImageFiles(context);
  if (validateOnly === true) {
    const plan = { writes: [{ path, change: 'New' as const, maximumBytes: 2 * usedBytes, freeBytes: freeBytesAt(path) }], files: 0, directories: 0, bytes: usedBytes };
    return fileResult({ ...answer, sizeAfter: 0, warnings, plan }, context);
  }
  return await withUnfinishedWork(state, context, async (work) => {
    const captured = await withTemporaryFile(path, work, context, async (volume) => {
      context.progress('Reading', 0, 1);
      await copyOut(slice, volume, what, context);
      context.progress('Reading', 1, 1);
      // It is the disk that is read, whatever stands between.
      return await writing(volume, imagePath, async () => await captureImage({
        imagePath: path, capturePath: volume, imageName: name, compressionType, checkIntegrity: params.checkIntegrity, verify: params.verify,
      }, context, what));
    });
    return fileResult({ ...answer, sizeAfter: captured.sizeAfter, warnings: [...warnings, ...captured.warnings] }, context);
  });
}

/** Converts, in the direction that the name of the destination says. The destination gets its name once it is whole. */
export async function convertImage(params: Params, context: OperationContext): Promise<Result> {
  const { imagePath, destinationImagePath } = params;
  const what = `Cannot convert "${imagePath}" into "${destinationImagePath}"`;
  return await guarded(what, imagePath, context, async () => {
    const extension = extname(destinationImagePath).toLowerCase();
    const driver = drivers[extension];
    const unfit = driver === undefined ? (['sizeBytes'] as const) : (['destinationName', 'compressionType', 'partition'] as const);
    for (const parameter of unfit) {
      if (params[parameter] === undefined) { continue; }
      throw new DismError(Hresult.E_INVALIDARG, `${what}: -${parameter.slice(0, 1).toUpperCase()}${parameter.slice(1)} has no meaning for a ${driver === undefined ? 'WIM file' : 'virtual disk'}`, { target: destinationImagePath });
    }
    if (driver !== undefined) { return await toDisk(params, driver, what, context); }
    if (extension === '.wim') { return await toWim(params, what, context); }
    throw new DismError(Hresult.E_INVALIDARG, `${what}: the destination has to be a .vhdx, .vhd or .wim file`, { target: destinationImagePath });
  });
}
