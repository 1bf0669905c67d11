/**
 * Builds an image with a component store as Windows keeps one, from nothing: hives, manifests, payload in every form, catalogs and packages.
 * It shows that the engine follows our reading of the formats; only a real image shows that the reading is right.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { keyform } from '../../../sidecar/src/componentStore/keyHash.ts';
import { packageName, type ComponentIdentity } from '../../../sidecar/src/componentStore/identity.ts';
import { captureWim, pseudoRandom } from '../wims.ts';
import { deploymentKey } from './deploymentNames.ts';
import { writeCatalog } from './catalogWriter.ts';
import { encodeDcs } from './dcs.ts';
import { baseManifestText, type ComponentSpec, type FileSpec, manifestText } from './manifestText.ts';
import { deploymentsOf, packageText } from './packageText.ts';
import { encodeDcm, encodeDcn } from './pa30Encoder.ts';
import { writeWcp } from './peWriter.ts';
import { absentCapability, type PackageSpec, type SampleComponent, sampleComponents, type SamplePackage, samplePackages, servicingStack } from './sampleStore.ts';
import { includesIdentity, sampleDriverFolder, sampleDriverPackage, sampleDrivers, storeHives } from './storeHives.ts';
import { StoreTree } from './storeTree.ts';

/** A payload file of the image. All paths are relative to the root of the image. */
export interface SyntheticFile {
  readonly spec: FileSpec;
  /** Where the store keeps it; there may be no file. */
  readonly path: string;
  /** The same below the component's folder. */
  readonly storePath: string;
  /** Other names of it. */
  readonly destinations: readonly string[];
  /** Where its manifest says that it goes, and is another file or none. */
  readonly unlinkedDestinations: readonly string[];
  /** In hex, of the algorithm that its manifest names. */
  readonly digest: string;
}

/** A component of the image. */
export interface SyntheticComponent {
  readonly spec: ComponentSpec;
  readonly keyform: string;
  readonly manifestPath: string;
  /** The manifest's text. */
  readonly manifest: Buffer;
  readonly files: readonly SyntheticFile[];
  /** Keys of the deployments that need it. */
  readonly deployments: readonly string[];
}

/** A package of the image. */
export interface SyntheticPackage {
  readonly spec: PackageSpec;
  /** Its key. */
  readonly name: string;
  readonly mumPath: string;
  readonly catalogPath: string;
  /** In WinSxS. */
  readonly storeCatalogPath: string;
  /** SHA-256 in hex. */
  readonly catalogDigest: string;
  readonly deployments: readonly ComponentIdentity[];
}

/** What was built. */
export interface SyntheticStore {
  readonly tree: StoreTree;
  readonly baseManifest: Buffer;
  readonly wcpPath: string;
  readonly components: readonly SyntheticComponent[];
  readonly byName: Readonly<Record<SampleComponent, SyntheticComponent>>;
  readonly packages: Readonly<Record<SamplePackage, SyntheticPackage>>;
}

const macroFolders: Readonly<Record<string, string>> = {
  system32: 'Windows/System32', drivers: 'Windows/System32/drivers', inf: 'Windows/INF', fonts: 'Windows/Fonts', wbem: 'Windows/System32/wbem',
  windows: 'Windows', programFiles: 'Program Files',
};

/** What a destination with a macro means, as a path of the image. */
function resolveDestination(destination: string, identity: ComponentIdentity): string {
  const [, macro = '', rest = ''] = /^\$\(runtime\.(\w+)\)(.*)$/s.exec(destination) ?? [];
  const folder = identity.processorArchitecture === 'wow64' && macro === 'system32' ? 'Windows/SysWOW64' : macroFolders[macro];
  if (folder === undefined) { throw new Error(`Unknown macro in "${destination}"`); }
  return `${folder}${rest.replaceAll('\\', '/')}`;
}

function checksummed(patch: Buffer): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(patch));
  return Buffer.concat([checksum, patch]);
}

async function storedForm(file: FileSpec): Promise<Buffer> {
  switch (file.form ?? 'plain') {
    case 'plain': return file.data;
    case 'DCS': return await encodeDcs(file.data, 32 * 1024);
    case 'DCN': return encodeDcn(file.data);
    case 'DCH': return Buffer.concat([Buffer.from('DCH\x01', 'latin1'), Buffer.alloc(8), file.data]);
  }
}

function storedManifest(spec: ComponentSpec, manifest: Buffer, base: Buffer): Buffer {
  switch (spec.manifestForm ?? 'DCM') {
    case 'plain': return manifest;
    case 'DCM': return encodeDcm(manifest, base);
    case 'DCM in blocks': return encodeDcm(manifest, base, { codes: 'explicit', blocks: 4 });
  }
}

async function addComponent(tree: StoreTree, spec: ComponentSpec, base: Buffer, deployments: readonly string[]): Promise<SyntheticComponent> {
  const key = keyform(spec.identity);
  const manifest = manifestText(spec);
  const manifestPath = `Windows/WinSxS/Manifests/${key}.manifest`;
  tree.add(manifestPath, storedManifest(spec, manifest, base));
  const files: SyntheticFile[] = [];
  for (const file of spec.files ?? []) {
    const folder = (file.sourcePath ?? '').replaceAll('\\', '/').replace(/^\.\//, '');
    const storePath = `${folder}${file.sourceName ?? file.name}`;
    const path = `Windows/WinSxS/${key}/${storePath}`;
    const targets = file.destination === undefined || spec.isPayloadRemoved === true
      ? [] : [`${file.destination}\\${file.destinationName ?? file.name}`, ...file.links ?? []].map((target) => resolveDestination(target, spec.identity));
    const isLinked = spec.isNotProjected !== true && file.inUse === undefined;
    files.push({ spec: file, path, storePath, destinations: isLinked ? targets : [], unlinkedDestinations: isLinked ? [] : targets, digest: createHash(file.algorithm ?? 'sha256').update(file.data).digest('hex') });
    for (const [kind, patch] of Object.entries(file.differentials ?? {})) { tree.add(`Windows/WinSxS/${key}/${kind}/${storePath}`, checksummed(patch)); }
    if (spec.isPayloadRemoved === true || file.isDifferentialOnly === true) { continue; }
    tree.add(path, await storedForm(file));
    for (const target of targets) {
      if (isLinked) { tree.link(path, target); } else if (file.inUse instanceof Buffer) { tree.add(target, file.inUse); }
    }
  }
  return { spec, keyform: key, manifestPath, manifest, files, deployments };
}

function addPackageFiles(tree: StoreTree, spec: PackageSpec): SyntheticPackage {
  const deployments = deploymentsOf(spec).map(({ identity }) => identity);
  const name = packageName(spec.identity);
  const mum = packageText(spec, deployments);
  const catalog = writeCatalog([mum, ...deploymentsOf(spec).map((deployment) => manifestText(deployment))], name);
  const catalogDigest = createHash('sha256').update(catalog).digest('hex');
  const mumPath = `Windows/servicing/Packages/${name}.mum`;
  const catalogPath = `Windows/servicing/Packages/${name}.cat`;
  const storeCatalogPath = `Windows/WinSxS/Catalogs/${catalogDigest}.cat`;
  const rootCatalogPath = `Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/${name}.cat`;
  tree.add(mumPath, mum);
  tree.add(catalogPath, catalog);
  for (const path of [storeCatalogPath, rootCatalogPath]) {
    if (spec.isCatalogLinked === true) { tree.link(catalogPath, path); } else { tree.add(path, catalog); }
  }
  return { spec, name, mumPath, catalogPath, storeCatalogPath, catalogDigest, deployments };
}

/**
 * Makes the store in memory; `tree.write(folder)` writes it, as often as is liked.
 * @param more - Components beside those of the sample.
 */
export async function makeStore(more: readonly ComponentSpec[] = []): Promise<SyntheticStore> {
  const tree = new StoreTree();
  const baseManifest = baseManifestText();
  const wcp = writeWcp(baseManifest);
  const packages = mapValues<SamplePackage, PackageSpec, SyntheticPackage>(samplePackages, (spec) => addPackageFiles(tree, spec));
  const allDeployments = Object.values<PackageSpec>(samplePackages).flatMap(deploymentsOf);
  const stack = await addComponent(tree, servicingStack(wcp), baseManifest, []);
  const components: SyntheticComponent[] = [stack];
  const byName: Partial<Record<SampleComponent, SyntheticComponent>> = {};
  for (const [name, spec] of Object.entries<ComponentSpec>(sampleComponents)) {
    const owners = allDeployments.filter(({ dependencies }) => includesIdentity(dependencies, spec.identity)).map(({ identity }) => deploymentKey(identity));
    const component = await addComponent(tree, spec, baseManifest, owners);
    components.push(component);
    byName[name as SampleComponent] = component;
  }
  for (const spec of more) { components.push(await addComponent(tree, spec, baseManifest, [])); }
  for (const deployment of allDeployments) { components.push(await addComponent(tree, deployment, baseManifest, [deploymentKey(deployment.identity)])); }
  // Backup has copies of what the system needs to start.
  tree.add(`Windows/WinSxS/Backup/${stack.keyform}.manifest`, tree.read(stack.manifestPath));
  const bootFile = byName.blanks?.files[0];
  if (bootFile !== undefined) { tree.add(`Windows/WinSxS/Backup/${byName.blanks?.keyform ?? ''}_${bootFile.spec.name}_0123abcd`, bootFile.spec.data); }
  tree.add(`Windows/servicing/InboxFodMetadataCache/metadata/${packageName(absentCapability.identity)}.mum`, packageText(absentCapability, []));
  for (const [name, data] of Object.entries(storeHives(components, Object.values(packages)))) { tree.add(`Windows/System32/config/${name}`, data); }
  addDriverStore(tree);
  addSurroundings(tree);
  return { tree, baseManifest, wcpPath: stack.files[0]?.path ?? '', components, byName: byName as Record<SampleComponent, SyntheticComponent>, packages };
}

/** The driver that was added, as the driver store has it. */
function addDriverStore(tree: StoreTree): void {
  const { inf, published } = sampleDrivers.net;
  for (const [path, data] of sampleDriverPackage.files) { tree.add(`Windows/System32/DriverStore/FileRepository/${sampleDriverFolder(sampleDrivers.net)}/${path}`, data); }
  tree.add(`Windows/INF/${published}`, sampleDriverPackage.inf);
  const catalog = sampleDriverPackage.files.get(inf.replace('.inf', '.cat'));
  if (catalog !== undefined) { tree.add(`Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/${published.replace('.inf', '.cat')}`, catalog); }
  for (const folder of ['drivers', 'DriverStore']) { tree.addFolder(`Windows/System32/${folder}`); }
}

/** What an image has beside its store, and no scan may trip over. */
function addSurroundings(tree: StoreTree): void {
  tree.add('Windows/WinSxS/FileMaps/$$.cdf-ms', Buffer.concat([Buffer.from('PcmH'), pseudoRandom(200, 60)]));
  tree.add('Windows/WinSxS/FileMaps/$$_system32.cdf-ms', Buffer.concat([Buffer.from('PcmH'), pseudoRandom(300, 61)]));
  tree.add('Windows/WinSxS/poqexec.log', Buffer.from('nothing happened\r\n'));
  tree.add('Windows/WinSxS/Temp/PendingDeletes/$$DeleteMe.dtold.dll.01', pseudoRandom(400, 62));
  tree.add('Windows/System32/unowned.dll', pseudoRandom(500, 63));
  tree.add('Users/Public/Documents/letter.txt', Buffer.from('Dear reader\r\n'));
  tree.addFolder('Windows/WinSxS/Temp/InFlight');
  tree.addFolder('Windows/WinSxS/InstallTemp');
}

function mapValues<K extends string, V, R>(record: Readonly<Record<K, V>>, convert: (value: V) => R): Record<K, R> {
  return Object.fromEntries(Object.entries<V>(record).map(([key, value]) => [key, convert(value)])) as Record<K, R>;
}

/** Builds the image into a folder, which is made. */
export async function buildStore(folder: string): Promise<SyntheticStore> {
  const store = await makeStore();
  store.tree.write(folder);
  return store;
}

/** Captures a folder as the first image of a WIM; hard links stay hard links. */
export async function captureStore(folder: string, wim: string, compress: 'XPRESS' | 'LZX' = 'XPRESS'): Promise<string> {
  return await captureWim(folder, wim, { compress, name: 'Synthetic' });
}
