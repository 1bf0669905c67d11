/** Copies parts of virtual disks to and from plain files, through QEMU: what is empty is not copied. Needs no root. */
import type { OperationContext } from '../../../../operationContext.ts';
import { runProgram } from '../../../../platform/linux/programs.ts';
import { programFailure } from '../programFailure.ts';
import { requireProgram } from './tools.ts';

/** A part of a virtual disk file. */
export interface Slice {
  readonly path: string;
  readonly driver: 'vpc' | 'vhdx';
  readonly start: number;
  readonly length: number;
}

/** As an option of QEMU, where a comma ends a value and two are one. */
function imageOptions({ path, driver, start, length }: Slice): string {
  return `driver=raw,offset=${start},size=${length},file.driver=${driver},file.file.driver=file,file.file.filename=${path.replaceAll(',', ',,')}`;
}

/** What qemu-img reads, and where it writes to. */
interface Places {
  readonly readFrom: string;
  readonly writtenTo: string;
}

/** Runs qemu-img. @throws DismError: what programFailure() makes of its words; the signal's reason. */
async function qemuImg(args: readonly string[], { readFrom, writtenTo }: Places, what: string, context: OperationContext): Promise<void> {
  context.log.debug(`qemu-img ${args.join(' ')}`);
  const { exitCode, output } = await runProgram(requireProgram('qemu-img'), args, context.signal);
  if (exitCode === 0) { return; }
  context.log.error(output);
  const isWriting = /No space left|Disk quota exceeded|error while writing|Read-only file system/i.test(output)
    || (output.includes(writtenTo) && !output.includes(readFrom));
  const target = isWriting ? writtenTo : readFrom;
  throw programFailure({ program: 'qemu-img', exitCode, output, what, target });
}

/** Makes an empty virtual disk that grows as it is written to, in place of a file. */
export async function createDisk(path: string, driver: Slice['driver'], bytes: number, what: string, context: OperationContext): Promise<void> {
  await qemuImg(['create', '-q', '-f', driver, '-o', `subformat=dynamic${driver === 'vpc' ? ',force_size=on' : ''}`, path, String(bytes)], { readFrom: path, writtenTo: path }, what, context);
}

/** Copies a part of a disk into a file, which has holes where the disk has nothing. */
export async function copyOut(slice: Slice, file: string, what: string, context: OperationContext): Promise<void> {
  await qemuImg(['convert', '-q', '-O', 'raw', '--image-opts', imageOptions(slice), file], { readFrom: slice.path, writtenTo: file }, what, context);
}

/** Copies a file into a part of an empty disk of the same size. */
export async function copyIn(file: string, slice: Slice, what: string, context: OperationContext): Promise<void> {
  // Else what is empty in the file would be written as zeros, and the disk get its full size.
  await qemuImg(['convert', '-q', '-n', '--target-is-zero', '-f', 'raw', '--target-image-opts', file, imageOptions(slice)], { readFrom: file, writtenTo: slice.path }, what, context);
}
