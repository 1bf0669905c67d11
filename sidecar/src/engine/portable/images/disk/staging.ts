/** Changes of a disk are staged in a qcow2 overlay: the disk file is not touched before a save. */
import { constants, fstatSync, openSync, readSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { release, releaseFile } from '../../../../closing.ts';
import { isThere } from '../../../../isThere.ts';
import { FileSource } from '../../../../disk/byteSource.ts';
import { type Extent, stagedExtents } from '../../../../disk/qcow2.ts';
import type { OperationContext } from '../../../../operationContext.ts';
import { runProgram } from '../../../../platform/linux/programs.ts';
import { FileErrors } from '../../../../fileErrors.ts';
import type { MountRecord } from '../mountRecord.ts';
import type { GenerationFolders, Staging } from '../imageFormat.ts';
import { programFailure } from '../programFailure.ts';
import { ownOf } from './own.ts';
import { requireProgram } from './tools.ts';

const qcow2Magic = 0x514649fb;

/** Makes the empty overlay: whole, or not at all. Its header names the disk and its format, for whoever has to save by hand. */
async function make({ staged }: GenerationFolders, record: MountRecord, context: OperationContext): Promise<void> {
  if (isThere(staged)) { return; }
  const unfinished = `${staged}.new`;
  await rm(unfinished, { force: true });
  const args = ['create', '-q', '-f', 'qcow2', '-F', ownOf(record).driver, '-b', record.wimPath, unfinished];
  const { exitCode, output } = await runProgram(requireProgram('qemu-img'), args, context.signal);
  if (exitCode !== 0) { throw programFailure({ program: 'qemu-img', exitCode, output, what: `Cannot stage changes of "${record.wimPath}"`, target: unfinished }); }
  const handle = await open(unfinished, 'r+');
  try { await handle.sync(); } finally { await releaseFile(handle); }
  await rename(unfinished, staged);
}

/** Which parts of the disk were written. */
export async function readStaged(staged: string): Promise<Extent[]> {
  const handle = await open(staged, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await stagedExtents(new FileSource(handle, (await handle.stat()).size, new FileErrors(staged)));
  } finally {
    await releaseFile(handle);
  }
}

/** An overlay that holds nothing yet ends with its first table; it holds something once another one follows. */
function hasChanges({ staged }: GenerationFolders): boolean {
  const descriptor = openSync(staged, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const header = Buffer.alloc(48);
    const isHeader = readSync(descriptor, header, 0, header.length, 0) === header.length;
    return !isHeader || fstatSync(descriptor).size > Number(header.readBigUInt64BE(40)) + header.readUInt32BE(36) * 8;
  } finally {
    release(descriptor);
  }
}

function troubleWith({ staged }: GenerationFolders): string | undefined {
  const descriptor = openSync(staged, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const head = Buffer.alloc(4);
    if (!fstatSync(descriptor).isFile()) { return 'are no file'; }
    return readSync(descriptor, head, 0, 4, 0) === 4 && head.readUInt32BE(0) === qcow2Magic ? undefined : 'are damaged';
  } finally {
    release(descriptor);
  }
}

export const diskStaging: Staging = {
  stacking: 'none',
  name: 'changes.qcow2',
  make,
  troubleWith,
  hasChanges,
};
