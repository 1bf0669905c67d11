/** Damages a synthetic store, in every way of which the report is known beforehand. */
import { closeSync, ftruncateSync, lstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FindingClass } from '@dismts/protocol';
import { magicBytes } from '../../../sidecar/src/componentStore/compressed.ts';
import { decodePa30 } from './decodePa30.ts';
import type { SyntheticComponent, SyntheticFile, SyntheticPackage, SyntheticStore } from './syntheticImage.ts';

/** A row that a scan must report as found. */
export interface ExpectedFinding {
  readonly class: FindingClass;
  readonly component: string;
  readonly file: string;
}

/** A change that a restore has to leave alone: these bytes, or no file. */
export interface KeptChange {
  readonly path: string;
  readonly data: Buffer | undefined;
}

/** One way to damage a store, at one place. */
export interface DamageCase {
  readonly name: string;
  /** The kind of damage, the same at every place. */
  readonly kind: string;
  /** Files that it changes; two cases that share one cannot be combined. */
  readonly touches: readonly string[];
  /** What a scan finds. */
  readonly findings: readonly ExpectedFinding[];
  /** Whether the image itself has what is needed to repair it. */
  readonly isRepairableAlone: boolean;
  /** Files that may be left over after a repair. */
  readonly strays: readonly string[];
  /** Files that are gone. */
  readonly lost: readonly string[];
  /** What is there afterwards and is nobody's damage, so that it has to stay. */
  readonly kept: readonly KeptChange[];
  readonly apply: (folder: string) => void;
}

/** Changes a file in place, for all of its names, and keeps its time. */
function editInPlace(path: string, edit: (descriptor: number, size: number) => void): void {
  const { atime, mtime, size } = lstatSync(path);
  const descriptor = openSync(path, 'r+');
  try {
    edit(descriptor, size);
  } finally {
    closeSync(descriptor);
  }
  utimesSync(path, atime, mtime);
}

/** Inverts a byte of a file. */
export function flipByte(path: string, offset: number): void {
  const value = readFileSync(path)[offset] ?? 0;
  editInPlace(path, (descriptor) => { writeSync(descriptor, Buffer.of(value ^ 0xff), 0, 1, offset); });
}

/** Puts text in place of as much of a file. */
function overwrite(path: string, offset: number, text: string): void {
  editInPlace(path, (descriptor) => { writeSync(descriptor, text, offset); });
}

/** Cuts a file in half. */
export function truncateFile(path: string): void {
  editInPlace(path, (descriptor, size) => { ftruncateSync(descriptor, size >>> 1); });
}

/** Puts another file in place of a name, leaving its other names alone. */
export function replaceFile(path: string, data: Buffer): void {
  const { mode, atime, mtime } = lstatSync(path);
  rmSync(path);
  writeFileSync(path, data, { mode });
  utimesSync(path, atime, mtime);
}

/** Offset of a byte that, inverted, makes a compressed manifest expand to something else without an error; undefined where there is none. */
function silentOffset(stored: Buffer, base: Buffer, manifest: Buffer): number | undefined {
  for (let offset = stored.length - 2; offset > 20; offset--) {
    const changed = Buffer.from(stored);
    changed.writeUInt8((changed[offset] ?? 0) ^ 0xff, offset);
    try {
      if (!decodePa30(changed.subarray(magicBytes), base, { maxBytes: 1 << 20 }).equals(manifest)) { return offset; }
    } catch {
      // This one is noticed; the next may not be.
    }
  }
  return undefined;
}

const nothing = { strays: [], lost: [], kept: [], isRepairableAlone: false } as const;

function payloadFinding(component: SyntheticComponent, file: SyntheticFile): ExpectedFinding {
  return { class: 'CSI Payload Corrupt', component: component.keyform, file: file.storePath };
}

function payloadCases(store: SyntheticStore, component: SyntheticComponent, file: SyntheticFile): DamageCase[] {
  const { tree } = store;
  const bytes = tree.read(file.path).length;
  const names = tree.namesOf(file.path);
  const form = file.spec.form ?? 'plain';
  const common = { ...nothing, touches: names, findings: [payloadFinding(component, file)] };
  const at = `${component.spec.identity.name} ${component.spec.identity.version}, ${file.spec.name}`;
  // Where the same bytes are in the store a second time, or in its Backup.
  const hasTwin = tree.paths().some((path) => (path.startsWith('Windows/WinSxS/') || file.unlinkedDestinations.includes(path))
    && !names.includes(path) && tree.read(path).equals(file.spec.data) && bytes > 0);
  const suffix = `${hasTwin ? ', of which there is a copy' : ''}${file.spec.algorithm === 'sha1' ? ', known by its SHA-1' : ''}`
    + `${component.spec.isNotProjected === true ? ', not in use' : ''}${file.spec.isWriteable === true ? ', which may change' : ''}`;
  const cases: DamageCase[] = [
    { ...common, kind: `delete payload under all names${suffix}`, name: `delete ${at} under all names`, isRepairableAlone: hasTwin, lost: names,
      apply: (folder) => { for (const name of names) { rmSync(join(folder, name)); } } },
  ];
  if (bytes > 0 && file.spec.isWriteable !== true) {
    cases.push(
      { ...common, kind: `flip a byte of ${form} payload${suffix}`, name: `flip a byte of ${at}`, isRepairableAlone: hasTwin,
        apply: (folder) => { flipByte(join(folder, file.path), form === 'DCH' ? bytes - 5 : bytes >>> 1); } },
      { ...common, kind: `truncate ${form} payload${suffix}`, name: `truncate ${at}`, isRepairableAlone: hasTwin, apply: (folder) => { truncateFile(join(folder, file.path)); } },
    );
  }
  if (component.spec.isNotProjected !== true && file.spec.isWriteable !== true) {
    // The store keeps it compressed, so that the file in use is another one.
    cases.push(...file.unlinkedDestinations.filter((path) => tree.has(path)).map((path): DamageCase => ({
      ...common, kind: `put another file in place of one in use, of which the store has ${form}`, name: `put another file in place of ${path}`, touches: [path, ...names],
      isRepairableAlone: true, findings: [{ class: 'Projection Differs', component: component.keyform, file: path }],
      apply: (folder) => { replaceFile(join(folder, path), Buffer.from('something else')); },
    })));
  }
  if (names.length > 1) {
    const [destination = ''] = file.destinations;
    cases.push(
      { ...common, kind: 'delete payload', name: `delete ${at} in the store`, isRepairableAlone: true, apply: (folder) => { rmSync(join(folder, file.path)); } },
      { ...common, kind: 'break a hard link', name: `put another file in place of ${destination}`, isRepairableAlone: true,
        findings: [{ class: 'Projection Differs', component: component.keyform, file: destination }],
        apply: (folder) => { replaceFile(join(folder, destination), Buffer.from('something else')); } },
    );
    // Other files of the same folder show that it is the right one.
    if (destination.startsWith('Windows/System32/') && !destination.includes('/drivers/') && !destination.includes('/wbem/')) {
      cases.push({ ...common, kind: 'delete a name in use', name: `delete ${destination}`, isRepairableAlone: true,
        findings: [{ class: 'Projection Differs', component: component.keyform, file: destination }], apply: (folder) => { rmSync(join(folder, destination)); } });
    }
  }
  return cases;
}

/** Changes of what a restore must not touch: files in use that no component owns, and those that may change. */
function keptCases({ tree }: SyntheticStore, { spec: { isNotProjected } }: SyntheticComponent, file: SyntheticFile): DamageCase[] {
  if (isNotProjected !== true && file.spec.isWriteable !== true) { return []; }
  const standing = file.spec.isWriteable === true ? 'of a file that may change' : 'of a component that is not in use';
  const data = Buffer.from(`what an administrator wrote for ${file.spec.name}`);
  const common = { ...nothing, findings: [] };
  // The name may be that of another version, which is in use.
  const free = file.unlinkedDestinations.filter((path) => !tree.has(path) || (file.spec.inUse instanceof Buffer && tree.read(path).equals(file.spec.inUse)));
  const cases = free.flatMap((path): DamageCase[] => [
    { ...common, kind: `write a file at a name ${standing}${tree.has(path) ? '' : ', where there was none'}`, name: `write ${path}`, touches: [path], kept: [{ path, data }],
      apply: (folder) => {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        rmSync(join(folder, path), { force: true });
        writeFileSync(join(folder, path), data);
      } },
    ...!tree.has(path) ? [] : [{ ...common, kind: `delete a name ${standing}`, name: `delete ${path}`, touches: [path], kept: [{ path, data: undefined }],
      apply: (folder: string) => { rmSync(join(folder, path)); } }],
  ]);
  if (file.spec.isWriteable === true) {
    cases.push({ ...common, kind: `change the store's copy ${standing}`, name: `change ${file.path}`, touches: [file.path], kept: [{ path: file.path, data }],
      apply: (folder) => { replaceFile(join(folder, file.path), data); } });
  }
  return cases;
}

function manifestCases(store: SyntheticStore, component: SyntheticComponent): DamageCase[] {
  const stored = store.tree.read(component.manifestPath);
  const path = component.manifestPath;
  const name = `the manifest of ${component.spec.identity.name} ${component.spec.identity.version}`;
  const isInBackup = store.tree.has(path.replace('/Manifests/', '/Backup/'));
  const common = {
    ...nothing, touches: [path], findings: [{ class: 'CSI Manifest Corrupt', component: component.keyform, file: '' }] as const, isRepairableAlone: isInBackup,
  };
  const cases: DamageCase[] = [
    { ...common, kind: 'delete a manifest', name: `delete ${name}`, lost: [path], apply: (folder) => { rmSync(join(folder, path)); } },
    { ...common, kind: 'truncate a manifest', name: `truncate ${name}`, apply: (folder) => { truncateFile(join(folder, path)); } },
  ];
  if (component.spec.manifestForm === 'plain') {
    const apply = (folder: string): void => { flipByte(join(folder, path), stored.length >>> 1); };
    cases.push({ ...common, kind: 'flip a byte of a plain manifest', name: `flip a byte of ${name}`, apply });
    return cases;
  }
  cases.push({
    ...common, kind: 'flip a byte of a manifest, which then cannot be expanded', name: `flip the magic of ${name}`,
    apply: (folder) => { flipByte(join(folder, path), 5); },
  });
  const offset = silentOffset(stored, store.baseManifest, component.manifest);
  if (offset !== undefined) {
    cases.push({
      ...common, kind: 'flip a byte of a manifest, which still can be expanded', name: `flip a silent byte of ${name}`,
      apply: (folder) => { flipByte(join(folder, path), offset); },
    });
  }
  return cases;
}

function packageCases(store: SyntheticStore, entry: SyntheticPackage): DamageCase[] {
  const { name, mumPath, catalogPath, storeCatalogPath, catalogDigest } = entry;
  const { tree } = store;
  const stray = storeCatalogPath.replace(/[^/]+$/, `${'0'.repeat(64)}.cat`);
  const isLinked = tree.namesOf(catalogPath).length > 1;
  const pair = [mumPath, ...tree.namesOf(catalogPath)];
  const catalogRow = { component: catalogDigest, file: '' };
  const cases: DamageCase[] = [
    { ...nothing, kind: 'delete a .mum', name: `delete ${mumPath}`, touches: pair, lost: [mumPath], findings: [{ class: 'CBS MUM Missing', component: name, file: '' }],
      apply: (folder) => { rmSync(join(folder, mumPath)); } },
    { ...nothing, kind: 'truncate a .mum', name: `truncate ${mumPath}`, touches: pair, findings: [{ class: 'CBS MUM Corrupt', component: name, file: '' }],
      apply: (folder) => { truncateFile(join(folder, mumPath)); } },
    { ...nothing, kind: 'change a .mum, which still can be read', name: `change a letter of ${mumPath}`, touches: pair, findings: [{ class: 'CBS MUM Corrupt', component: name, file: '' }],
      apply: (folder) => { overwrite(join(folder, mumPath), tree.read(mumPath).indexOf(entry.spec.description), '#'); } },
    { ...nothing, kind: 'delete a .cat', name: `delete ${catalogPath}`, touches: pair, lost: [catalogPath], isRepairableAlone: true,
      findings: [{ class: 'CBS Catalog Missing', component: name, file: '' }], apply: (folder) => { rmSync(join(folder, catalogPath)); } },
    { ...nothing, kind: 'rename a catalog', name: `rename ${storeCatalogPath}`, touches: [...pair, storeCatalogPath], strays: [stray], lost: [storeCatalogPath], isRepairableAlone: true,
      findings: [{ class: 'CBS Catalog Missing', ...catalogRow }], apply: (folder) => { renameSync(join(folder, storeCatalogPath), join(folder, stray)); } },
    { ...nothing, kind: 'delete a catalog', name: `delete ${storeCatalogPath}`, touches: [...pair, storeCatalogPath], lost: [storeCatalogPath], isRepairableAlone: true,
      findings: [{ class: 'CBS Catalog Missing', ...catalogRow }], apply: (folder) => { rmSync(join(folder, storeCatalogPath)); } },
    { ...nothing, kind: isLinked ? 'flip a byte of a catalog under all names' : 'flip a byte of a catalog', name: `flip a byte of ${storeCatalogPath}`, touches: [...pair, storeCatalogPath],
      isRepairableAlone: !isLinked,
      findings: [{ class: 'CBS Catalog Corrupt', ...catalogRow }, ...isLinked ? [{ class: 'CBS Catalog Corrupt', component: name, file: '' } as const] : []],
      apply: (folder) => { flipByte(join(folder, storeCatalogPath), 100); } },
  ];
  if (!isLinked) {
    cases.push({ ...nothing, kind: 'flip a byte of a .cat', name: `flip a byte of ${catalogPath}`, touches: pair, isRepairableAlone: true,
      findings: [{ class: 'CBS Catalog Corrupt', component: name, file: '' }], apply: (folder) => { flipByte(join(folder, catalogPath), 100); } });
  }
  return cases;
}

function swapCase(store: SyntheticStore, a: SyntheticComponent, b: SyntheticComponent): DamageCase {
  return {
    ...nothing, kind: 'swap two manifests', name: `swap the manifests of ${a.spec.identity.name} and ${b.spec.identity.name}`, touches: [a.manifestPath, b.manifestPath],
    findings: [a, b].map(({ keyform }) => ({ class: 'CSI Manifest Corrupt', component: keyform, file: '' })), isRepairableAlone: true,
    apply: (folder) => {
      replaceFile(join(folder, a.manifestPath), store.tree.read(b.manifestPath));
      replaceFile(join(folder, b.manifestPath), store.tree.read(a.manifestPath));
    },
  };
}

/** Every case, at every place where it makes sense. */
export function damageCases(store: SyntheticStore): DamageCase[] {
  const { core, coreWow64 } = store.byName;
  // The base manifest, files that may change and differentials have tests of their own.
  const withPayload = store.components.filter(({ spec }) => spec.isPayloadRemoved !== true && spec.identity.name !== 'Microsoft-Windows-ServicingStack');
  const isOrdinary = ({ spec }: SyntheticFile): boolean => spec.isDifferentialOnly !== true && spec.differentials === undefined;
  return [
    ...withPayload.flatMap((component) => component.files.filter(isOrdinary).flatMap((file) => payloadCases(store, component, file))),
    ...store.components.flatMap((component) => component.files.flatMap((file) => keptCases(store, component, file))),
    ...store.components.flatMap((component) => manifestCases(store, component)),
    ...Object.values(store.packages).flatMap((entry) => packageCases(store, entry)),
    swapCase(store, core, coreWow64),
  ];
}

/** One case of each kind. */
export function oneOfEachKind(cases: readonly DamageCase[]): DamageCase[] {
  const seen = new Set<string>();
  return cases.filter(({ kind }) => !seen.has(kind) && seen.add(kind));
}

/** Inverts a byte of the base manifest in wcp.dll; manifests that refer to it then expand to something else. */
export function damageBaseManifest(folder: string, store: SyntheticStore): void {
  const path = join(folder, store.wcpPath);
  flipByte(path, readFileSync(path).indexOf(store.baseManifest) + (store.baseManifest.length >>> 1));
}

/** Leaves nothing of wcp.dll but its size. */
export function destroyWcp(folder: string, store: SyntheticStore): void {
  editInPlace(join(folder, store.wcpPath), (descriptor, size) => { writeSync(descriptor, Buffer.alloc(size), 0, size, 0); });
}

/** Makes a hive say that its last changes are in its log. */
export function makeHiveDirty(folder: string, name: string): void {
  const path = join(folder, 'Windows/System32/config', name);
  editInPlace(path, (descriptor) => {
    const base = readFileSync(path).subarray(0, 4096);
    base.writeUInt32LE(base.readUInt32LE(4) + 1, 4);
    base.writeUInt32LE(0, 508);
    let checksum = 0;
    for (let offset = 0; offset < 508; offset += 4) { checksum ^= base.readInt32LE(offset); }
    base.writeInt32LE(checksum, 508);
    writeSync(descriptor, base, 0, base.length, 0);
  });
}

/** Makes operations wait for the next start. */
export function makePending(folder: string): void {
  const path = join(folder, 'Windows/WinSxS/pending.xml');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '<?xml version="1.0" encoding="utf-8"?>\r\n<PendingTransaction />\r\n');
}
