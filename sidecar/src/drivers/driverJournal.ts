/**
 * Keeps the files of driver packages and the driver databases together. Before a file is made or removed, a journal in the image names the packages that
 * it is about. Whoever comes next looks which of them are registered: the hives are changed as one, so they say what became of the change. Files of
 * packages that are not registered go. A journal is as hostile as the image: all that it can do is remove files of that image.
 */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { folderOf, joinPath } from '../imageFiles/imageFiles.ts';
import type { WritableFolderImage } from '../imageFiles/writableFolder.ts';
import { type PublishedPackage, wantedFile } from './bootDrivers.ts';
import type { DriverDatabase } from './driverDatabase.ts';
import { oemNumber } from './driverRecords.ts';
import { publishedPaths, putFile, removePackageFiles } from './packageFiles.ts';
import { isReflectedPath } from './reflectPackage.ts';
import { storePath } from './storeFolder.ts';
import { isStoreName } from './storeName.ts';

/** Where the journals are. */
const journalFolder = 'System32/DriverStore';
const namePattern = /^\.dismts-drivers-[0-9a-f-]{36}$/;
const maxJournalBytes = 4 * 1024 * 1024;

const journalSchema = z.strictObject({
  version: z.literal(1),
  packages: z.array(z.strictObject({
    folder: z.string().refine(isStoreName),
    published: z.string().refine((name) => oemNumber(name) !== undefined),
    /** What it copies out of its folder, below the Windows folder. */
    files: z.array(z.string().refine(isReflectedPath)).max(10_000),
    /** Published names of packages that copy the same files. */
    rivals: z.array(z.string()).max(1000),
  })).max(10_000),
});

/** A package whose files are being made or removed. */
export type JournalledPackage = z.infer<typeof journalSchema>['packages'][number];

/** The journal of one change. */
export class DriverJournal {
  readonly #image: WritableFolderImage;
  readonly #path: string;
  readonly #packages: JournalledPackage[] = [];

  constructor(image: WritableFolderImage, windows: string) {
    this.#image = image;
    this.#path = joinPath(windows, journalFolder, `.dismts-drivers-${randomUUID()}`);
  }

  /** Whether a package was noted, and so files may have been made. */
  get isOpen(): boolean {
    return this.#packages.length > 0;
  }

  /** Notes a package, before anything of it is touched. */
  async note(entry: JournalledPackage): Promise<void> {
    this.#packages.push(entry);
    await putFile(this.#image, this.#path, Buffer.from(JSON.stringify({ version: 1, packages: this.#packages })), new AbortController().signal);
  }

  /** The change is as it should be. */
  close(): void {
    if (this.isOpen) { this.#image.removeFile(this.#path); }
  }
}

/** Paths of the journals that there are. */
async function journals(image: Pick<WritableFolderImage, 'list'>, windows: string): Promise<string[]> {
  const folder = joinPath(windows, journalFolder);
  return (await image.list(folder)).filter((name) => namePattern.test(name)).map((name) => `${folder}/${name}`);
}

/** Whether a change was interrupted, or is being made. */
export async function hasDriverJournal(image: Pick<WritableFolderImage, 'list'>, windows: string): Promise<boolean> {
  return (await journals(image, windows)).length > 0;
}

/** Whether an interrupted change left anything, be it only a journal that was not in place yet. */
export async function isDriverChangeLeft(image: WritableFolderImage, windows: string): Promise<boolean> {
  return await hasDriverJournal(image, windows) || image.temporariesIn(joinPath(windows, journalFolder)).length > 0;
}

/**
 * Finishes or undoes what was interrupted, by what the databases say now. The lock on the hives is held.
 * @param reflected Gives the packages with these published names that are registered and reflected.
 * @returns Published names of packages whose files were removed.
 */
export async function settleJournals(
  image: WritableFolderImage, windows: string, database: DriverDatabase, reflected: (published: readonly string[]) => Promise<PublishedPackage[]>,
): Promise<string[]> {
  const removed: string[] = [];
  const { inf, catalog } = publishedPaths(windows, 'oem0.inf');
  const found = await journals(image, windows);
  // A file that was being written has a name that says so, beside the one that it was to get.
  const folders = new Set([joinPath(windows, journalFolder), ...found.length === 0 ? [] : [folderOf(inf), folderOf(catalog)]]);
  for (const path of found) {
    const data = await image.read(path, maxJournalBytes);
    for (const entry of data === undefined ? [] : parseJournal(data)) {
      for (const file of entry.files) { folders.add(folderOf(joinPath(windows, file))); }
      for (const file of entry.files) { await settleFile(image, windows, file, await reflected([entry.published, ...entry.rivals])); }
      if (database.find(entry.folder) === undefined) {
        const isFree = !database.packages().some(({ published }) => published.toLowerCase() === entry.published.toLowerCase());
        await removePackageFiles(image, windows, entry.folder, isFree ? entry.published : undefined);
        removed.push(entry.published);
      }
    }
    image.removeFile(path);
  }
  for (const folder of folders) { image.removeTemporaries(folder); }
  return removed;
}

function parseJournal(data: Buffer): readonly JournalledPackage[] {
  try {
    // One that is no journal was cut off before anything was done, or nobody of ours wrote it.
    return journalSchema.safeParse(JSON.parse(data.toString('utf8'))).data?.packages ?? [];
  } catch {
    return [];
  }
}

/** Gives a file outside the store the content that the best of these packages has for it, or removes it. */
export async function settleFile(image: WritableFolderImage, windows: string, path: string, packages: readonly PublishedPackage[]): Promise<void> {
  const wanted = wantedFile(packages, path);
  const data = wanted === undefined ? undefined : await image.read(joinPath(windows, storePath, wanted.folder, wanted.file.source));
  if (wanted === undefined) {
    image.removeFile(joinPath(windows, path));
  } else if (data !== undefined) {
    await putFile(image, joinPath(windows, wanted.file.path), data, new AbortController().signal);
  }
}

/** Whether a file, or the number of a published name, is in use in the image. */
export async function takenNumbers(image: Pick<WritableFolderImage, 'list'>, windows: string): Promise<ReadonlySet<number>> {
  const { inf, catalog } = publishedPaths(windows, 'oem0.inf');
  const names = [...await image.list(folderOf(inf)), ...await image.list(folderOf(catalog))];
  return new Set(names.flatMap((name) => oemNumber(name.replace(/\.(?:cat|pnf)$/i, '.inf')) ?? []));
}
