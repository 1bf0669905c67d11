/** Saves a mount into its WIM file, and finds out what became of a save that was interrupted. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { releaseFile } from '../../../../closing.ts';
import type { OperationContext } from '../../../../operationContext.ts';
import { tryLock } from '../../../../platform/linux/locks.ts';
import { messageOf } from '../../../../systemErrors.ts';
import { hexHash, sha1 } from '../../../../wim/hash.ts';
import { wimHeaderBytes } from '../../../../wim/header.ts';
import { signatureOf } from '../../../../wim/wimFile.ts';
import type { MountRecord, PendingCommit } from '../mountRecord.ts';
import { commitChanges } from '../../saving/commit.ts';
import { fileSignature } from '../fileSignature.ts';
import type { GenerationFolders, SaveRequest, SaveResult, SettledSave } from '../imageFormat.ts';
import { readImageHashes } from './identity.ts';
import { journalOf, ownOf, type WimJournal } from './own.ts';

/** A file of the same size that was written to since: its image is the one that was mounted, but its data may not be. */
async function overwrittenInPlace({ wimPath, file }: MountRecord): Promise<string[]> {
  const now = await fileSignature(wimPath);
  return now.size === file.size && now.inode === file.inode && now.modifiedMs !== file.modifiedMs
    ? [`"${wimPath}" was written to by another program while the image was mounted. Verify it, with "wimlib-imagex verify" for instance: what was overwritten in place is damaged`]
    : [];
}

/** Appends what is staged to the file. */
export async function save({ record, folders, options, note }: SaveRequest, context: OperationContext): Promise<SaveResult> {
  const overwritten = await overwrittenInPlace(record);
  let journal: WimJournal | undefined;
  const result = await commitChanges({
    ...record, upperPath: folders.staged, append: options.append === true, checkIntegrity: options.checkIntegrity === true,
  }, ownOf(record).streamsShown, {
    started: async (start) => { await note({ ...journal = start }); },
    finishing: async (newHeaderHash, newImageHash) => {
      if (journal !== undefined) { await note({ ...journal, newHeaderHash, newImageHash }); }
    },
  }, context);
  return { ...result, warnings: [...result.warnings, ...overwritten] };
}

/** Whether the new header got into the file. undefined: somebody else has changed the file since. */
async function isCommitted(file: FileHandle, journal: WimJournal): Promise<boolean | undefined> {
  const header = Buffer.alloc(wimHeaderBytes);
  await file.read(header, 0, wimHeaderBytes, 0);
  const hash = hexHash(sha1(header));
  return hash === journal.newHeaderHash ? true : hash === journal.oldHeaderHash ? false : undefined;
}

/** The header says whether an interrupted save is done; if not, what it appended is cut off. */
export async function settle(
  record: MountRecord, pending: PendingCommit, _folders: GenerationFolders, context: OperationContext,
): Promise<SettledSave | undefined> {
  const { wimPath } = pending;
  const journal = journalOf(pending);
  let file: FileHandle;
  try {
    file = await open(wimPath, constants.O_RDWR | constants.O_NOFOLLOW);
  } catch (error) {
    // The file may come back, on a share for instance; until then the mount shows as Invalid and keeps its changes.
    context.log.warning(`cannot look at the interrupted save into "${wimPath}": ${messageOf(error)}`);
    return undefined;
  }
  try {
    if (!tryLock(file.fd, wimPath)) { return undefined; }
    const committed = await isCommitted(file, journal);
    if (committed === true && !pending.append) {
      // The header may be in memory only, and the staged changes go next.
      await file.sync();
      return { isSaved: true, imageHash: journal.newImageHash ?? record.imageHash, file: signatureOf(await file.stat()) };
    }
    if (committed === false) {
      context.log.warning(`a save into "${wimPath}" was interrupted; the file is put back to ${journal.oldSize} bytes, the changes stay staged`);
      const { size } = await file.stat();
      if (size > journal.oldSize) {
        await file.truncate(journal.oldSize);
        await file.sync();
      }
    }
    const { imageHash } = record;
    // What others did to the file since must not be taken for what was mounted.
    const isKnown = committed !== undefined && (await readImageHashes(wimPath))[record.imageIndex - 1] === imageHash;
    return { isSaved: committed === true, imageHash, file: isKnown ? signatureOf(await file.stat()) : undefined };
  } finally {
    await releaseFile(file);
  }
}
