/** Saves a mount into its virtual disk, in place, with the staged changes as the journal: what was interrupted is done again from its start. */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { releaseFile } from '../../../../closing.ts';
import { blocksOf } from '../../../../disk/virtualDisk.ts';
import { DismError, hintAnd, reworded } from '../../../../errors.ts';
import { freeBytes } from '../../../../freeBytes.ts';
import { Hresult } from '../../../../hresult.ts';
import type { OperationContext } from '../../../../operationContext.ts';
import { runProgram } from '../../../../platform/linux/programs.ts';
import { messageOf } from '../../../../systemErrors.ts';
import { signatureOf } from '../../../../wim/wimFile.ts';
import type { MountRecord, PendingCommit } from '../mountRecord.ts';
import type { GenerationFolders, SaveRequest, SaveResult, SettledSave } from '../imageFormat.ts';
import { isLocked, programFailure } from '../programFailure.ts';
import { waitForEnd } from './chain.ts';
import { requireUnused } from './identify.ts';
import { contentHash, openDisk } from './openDisk.ts';
import { journalOf, ownOf } from './own.ts';
import { readStaged } from './staging.ts';
import { requireProgram } from './tools.ts';

/** What a save leaves free on the disk of the file. */
const reserveBytes = 16 * 1024 ** 2;

/**
 * A disk that grows needs room for whole blocks, one in a file with holes for what goes into them.
 * @throws DismError ERROR_DISK_FULL, while nothing was written yet.
 */
async function requireRoom(record: MountRecord, staged: string, what: string): Promise<void> {
  const opened = await openDisk(record.wimPath, what);
  try {
    const extents = await readStaged(staged);
    const blocks = blocksOf(opened.disk);
    let needed = 0;
    if (blocks !== undefined) {
      const touched = new Set<number>();
      for (const { start, length } of extents) {
        for (let block = Math.floor(start / blocks.blockBytes); block * blocks.blockBytes < start + length; block++) { touched.add(block); }
      }
      for (const block of touched) {
        if (await blocks.placeOf(block) === undefined) { needed += blocks.blockBytes; }
      }
    }
    const file = await stat(record.wimPath);
    const holes = Math.max(0, file.size - file.blocks * 512);
    needed += Math.min(holes, extents.reduce((sum, { length }) => sum + length, 0));
    const free = freeBytes(record.wimPath);
    if (needed > 0 && needed + reserveBytes > free) {
      const MiB = (bytes: number) => `${Math.ceil(bytes / 1024 ** 2)} MiB`;
      throw new DismError(Hresult.ERROR_DISK_FULL, `${what}: it needs up to ${MiB(needed + reserveBytes)} on the disk of the file, and ${MiB(free)} are free`, {
        target: record.wimPath, hint: 'Free space there, then save again; the changes stay staged.',
      });
    }
  } finally {
    await opened.close();
  }
}

/** Writes the staged changes into the file. They stay as they are. @throws DismError */
async function writeChanges(record: MountRecord, staged: string, file: FileHandle, what: string): Promise<void> {
  const image = {
    driver: 'qcow2', file: { driver: 'file', filename: staged },
    backing: { driver: ownOf(record).driver, file: { driver: 'file', filename: '/proc/self/fd/3' } },
  };
  // Once it has begun it has to come to its end.
  const { exitCode, output } = await runProgram(requireProgram('qemu-img'), ['commit', '-q', '-d', `json:${JSON.stringify(image)}`],
    new AbortController().signal, { files: [file.fd] });
  if (exitCode !== 0) {
    const failure = programFailure({ program: 'qemu-img', exitCode, output, what, target: record.wimPath });
    // It opens all that it needs before it writes.
    if (isLocked(output) || /Could not open/.test(output)) { throw failure; }
    throw reworded(failure, `${failure.message}; the file may hold a part of the changes, without the rest of which it is damaged`, {
      hint: hintAnd(failure, 'The changes stay staged, and the next command finishes the save. Until then do not use the disk.'),
    });
  }
  await file.sync();
}

/** What the file holds now, once it was seen to be a whole disk with a volume that can be read. */
async function checkSaved(record: MountRecord, what: string): Promise<{ readonly imageHash: string; readonly file: MountRecord['file'] }> {
  const opened = await openDisk(record.wimPath, what);
  try {
    await (await opened.volume(ownOf(record).partition)).ntfs.folder(5);
    return { imageHash: contentHash(opened), file: opened.signature };
  } finally {
    await opened.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  return await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
}

/** Writes what is staged into the file. */
export async function save({ record, folders, note }: SaveRequest, context: OperationContext): Promise<SaveResult> {
  const { wimPath, imageIndex } = record;
  const what = `Cannot save "${record.mountPath}" into "${wimPath}"`;
  if ((await readStaged(folders.staged)).length === 0) { return { written: false, imageIndex, imageHash: record.imageHash, warnings: [] }; }
  const file = await openFile(wimPath);
  try {
    const { ino, dev } = await file.stat({ bigint: true });
    if (String(ino) !== record.place.inode || String(dev) !== record.place.device) {
      throw new DismError(Hresult.WIM_E_CHANGED_COMMIT_REFUSED, `${what}: the file was replaced meanwhile`, { target: wimPath });
    }
    await requireUnused(wimPath, what);
    await requireRoom(record, folders.staged, what);
    context.signal.throwIfAborted();
    context.progress('Writing', 0, 1);
    await note({ inode: String(ino), device: String(dev) });
    await writeChanges(record, folders.staged, file, what);
    const { imageHash } = await checkSaved(record, what);
    context.progress('Writing', 1, 1);
    return { written: true, imageIndex, imageHash, warnings: [] };
  } finally {
    await releaseFile(file);
  }
}

/** Finishes a save that was begun: the changes are all still staged, and whatever of them is in the file already is written again. */
export async function settle(
  record: MountRecord, pending: PendingCommit, folders: GenerationFolders, context: OperationContext,
): Promise<SettledSave | undefined> {
  const { wimPath } = pending;
  const { inode, device } = journalOf(pending);
  const what = `Cannot finish the save into "${wimPath}"`;
  let file: FileHandle | undefined;
  try {
    file = await openFile(wimPath);
    const found = await file.stat({ bigint: true });
    if (String(found.ino) !== inode || String(found.dev) !== device) { throw new Error('the file is another one now'); }
    // What a killed process had started goes on by itself, and is let finish.
    await waitForEnd('qemu-img', folders);
    await requireUnused(wimPath, what);
    context.log.warning(`a save into "${wimPath}" was interrupted, and is finished now`);
    await writeChanges(record, folders.staged, file, what);
    const { imageHash } = await checkSaved(record, what);
    return { isSaved: true, imageHash, file: signatureOf(await file.stat()) };
  } catch (error) {
    context.log.error(`a save into "${wimPath}" was interrupted, and cannot be finished yet: ${messageOf(error)}`);
    return undefined;
  } finally {
    if (file !== undefined) { await releaseFile(file); }
  }
}
