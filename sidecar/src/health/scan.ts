/**
 * Scans the component store of an image: every manifest, payload file, catalog and package against what is recorded of it.
 *
 * It is parallel without workers of its own. Reading, hashing and LZMS run on libuv's threads, which keeps all processors busy
 * with payload. What is left to this thread is looking up paths, deltas (PA30) and XML: in a scan of 28,000 manifests, the
 * deltas take a twentieth of the time and the XML a third. Workers would have to hand back every file of every manifest by copying
 * it, and each would have a heap of its own; `npm run bench -- --only health` measures what is gained without them. Each step on
 * this thread is short, so that a cancellation is heard at any time.
 */
import { catalogName } from '../componentStore/catalog.ts';
import { readBaseManifest } from '../componentStore/baseManifest.ts';
import { expand, magicBytes, storedForm } from '../componentStore/compressed.ts';
import { checkDifferential } from '../componentStore/differentials.ts';
import { StoreFormatError, UnsupportedFormatError } from '../componentStore/formatErrors.ts';
import { type ComponentIdentity, packageName } from '../componentStore/identity.ts';
import { keyform } from '../componentStore/keyHash.ts';
import { type Manifest, type ManifestFile, parseManifest } from '../componentStore/manifest.ts';
import { parseMum } from '../componentStore/mum.ts';
import { DismError } from '../errors.ts';
import type { OperationContext } from '../engine/engine.ts';
import { CancellableFiles, pauses, untilAborted } from './cancellation.ts';
import { destinationPath } from './destinations.ts';
import { Findings } from './findings.ts';
import { digestOf } from './folderImage.ts';
import { type FileStat, type ImageFiles, joinPath, maxFileBytes } from './imageFiles.ts';
import type { StoreComponent, StoreIndex } from './storeIndex.ts';

/** The largest manifests of Windows have three megabytes; payload is as large as a file of Windows gets. */
export const maxManifestBytes = 16 * 1024 * 1024;
export const maxPayloadBytes = maxFileBytes;
/** Package files and catalogs have a few megabytes at most. */
export const maxPackageFileBytes = 64 * 1024 * 1024;
/** As many files are read at a time as libuv has threads. */
const concurrency = 4;

/** A component whose manifest is what the hive recorded. */
export interface VerifiedComponent {
  readonly component: StoreComponent;
  readonly manifest: Manifest;
}

/** What a restore needs to know of a damaged payload file. */
export interface BrokenFile {
  readonly component: VerifiedComponent;
  readonly file: ManifestFile;
}

/** What a scan learned, for the report and for a restore. */
export interface StoreScan {
  readonly findings: Findings;
  readonly verified: Map<string, VerifiedComponent>;
  readonly brokenManifests: StoreComponent[];
  readonly brokenFiles: BrokenFile[];
  readonly brokenProjections: { readonly broken: BrokenFile; readonly path: string }[];
  readonly brokenCatalogs: string[];
  readonly brokenPackages: string[];
  /** Manifests that a base of the image expands, and that nobody could check without one. */
  readonly missingBase: boolean;
  /** Store files that have a digest, by digest in hex. */
  readonly goodFiles: Map<string, string>;
  /** Names in the store and at destinations that a file has, by its id, where it has several. */
  readonly namesById: Map<string, string[]>;
}

/** Only these are scanned again after a repair; everything, where undefined. */
export interface ScanFilter {
  readonly components: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
  readonly catalogs: ReadonlySet<string>;
}

/** Runs tasks side by side, a few at a time. */
async function forEachConcurrently<T>(
  items: readonly T[], context: OperationContext, task: (item: T) => Promise<void>, onUnreadable: (item: T, reason: string) => void,
): Promise<void> {
  let next = 0;
  const pause = pauses(context.signal);
  const work = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) {
      await pause();
      try {
        await task(item);
      } catch (error) {
        // A hostile name or a link in the way: one item cannot be looked at, the others can.
        if (!(error instanceof DismError)) { throw error; }
        onUnreadable(item, error.message);
      }
    }
  };
  await untilAborted(context.signal, Promise.all(Array.from({ length: concurrency }, work)));
}

const storeFolder = (index: StoreIndex): string => joinPath(index.windows, 'WinSxS');
export const manifestPath = (index: StoreIndex, component: string): string => joinPath(storeFolder(index), 'Manifests', `${component}.manifest`);
export const payloadPath = (index: StoreIndex, component: string, file: string): string => joinPath(storeFolder(index), component, file);
export const catalogPath = (index: StoreIndex, catalog: string): string => joinPath(storeFolder(index), 'Catalogs', `${catalog}.cat`);
export const packagePath = (index: StoreIndex, identity: string, ending: 'mum' | 'cat'): string =>
  joinPath(index.windows, 'servicing/Packages', `${identity}.${ending}`);

/** Base manifests of every servicing stack of an image, the newest last in name first. */
export async function readBases(files: ImageFiles, store: string): Promise<Buffer[]> {
  const bases: Buffer[] = [];
  for (const name of (await files.list(store)).sort().reverse()) {
    if (!/_microsoft-windows-servicingstack_/i.test(name)) { continue; }
    const dll = await files.read(joinPath(store, name, 'wcp.dll'));
    if (dll === undefined) { continue; }
    try {
      bases.push(readBaseManifest(dll));
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
    }
  }
  return bases;
}

/** The result of comparing bytes with a digest. */
export type Match = { readonly result: 'match'; readonly data: Buffer } | { readonly result: 'differs'; readonly reason: string } | { readonly result: 'unknown'; readonly reason: string };

/** Expands bytes in every way that they can be, until one has the digest. */
export async function matchDigest(
  data: Buffer, bases: readonly Buffer[], digest: { readonly algorithm: 'sha256' | 'sha1'; readonly hex: string }, maxBytes: number, signal: AbortSignal,
): Promise<Match> {
  // A recorded digest is that of the plain bytes, and nothing plain begins as a manifest's delta does.
  const isDelta = storedForm(data) === 'DCM';
  if (!isDelta && await digestOf(data, digest.algorithm) === digest.hex) { return { result: 'match', data }; }
  try {
    for (const { form, data: expanded } of await untilAborted(signal, expand(data, bases, { maxBytes, signal }))) {
      if (form !== 'plain' && await digestOf(expanded, digest.algorithm) === digest.hex) { return { result: 'match', data: expanded }; }
    }
  } catch (error) {
    if (error instanceof UnsupportedFormatError) { return { result: 'unknown', reason: error.message }; }
    if (error instanceof StoreFormatError) { return { result: 'differs', reason: `it cannot be expanded: ${error.message}` }; }
    throw error;
  }
  return { result: 'differs', reason: 'its content has another digest than recorded' };
}

class Scanner {
  readonly #files: ImageFiles;
  readonly #index: StoreIndex;
  readonly #bases: readonly Buffer[];
  readonly #context: OperationContext;
  readonly #filter: ScanFilter | undefined;
  /** Digests of files with several names, by algorithm and id. */
  readonly #digests = new Map<string, Promise<string | undefined>>();
  #doneBytes = 0;
  #totalBytes = 0;
  #missingBase = false;
  readonly #scan: Omit<StoreScan, 'missingBase'> = {
    findings: new Findings(), verified: new Map(), brokenManifests: [], brokenFiles: [], brokenProjections: [],
    brokenCatalogs: [], brokenPackages: [], goodFiles: new Map(), namesById: new Map(),
  };

  constructor(files: ImageFiles, index: StoreIndex, bases: readonly Buffer[], context: OperationContext, filter: ScanFilter | undefined) {
    this.#files = new CancellableFiles(files, context.signal);
    this.#index = index;
    this.#bases = bases;
    this.#context = context;
    this.#filter = filter;
  }

  async run(): Promise<StoreScan> {
    this.#checkHives();
    await this.#checkCatalogs();
    await this.#checkManifests();
    await this.#checkPayload();
    await this.#checkPackages();
    return { ...this.#scan, missingBase: this.#missingBase };
  }

  #checkHives(): void {
    for (const { name, reason } of this.#index.brokenHives) {
      this.#scan.findings.add({ class: 'CSI Store Metadata Corrupt', component: name, state: 'Found', reason: `the registry hive cannot be read: ${reason}` });
    }
    for (const name of this.#index.dirtyHives) {
      this.#scan.findings.add({
        class: 'Note', component: name, state: 'Noted', reason: 'the registry hive was not closed cleanly; its newest changes may be in its log only',
      });
    }
  }

  async #checkCatalogs(): Promise<void> {
    const { findings, brokenCatalogs } = this.#scan;
    const catalogs = [...this.#index.catalogs].filter((name) => this.#filter?.catalogs.has(name) ?? true);
    await forEachConcurrently(catalogs, this.#context, async (name) => {
      const data = await this.#files.read(catalogPath(this.#index, name), maxPackageFileBytes);
      findings.measured.catalogsChecked++;
      if (data !== undefined && catalogName(data).toLowerCase() === name) { return; }
      brokenCatalogs.push(name);
      findings.add({
        class: data === undefined ? 'CBS Catalog Missing' : 'CBS Catalog Corrupt', component: name, state: 'Found', wantedDigest: name,
        reason: data === undefined ? 'the file does not exist' : 'its content has another digest than its name says',
      });
    }, (name, reason) => {
      brokenCatalogs.push(name);
      findings.add({ class: 'CBS Catalog Corrupt', component: name, state: 'Found', wantedDigest: name, reason });
    });
  }

  async #checkManifests(): Promise<void> {
    const components = this.#index.components.filter(({ keyform: key }) => this.#filter?.components.has(key.toLowerCase()) ?? true);
    let done = 0;
    await forEachConcurrently(await this.#inOrder(components, ({ keyform: key }) => manifestPath(this.#index, key)), this.#context, async (component) => {
      await this.#checkManifest(component);
      this.#context.progress('Checking manifests', ++done, components.length);
    }, (component, reason) => {
      this.#scan.brokenManifests.push(component);
      this.#scan.findings.add({ class: 'CSI Manifest Corrupt', component: component.keyform, state: 'Found', reason, wantedDigest: component.manifestDigest });
    });
    if (this.#missingBase) {
      this.#scan.findings.add({
        class: 'Base Manifest Missing', component: 'microsoft-windows-servicingstack', file: 'wcp.dll', state: 'Found',
        reason: 'no servicing stack of the image has a readable base manifest, so compressed manifests cannot be checked',
      });
    }
    if (this.#filter === undefined) { await this.#noteStrayManifests(); }
  }

  async #noteStrayManifests(): Promise<void> {
    const known = new Set(this.#index.components.map(({ keyform: key }) => `${key}.manifest`.toUpperCase()));
    for (const name of await this.#files.list(joinPath(storeFolder(this.#index), 'Manifests'))) {
      if (!known.has(name.toUpperCase())) {
        this.#scan.findings.add({ class: 'Note', component: name, state: 'Noted', reason: 'the manifest belongs to no recorded component' });
      }
    }
  }

  async #checkManifest(component: StoreComponent): Promise<void> {
    const { findings, brokenManifests } = this.#scan;
    const { keyform: key, manifestDigest } = component;
    findings.measured.manifestsChecked++;
    const broken = (reason: string): void => {
      brokenManifests.push(component);
      findings.add({ class: 'CSI Manifest Corrupt', component: key, state: 'Found', reason, wantedDigest: manifestDigest });
    };
    const data = await this.#files.read(manifestPath(this.#index, key), maxManifestBytes);
    if (data === undefined) {
      broken('the manifest does not exist');
      return;
    }
    const isDelta = data.toString('latin1', 0, 4) === 'DCM\u0001';
    if (isDelta && this.#bases.length === 0) {
      this.#missingBase = true;
      findings.add({ class: 'CSI Manifest Corrupt', component: key, state: 'NotChecked', reason: 'there is no base manifest to expand it with', wantedDigest: manifestDigest });
      return;
    }
    if (manifestDigest === undefined) {
      // Windows 7 recorded none: the manifest is taken as it is, and its payload is checked.
      this.#accept(component, data, broken);
      return;
    }
    const match = await matchDigest(data, this.#bases, { algorithm: 'sha256', hex: manifestDigest }, maxManifestBytes, this.#context.signal);
    if (match.result === 'match') {
      this.#accept(component, match.data, broken);
    } else if (match.result === 'unknown') {
      findings.add({ class: 'CSI Manifest Corrupt', component: key, state: 'NotChecked', reason: match.reason, wantedDigest: manifestDigest });
    } else {
      broken(match.reason);
    }
  }

  #accept(component: StoreComponent, xml: Buffer, broken: (reason: string) => void): void {
    let manifest: Manifest;
    try {
      manifest = parseManifest(xml);
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      broken(`it cannot be read: ${error.message}`);
      return;
    }
    if (keyform(manifest.identity).toLowerCase() !== component.keyform.toLowerCase()) {
      broken('it is the manifest of another component');
      return;
    }
    this.#scan.verified.set(component.keyform.toLowerCase(), { component, manifest });
  }

  /** Sorts paths by where their bytes lie, where that is known without opening each file. */
  async #inOrder<T>(items: readonly T[], pathOf: (item: T) => string): Promise<T[]> {
    if (!this.#files.hasOrder) { return [...items]; }
    const places = new Map<T, number>();
    for (const item of items) { places.set(item, (await this.#files.stat(pathOf(item)).catch(() => undefined))?.place ?? 0); }
    return [...items].sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  }

  async #checkPayload(): Promise<void> {
    const { findings } = this.#scan;
    const work: { readonly broken: BrokenFile; readonly stat: FileStat | undefined }[] = [];
    const pause = pauses(this.#context.signal);
    for (const verified of this.#scan.verified.values()) {
      const { component, manifest } = verified;
      if (component.payloadDeleted) { findings.measured.payloadRemoved++; }
      for (const file of manifest.files) {
        await pause();
        const path = payloadPath(this.#index, component.keyform, file.storePath);
        const stat = await this.#statSafely(path, component.keyform, file.storePath);
        if (stat === 'unknown' || (stat === undefined && component.payloadDeleted)) { continue; }
        this.#totalBytes += stat?.size ?? 0;
        if (stat !== undefined && stat.links > 1) { this.#addName(stat.id, path); }
        work.push({ broken: { component: verified, file }, stat });
      }
    }
    if (this.#files.hasOrder) { work.sort((a, b) => (a.stat?.place ?? 0) - (b.stat?.place ?? 0)); }
    await forEachConcurrently(work, this.#context, async ({ broken, stat }) => {
      await this.#checkFile(broken, stat);
    }, ({ broken: { component: { component }, file } }, reason) => {
      this.#scan.findings.add({
        class: 'CSI Payload Corrupt', component: component.keyform, file: file.storePath, state: 'NotChecked', reason, wantedDigest: file.digest?.hex,
      });
    });
    this.#context.progress('Checking files', this.#totalBytes, this.#totalBytes);
  }

  async #statSafely(path: string, component: string, file: string): Promise<FileStat | undefined | 'unknown'> {
    try {
      return await this.#files.stat(path);
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      this.#scan.findings.add({ class: 'CSI Payload Corrupt', component, file, state: 'NotChecked', reason: error.message });
      return 'unknown';
    }
  }

  #addName(id: string, path: string): void {
    const names = this.#scan.namesById.get(id);
    if (names === undefined) { this.#scan.namesById.set(id, [path]); } else { names.push(path); }
  }

  async #checkFile(broken: BrokenFile, stat: FileStat | undefined): Promise<void> {
    const { findings, goodFiles } = this.#scan;
    const { component: { component }, file } = broken;
    const path = payloadPath(this.#index, component.keyform, file.storePath);
    const row = { class: 'CSI Payload Corrupt', component: component.keyform, file: file.storePath, wantedDigest: file.digest?.hex } as const;
    findings.measured.filesChecked++;
    if (file.digest === undefined) {
      findings.add({ ...row, state: 'NotChecked', reason: 'its manifest records no digest' });
      return;
    }
    if (stat === undefined) {
      await this.#checkMissing(broken, row);
      return;
    }
    const { digest } = file;
    const actual = await this.#digestOnce(path, stat, digest.algorithm);
    const mutable = file.writeable || component.hasMutableFile;
    if (actual !== digest.hex) {
      const head = await this.#files.readHead(path, magicBytes);
      const match = head !== undefined && storedForm(head) !== 'plain'
        ? await matchDigest(await this.#files.read(path) ?? Buffer.alloc(0), this.#bases, digest, maxPayloadBytes, this.#context.signal)
        : { result: 'differs', reason: 'its content has another digest than its manifest says' } as const;
      if (match.result === 'unknown') {
        findings.add({ ...row, state: 'NotChecked', reason: match.reason });
        return;
      }
      if (match.result === 'differs') {
        if (mutable) {
          findings.add({ ...row, class: 'Note', state: 'Noted', reason: 'the file may change, and has' });
        } else {
          this.#scan.brokenFiles.push(broken);
          findings.add({ ...row, state: 'Found', reason: match.reason });
        }
        return;
      }
    }
    goodFiles.set(digest.hex, path);
    if (!mutable) { await this.#checkProjection(broken, path, stat); }
  }

  async #checkMissing(broken: BrokenFile, row: { readonly class: 'CSI Payload Corrupt'; readonly component: string; readonly file: string; readonly wantedDigest: string | undefined }): Promise<void> {
    const { findings, brokenFiles } = this.#scan;
    let differentials = 0;
    for (const kind of ['f', 'r', 'n']) {
      const data = await this.#files.read(payloadPath(this.#index, row.component, joinPath(kind, row.file)));
      if (data === undefined) { continue; }
      differentials++;
      if (checkDifferential(data) === 'damaged') {
        findings.add({ ...row, class: 'Differential Corrupt', file: joinPath(kind, row.file), state: 'Noted', reason: 'its checksum does not fit its content' });
      }
    }
    // A restore looks for the file elsewhere in both cases; a differential alone is no damage, and no proof of health.
    brokenFiles.push(broken);
    findings.add(differentials > 0 && !await this.#isProjected(broken)
      ? { ...row, state: 'NotChecked', reason: 'the store has it as a differential only, which cannot be expanded here' }
      : { ...row, state: 'Found', reason: 'the file does not exist' });
  }

  /** Whether a name in use still has the bytes that the store has lost. */
  async #isProjected({ component: { component, manifest }, file }: BrokenFile): Promise<boolean> {
    for (const destination of file.destinations) {
      const path = destinationPath(destination, manifest.identity, this.#index.windows);
      const stat = path === undefined ? undefined : await this.#statSafely(path, component.keyform, file.storePath);
      if (path === undefined || stat === undefined || stat === 'unknown' || file.digest === undefined) { continue; }
      if (await this.#digestOnce(path, stat, file.digest.algorithm) === file.digest.hex) { return true; }
    }
    return false;
  }

  /** Reads each file once, however many names it has. */
  async #digestOnce(path: string, stat: FileStat, algorithm: 'sha256' | 'sha1'): Promise<string | undefined> {
    const read = async (): Promise<string | undefined> => await this.#files.digest(path, algorithm, (bytes) => {
      this.#scan.findings.measured.bytesChecked += bytes;
      this.#progress(bytes);
    });
    if (stat.links === 1) { return await read(); }
    const key = `${algorithm} ${stat.id}`;
    const known = this.#digests.get(key);
    if (known !== undefined) {
      this.#progress(stat.size);
      return await known;
    }
    const digest = read();
    this.#digests.set(key, digest);
    return await digest;
  }

  #progress(bytes: number): void {
    this.#doneBytes += bytes;
    this.#context.progress('Checking files', Math.min(this.#doneBytes, this.#totalBytes), this.#totalBytes);
  }

  /** The names under which the system uses the file have to be the file, as far as it is the one in use. */
  async #checkProjection(broken: BrokenFile, storePath: string, stat: FileStat): Promise<void> {
    const { component: { manifest }, file } = broken;
    if (!isWinner(this.#index, manifest.identity)) { return; }
    for (const destination of file.destinations) {
      const path = destinationPath(destination, manifest.identity, this.#index.windows);
      if (path === undefined) { continue; }
      const found = await this.#statSafely(path, broken.component.component.keyform, path);
      if (found === undefined || found === 'unknown') { continue; }
      if (found.links > 1) { this.#addName(found.id, path); }
      if (found.id === stat.id || file.digest === undefined || await this.#digestOnce(path, found, file.digest.algorithm) === file.digest.hex) { continue; }
      // The store may hold it compressed; then the name in use holds it plain, and only its own content counts.
      this.#scan.brokenProjections.push({ broken, path });
      this.#scan.findings.add({
        class: 'Projection Differs', component: broken.component.component.keyform, file: path, state: 'Found', wantedDigest: file.digest.hex,
        reason: `it is not the file "${storePath}" of the store`,
      });
    }
  }

  async #checkPackages(): Promise<void> {
    const packages = this.#index.packages.filter(({ identity }) => this.#filter?.packages.has(identity.toLowerCase()) ?? true);
    let done = 0;
    await forEachConcurrently(packages, this.#context, async ({ identity }) => {
      await this.#checkPackage(identity);
      this.#context.progress('Checking packages', ++done, packages.length);
    }, ({ identity }, reason) => {
      this.#scan.brokenPackages.push(identity);
      this.#scan.findings.add({ class: 'CBS MUM Corrupt', component: identity, state: 'Found', reason });
    });
  }

  async #checkPackage(identity: string): Promise<void> {
    const { findings, brokenPackages } = this.#scan;
    findings.measured.packagesChecked++;
    const broken = (kind: 'CBS MUM Missing' | 'CBS MUM Corrupt' | 'CBS Catalog Missing' | 'CBS Catalog Corrupt', reason: string): void => {
      if (!brokenPackages.includes(identity)) { brokenPackages.push(identity); }
      findings.add({ class: kind, component: identity, state: 'Found', reason });
    };
    const mum = await this.#files.read(packagePath(this.#index, identity, 'mum'), maxPackageFileBytes);
    if (mum === undefined) {
      broken('CBS MUM Missing', 'the file does not exist');
    } else {
      const reason = mumDamage(mum, identity);
      if (reason !== undefined) { broken('CBS MUM Corrupt', reason); }
    }
    const catalog = await this.#files.read(packagePath(this.#index, identity, 'cat'), maxPackageFileBytes);
    if (catalog === undefined) {
      broken('CBS Catalog Missing', 'the file does not exist');
    } else if (!this.#index.brokenHives.some(({ name }) => name === 'COMPONENTS') && !this.#index.catalogs.has(catalogName(catalog).toLowerCase())) {
      broken('CBS Catalog Corrupt', 'its digest is not that of a recorded catalog');
    }
  }
}

/** Why a .mum is not the one of a package; undefined where it is. */
export function mumDamage(mum: Buffer, identity: string): string | undefined {
  try {
    const declared = packageName(parseMum(mum).identity);
    return declared.toLowerCase() === identity.toLowerCase() ? undefined : `it is that of "${declared}"`;
  } catch (error) {
    if (error instanceof DismError) { return `it cannot be read: ${error.message}`; }
    throw error;
  }
}

/** Whether a component is the one of its family that the system uses. */
export function isWinner(index: StoreIndex, identity: ComponentIdentity): boolean {
  return index.winners.get(keyform(identity, { versionless: true }).toUpperCase()) === identity.version;
}

/** Scans. @param bases Base manifests to expand with; the image's own come first. */
export async function scanStore(
  files: ImageFiles, index: StoreIndex, bases: readonly Buffer[], context: OperationContext, filter?: ScanFilter,
): Promise<StoreScan> {
  return await new Scanner(files, index, bases, context, filter).run();
}
