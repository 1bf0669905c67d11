/** What the parts of one scan share: the image, what is known of it, how far the scan is, and what it has found. */
import type { ProgressPhase } from '@dismts/protocol';
import { Breather } from '../breather.ts';
import { DismError } from '../errors.ts';
import { CancellableFiles, untilAborted } from '../imageFiles/cancellableFiles.ts';
import type { FileStat, ImageFiles } from '../imageFiles/imageFiles.ts';
import type { OperationContext } from '../operationContext.ts';
import type { StoreIndex } from './storeIndex.ts';
import { emptyScan, type ScanFilter, type StoreScan } from './storeScan.ts';

/** As many files are read at a time as libuv has threads. */
const concurrency = 4;

export type ScanPhase = Extract<ProgressPhase, 'Checking manifests' | 'Checking files' | 'Checking packages'>;

/** Something to look at, and the bytes that have to be read for it. */
export interface Sized<T> {
  readonly item: T;
  readonly bytes: number;
  readonly place: number;
}

/** For what may be a link or otherwise out of reach: it counts as not there, and what reads it will tell why. */
export function unlessDismError(error: unknown): undefined {
  if (!(error instanceof DismError)) { throw error; }
  return undefined;
}

export class ScanSession {
  readonly files: ImageFiles;
  readonly index: StoreIndex;
  readonly bases: readonly Buffer[];
  readonly context: OperationContext;
  readonly filter: ScanFilter | undefined;
  readonly scan: StoreScan;
  /** Digests of files with several names, by algorithm and id. */
  readonly #digests = new Map<string, Promise<string | undefined>>();
  #phase: ScanPhase = 'Checking manifests';
  #doneBytes = 0;
  #totalBytes = 0;

  constructor(files: ImageFiles, index: StoreIndex, bases: readonly Buffer[], context: OperationContext, filter: ScanFilter | undefined) {
    this.files = new CancellableFiles(files, context.signal);
    this.index = index;
    this.bases = bases;
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
        const stat = await this.files.stat(path).catch(unlessDismError);
        bytes += stat?.size ?? 0;
        place ||= stat?.place ?? 0;
      }
      found.push({ item, bytes, place });
    }
    return this.files.hasOrder ? found.sort((a, b) => a.place - b.place) : found;
  }

  /** Runs tasks side by side, a few at a time. One item that cannot be looked at, such as a link in the way, does not keep the others from it. */
  async forEach<T>(items: readonly T[], task: (item: T) => Promise<void>, onUnreadable: (item: T, reason: string) => void): Promise<void> {
    let next = 0;
    const breather = new Breather();
    const work = async (): Promise<void> => {
      for (let item = items[next++]; item !== undefined; item = items[next++]) {
        await breather.breathe(this.context.signal);
        try {
          await task(item);
        } catch (error) {
          if (!(error instanceof DismError)) { throw error; }
          onUnreadable(item, error.message);
        }
      }
    };
    await untilAborted(this.context.signal, Promise.all(Array.from({ length: concurrency }, work)));
  }

  /** What a file is; what cannot be looked at is a finding. */
  async stat(path: string, component: string, file: string): Promise<FileStat | undefined | 'unknown'> {
    try {
      return await this.files.stat(path);
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      this.scan.findings.add({ class: 'CSI Payload Corrupt', component, file, state: 'NotChecked', reason: error.message });
      return 'unknown';
    }
  }

  addName(id: string, path: string): void {
    const names = this.scan.namesById.get(id);
    if (names === undefined) { this.scan.namesById.set(id, [path]); } else { names.push(path); }
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
