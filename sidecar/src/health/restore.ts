/** Repairs the component store of an image: finds bytes that have the recorded digest, and puts them in place. */
import type { Finding } from '@dismts/protocol';
import { catalogName } from '../componentStore/catalog.ts';
import { expand } from '../componentStore/compressed.ts';
import { DismError } from '../errors.ts';
import type { OperationContext } from '../operationContext.ts';
import { findDestination } from './destinations.ts';
import { CancellableFiles, untilAborted } from '../imageFiles/cancellableFiles.ts';
import { digestOf } from '../imageFiles/folderFiles.ts';
import { type ImageFiles, joinPath, type WritableImageFiles } from '../imageFiles/imageFiles.ts';
import {
  type BrokenFile, catalogPath, isVouchedFor, isWinner, manifestPath, matchDigest, maxManifestBytes, maxPayloadBytes, mumDamage, packagePath, payloadPath,
  readBases, type ScanFilter, scanStore, type StoreScan, unlessDismError,
} from './scan.ts';
import type { StoreSource } from './sources.ts';
import type { StoreComponent, StoreIndex } from './storeIndex.ts';

/** What a restore did. */
export interface RestoreOutcome {
  /** Every finding of the scans, with what became of it. */
  readonly findings: readonly Finding[];
  readonly measured: StoreScan['findings']['measured'];
  /** Something was found that could not be repaired, because nobody had it. */
  readonly sourceMissing: boolean;
}

type Wanted = { readonly algorithm: 'sha256' | 'sha1'; readonly hex: string };

const missingPayload = 'Repair failed: Missing replacement payload';
const missingPair = 'Repair failed: Missing replacement mum/cat pair';

class Restorer {
  readonly #image: WritableImageFiles;
  /** The same for reading. */
  readonly #files: ImageFiles;
  readonly #index: StoreIndex;
  readonly #sources: readonly StoreSource[];
  readonly #context: OperationContext;
  readonly #touched = { components: new Set<string>(), packages: new Set<string>(), catalogs: new Set<string>() };
  #done = 0;
  #total = 0;
  #ownBases: Buffer[] = [];
  #bases: Buffer[] = [];
  #backup: Promise<ReadonlyMap<string, string>> | undefined;
  #catalogsByDigest: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(image: WritableImageFiles, index: StoreIndex, sources: readonly StoreSource[], context: OperationContext) {
    this.#image = image;
    this.#files = new CancellableFiles(image, context.signal);
    this.#index = index;
    this.#sources = sources;
    this.#context = context;
  }

  async run(): Promise<RestoreOutcome> {
    await this.#readBases();
    let scan = await scanStore(this.#image, this.#index, this.#bases, this.#context);
    const first = scan.findings.rows();
    const { measured } = scan.findings;
    await this.#restoreCatalogs(scan);
    if (await this.#restoreManifests(scan) || scan.missingBase) {
      // The payload of a manifest that was bad could not be checked before.
      const components = new Set([...this.#touched.components, ...scan.brokenManifests.map(({ keyform }) => keyform.toLowerCase())]);
      await this.#readBases();
      const filter = scan.missingBase ? undefined : { ...this.#touched, components, provenRules: scan.provenRules };
      const again = await scanStore(this.#image, this.#index, this.#bases, this.#context, filter);
      scan = mergeScans(scan, again);
    }
    this.#total = scan.brokenFiles.length + scan.brokenProjections.length + scan.brokenPackages.length;
    await this.#restorePayload(scan);
    await this.#restorePackages(scan);
    return await this.#conclude([...first, ...scan.findings.rows()], measured, scan.provenRules);
  }

  async #readBases(): Promise<void> {
    this.#ownBases = await readBases(this.#files, joinPath(this.#index.windows, 'WinSxS'));
    this.#bases = [...this.#ownBases];
    for (const source of this.#sources) { this.#bases.push(...await source.bases()); }
  }

  /** A changed thing counts as repaired only where a new scan of it finds nothing. */
  async #conclude(before: readonly Finding[], measured: StoreScan['findings']['measured'], provenRules: ReadonlySet<string>): Promise<RestoreOutcome> {
    const filter: ScanFilter = { ...this.#touched, provenRules };
    await this.#readBases();
    const after = await scanStore(this.#image, this.#index, this.#ownBases, this.#context, filter);
    const rows = new Map<string, Finding>();
    let sourceMissing = false;
    for (const row of before) {
      const key = `${row.class}\0${row.component.toLowerCase()}\0${row.file.toLowerCase()}`;
      if (row.state === 'Noted') {
        rows.set(key, row);
        continue;
      }
      const wasTouched = this.#wasTouched(row);
      if (wasTouched && !after.findings.has(row)) {
        if (row.state === 'Found') { rows.set(key, { ...row, state: 'Repaired' }); }
        continue;
      }
      if (row.state === 'NotChecked') {
        rows.set(key, row);
        continue;
      }
      sourceMissing = true;
      const isPackage = row.class.startsWith('CBS MUM') || (row.class.startsWith('CBS Catalog') && row.wantedDigest === '');
      rows.set(key, {
        ...row, state: 'NotRepaired', reason: `${row.reason}. ${isPackage ? missingPair : missingPayload}`,
        offeredVersions: await this.#offeredVersions(row),
      });
    }
    return { findings: [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row), measured, sourceMissing };
  }

  #wasTouched(row: Finding): boolean {
    const component = row.component.toLowerCase();
    const { components, packages, catalogs } = this.#touched;
    return components.has(component) || packages.has(component) || catalogs.has(component)
      || (row.class === 'Base Manifest Missing' && this.#ownBases.length > 0);
  }

  async #offeredVersions(row: Finding): Promise<string[]> {
    if (!row.class.startsWith('CSI')) { return []; }
    const versions = new Set<string>();
    for (const source of this.#sources) {
      for (const version of await source.versionsOf(row.component)) { versions.add(version); }
    }
    return [...versions].sort();
  }

  async #restoreCatalogs(scan: StoreScan): Promise<void> {
    for (const name of scan.brokenCatalogs) {
      this.#context.signal.throwIfAborted();
      await this.#attempt(name, async () => {
        if (await this.#placeCatalog(catalogPath(this.#index, name), name)) {
          this.#context.log.info(`(w)\t(Fixed)\tCBS Catalog\t${name}`);
          this.#touched.catalogs.add(name);
        }
      });
    }
  }

  /**
   * Puts a catalog in place, as another name of one that the image has, or from a source. Other names of the bad file
   * become names of the good one.
   * @returns False where nobody has it.
   */
  async #placeCatalog(path: string, digest: string): Promise<boolean> {
    const old = await this.#files.stat(path);
    const others: string[] = [];
    for (const name of old !== undefined && old.links > 1 ? await this.#catalogNames() : []) {
      if (name.toUpperCase() !== path.toUpperCase() && (await this.#files.stat(name))?.id === old?.id) { others.push(name); }
    }
    const own = await this.#ownCatalog(digest);
    // Where either has several names, they were one file, and become so again.
    if (own !== undefined && Math.max(old?.links ?? 0, (await this.#files.stat(own))?.links ?? 0) > 1) {
      await this.#relink(own, path, others);
      return true;
    }
    const data = own === undefined
      ? await this.#fromSources({ algorithm: 'sha256', hex: digest }, (source) => source.catalogPaths(digest))
      : await this.#files.read(own);
    if (data === undefined) { return false; }
    await this.#write(path, data, others);
    return true;
  }

  /** Everywhere that an image keeps catalogs. */
  async #catalogNames(): Promise<string[]> {
    const folders = ['WinSxS/Catalogs', 'servicing/Packages', 'System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}'];
    const names: string[] = [];
    for (const folder of folders.map((below) => joinPath(this.#index.windows, below))) {
      for (const file of await this.#files.list(folder)) {
        if (/\.cat$/i.test(file)) { names.push(joinPath(folder, file)); }
      }
    }
    return names;
  }

  /** The catalogs of packages are the same files under other names, and so is one that was only renamed. */
  async #ownCatalog(digest: string): Promise<string | undefined> {
    this.#catalogsByDigest ??= this.#readCatalogDigests();
    const path = (await this.#catalogsByDigest).get(digest);
    // It may have been replaced since.
    return path !== undefined && await this.#files.digest(path, 'sha256') === digest ? path : undefined;
  }

  async #readCatalogDigests(): Promise<ReadonlyMap<string, string>> {
    const paths = new Map<string, string>();
    for (const path of await this.#catalogNames()) {
      this.#context.signal.throwIfAborted();
      const digest = await this.#files.digest(path, 'sha256');
      // One with several names is preferred, so that a lost name becomes one of them again.
      const links = (await this.#files.stat(path))?.links ?? 0;
      if (digest !== undefined && (links > 1 || !paths.has(digest))) { paths.set(digest, path); }
    }
    return paths;
  }

  /** @returns Whether any manifest was restored. */
  async #restoreManifests(scan: StoreScan): Promise<boolean> {
    const found: { readonly keyform: string; readonly data: Buffer }[] = [];
    // All are found before the first is written: two that were swapped lie under each other's names.
    for (const component of scan.brokenManifests) {
      this.#context.signal.throwIfAborted();
      const { keyform, manifestDigest } = component;
      if (manifestDigest === undefined) { continue; }
      await this.#attempt(keyform, async () => {
        const data = await this.#findManifest(component, { algorithm: 'sha256', hex: manifestDigest });
        if (data !== undefined) { found.push({ keyform, data }); }
      });
    }
    for (const { keyform, data } of found) {
      this.#context.signal.throwIfAborted();
      await this.#attempt(keyform, async () => {
        await this.#write(manifestPath(this.#index, keyform), data);
        this.#context.log.info(`(w)\t(Fixed)\tCSI Manifest\t${keyform}`);
        this.#touched.components.add(keyform.toLowerCase());
      });
    }
    return found.length > 0;
  }

  /** Puts bytes in place, under some other names first; what is read back has to be what was written. */
  async #write(path: string, data: Buffer, otherNames: readonly string[] = []): Promise<void> {
    await this.#image.replace(path, data, {
      otherNames, signal: this.#context.signal, verify: (readBack) => {
        if (!readBack.equals(data)) { throw new Error(`what was read back of "${path}" is not what was written`); }
      },
    });
  }

  /** Makes a path and other names of what it was names of a good file. The path comes last, so that an interrupted restore is seen to be unfinished. */
  async #relink(existing: string, path: string, otherNames: readonly string[]): Promise<void> {
    for (const name of [...otherNames, path]) {
      if (name.toUpperCase() !== existing.toUpperCase()) { await this.#image.relink(existing, name); }
    }
  }

  async #findManifest({ keyform }: StoreComponent, wanted: Wanted): Promise<Buffer | undefined> {
    const own = joinPath(this.#index.windows, 'WinSxS');
    const candidates = [
      ...[joinPath(own, 'Backup', `${keyform}.manifest`)].map((path) => ({ files: this.#files, path })),
      // A manifest that was swapped with another one lies under the other's name.
      ...(await this.#files.list(joinPath(own, 'Manifests')))
        .filter((name) => name.split('_')[1]?.toLowerCase() === keyform.split('_')[1]?.toLowerCase())
        .map((name) => ({ files: this.#files, path: joinPath(own, 'Manifests', name) })),
      ...this.#sources.flatMap((source) => source.manifestPaths(keyform).map((path) => ({ files: source.files, path }))),
    ];
    for (const { files, path } of candidates) {
      const data = await files.read(path);
      if (data === undefined) { continue; }
      const match = await matchDigest(data, this.#bases, wanted, maxManifestBytes, this.#context.signal);
      if (match.result !== 'match') { continue; }
      // As it is where this image itself can expand it, else expanded: the servicing stack takes both.
      return await this.#expandsHere(data, wanted) ? data : match.data;
    }
    return undefined;
  }

  async #expandsHere(data: Buffer, wanted: Wanted): Promise<boolean> {
    return (await matchDigest(data, this.#ownBases, wanted, maxManifestBytes, this.#context.signal)).result === 'match';
  }

  async #restorePayload(scan: StoreScan): Promise<void> {
    // The servicing stack's own files first: the base manifest is in one of them.
    const isStack = ({ component }: BrokenFile): boolean => /_microsoft-windows-servicingstack_/i.test(component.component.keyform);
    const broken = [...scan.brokenFiles].sort((a, b) => Number(isStack(b)) - Number(isStack(a)));
    for (const item of broken) {
      this.#context.signal.throwIfAborted();
      await this.#attempt(item.component.component.keyform, async () => { await this.#restoreFile(scan, item); });
      this.#advance();
    }
    for (const { broken: { component, file }, path } of scan.brokenProjections) {
      this.#context.signal.throwIfAborted();
      const store = payloadPath(this.#index, component.component.keyform, file.storePath);
      await this.#attempt(component.component.keyform, async () => {
        await this.#makeFolders(path);
        await this.#shareStoreFile(store, path, file.digest);
        this.#touched.components.add(component.component.keyform.toLowerCase());
      });
      this.#advance();
    }
  }

  /** Counts items: how many bytes a lost file has is not recorded. */
  #advance(): void {
    this.#context.progress('Repairing', ++this.#done, this.#total);
  }

  /** One item that cannot be repaired, such as one behind a link, must not keep the others from it. */
  async #attempt(item: string, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      this.#context.log.error(`(n)\t${item}\t${error.message}`);
    }
  }

  async #restoreFile(scan: StoreScan, broken: BrokenFile): Promise<void> {
    const { component: { component, manifest }, file } = broken;
    const { digest } = file;
    if (digest === undefined) { return; }
    const path = payloadPath(this.#index, component.keyform, file.storePath);
    const destinations = file.destinations.flatMap((destination) => (
      findDestination(destination, manifest.identity, this.#index.windows, this.#index.hasWow64)?.path ?? []));
    const old = await this.#files.stat(path);
    await this.#makeFolders(path);
    const shared = old === undefined ? [] : scan.namesById.get(old.id) ?? [];
    const others = await this.#writableNames([...shared, ...isWinner(this.#index, manifest.identity) ? destinations : []], path);
    const projected = await this.#firstWith(digest, destinations, path);
    if (projected !== undefined) {
      await this.#relink(projected, path, others);
    } else {
      // A file of another component with the same content is another file all the same: it is copied.
      const own = await this.#firstWith(digest, [scan.goodFiles.get(digest.hex)].filter((good) => good !== undefined), path);
      const data = own !== undefined ? await this.#plain(own, digest)
        : await this.#fromBackup(digest) ?? await this.#fromSources(digest, (source) => source.payloadPaths(component.keyform, file.storePath, destinations));
      if (data === undefined) { return; }
      await this.#write(path, data, others);
    }
    this.#context.log.info(`(w)\t(Fixed)\tCSI Payload\t${component.keyform}\\${file.storePath}`);
    this.#touched.components.add(component.keyform.toLowerCase());
  }

  /** Those names, beside a path, whose folder is there and is no way out of the image. */
  async #writableNames(names: readonly string[], path: string): Promise<string[]> {
    const found = new Map<string, string>();
    for (const name of names) {
      const folder = name.split('/').slice(0, -1).join('/');
      // Listing it fails where a link is in the way.
      const isReachable = await this.#files.list(folder).catch(unlessDismError) !== undefined && await this.#hasFolder(folder);
      if (isReachable && name.toUpperCase() !== path.toUpperCase()) { found.set(name.toUpperCase(), name); }
    }
    return [...found.values()];
  }

  /** Makes a name in use a name of the store's file, unless its folder is not there or it is that already. */
  async #shareStoreFile(store: string, name: string, digest: Wanted | undefined): Promise<void> {
    const [file, found] = [await this.#files.stat(store), await this.#files.stat(name)];
    if (file === undefined || file.id === found?.id || digest === undefined) { return; }
    if (await this.#files.digest(store, digest.algorithm) !== digest.hex) { return; }
    if (found === undefined && !await this.#hasFolder(name.split('/').slice(0, -1).join('/'))) { return; }
    await this.#image.relink(store, name);
  }

  async #makeFolders(path: string): Promise<void> {
    const parts = path.split('/').slice(0, -1);
    for (let count = 1; count <= parts.length; count++) {
      const folder = parts.slice(0, count).join('/');
      if (!await this.#hasFolder(folder)) { await this.#image.makeFolder(folder); }
    }
  }

  async #hasFolder(path: string): Promise<boolean> {
    const parts = path.split('/');
    const last = parts.pop()?.toUpperCase();
    return last === '' || (await this.#files.list(parts.join('/'))).some((name) => name.toUpperCase() === last);
  }

  /** The first of some paths of the image whose bytes, expanded, have the digest. */
  async #firstWith(digest: Wanted, paths: readonly string[], except: string): Promise<string | undefined> {
    for (const path of paths) {
      if (path.toUpperCase() !== except.toUpperCase() && await this.#plain(path, digest) !== undefined) { return path; }
    }
    return undefined;
  }

  async #plain(path: string, digest: Wanted): Promise<Buffer | undefined> {
    const data = await this.#files.read(path);
    return data === undefined ? undefined : await this.#accept(data, digest);
  }

  /** WinSxS\Backup, matched by digest since its names say little. */
  async #fromBackup(digest: Wanted): Promise<Buffer | undefined> {
    this.#backup ??= this.#readBackup();
    const path = (await this.#backup).get(`${digest.algorithm} ${digest.hex}`);
    const data = path === undefined ? undefined : await this.#files.read(path);
    return data === undefined ? undefined : await this.#accept(data, digest);
  }

  async #readBackup(): Promise<ReadonlyMap<string, string>> {
    const folder = joinPath(this.#index.windows, 'WinSxS/Backup');
    const paths = new Map<string, string>();
    for (const name of await this.#files.list(folder)) {
      this.#context.signal.throwIfAborted();
      const path = joinPath(folder, name);
      const data = await this.#files.read(path);
      if (data === undefined) { continue; }
      for (const plain of [data, ...await this.#expandSafely(data)]) {
        for (const algorithm of ['sha256', 'sha1'] as const) { paths.set(`${algorithm} ${await digestOf(plain, algorithm)}`, path); }
      }
    }
    return paths;
  }

  async #expandSafely(data: Buffer): Promise<Buffer[]> {
    const { signal } = this.#context;
    try {
      return (await untilAborted(signal, expand(data, [], { maxBytes: maxPayloadBytes, signal }))).map((expanded) => expanded.data);
    } catch (error) {
      if (error instanceof DismError) { return []; }
      throw error;
    }
  }

  async #fromSources(digest: Wanted, pathsOf: (source: StoreSource) => string[]): Promise<Buffer | undefined> {
    for (const source of this.#sources) {
      for (const path of pathsOf(source)) {
        this.#context.signal.throwIfAborted();
        const data = await readSafely(source, path);
        const accepted = data === undefined ? undefined : await this.#accept(data, digest);
        if (accepted !== undefined) { return accepted; }
      }
    }
    return undefined;
  }

  async #accept(data: Buffer, digest: Wanted): Promise<Buffer | undefined> {
    const match = await matchDigest(data, this.#bases, digest, maxPayloadBytes, this.#context.signal);
    return match.result === 'match' ? match.data : undefined;
  }

  /** Only as a pair: the catalog is one that the hive names, and vouches for the .mum. The good half of a pair stays as it is. */
  async #restorePackages(scan: StoreScan): Promise<void> {
    for (const identity of scan.brokenPackages) {
      this.#context.signal.throwIfAborted();
      await this.#attempt(identity, async () => { await this.#restorePackage(identity); });
      this.#advance();
    }
  }

  async #restorePackage(identity: string): Promise<void> {
    const pair = await this.#findPair(identity);
    if (pair === undefined) { return; }
    const cat = packagePath(this.#index, identity, 'cat');
    if ((await this.#files.read(cat))?.equals(pair.cat) !== true && !await this.#placeCatalog(cat, catalogName(pair.cat).toLowerCase())) {
      await this.#write(cat, pair.cat);
    }
    const mum = packagePath(this.#index, identity, 'mum');
    if ((await this.#files.read(mum))?.equals(pair.mum) !== true) { await this.#write(mum, pair.mum); }
    this.#context.log.info(`(w)\t(Fixed)\tCBS MUM\t${identity}`);
    this.#touched.packages.add(identity.toLowerCase());
  }

  async #findPair(identity: string): Promise<{ readonly mum: Buffer; readonly cat: Buffer } | undefined> {
    const own = { files: this.#files, pathOf: (ending: 'mum' | 'cat') => packagePath(this.#index, identity, ending) };
    const places = [own, ...this.#sources.map((source) => ({ files: source.files, pathOf: (ending: 'mum' | 'cat') => source.packagePath(identity, ending) }))];
    const read = async (ending: 'mum' | 'cat'): Promise<Buffer[]> => {
      const found: Buffer[] = [];
      for (const { files, pathOf } of places) {
        const data = await files.read(pathOf(ending)).catch(() => undefined);
        if (data !== undefined) { found.push(data); }
      }
      return found;
    };
    const catalogs = (await read('cat')).filter((data) => this.#index.catalogs.has(catalogName(data).toLowerCase()));
    for (const name of this.#index.catalogs) {
      // The store keeps the same catalog under its digest.
      if (catalogs.length > 0) { break; }
      const data = await this.#files.read(catalogPath(this.#index, name));
      const mums = await read('mum');
      if (data !== undefined && catalogName(data).toLowerCase() === name && await this.#vouches(data, mums) !== undefined) { catalogs.push(data); }
    }
    const mums = (await read('mum')).filter((data) => mumDamage(data, identity) === undefined);
    for (const cat of catalogs) {
      const mum = await this.#vouches(cat, mums);
      if (mum !== undefined) { return { mum, cat }; }
    }
    return undefined;
  }

  async #vouches(catalog: Buffer, mums: readonly Buffer[]): Promise<Buffer | undefined> {
    for (const mum of mums) {
      if (await isVouchedFor(mum, catalog) === true) { return mum; }
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

/** A scan with parts of it replaced by a newer one. */
function mergeScans(old: StoreScan, newer: StoreScan): StoreScan {
  return {
    ...newer,
    brokenFiles: [...old.brokenFiles.filter(({ component }) => !newer.verified.has(component.component.keyform.toLowerCase())), ...newer.brokenFiles],
    brokenProjections: [
      ...old.brokenProjections.filter(({ broken }) => !newer.verified.has(broken.component.component.keyform.toLowerCase())), ...newer.brokenProjections,
    ],
    brokenPackages: [...new Set([...old.brokenPackages, ...newer.brokenPackages])],
    goodFiles: new Map([...old.goodFiles, ...newer.goodFiles]),
    namesById: new Map([...old.namesById, ...newer.namesById]),
    provenRules: new Set([...old.provenRules, ...newer.provenRules]),
  };
}

/** Restores. Each step is whole or not there, so an interrupted restore is finished by another one. */
export async function restoreStore(
  image: WritableImageFiles, index: StoreIndex, sources: readonly StoreSource[], context: OperationContext,
): Promise<RestoreOutcome> {
  return await new Restorer(image, index, sources, context).run();
}
