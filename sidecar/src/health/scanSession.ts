/** What the parts of one scan share: the image, what is known of it, how far the scan is, and what it has found. */
import type { ProgressPhase } from '@dismts/protocol';
import { Breather } from '../breather.ts';
import { CancellableFiles, untilAborted } from '../imageFiles/cancellableFiles.ts';
import { fileTrouble, isForbidden, isLoss, nothingIfInTrouble } from '../imageFiles/fileTrouble.ts';
import type { FileStat, ImageFiles } from '../imageFiles/imageFiles.ts';
import type { OperationContext } from '../operationContext.ts';
import type { SystemError } from '../systemErrors.ts';
import type { StoreIndex } from './storeIndex.ts';
import { emptyScan, type FileName, type ScanFilter, type StoreScan } from './storeScan.ts';

/** As many files are read at a time as libuv has threads. */
const concurrency = 4;

export type ScanPhase = Extract<ProgressPhase, 'Checking manifests' | 'Checking files' | 'Checking packages'>;

/** Something to look at, and the bytes that have to be read for it. */
export interface Sized<T> {
  readonly item: T;
  readonly bytes: number;
  readonly place: number;
}

/** What was seen where a file should be. */
export type Look =
  | { readonly kind: 'file'; readonly stat: FileStat }
  | { readonly kind: 'nothing' }
  /** It is no file, or the disk has lost it. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** It cannot be looked at. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** Trouble with one item of a scan. */
export interface Trouble {
  readonly reason: string;
  /** The item is lost, rather than out of reach. */
  readonly isLoss: boolean;
  /** This user may not look at it, which says nothing of it. */
  readonly isDenied: boolean;
}

/** What compressed manifests are expanded with. */
export interface ScanBases {
  /** Those of the image come first, then those of sources. */
  readonly bases: readonly Buffer[];
  /** The image itself has none, or not that of its newest servicing stack. */
  readonly isNewestLost: boolean;
  /** What the system answered instead of it. */
  readonly answer: SystemError | undefined;
}

export class ScanSession {
  readonly files: ImageFiles;
  readonly index: StoreIndex;
  /** Base manifests to expand with; those of the image come first. */
  readonly bases: readonly Buffer[];
  /** The image has no base manifest, or not that of its newest servicing stack. */
  readonly isNewestBaseLost: boolean;
  /** What the system answered instead of it. */
  readonly baseAnswer: SystemError | undefined;
  readonly context: OperationContext;
  readonly filter: ScanFilter | undefined;
  readonly scan: StoreScan;
  /** Digests of files with several names, by algorithm and id. */
  readonly #digests = new Map<string, Promise<string | undefined>>();
  #phase: ScanPhase = 'Checking manifests';
  #doneBytes = 0;
  #totalBytes = 0;

  constructor(files: ImageFiles, index: StoreIndex, bases: ScanBases, context: OperationContext, filter: ScanFilter | undefined) {
    this.files = new CancellableFiles(files, context.signal);
    this.index = index;
    this.bases = bases.bases;
    this.isNewestBaseLost = bases.isNewestLost;
    this.baseAnswer = bases.answer;
    this.context = context;
    this.filter = filter;
    this.scan = emptyScan(filter?.provenRules);
  }

  /** Begins a phase of so many bytes. */
  begin(phase: ScanPhase, work: readonly { readonly bytes: number }[]): void {
    this.#phase = phase;
    this.#doneBytes = 0;
    this.#totalBytes = work.reduce((sum, { bytes }) => sum + bytes, 0);
    this.advance(0);
  }

  /** A second look at a few things, after a repair, would seem to begin everything anew: it is not told. */
  advance(bytes: number): void {
    this.#doneBytes = Math.min(this.#doneBytes + bytes, this.#totalBytes);
    if (this.filter === undefined) { this.context.progress(this.#phase, this.#doneBytes, this.#totalBytes); }
  }

  finish(): void {
    this.advance(this.#totalBytes);
  }

  /** Looks up how many bytes the files of each item have; sorted by where these lie, where that is known without opening each file. */
  async sized<T>(items: readonly T[], pathsOf: (item: T) => readonly string[]): Promise<Sized<T>[]> {
    const breather = new Breather();
    const found: Sized<T>[] = [];
    for (const item of items) {
      await breather.breathe(this.context.signal);
      let bytes = 0;
      let place = 0;
      for (const path of pathsOf(item)) {
        const stat = await this.files.stat(path).catch(nothingIfInTrouble);
        bytes += stat?.size ?? 0;
        place ||= stat?.place ?? 0;
      }
      found.push({ item, bytes, place });
    }
    return this.files.hasOrder ? found.sort((a, b) => a.place - b.place) : found;
  }

  /** Runs tasks side by side, a few at a time. One item that cannot be looked at, such as a link in the way, does not keep the others from it. */
  async forEach<T>(items: readonly T[], task: (item: T) => Promise<void>, onTrouble: (item: T, trouble: Trouble) => void): Promise<void> {
    let next = 0;
    const breather = new Breather();
    const work = async (): Promise<void> => {
      for (let item = items[next++]; item !== undefined; item = items[next++]) {
        await breather.breathe(this.context.signal);
        try {
          await task(item);
        } catch (error) {
          const reason = fileTrouble(error);
          if (reason === undefined) { throw error; }
          onTrouble(item, { reason, isLoss: isLoss(error), isDenied: isForbidden(error) });
        }
      }
    };
    await untilAborted(this.context.signal, Promise.all(Array.from({ length: concurrency }, work)));
  }

  /** Looks at a file without opening it. */
  async look(path: string): Promise<Look> {
    try {
      const stat = await this.files.stat(path);
      return stat === undefined ? { kind: 'nothing' } : { kind: 'file', stat };
    } catch (error) {
      const reason = fileTrouble(error);
      if (reason === undefined) { throw error; }
      return { kind: isLoss(error) ? 'lost' : 'unknown', reason };
    }
  }

  /** Remembers a name of a file that has several. */
  addName({ id, links }: FileStat, name: FileName): void {
    if (links === 1) { return; }
    const names = this.scan.namesById.get(id);
    if (names === undefined) { this.scan.namesById.set(id, [name]); } else { names.push(name); }
  }

  /** Digest of a file; each is read once, however many names it has. */
  async digestOnce(path: string, stat: FileStat, algorithm: 'sha256' | 'sha1'): Promise<string | undefined> {
    const read = async (): Promise<string | undefined> => await this.files.digest(path, algorithm, (bytes) => {
      this.scan.findings.measured.bytesChecked += bytes;
      this.advance(bytes);
    });
    if (stat.links === 1) { return await read(); }
    const key = `${algorithm} ${stat.id}`;
    const known = this.#digests.get(key);
    if (known !== undefined) {
      this.advance(stat.size);
      return await known;
    }
    const digest = read();
    this.#digests.set(key, digest);
    return await digest;
  }
}
