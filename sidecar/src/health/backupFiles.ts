/** The copies in WinSxS\Backup of what a system needs to start, found by digest since their names say little. */
import { expand } from '../componentStore/compressed.ts';
import type { Digest } from '../componentStore/manifest.ts';
import { DismError } from '../errors.ts';
import { untilAborted } from '../imageFiles/cancellableFiles.ts';
import { digestOf } from '../imageFiles/digest.ts';
import { nothingIfInTrouble } from '../imageFiles/fileTrouble.ts';
import { joinPath } from '../imageFiles/imageFiles.ts';
import type { RestoreSession } from './restoreSession.ts';
import { maxPayloadBytes, storeFolder } from './storePaths.ts';

export class BackupFiles {
  readonly #session: RestoreSession;
  #paths: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(session: RestoreSession) {
    this.#session = session;
  }

  /** The bytes of a digest. */
  async find(digest: Digest): Promise<Buffer | undefined> {
    this.#paths ??= this.#readPaths();
    const path = (await this.#paths).get(`${digest.algorithm} ${digest.hex}`);
    const data = path === undefined ? undefined : await this.#session.read(path);
    return data === undefined ? undefined : await this.#session.accept(data, digest);
  }

  async #readPaths(): Promise<ReadonlyMap<string, string>> {
    const { files, index, context } = this.#session;
    const folder = joinPath(storeFolder(index), 'Backup');
    const paths = new Map<string, string>();
    for (const name of await files.list(folder).catch(nothingIfInTrouble) ?? []) {
      context.signal.throwIfAborted();
      const path = joinPath(folder, name);
      const data = await this.#session.read(path);
      if (data === undefined) { continue; }
      for (const plain of [data, ...await this.#expand(data)]) {
        for (const algorithm of ['sha256', 'sha1'] as const) { paths.set(`${algorithm} ${await digestOf(plain, algorithm)}`, path); }
      }
    }
    return paths;
  }

  async #expand(data: Buffer): Promise<Buffer[]> {
    const { signal } = this.#session.context;
    try {
      return (await untilAborted(signal, expand(data, [], { maxBytes: maxPayloadBytes, signal }))).map((expanded) => expanded.data);
    } catch (error) {
      if (error instanceof DismError) { return []; }
      throw error;
    }
  }
}
