/** What the parts of one restore share: the image, its sources, what was touched, and how far the restore is. */
import type { Digest } from '../componentStore/manifest.ts';
import { DismError } from '../errors.ts';
import { CancellableFiles } from '../imageFiles/cancellableFiles.ts';
import type { ImageFiles, WritableImageFiles } from '../imageFiles/imageFiles.ts';
import type { OperationContext } from '../operationContext.ts';
import { readBases } from './baseManifests.ts';
import { matchDigest } from './digestMatch.ts';
import type { StoreSource } from './sources.ts';
import type { StoreIndex } from './storeIndex.ts';
import { maxPayloadBytes, storeFolder } from './storePaths.ts';
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
  /** Base manifests of the image. */
  ownBases: readonly Buffer[] = [];
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

  async readBases(): Promise<void> {
    this.ownBases = await readBases(this.files, storeFolder(this.index));
    const bases = [...this.ownBases];
    for (const source of this.sources) { bases.push(...await source.bases()); }
    this.bases = bases;
  }

  /** Begins the repair of so many items: how many bytes a lost file has is not recorded. */
  begin(items: number): void {
    this.#total = items;
  }

  advance(): void {
    this.context.progress('Repairing', ++this.#done, this.#total);
  }

  /** One item that cannot be repaired, such as one behind a link, must not keep the others from it. */
  async attempt(item: string, step: () => Promise<void>): Promise<void> {
    this.context.signal.throwIfAborted();
    try {
      await step();
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      this.context.log.error(`(n)\t${item}\t${error.message}`);
    }
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
        const data = await readSafely(source, path);
        const accepted = data === undefined ? undefined : await this.accept(data, digest);
        if (accepted !== undefined) { return accepted; }
      }
    }
    return undefined;
  }
}

/** A source may be as hostile or as broken as it likes: what cannot be read there is not there. */
async function readSafely(source: StoreSource, path: string): Promise<Buffer | undefined> {
  try {
    return await source.files.read(path);
  } catch (error) {
    if (error instanceof DismError) { return undefined; }
    throw error;
  }
}
