/** What the parts of one restore share: the image, its sources, what was touched, and how far the restore is. */
import type { Digest } from '../componentStore/manifest.ts';
import { CancellableFiles } from '../imageFiles/cancellableFiles.ts';
import { type Failure, fileTrouble, isForbidden, nothingIfInTrouble } from '../imageFiles/fileTrouble.ts';
import type { FileStat, ImageFiles, WritableImageFiles } from '../imageFiles/imageFiles.ts';
import type { OperationContext } from '../operationContext.ts';
import { type OwnBases, readOwnBases } from './baseManifests.ts';
import { matchDigest } from './digestMatch.ts';
import type { ScanBases } from './scanSession.ts';
import type { StoreSource } from './sources.ts';
import type { StoreIndex } from './storeIndex.ts';
import { maxPayloadBytes } from './storePaths.ts';
import { StoreWriter } from './storeWriter.ts';

export class RestoreSession {
  /** For reading. */
  readonly files: ImageFiles;
  readonly writer: StoreWriter;
  readonly index: StoreIndex;
  readonly sources: readonly StoreSource[];
  readonly context: OperationContext;
  /** What was changed, and therefore is scanned again; all in lower case. */
  readonly touched = { components: new Set<string>(), packages: new Set<string>(), catalogs: new Set<string>() };
  /** Why something could not be repaired though it was there, by component, package or catalog in lower case. */
  readonly failures = new Map<string, Failure>();
  /** What kept the sources from being looked through for it, likewise. */
  readonly unread = new Map<string, Failure>();
  /** What keeps sources from being known: it concerns whatever is looked for in them. */
  unreadSources: Failure | undefined;
  /** Base manifests of the image. */
  own: OwnBases = { bases: [], isNewestLost: true, answer: undefined };
  /** Those, then those of the sources. */
  bases: readonly Buffer[] = [];
  #done = 0;
  #total = 0;

  constructor(image: WritableImageFiles, index: StoreIndex, sources: readonly StoreSource[], context: OperationContext) {
    this.files = new CancellableFiles(image, context.signal);
    this.writer = new StoreWriter(image, this.files, context.signal);
    this.index = index;
    this.sources = sources;
    this.context = context;
  }

  /** What scans expand manifests with. */
  get scanBases(): ScanBases {
    return { bases: this.bases, isNewestLost: this.own.isNewestLost, answer: this.own.answer };
  }

  async readBases(): Promise<void> {
    this.own = await readOwnBases(this.files, this.index);
    const bases = [...this.own.bases];
    for (const source of this.sources) { bases.push(...await source.bases()); }
    this.bases = bases;
    // What could not be read when they were opened is among it.
    this.unreadSources ??= this.#recentTrouble();
  }

  /** Begins the repair of so many items: how many bytes a lost file has is not recorded. */
  begin(items: number): void {
    this.#total = items;
  }

  advance(): void {
    this.#done++;
    this.context.progress('Repairing', this.#done, this.#total);
  }

  /** One item that cannot be repaired, such as one behind a link, must not keep the others from it. */
  async attempt(item: string, step: () => Promise<void>): Promise<void> {
    this.context.signal.throwIfAborted();
    try {
      await step();
    } catch (error) {
      const reason = fileTrouble(error);
      // Who may not write one file of an image may write none.
      if (reason === undefined || isForbidden(error)) { throw error; }
      this.failures.set(item.toLowerCase(), error as Failure);
      this.context.log.error(`(n)\t${item}\t${reason}`);
    } finally {
      const unread = this.#recentTrouble();
      if (unread !== undefined) { this.unread.set(item.toLowerCase(), unread); }
    }
  }

  /** What could not be read of the sources since this was asked for the last time. */
  #recentTrouble(): Failure | undefined {
    let first: Failure | undefined;
    for (const { files } of this.sources) {
      first ??= files.recent;
      files.recent = undefined;
    }
    return first;
  }

  /** A file of the image; what cannot be read counts as not there. */
  async read(path: string): Promise<Buffer | undefined> {
    return await this.files.read(path).catch(nothingIfInTrouble);
  }

  /** What a file of the image is; what cannot be looked at counts as not there. */
  async stat(path: string): Promise<FileStat | undefined> {
    return await this.files.stat(path).catch(nothingIfInTrouble);
  }

  /** Bytes, or what they expand to, where that has the digest. */
  async accept(data: Buffer, digest: Digest): Promise<Buffer | undefined> {
    const match = await matchDigest(data, this.bases, digest, maxPayloadBytes, this.context.signal);
    return match.result === 'match' ? match.data : undefined;
  }

  /** What the first source that has the bytes of a digest has. */
  async fromSources(digest: Digest, pathsOf: (source: StoreSource) => string[]): Promise<Buffer | undefined> {
    for (const source of this.sources) {
      for (const path of pathsOf(source)) {
        this.context.signal.throwIfAborted();
        const data = await source.files.read(path);
        const accepted = data === undefined ? undefined : await this.accept(data, digest);
        if (accepted !== undefined) { return accepted; }
      }
    }
    return undefined;
  }
}
