/** Brings payload of a store back, under all names that it had. */
import { expand } from '../componentStore/compressed.ts';
import type { Digest } from '../componentStore/manifest.ts';
import { DismError } from '../errors.ts';
import { untilAborted } from '../imageFiles/cancellableFiles.ts';
import { digestOf } from '../imageFiles/digest.ts';
import { joinPath } from '../imageFiles/imageFiles.ts';
import { findDestination } from './destinations.ts';
import { isWinner } from './projectionScan.ts';
import type { RestoreSession } from './restoreSession.ts';
import { folderOf, maxPayloadBytes, payloadPath, storeFolder } from './storePaths.ts';
import type { BrokenFile, StoreScan } from './storeScan.ts';

export class PayloadRestore {
  readonly #session: RestoreSession;
  #backup: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(session: RestoreSession) {
    this.#session = session;
  }

  async run(scan: StoreScan): Promise<void> {
    const session = this.#session;
    // The servicing stack's own files first: the base manifest is in one of them.
    const isStack = ({ component }: BrokenFile): boolean => /_microsoft-windows-servicingstack_/i.test(component.component.keyform);
    const broken = [...scan.brokenFiles].sort((a, b) => Number(isStack(b)) - Number(isStack(a)));
    for (const item of broken) {
      await session.attempt(item.component.component.keyform, async () => { await this.#restoreFile(scan, item); });
      session.advance();
    }
    for (const { broken: { component, file }, path } of scan.brokenProjections) {
      const store = payloadPath(session.index, component.component.keyform, file.storePath);
      await session.attempt(component.component.keyform, async () => {
        await session.writer.makeFolders(path);
        await this.#shareStoreFile(store, path, file.digest);
        session.touched.components.add(component.component.keyform.toLowerCase());
      });
      session.advance();
    }
  }

  async #restoreFile(scan: StoreScan, broken: BrokenFile): Promise<void> {
    const { files, writer, index, context, touched } = this.#session;
    const { component: { component, manifest }, file } = broken;
    const { digest } = file;
    if (digest === undefined) { return; }
    const path = payloadPath(index, component.keyform, file.storePath);
    const destinations = file.destinations.flatMap((destination) => (
      findDestination(destination, manifest.identity, index.windows, index.hasWow64)?.path ?? []));
    const old = await files.stat(path);
    await writer.makeFolders(path);
    const shared = old === undefined ? [] : scan.namesById.get(old.id) ?? [];
    const others = await writer.writableNames([...shared, ...isWinner(index, manifest.identity) ? destinations : []], path);
    const projected = await this.#firstWith(digest, destinations, path);
    if (projected !== undefined) {
      await writer.relink(projected, path, others);
    } else {
      // A file of another component with the same content is another file all the same: it is copied.
      const own = await this.#firstWith(digest, [scan.goodFiles.get(digest.hex)].filter((good) => good !== undefined), path);
      const data = own !== undefined ? await this.#plain(own, digest)
        : await this.#fromBackup(digest)
          ?? await this.#session.fromSources(digest, (source) => source.payloadPaths(component.keyform, file.storePath, destinations));
      if (data === undefined) { return; }
      await writer.write(path, data, others);
    }
    context.log.info(`(w)\t(Fixed)\tCSI Payload\t${component.keyform}\\${file.storePath}`);
    touched.components.add(component.keyform.toLowerCase());
  }

  /** Makes a name in use a name of the store's file, unless its folder is not there or it is that already. */
  async #shareStoreFile(store: string, name: string, digest: Digest | undefined): Promise<void> {
    const { files, writer } = this.#session;
    const [file, found] = [await files.stat(store), await files.stat(name)];
    if (file === undefined || file.id === found?.id || digest === undefined) { return; }
    if (await files.digest(store, digest.algorithm) !== digest.hex) { return; }
    if (found === undefined && !await writer.hasFolder(folderOf(name))) { return; }
    await writer.relink(store, name);
  }

  /** The first of some paths of the image whose bytes, expanded, have the digest. */
  async #firstWith(digest: Digest, paths: readonly string[], except: string): Promise<string | undefined> {
    for (const path of paths) {
      if (path.toUpperCase() !== except.toUpperCase() && await this.#plain(path, digest) !== undefined) { return path; }
    }
    return undefined;
  }

  async #plain(path: string, digest: Digest): Promise<Buffer | undefined> {
    const data = await this.#session.files.read(path);
    return data === undefined ? undefined : await this.#session.accept(data, digest);
  }

  /** WinSxS\Backup, matched by digest since its names say little. */
  async #fromBackup(digest: Digest): Promise<Buffer | undefined> {
    this.#backup ??= this.#readBackup();
    const path = (await this.#backup).get(`${digest.algorithm} ${digest.hex}`);
    return path === undefined ? undefined : await this.#plain(path, digest);
  }

  async #readBackup(): Promise<ReadonlyMap<string, string>> {
    const { files, index, context } = this.#session;
    const folder = joinPath(storeFolder(index), 'Backup');
    const paths = new Map<string, string>();
    for (const name of await files.list(folder)) {
      context.signal.throwIfAborted();
      const path = joinPath(folder, name);
      const data = await files.read(path);
      if (data === undefined) { continue; }
      for (const plain of [data, ...await this.#expandSafely(data)]) {
        for (const algorithm of ['sha256', 'sha1'] as const) { paths.set(`${algorithm} ${await digestOf(plain, algorithm)}`, path); }
      }
    }
    return paths;
  }

  async #expandSafely(data: Buffer): Promise<Buffer[]> {
    const { signal } = this.#session.context;
    try {
      return (await untilAborted(signal, expand(data, [], { maxBytes: maxPayloadBytes, signal }))).map((expanded) => expanded.data);
    } catch (error) {
      if (error instanceof DismError) { return []; }
      throw error;
    }
  }
}
