/** Brings catalogs of a store back: as another name of one that the image has, or from a source. */
import { nothingIfInTrouble } from '../imageFiles/fileTrouble.ts';
import { joinPath } from '../imageFiles/imageFiles.ts';
import type { RestoreSession } from './restoreSession.ts';
import { catalogPath } from './storePaths.ts';
import type { StoreScan } from './storeScan.ts';

export class CatalogRestore {
  readonly #session: RestoreSession;
  #byDigest: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(session: RestoreSession) {
    this.#session = session;
  }

  async run(scan: StoreScan): Promise<void> {
    const { context, index, touched } = this.#session;
    for (const name of scan.brokenCatalogs) {
      await this.#session.attempt(name, async () => {
        if (await this.place(catalogPath(index, name), name)) {
          context.log.info(`(w)\t(Fixed)\tCBS Catalog\t${name}`);
          touched.catalogs.add(name);
        }
      });
    }
  }

  /**
   * Puts a catalog in place. Other names of the bad file become names of the good one.
   * @returns False where nobody has it.
   */
  async place(path: string, digest: string): Promise<boolean> {
    const { writer } = this.#session;
    const old = await this.#session.stat(path);
    const others: string[] = [];
    for (const name of old !== undefined && old.links > 1 ? await this.#names() : []) {
      if (name.toUpperCase() !== path.toUpperCase() && (await this.#session.stat(name))?.id === old?.id) { others.push(name); }
    }
    const own = await this.#own(digest);
    // Where either has several names, they were one file, and become so again.
    if (own !== undefined && Math.max(old?.links ?? 0, (await this.#session.stat(own))?.links ?? 0) > 1) {
      await writer.relink(own, path, others);
      return true;
    }
    const data = own === undefined
      ? await this.#session.fromSources({ algorithm: 'sha256', hex: digest }, (source) => source.catalogPaths(digest))
      : await this.#session.read(own);
    if (data === undefined) { return false; }
    await writer.write(path, data, others);
    return true;
  }

  /** Everywhere that an image keeps catalogs. */
  async #names(): Promise<string[]> {
    const { files, index } = this.#session;
    const folders = ['WinSxS/Catalogs', 'servicing/Packages', 'System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}'];
    const names: string[] = [];
    for (const folder of folders.map((below) => joinPath(index.windows, below))) {
      for (const file of await files.list(folder).catch(nothingIfInTrouble) ?? []) {
        if (/\.cat$/i.test(file)) { names.push(joinPath(folder, file)); }
      }
    }
    return names;
  }

  /** The catalogs of packages are the same files under other names, and so is one that was only renamed. */
  async #own(digest: string): Promise<string | undefined> {
    this.#byDigest ??= this.#readDigests();
    const path = (await this.#byDigest).get(digest);
    // It may have been replaced since.
    return path !== undefined && await this.#digestOf(path) === digest ? path : undefined;
  }

  async #digestOf(path: string): Promise<string | undefined> {
    return await this.#session.files.digest(path, 'sha256').catch(nothingIfInTrouble);
  }

  async #readDigests(): Promise<ReadonlyMap<string, string>> {
    const { context } = this.#session;
    const paths = new Map<string, string>();
    for (const path of await this.#names()) {
      context.signal.throwIfAborted();
      const digest = await this.#digestOf(path);
      // One with several names is preferred, so that a lost name becomes one of them again.
      const links = (await this.#session.stat(path))?.links ?? 0;
      if (digest !== undefined && (links > 1 || !paths.has(digest))) { paths.set(digest, path); }
    }
    return paths;
  }
}
