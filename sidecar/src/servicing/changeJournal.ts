/**
 * What makes changes of several files one change. What files are to hold is written beside them first; once the journal says that it has happened, whoever
 * comes next puts the rest in place. Before that, whoever comes next removes what waits.
 * The journal is in the image, for that may be mounted elsewhere next time. It is as hostile as the image: all it can do is give a file of the image that has
 * the content which the journal says another name there, and remove apps and what waits for the first start.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { sameAs } from '../imageFiles/fileBytes.ts';
import { folderOf, joinPath } from '../imageFiles/imageFiles.ts';
import type { WritableFolderImage } from '../imageFiles/writableFolder.ts';
import { configFolder } from './hivePaths.ts';
import { isRemovable } from './removablePaths.ts';

const journalName = '.dismts-change';
const maxJournalBytes = 4 * 1024 * 1024;
const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);
const pathSchema = z.string().max(4096);

const journalSchema = z.discriminatedUnion('state', [
  z.strictObject({
    version: z.literal(2),
    state: z.literal('Preparing'),
    /** Folders with files that wait. */
    folders: z.array(pathSchema).max(1000),
  }),
  z.strictObject({
    version: z.literal(2),
    state: z.literal('Happened'),
    files: z.array(z.strictObject({
      path: pathSchema.min(1),
      /** The file that waits. */
      temporary: z.string().regex(/^(?:.*\/)?\.dismts-[0-9a-f-]{36}$/),
      /** null: there was none. */
      before: digestSchema.nullable(),
      after: digestSchema,
    })).max(1000),
    /** Files, and folders with all that is in them. */
    removals: z.array(pathSchema.min(1)).max(10_000),
  }),
]);

type Journal = z.infer<typeof journalSchema>;
/** A change that has happened. */
export type ChangeJournal = Extract<Journal, { readonly state: 'Happened' }>;
/** A file that waits to be put in place. */
export type JournalledFile = ChangeJournal['files'][number];

export function digestOfBytes(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function journalPath(windows: string): string {
  return joinPath(configFolder(windows), journalName);
}

/** Notes the folders in which files will wait, before the first is made. */
export async function notePreparation(image: WritableFolderImage, windows: string, folders: readonly string[]): Promise<void> {
  await writeJournal(image, windows, { version: 2, state: 'Preparing', folders: [...folders] });
}

/** Puts the journal in place: from here on the change has happened. */
export async function noteChange(image: WritableFolderImage, windows: string, { files, removals }: Pick<ChangeJournal, 'files' | 'removals'>): Promise<void> {
  await writeJournal(image, windows, { version: 2, state: 'Happened', files, removals });
}

async function writeJournal(image: WritableFolderImage, windows: string, journal: Journal): Promise<void> {
  const data = Buffer.from(JSON.stringify(journal));
  await image.replace(journalPath(windows), data, { verify: sameAs(journalPath(windows), data) });
}

/** Takes back a journal, as long as nothing of it is in place. */
export function removeJournal(image: WritableFolderImage, windows: string): void {
  image.removeFile(journalPath(windows));
}

/** Whether a change was interrupted after it had happened. One that is being prepared, or was left before, does not concern who only reads. */
export async function hasHappened(image: Pick<WritableFolderImage, 'list' | 'read'>, windows: string): Promise<boolean> {
  if (!await hasJournal(image, windows)) { return false; }
  const data = await image.read(journalPath(windows), maxJournalBytes);
  // What is damaged is told by who finishes it.
  return data !== undefined && parse(data)?.state !== 'Preparing';
}

/** Whether a change was interrupted, or is being made. */
export async function hasJournal(image: Pick<WritableFolderImage, 'list'>, windows: string): Promise<boolean> {
  return (await image.list(configFolder(windows))).some((name) => name.toLowerCase() === journalName);
}

/**
 * Finishes a change that was interrupted, and clears away what others left that never happened. The lock of the folder is held.
 * @returns Paths that were put in place or removed.
 * @throws DismError ERROR_FILE_CORRUPT: the journal is damaged, or a file was changed since by another program.
 */
export async function finishJournal(image: WritableFolderImage, windows: string): Promise<string[]> {
  const path = journalPath(windows);
  const data = await image.read(path, maxJournalBytes);
  const finished: string[] = [];
  const folders = new Set([configFolder(windows)]);
  if (data !== undefined) {
    const journal = parse(data) ?? damaged(path);
    if (journal.state === 'Happened') {
      const waiting = await requireWaiting(image, journal.files, path);
      for (const removal of journal.removals) { if (!isRemovable(windows, removal)) { damaged(path); } }
      await carryOut(image, { files: waiting, removals: journal.removals });
      finished.push(...waiting.map((file) => file.path), ...journal.removals);
      for (const { temporary } of journal.files) { folders.add(folderOf(temporary)); }
    } else {
      for (const folder of journal.folders) { folders.add(folder); }
    }
  }
  for (const folder of folders) { image.removeTemporaries(folder); }
  if (data !== undefined) { image.removeFile(path); }
  return finished;
}

/** Puts in place and removes what a change is about; whoever carries it out again goes on where it stopped. */
export async function carryOut(image: WritableFolderImage, { files, removals }: Pick<ChangeJournal, 'files' | 'removals'>): Promise<void> {
  for (const { temporary, path } of files) { await image.putInPlace(temporary, path); }
  for (const path of removals) { await image.remove(path); }
}

/** The files of a journal that are not in place yet. */
async function requireWaiting(image: WritableFolderImage, files: readonly JournalledFile[], journal: string): Promise<JournalledFile[]> {
  const waiting: JournalledFile[] = [];
  for (const file of files) {
    const [now, next] = [await image.digest(file.path, 'sha256') ?? null, await image.digest(file.temporary, 'sha256')];
    if (now === file.after) { continue; }
    if (now !== file.before || next !== file.after) {
      throw new DismError(Hresult.ERROR_FILE_CORRUPT, `Cannot finish the change of "${file.path}" that was interrupted: ${
        now === file.before ? 'the new file is missing or damaged' : 'another program has changed it since'}`, {
        target: file.path, hint: `Take the image from an intact copy, or delete "${journal}" and look after the file.`,
      });
    }
    waiting.push(file);
  }
  return waiting;
}

function parse(data: Buffer): Journal | undefined {
  try {
    return journalSchema.safeParse(JSON.parse(data.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

function damaged(path: string): never {
  throw new DismError(Hresult.ERROR_FILE_CORRUPT, `The journal "${path}" of an interrupted change is damaged`, {
    target: path, hint: 'Take the image from an intact copy, or delete this file and look after the registry hives.',
  });
}
