/**
 * What makes several hives one change. New hives are written beside the old ones first; once the journal is in place the change has
 * happened, and whoever comes next puts the rest of them in place. Without a journal, files that wait beside hives are of a change that never was.
 * The journal is in the image, for that may be mounted elsewhere next time. It is as hostile as the image: all it can do is
 * rename a file within its folder, and only one that has the content which the journal says.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { joinPath } from '../imageFiles/imageFiles.ts';
import type { WritableFolderImage } from '../imageFiles/writableFolder.ts';
import { configFolder } from './hivePaths.ts';

const journalName = '.dismts-hives';
const maxJournalBytes = 64 * 1024;
const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);

const journalSchema = z.strictObject({
  version: z.literal(1),
  hives: z.array(z.strictObject({
    path: z.string().min(1).max(4096),
    /** Name of the new file in the folder of the hive. */
    temporary: z.string().regex(/^\.dismts-[0-9a-f-]{36}$/),
    before: digestSchema,
    after: digestSchema,
  })).min(1).max(32),
});

export type HiveJournal = z.infer<typeof journalSchema>;

export function digestOfHive(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function journalPath(windows: string): string {
  return joinPath(configFolder(windows), journalName);
}

/** Puts the journal in place: from here on the change has happened. */
export async function writeJournal(image: WritableFolderImage, windows: string, hives: HiveJournal['hives']): Promise<void> {
  const data = Buffer.from(JSON.stringify({ version: 1, hives } satisfies HiveJournal));
  await image.replace(journalPath(windows), data, {
    verify: (readBack) => { if (!readBack.equals(data)) { throw new Error('the journal was not written as it should be'); } },
  });
}

/** Takes back a journal, as long as nothing of it is in place. */
export function removeJournal(image: WritableFolderImage, windows: string): void {
  image.removeFile(journalPath(windows));
}

/** Whether a change of hives was interrupted after it had happened. */
export async function hasJournal(image: Pick<WritableFolderImage, 'list'>, windows: string): Promise<boolean> {
  return (await image.list(configFolder(windows))).some((name) => name.toLowerCase() === journalName);
}

/**
 * Finishes a change that was interrupted, and clears away what others left that never happened. The lock of the folder is held.
 * @returns Paths of the hives that were put in place.
 * @throws DismError ERROR_FILE_CORRUPT: the journal is damaged, or a hive was changed since by another program.
 */
export async function finishJournal(image: WritableFolderImage, windows: string): Promise<string[]> {
  const path = journalPath(windows);
  const data = await image.read(path, maxJournalBytes);
  const finished: string[] = [];
  if (data !== undefined) {
    const waiting: { readonly hive: string; readonly temporary: string }[] = [];
    for (const { path: hive, temporary: name, before, after } of parseJournal(data, path).hives) {
      const temporary = joinPath(folderOf(hive), name);
      const [now, next] = [await image.digest(hive, 'sha256'), await image.digest(temporary, 'sha256')];
      if (now === after) {
        image.removeTemporary(temporary);
      } else if (now === before && next === after) {
        waiting.push({ hive, temporary });
      } else {
        throw new DismError(Hresult.ERROR_FILE_CORRUPT, `Cannot finish the change of the registry hive "${hive}" that was interrupted: ${
          now === before ? 'the new one is missing or damaged' : 'another program has changed it since'}`, {
          target: hive, hint: `Take the hives from an intact copy of the image, and delete "${path}".`,
        });
      }
    }
    for (const { hive, temporary } of waiting) {
      image.finishReplacement(temporary, hive);
      finished.push(hive);
    }
    image.removeFile(path);
  }
  for (const left of image.temporariesIn(configFolder(windows))) { image.removeTemporary(left); }
  return finished;
}

function parseJournal(data: Buffer, path: string): HiveJournal {
  let parsed: unknown;
  try { parsed = JSON.parse(data.toString('utf8')); } catch { /* Told below. */ }
  const journal = journalSchema.safeParse(parsed);
  if (!journal.success) {
    throw new DismError(Hresult.ERROR_FILE_CORRUPT, `The journal "${path}" of an interrupted change of registry hives is damaged`, {
      target: path, hint: 'Take the hives from an intact copy of the image, and delete this file.',
    });
  }
  return journal.data;
}

function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}
