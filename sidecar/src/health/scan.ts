/**
 * Scans the component store of an image: every manifest, payload file, catalog and package against what is recorded of it.
 *
 * It is parallel without workers of its own. Reading, hashing and LZMS run on libuv's threads, which keeps all processors busy
 * with payload. What is left to this thread is looking up paths, deltas (PA30) and XML: in a scan of 28,000 manifests, the
 * deltas take a twentieth of the time and the XML a third. Workers would have to hand back every file of every manifest by copying
 * it, and each would have a heap of its own; `npm run bench -- --only health` measures what is gained without them. Each step on
 * this thread is short, so that a cancellation is heard at any time.
 */
import type { ProgressPhase } from '@dismts/protocol';
import { catalogName, memberHashes } from '../componentStore/catalog.ts';
import { readBaseManifest } from '../componentStore/baseManifest.ts';
import { expand, magicBytes, storedForm } from '../componentStore/compressed.ts';
import { checkDifferential } from '../componentStore/differentials.ts';
import { StoreFormatError, UnsupportedFormatError } from '../componentStore/formatErrors.ts';
import { type ComponentIdentity, packageName } from '../componentStore/identity.ts';
import { keyform } from '../componentStore/keyHash.ts';
import { type Manifest, type ManifestFile, parseManifest } from '../componentStore/manifest.ts';
import { parseMum } from '../componentStore/mum.ts';
import { DismError } from '../errors.ts';
import type { OperationContext } from '../operationContext.ts';
import { Breather } from '../breather.ts';
import { CancellableFiles, untilAborted } from '../imageFiles/cancellableFiles.ts';
import { type Destination, findDestination } from './destinations.ts';
import { Findings } from './findings.ts';
import { digestOf } from '../imageFiles/folderFiles.ts';
import { type FileStat, type ImageFiles, joinPath, maxFileBytes } from '../imageFiles/imageFiles.ts';
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
  /** Rules of destinations by which some file was found where it should be. */
  readonly provenRules: Set<string>;
}

/** Only these are scanned again after a repair; everything, where undefined. */
export interface ScanFilter {
  readonly components: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
  readonly catalogs: ReadonlySet<string>;
  /** Rules of destinations that the scan before has proved. */
  readonly provenRules: ReadonlySet<string>;
}

/** The folders below a component's own that have differences to other versions of its files: forward, reverse, and to nothing. */
const differentialFolders = ['f', 'r', 'n'] as const;

/** One file to look at. */
interface PayloadWork {
  readonly broken: BrokenFile;
  readonly stat: FileStat | undefined;
  readonly bytes: number;
  /** It is a differential of the file. */
  readonly kind: typeof differentialFolders[number] | undefined;
}

/** A name in use that does not exist. */
interface MissingName {
  readonly broken: BrokenFile;
  readonly destination: Destination;
}

/** Runs tasks side by side, a few at a time. */
async function forEachConcurrently<T>(
  items: readonly T[], context: OperationContext, task: (item: T) => Promise<void>, onUnreadable: (item: T, reason: string) => void,
): Promise<void> {
  let next = 0;
  const breather = new Breather();
  const work = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) {
      await breather.breathe(context.signal);
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
const differentialPath = (index: StoreIndex, { component: { component }, file }: BrokenFile, kind: string): string =>
  payloadPath(index, component.keyform, joinPath(kind, file.storePath));
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

type ScanPhase = Extract<ProgressPhase, 'Checking manifests' | 'Checking files' | 'Checking packages'>;

/** Something to look at, and the bytes that have to be read for it. */
interface Sized<T> {
  readonly item: T;
  readonly bytes: number;
  readonly place: number;
}

class Scanner {
  readonly #files: ImageFiles;
  readonly #index: StoreIndex;
  readonly #bases: readonly Buffer[];
  readonly #context: OperationContext;
  readonly #filter: ScanFilter | undefined;
  /** Digests of files with several names, by algorithm and id. */
  readonly #digests = new Map<string, Promise<string | undefined>>();
  #phase: ScanPhase = 'Checking manifests';
  #doneBytes = 0;
  #totalBytes = 0;
  #missingBase = false;
  readonly #missingNames: MissingName[] = [];
  readonly #scan: Omit<StoreScan, 'missingBase'> = {
    findings: new Findings(), verified: new Map(), brokenManifests: [], brokenFiles: [], brokenProjections: [],
    brokenCatalogs: [], brokenPackages: [], goodFiles: new Map(), namesById: new Map(), provenRules: new Set(),
  };

  constructor(files: ImageFiles, index: StoreIndex, bases: readonly Buffer[], context: OperationContext, filter: ScanFilter | undefined) {
    this.#files = new CancellableFiles(files, context.signal);
    this.#index = index;
    this.#bases = bases;
    this.#context = context;
    this.#filter = filter;
    for (const rule of filter?.provenRules ?? []) { this.#scan.provenRules.add(rule); }
  }

  async run(): Promise<StoreScan> {
    this.#checkHives();
    await this.#checkManifests();
    await this.#checkPayload();
    await this.#checkCatalogsAndPackages();
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

  async #checkManifests(): Promise<void> {
    const components = this.#index.components.filter(({ keyform: key }) => this.#filter?.components.has(key.toLowerCase()) ?? true);
    const work = await this.#sized(components, ({ keyform: key }) => [manifestPath(this.#index, key)]);
    this.#begin('Checking manifests', work);
    await forEachConcurrently(work, this.#context, async ({ item: component, bytes }) => {
      await this.#checkManifest(component);
      this.#advance(bytes);
    }, ({ item: component }, reason) => {
      this.#scan.brokenManifests.push(component);
      this.#scan.findings.add({ class: 'CSI Manifest Corrupt', component: component.keyform, state: 'Found', reason, wantedDigest: component.manifestDigest });
    });
    this.#finish();
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

  /** Looks up how many bytes the files of each item have; sorted by where these lie, where that is known without opening each file. */
  async #sized<T>(items: readonly T[], pathsOf: (item: T) => readonly string[]): Promise<Sized<T>[]> {
    const breather = new Breather();
    const found: Sized<T>[] = [];
    for (const item of items) {
      await breather.breathe(this.#context.signal);
      let bytes = 0;
      let place = 0;
      for (const path of pathsOf(item)) {
        const stat = await this.#files.stat(path).catch(unlessDismError);
        bytes += stat?.size ?? 0;
        place ||= stat?.place ?? 0;
      }
      found.push({ item, bytes, place });
    }
    return this.#files.hasOrder ? found.sort((a, b) => a.place - b.place) : found;
  }

  #begin(phase: ScanPhase, work: readonly { readonly bytes: number }[]): void {
    this.#phase = phase;
    this.#doneBytes = 0;
    this.#totalBytes = work.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#advance(0);
  }

  /** A second look at a few things, after a repair, would seem to begin everything anew: it is not told. */
  #advance(bytes: number): void {
    this.#doneBytes = Math.min(this.#doneBytes + bytes, this.#totalBytes);
    if (this.#filter === undefined) { this.#context.progress(this.#phase, this.#doneBytes, this.#totalBytes); }
  }

  #finish(): void {
    this.#advance(this.#totalBytes);
  }

  async #checkPayload(): Promise<void> {
    const { findings } = this.#scan;
    const work: PayloadWork[] = [];
    const breather = new Breather();
    for (const verified of this.#scan.verified.values()) {
      const { component, manifest } = verified;
      if (component.payloadDeleted) { findings.measured.payloadRemoved++; }
      for (const file of manifest.files) {
        await breather.breathe(this.#context.signal);
        const broken = { component: verified, file };
        const path = payloadPath(this.#index, component.keyform, file.storePath);
        const stat = await this.#statSafely(path, component.keyform, file.storePath);
        if (stat !== 'unknown' && (stat !== undefined || !component.payloadDeleted)) {
          if (stat !== undefined && stat.links > 1) { this.#addName(stat.id, path); }
          work.push({ broken, stat, bytes: stat?.size ?? 0, kind: undefined });
        }
        for (const kind of differentialFolders) {
          const differential = await this.#statSafely(differentialPath(this.#index, broken, kind), component.keyform, joinPath(kind, file.storePath));
          if (differential === undefined || differential === 'unknown') { continue; }
          work.push({ broken, stat: differential, bytes: differential.size, kind });
        }
      }
    }
    if (this.#files.hasOrder) { work.sort((a, b) => (a.stat?.place ?? 0) - (b.stat?.place ?? 0)); }
    this.#begin('Checking files', work);
    await forEachConcurrently(work, this.#context, async ({ broken, stat, kind }) => {
      if (kind === undefined) { await this.#checkFile(broken, stat); } else { await this.#checkDifferential(broken, kind); }
    }, ({ broken: { component: { component }, file }, kind }, reason) => {
      findings.add({
        class: kind === undefined ? 'CSI Payload Corrupt' : 'Differential Corrupt', component: component.keyform, file: joinPath(kind ?? '', file.storePath),
        state: 'NotChecked', reason, wantedDigest: kind === undefined ? file.digest?.hex : undefined,
      });
    });
    this.#judgeMissingNames();
    this.#finish();
  }

  /** What it makes of its source cannot be told here; its checksum can. No source has a digest to repair it by, so that it is only noted. */
  async #checkDifferential(broken: BrokenFile, kind: typeof differentialFolders[number]): Promise<void> {
    const data = await this.#files.read(differentialPath(this.#index, broken, kind));
    if (data === undefined) { return; }
    this.#scan.findings.measured.bytesChecked += data.length;
    this.#advance(data.length);
    if (checkDifferential(data) === 'damaged') {
      this.#scan.findings.add({
        class: 'Differential Corrupt', component: broken.component.component.keyform, file: joinPath(kind, broken.file.storePath),
        state: 'Noted', reason: 'its checksum does not fit its content',
      });
    }
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
    let hasDifferential = false;
    for (const kind of differentialFolders) {
      hasDifferential ||= await this.#files.stat(differentialPath(this.#index, broken, kind)) !== undefined;
    }
    // A restore looks for the file elsewhere in both cases; a differential alone is no damage, and no proof of health.
    brokenFiles.push(broken);
    findings.add(hasDifferential && !await this.#isProjected(broken)
      ? { ...row, state: 'NotChecked', reason: 'the store has it as a differential only, which cannot be expanded here' }
      : { ...row, state: 'Found', reason: 'the file does not exist' });
  }

  /** Whether a name in use still has the bytes that the store has lost. */
  async #isProjected({ component: { component, manifest }, file }: BrokenFile): Promise<boolean> {
    for (const destination of file.destinations) {
      const path = this.#find(destination, manifest.identity)?.path;
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
      this.#advance(bytes);
    });
    if (stat.links === 1) { return await read(); }
    const key = `${algorithm} ${stat.id}`;
    const known = this.#digests.get(key);
    if (known !== undefined) {
      this.#advance(stat.size);
      return await known;
    }
    const digest = read();
    this.#digests.set(key, digest);
    return await digest;
  }

  /** The names under which the system uses the file have to be the file, as far as it is the one in use. */
  async #checkProjection(broken: BrokenFile, storePath: string, stat: FileStat): Promise<void> {
    const { component: { manifest }, file } = broken;
    if (!isWinner(this.#index, manifest.identity)) { return; }
    for (const destination of file.destinations) {
      const place = this.#find(destination, manifest.identity);
      if (place === undefined) { continue; }
      const { path, rule } = place;
      const found = await this.#statSafely(path, broken.component.component.keyform, path);
      if (found === 'unknown') { continue; }
      if (found === undefined) {
        // The newest version in the store need not be installed: its package may only be staged.
        if (isInstalled(this.#index, manifest.identity)) { this.#missingNames.push({ broken, destination: place }); }
        continue;
      }
      if (found.links > 1) { this.#addName(found.id, path); }
      if (found.id === stat.id || file.digest === undefined || await this.#digestOnce(path, found, file.digest.algorithm) === file.digest.hex) {
        this.#scan.provenRules.add(rule);
        continue;
      }
      // The store may hold it compressed; then the name in use holds it plain, and only its own content counts.
      this.#scan.brokenProjections.push({ broken, path });
      this.#scan.findings.add({
        class: 'Projection Differs', component: broken.component.component.keyform, file: path, state: 'Found', wantedDigest: file.digest.hex,
        reason: `it is not the file "${storePath}" of the store`,
      });
    }
  }

  #find(destination: string, identity: ComponentIdentity): Destination | undefined {
    return findDestination(destination, identity, this.#index.windows, this.#index.hasWow64);
  }

  /** What a macro means is not documented: only where this image itself shows it, a file that is not there is missing. */
  #judgeMissingNames(): void {
    for (const { broken, destination: { path, rule } } of this.#missingNames) {
      const row = { class: 'Projection Differs', component: broken.component.component.keyform, file: path, wantedDigest: broken.file.digest?.hex } as const;
      if (this.#scan.provenRules.has(rule)) {
        this.#scan.brokenProjections.push({ broken, path });
        this.#scan.findings.add({ ...row, state: 'Found', reason: 'the file does not exist' });
      } else {
        this.#scan.findings.add({ ...row, state: 'NotChecked', reason: `the file does not exist there, and nothing in the image shows that ${rule} means this folder` });
      }
    }
  }

  async #checkCatalogsAndPackages(): Promise<void> {
    const catalogs = await this.#sized([...this.#index.catalogs].filter((name) => this.#filter?.catalogs.has(name) ?? true),
      (name) => [catalogPath(this.#index, name)]);
    const packages = await this.#sized(this.#index.packages.filter(({ identity }) => this.#filter?.packages.has(identity.toLowerCase()) ?? true),
      ({ identity }) => [packagePath(this.#index, identity, 'mum'), packagePath(this.#index, identity, 'cat')]);
    this.#begin('Checking packages', [...catalogs, ...packages]);
    await forEachConcurrently(catalogs, this.#context, async ({ item: name, bytes }) => {
      await this.#checkCatalog(name);
      this.#advance(bytes);
    }, ({ item: name }, reason) => {
      this.#scan.brokenCatalogs.push(name);
      this.#scan.findings.add({ class: 'CBS Catalog Corrupt', component: name, state: 'Found', wantedDigest: name, reason });
    });
    await forEachConcurrently(packages, this.#context, async ({ item: { identity }, bytes }) => {
      await this.#checkPackage(identity);
      this.#advance(bytes);
    }, ({ item: { identity } }, reason) => {
      this.#scan.brokenPackages.push(identity);
      this.#scan.findings.add({ class: 'CBS MUM Corrupt', component: identity, state: 'Found', reason });
    });
    this.#finish();
  }

  async #checkCatalog(name: string): Promise<void> {
    const { findings, brokenCatalogs } = this.#scan;
    const data = await this.#files.read(catalogPath(this.#index, name), maxPackageFileBytes);
    findings.measured.catalogsChecked++;
    if (data !== undefined && catalogName(data).toLowerCase() === name) { return; }
    brokenCatalogs.push(name);
    findings.add({
      class: data === undefined ? 'CBS Catalog Missing' : 'CBS Catalog Corrupt', component: name, state: 'Found', wantedDigest: name,
      reason: data === undefined ? 'the file does not exist' : 'its content has another digest than its name says',
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
    } else if (mum !== undefined && await isVouchedFor(mum, catalog) === false) {
      broken('CBS MUM Corrupt', 'its digest is none of those that its catalog lists');
    }
  }
}

/** For what may be a link or otherwise out of reach: it counts as not there, and what reads it will tell why. */
export function unlessDismError(error: unknown): undefined {
  if (!(error instanceof DismError)) { throw error; }
  return undefined;
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

/** Whether a catalog lists the digest of a file; undefined where it lists nothing that can be read. */
export async function isVouchedFor(data: Buffer, catalog: Buffer): Promise<boolean | undefined> {
  const members = memberHashes(catalog);
  if (members === undefined || members.size === 0) { return undefined; }
  return members.has(await digestOf(data, 'sha256')) || members.has(await digestOf(data, 'sha1'));
}

/** Whether a component is the one of its family that the system uses. */
export function isWinner(index: StoreIndex, identity: ComponentIdentity): boolean {
  return index.winners.get(keyform(identity, { versionless: true }).toUpperCase()) === identity.version;
}

/** Whether a component's files are to be found at their destinations. */
function isInstalled(index: StoreIndex, identity: ComponentIdentity): boolean {
  return index.installed.get(keyform(identity, { versionless: true }).toUpperCase()) === identity.version;
}

/** Scans. @param bases Base manifests to expand with; the image's own come first. */
export async function scanStore(
  files: ImageFiles, index: StoreIndex, bases: readonly Buffer[], context: OperationContext, filter?: ScanFilter,
): Promise<StoreScan> {
  return await new Scanner(files, index, bases, context, filter).run();
}
