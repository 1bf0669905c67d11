/** Brings payload of a store back, under the names that it had, and that its component owns. */
import { magicBytes, storedForm } from '../componentStore/compressed.ts';
import type { Digest } from '../componentStore/manifest.ts';
import { nothingIfInTrouble } from '../imageFiles/fileTrouble.ts';
import { type FileStat, folderOf } from '../imageFiles/imageFiles.ts';
import { fileValueName } from '../componentStore/keyHash.ts';
import { BackupFiles } from './backupFiles.ts';
import { readRecordedFiles } from './componentsHive.ts';
import { findDestination } from './destinations.ts';
import { ownsDestinations } from './ownership.ts';
import type { RestoreSession } from './restoreSession.ts';
import { StoreHives } from './storeHives.ts';
import { payloadPath } from './storePaths.ts';
import type { BrokenFile, StoreScan } from './storeScan.ts';

export class PayloadRestore {
  readonly #session: RestoreSession;
  readonly #backup: BackupFiles;
  /** Names that became names of a restored file, in upper case. */
  readonly #given = new Set<string>();
  #recorded: ReturnType<typeof readRecordedFiles> | undefined;

  constructor(session: RestoreSession) {
    this.#session = session;
    this.#backup = new BackupFiles(session);
  }

  /** Restores everything that a scan found broken. */
  async run(scan: StoreScan): Promise<void> {
    const session = this.#session;
    for (const item of scan.brokenFiles) {
      await this.restoreFiles(scan, [item]);
      session.advance();
    }
    for (const { broken: { component, file }, path } of scan.brokenProjections) {
      const { keyform } = component.component;
      await session.attempt(keyform, async () => {
        if (file.digest === undefined) { return; }
        await session.writer.makeFolders(path);
        await this.#restoreName(payloadPath(session.index, keyform, file.storePath), path, file.digest);
        session.touched.components.add(keyform.toLowerCase());
      });
      session.advance();
    }
  }

  /** Restores files of the store, with the other names that they have. */
  async restoreFiles(scan: StoreScan, broken: readonly BrokenFile[]): Promise<void> {
    for (const item of broken) {
      await this.#session.attempt(item.component.component.keyform, async () => { await this.#restoreFile(scan, item); });
    }
  }

  async #restoreFile(scan: StoreScan, { component: verified, file }: BrokenFile): Promise<void> {
    const session = this.#session;
    const { writer, index, context, touched } = session;
    const { component, manifest: { identity } } = verified;
    const { digest } = file;
    if (digest === undefined) { return; }
    const path = payloadPath(index, component.keyform, file.storePath);
    const conclude = (): void => {
      context.log.info(`(w)\t(Fixed)\tCSI Payload\t${component.keyform}\\${file.storePath}`);
      touched.components.add(component.keyform.toLowerCase());
    };
    if (this.#given.has(path.toUpperCase())) {
      conclude();
      return;
    }
    const old = await session.stat(path);
    const destinations = file.destinations.flatMap((destination) => findDestination(destination, identity, index.windows, index.hasWow64)?.path ?? []);
    const owned = !file.writeable && ownsDestinations(index, verified) ? destinations : [];
    // A file that the store keeps compressed is another one than that in use.
    const isSeparate = old !== undefined ? await this.#isCompressed(path)
      : component.hasCompressedFiles && await this.#wasCompressed(component.keyform, file.name);
    await writer.makeFolders(path);
    const absent = old === undefined ? await this.#absent(owned) : [];
    const others = await writer.writableNames([...namesOf(scan, old, digest), ...isSeparate ? [] : absent], path);
    const projected = isSeparate ? undefined : await this.#firstWith(digest, owned);
    if (projected !== undefined) {
      await writer.relink(projected, path, others);
    } else {
      const data = await this.#find(scan, digest, destinations)
        ?? await session.fromSources(digest, (source) => source.payloadPaths(component.keyform, file.storePath, destinations));
      if (data === undefined) { return; }
      await writer.write(path, data, others);
      for (const name of isSeparate ? await writer.writableNames(absent, path) : []) { await writer.write(name, data); }
    }
    for (const name of others) { this.#given.add(name.toUpperCase()); }
    conclude();
  }

  async #isCompressed(path: string): Promise<boolean> {
    const head = await this.#session.files.readHead(path, magicBytes).catch(nothingIfInTrouble);
    return head !== undefined && storedForm(head) !== 'plain';
  }

  /** What the registry says of a file that is lost. */
  async #wasCompressed(component: string, file: string): Promise<boolean> {
    const { files, index } = this.#session;
    this.#recorded ??= readRecordedFiles(new StoreHives(files, index.windows),
      index.components.filter(({ hasCompressedFiles }) => hasCompressedFiles).map(({ keyform }) => keyform));
    return (await this.#recorded).get(component)?.get(fileValueName(file).toLowerCase()) ?? false;
  }

  async #absent(paths: readonly string[]): Promise<string[]> {
    const absent: string[] = [];
    for (const path of paths) {
      // What is there and cannot be looked at is not absent.
      if (await this.#session.files.stat(path).catch(() => null) === undefined) { absent.push(path); }
    }
    return absent;
  }

  /** A copy of the bytes in the image: a file of another component, or of nobody, with the same content is another file all the same. */
  async #find(scan: StoreScan, digest: Digest, destinations: readonly string[]): Promise<Buffer | undefined> {
    const good = scan.goodFiles.get(digest.hex);
    const own = await this.#firstWith(digest, [...good === undefined ? [] : [good], ...destinations]);
    return own === undefined ? await this.#backup.find(digest) : await this.#plain(own, digest);
  }

  /** Gives a name in use the bytes of the store's file: as another name of it where the store keeps it plain. */
  async #restoreName(store: string, name: string, digest: Digest): Promise<void> {
    const { files, writer } = this.#session;
    const [file, found] = [await this.#session.stat(store), await this.#session.stat(name)];
    if (file === undefined || file.id === found?.id) { return; }
    if (found === undefined && !await writer.hasFolder(folderOf(name))) { return; }
    if (await files.digest(store, digest.algorithm).catch(nothingIfInTrouble) === digest.hex) {
      await writer.relink(store, name);
      return;
    }
    const data = await this.#plain(store, digest);
    if (data !== undefined) { await writer.write(name, data); }
  }

  /** The first of some paths of the image whose bytes, expanded, have the digest. */
  async #firstWith(digest: Digest, paths: readonly string[]): Promise<string | undefined> {
    for (const path of paths) {
      if (await this.#plain(path, digest) !== undefined) { return path; }
    }
    return undefined;
  }

  async #plain(path: string, digest: Digest): Promise<Buffer | undefined> {
    const data = await this.#session.read(path);
    return data === undefined ? undefined : await this.#session.accept(data, digest);
  }
}

/** The names of a broken file that should have the same bytes: in the store, and in use where their component owns them. */
function namesOf(scan: StoreScan, old: FileStat | undefined, digest: Digest): string[] {
  const names = old === undefined ? [] : scan.namesById.get(old.id) ?? [];
  return names.filter(({ wantedDigest }) => wantedDigest === digest.hex).map(({ path }) => path);
}
