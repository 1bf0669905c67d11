/** An image made to be nasty: whatever leads out of it, a scan and a restore read and write nothing outside. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { getPackages } from '../../../sidecar/src/engine/portable/operations/inventory.ts';
import { hostileContents, junction } from '../../helpers/hostileWims.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { rawWim, type RawNode } from '../../helpers/rawWim.ts';
import { flipByte, replaceFile } from '../../helpers/store/damage.ts';
import { restore, rowsOf, rowText, scan, useStateIn } from '../../helpers/store/healthRun.ts';
import { writeHive } from '../../helpers/store/hiveWriter.ts';
import type { ComponentSpec, FileSpec } from '../../helpers/store/manifestText.ts';
import { componentsHive, softwareHive } from '../../helpers/store/storeHives.ts';
import { makeStore, type SyntheticStore } from '../../helpers/store/syntheticImage.ts';
import { bundleHealthChild, canTrace, runTraced } from '../../helpers/store/tracedHealth.ts';
import { listTree, treeDifferences } from '../../helpers/store/treeComparison.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const program = await bundleHealthChild();

/** Three folders up from a component's folder, in the ways that a manifest can say it. */
const outside = '..\\..\\..\\..\\canary';

/** Components whose files are said to be outside of the image. The source has their bytes: those of the font. */
function hostileComponents(data: Buffer): ComponentSpec[] {
  const files: FileSpec[] = [
    { name: `${outside}\\name.txt`, data }, { name: 'sourceName.txt', sourceName: `${outside}\\sourceName.txt`, data },
    { name: 'sourcePath.txt', sourcePath: `${outside}\\`, data }, { name: '..\\..\\..\\..\\canary\\secret.txt', data },
    { name: 'destination.txt', destination: `$(runtime.system32)\\..\\..\\..\\canary`, data },
    { name: 'rooted.txt', sourcePath: '\\canary\\', data }, { name: '../../../../canary/slashes.txt', data },
    { name: 'links.txt', data, links: ['$(runtime.system32)\\..\\..\\..\\canary\\link.txt', '$(runtime.windows)\\..\\..\\canary\\secret.txt', 'C:\\canary\\secret.txt'] },
    { name: 'unknown.txt', destination: '$(runtime.nothing)\\..\\..', data }, { name: '..', data }, { name: '.', data }, { name: 'nul\0byte.txt', data },
  ];
  return files.map((file, index) => ({
    identity: { name: `Hostile-${index}`, version: '1.0.0.0', processorArchitecture: 'amd64', publicKeyToken: '31bf3856ad364e35', versionScope: 'nonSxS' },
    files: [file], isPayloadRemoved: true, manifestForm: 'plain',
  }));
}

const plain = await makeStore();
const fontData = plain.byName.font.files[0]?.spec.data ?? Buffer.alloc(0);

interface Scene {
  readonly folder: string;
  readonly image: string;
  readonly source: string;
  readonly canary: string;
  readonly state: () => Readonly<Record<string, string>>;
}

/** An image, a pristine source, and a tree beside them that nobody may touch. */
function makeScene(store: SyntheticStore): Scene {
  const folder = tempFolder();
  useStateIn(folder);
  const [image, source, canary] = [join(folder, 'image'), join(folder, 'source'), join(folder, 'canary')];
  store.tree.write(image);
  store.tree.write(source);
  // The canary has what every link of the image leads to, and it is damaged there, so that a restore that followed one would repair it.
  mkdirSync(canary);
  writeFileSync(join(canary, 'secret.txt'), 'secret');
  for (const path of store.tree.paths().filter((name) => /WinSxS|servicing|config/.test(name))) {
    mkdirSync(dirname(join(canary, path)), { recursive: true });
    const data = store.tree.read(path);
    writeFileSync(join(canary, path), path.includes('config') ? data : data.subarray(1));
  }
  return {
    folder, image, source, canary,
    state: () => Object.fromEntries(listTree(canary).map((path) => {
      const stat = lstatSync(join(canary, path), { bigint: true });
      return [path, `${createHash('sha256').update(readFileSync(join(canary, path))).digest('hex')} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.nlink} ${stat.mode}`];
    })),
  };
}

/** Puts a link that leads to the same place of the canary in place of something of the image. */
function linkOut({ image, canary }: Scene, path: string, target = join(canary, path)): void {
  rmSync(join(image, path), { recursive: true, force: true });
  symlinkSync(target, join(image, path));
}

const { font, feature, core, linked } = plain.byName;
const folderOf = (path: string): string => path.split('/').slice(0, -1).join('/');
const linkedPayload: readonly string[] = [folderOf(font.files[0]?.path ?? ''), feature.files[0]?.path ?? '', linked.files[0]?.destinations[1] ?? ''];
const linkedPlaces: readonly string[] = [
  ...linkedPayload, core.manifestPath,
  plain.packages.update.mumPath, plain.packages.update.storeCatalogPath, 'Windows/WinSxS/Backup', 'Windows/WinSxS/Catalogs', 'Windows/servicing/Packages',
  'Windows/WinSxS/Manifests', 'Windows/WinSxS', 'Windows/System32', 'Windows/System32/config', 'Windows/System32/config/COMPONENTS', 'Windows/System32/config/SOFTWARE', 'Windows',
];

/** Each makes an image nasty in another way. */
const scenes: Readonly<Record<string, (scene: Scene) => void>> = {
  ...Object.fromEntries(linkedPlaces.map((path) => [`a link in place of ${path.replace(/_[0-9a-f]{16}/g, '')}`, (scene: Scene) => { linkOut(scene, path); }])),
  'links in many places': (scene) => { for (const path of linkedPlaces.slice(0, 8)) { linkOut(scene, path); } },
  'links in place of payload': (scene) => { for (const path of linkedPayload) { linkOut(scene, path); } },
  'a relative link': (scene) => { linkOut(scene, core.manifestPath, '../../../../canary/secret.txt'); },
  'a link to a folder above': (scene) => { linkOut(scene, folderOf(font.files[0]?.path ?? ''), '../../../..'); },
  'links to itself': (scene) => { linkOut(scene, core.manifestPath, join(scene.image, core.manifestPath)); },
  'keys of the registry that lead out': ({ image }) => {
    const components = componentsHive(plain.components, Object.values(plain.packages));
    for (const name of ['../../../../canary/secret', '..\\..\\..\\..\\canary\\secret', '/canary/secret', '..', '.', 'a/../../../../../canary/secret']) {
      components.key('DerivedData\\Components').subkey(name).binary('S256H', createHash('sha256').update(core.manifest).digest());
      components.key('CanonicalData\\Catalogs').subkey(name);
      components.key('CanonicalData\\Deployments\\hostile').string('CatalogThumbprint', name);
    }
    const software = softwareHive(Object.values(plain.packages), plain.components);
    for (const name of ['../../../../canary/secret~~~~1.0', '..\\..\\..\\..\\canary\\secret~~~~1.0', '..']) {
      software.key('Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages').subkey(name).dword('CurrentState', 0x70);
    }
    replaceFile(join(image, 'Windows/System32/config/COMPONENTS'), writeHive(components));
    replaceFile(join(image, 'Windows/System32/config/SOFTWARE'), writeHive(software));
  },
};

async function runBoth({ image, source }: Scene): Promise<void> {
  // What the image is said to be does not matter here, nor whether it is refused; that it ends, and what it touches, does.
  for (const operation of [() => scan(image), () => restore(image, [source])]) {
    await operation().catch((error: unknown) => { expect(error).toBeInstanceOf(DismError); });
  }
}

describe.each(Object.entries(scenes))('an image with %s', (_, prepare) => {
  it('is scanned and restored without a touch outside', async () => {
    const scene = makeScene(plain);
    prepare(scene);
    const before = scene.state();
    await runBoth(scene);
    expect(scene.state()).toEqual(before);
  });
});

it('manifests that name files outside have nothing written there', async () => {
  const store = await makeStore(hostileComponents(fontData));
  const scene = makeScene(store);
  const before = scene.state();
  const result = await restore(scene.image, [scene.source]);
  expect(scene.state()).toEqual(before);
  expect(listTree(scene.folder).filter((path) => !/^(?:image|source|canary|state-)/.test(path))).toEqual([]);
  // Other components of the same image are checked all the same.
  expect(result.counts.filesChecked).toBeGreaterThan(30);
  expect(result.imageHealthState).toBe('Repairable');
});

/** Something in place of a file that must not be opened. */
async function putSpecial(path: string, kind: 'pipe' | 'device' | 'socket'): Promise<void> {
  rmSync(path, { force: true });
  if (kind === 'socket') {
    const server = createServer();
    // The path of a socket is short.
    process.chdir(dirname(path));
    await new Promise<void>((resolve) => { server.listen(`./${basename(path).slice(0, 60)}`, resolve); });
    renameSync(join(dirname(path), basename(path).slice(0, 60)), path);
    process.chdir(root);
    server.close();
  } else {
    execFileSync('mknod', [path, ...kind === 'pipe' ? ['p'] : ['c', '1', '5']]);
  }
}

describe.skipIf(!isRoot).each(['pipe', 'device', 'socket'] as const)('a %s in place of files', (kind) => {
  const { twin, subfolder } = plain.byName;
  const places = [
    font.files[0]?.path ?? '', twin.files[0]?.destinations[0] ?? '', core.manifestPath, subfolder.manifestPath,
    plain.packages.update.mumPath, plain.packages.update.catalogPath, plain.packages.capability.storeCatalogPath,
  ];
  const strays = ['Windows/WinSxS/Backup/special', 'Windows/WinSxS/Catalogs/special.cat', 'Windows/WinSxS/Manifests/special.manifest', 'Windows/System32/CatRoot/special.cat'];

  it('is a finding, and is replaced by the file', async () => {
    const scene = makeScene(plain);
    for (const path of [...places, ...strays]) { await putSpecial(join(scene.image, path), kind); }
    const result = await scan(scene.image);
    expect(result.imageHealthState).toBe('Repairable');
    const reason = `a ${kind} is in its place`;
    expect(result.findings.filter((row) => row.state === 'Found').map((row) => [rowText(row), row.reason]).sort()).toEqual([
      [rowText({ class: 'CBS Catalog Corrupt', component: plain.packages.capability.catalogDigest, file: '' }), reason],
      [rowText({ class: 'CBS MUM Corrupt', component: plain.packages.update.name, file: '' }), reason],
      [rowText({ class: 'CSI Manifest Corrupt', component: core.keyform, file: '' }), reason],
      [rowText({ class: 'CSI Manifest Corrupt', component: subfolder.keyform, file: '' }), reason],
      [rowText({ class: 'CSI Payload Corrupt', component: font.keyform, file: 'dtfont.ttf' }), reason],
      [rowText({ class: 'Projection Differs', component: twin.keyform, file: twin.files[0]?.destinations[0] ?? '' }), reason],
    ].sort());
    const restored = await restore(scene.image, [scene.source]);
    expect({ state: restored.imageHealthState, failure: restored.failure }).toEqual({ state: 'Healthy', failure: null });
    for (const path of strays) { rmSync(join(scene.image, path)); }
    expect(treeDifferences(plain, scene.image, { lost: places })).toEqual([]);
  });

  it('in a source gives nothing, and the next source is asked', async () => {
    const scene = makeScene(plain);
    const other = join(scene.folder, 'other');
    plain.tree.write(other);
    for (const path of [...places, ...font.files[0]?.destinations ?? [], plain.wcpPath]) { await putSpecial(join(scene.source, path), kind); }
    for (const path of places) { rmSync(join(scene.image, path)); }
    const restored = await restore(scene.image, [scene.source, other]);
    expect({ state: restored.imageHealthState, failure: restored.failure }).toEqual({ state: 'Healthy', failure: null });
  });

  it.skipIf(!canTrace)('is not opened', async () => {
    const scene = makeScene(plain);
    for (const path of [...places, ...strays]) { await putSpecial(join(scene.image, path), kind); }
    mkdirSync(join(scene.folder, 'state'), { mode: 0o700 });
    const { trace, status, stderr } = runTraced(program, scene.folder, ['-y', '-e', 'trace=open,openat,openat2'], ['scan', scene.image]);
    expect(status, stderr).toBe(0);
    const opened = trace.filter((line) => [...places, ...strays].some((path) => line.includes(`<${join(scene.image, path)}`)));
    expect(opened.length).toBeGreaterThan(0);
    expect(opened.filter((line) => !line.includes('O_PATH'))).toEqual([]);
  });

  it('of a hive makes the image NonRepairable, and lists nothing', async () => {
    const scene = makeScene(plain);
    await putSpecial(join(scene.image, 'Windows/System32/config/SOFTWARE'), kind);
    expect(await scan(scene.image)).toMatchObject({ imageHealthState: 'NonRepairable' });
    await expect(getPackages({ path: scene.image }, testContext('package/get'))).rejects.toMatchObject({ symbol: 'ERROR_FILE_CORRUPT' });
  });
});

describe('a source', () => {
  it('whose files are links gives nothing', async () => {
    const scene = makeScene(plain);
    flipByte(join(scene.image, font.files[0]?.path ?? ''), 100);
    writeFileSync(join(scene.canary, font.files[0]?.path ?? ''), fontData);
    for (const name of plain.tree.namesOf(font.files[0]?.path ?? '')) {
      rmSync(join(scene.source, name));
      symlinkSync(join(scene.canary, font.files[0]?.path ?? ''), join(scene.source, name));
    }
    const before = scene.state();
    const result = await restore(scene.image, [scene.source]);
    expect({ state: result.imageHealthState, repaired: result.counts.totalRepaired }).toEqual({ state: 'Repairable', repaired: 0 });
    expect(scene.state()).toEqual(before);
  });

  it.each(['dotDot', 'separators', 'embeddedNul', 'absoluteSymlinks', 'caseTwins', 'duplicateNames'] as const)('that is the WIM "%s" gives nothing and does no harm', async (name) => {
    const scene = makeScene(plain);
    flipByte(join(scene.image, font.files[0]?.path ?? ''), 100);
    const wim = join(scene.folder, 'source.wim');
    writeFileSync(wim, hostileContents[name]());
    const before = scene.state();
    const result = await restore(scene.image, [`WIM:${wim}:1`]).catch((error: unknown) => error);
    if (!(result instanceof Error)) { expect(result).toMatchObject({ imageHealthState: 'Repairable' }); }
    expect(scene.state()).toEqual(before);
  });

  it('that is a WIM with a junction in place of a component gives nothing', async () => {
    const scene = makeScene(plain);
    flipByte(join(scene.image, font.files[0]?.path ?? ''), 100);
    const chain = (names: readonly string[], leaf: RawNode): RawNode => names.reduceRight<RawNode>((child, name) => ({ name, children: [child] }), leaf);
    const leaf: RawNode = { name: font.keyform, attributes: 0x10, reparse: junction(`\\??\\C:${scene.canary}`) };
    const wim = join(scene.folder, 'source.wim');
    writeFileSync(wim, rawWim({ images: [{ root: { name: '', children: [chain(['Windows', 'WinSxS'], leaf)] } }] }));
    const result = await restore(scene.image, [`WIM:${wim}:1`]);
    expect({ repaired: result.counts.totalRepaired, symbol: result.failure?.data.symbol }).toEqual({ repaired: 0, symbol: 'CBS_E_SOURCE_MISSING' });
  });
});

/** Real paths of everything that a traced program opened, apart from what it is made of. */
function openedPaths(trace: readonly string[], isOwn: (path: string) => boolean): string[] {
  const opened = trace.flatMap((line) => {
    const [, path] = / = \d+<([^>]*)>$/.exec(line) ?? [];
    return path === undefined ? [] : [path];
  });
  return [...new Set(opened)].filter((path) => !isOwn(path)).sort();
}

/** What Node.js, koffi and the dynamic linker open. */
function isOfNode(path: string): boolean {
  return /^(?:\/proc\/|\/sys\/|\/dev\/(?:null|urandom)$|\/usr\/(?:lib|local\/lib|share)\/|\/lib\d*\/|\/etc\/(?:ld\.so\.|ssl\/|localtime))/.test(path)
    || path.startsWith(join(root, 'node_modules')) || /^(?:sidecar\/)?package\.json$/.test(relative(root, path)) || path.startsWith(dirname(dirname(process.execPath)));
}

describe('opens nothing outside', () => {
  it.skipIf(!canTrace).each(['scan', 'restore'])('%s of an image full of links', async (operation) => {
    const store = await makeStore(hostileComponents(fontData));
    const scene = makeScene(store);
    scenes['links in place of payload']?.(scene);
    flipByte(join(scene.image, store.byName.twin.files[0]?.path ?? ''), 100);
    const before = scene.state();
    mkdirSync(join(scene.folder, 'state'), { mode: 0o700 });
    // The program moves nothing but below these.
    const { trace, status, stderr, output } = runTraced(program, scene.folder, ['-y', '-e', 'trace=open,openat,openat2,creat'], [operation, scene.image, scene.source]);
    expect(status, stderr).toBe(0);
    expect(output).toBeDefined();
    const folders = ['image', 'source', 'state'].map((name) => join(scene.folder, name));
    // What libwim has to say goes into a file of the program's own.
    const isMessages = (path: string): boolean => new RegExp(`^/tmp/dismts-\\w{6}(?:/libwim\\.log)?$`).test(path);
    const isAllowed = (path: string): boolean => isOfNode(path) || isMessages(path) || path === program || folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
    expect(openedPaths(trace, isAllowed)).toEqual([]);
    // The trace does show what is opened.
    expect(openedPaths(trace, isOfNode)).toEqual(expect.arrayContaining([join(scene.image, 'Windows/System32/config/COMPONENTS')]));
    expect(scene.state()).toEqual(before);
  });
});

it('a link in place of anything does not keep a scan from checking the rest', async () => {
  const scene = makeScene(plain);
  flipByte(join(scene.image, plain.byName.twin.files[0]?.path ?? ''), 100);
  for (const path of [core.manifestPath, plain.packages.update.mumPath, plain.packages.update.storeCatalogPath]) { linkOut(scene, path); }
  const result = await scan(scene.image);
  expect(result.imageHealthState).toBe('Repairable');
  expect(rowsOf(result, 'Found')).toContain(rowText({ class: 'CSI Payload Corrupt', component: plain.byName.twin.keyform, file: 'dttwin.dll' }));
});

it('keys of the registry that lead out do not keep a scan from checking the rest', async () => {
  const scene = makeScene(plain);
  flipByte(join(scene.image, plain.byName.twin.files[0]?.path ?? ''), 100);
  scenes['keys of the registry that lead out']?.(scene);
  expect(rowsOf(await scan(scene.image), 'Found')).toContain(rowText({ class: 'CSI Payload Corrupt', component: plain.byName.twin.keyform, file: 'dttwin.dll' }));
});
it('a link in place of a component does not keep a restore from repairing the rest', async () => {
  const scene = makeScene(plain);
  flipByte(join(scene.image, plain.byName.twin.files[0]?.path ?? ''), 100);
  scenes['links in place of payload']?.(scene);
  expect(rowsOf(await restore(scene.image, [scene.source]), 'Repaired'))
    .toContain(rowText({ class: 'CSI Payload Corrupt', component: plain.byName.twin.keyform, file: 'dttwin.dll' }));
});

it('a folder that is moved away while it is worked on is no way out', async () => {
  const scene = makeScene(plain);
  const manifests = join(scene.image, 'Windows/WinSxS/Manifests');
  const running = scan(scene.image);
  renameSync(manifests, `${manifests}.moved`);
  symlinkSync(join(scene.canary, 'Windows/WinSxS/Manifests'), manifests);
  const before = scene.state();
  await running.catch(() => undefined);
  await runBoth(scene);
  expect(scene.state()).toEqual(before);
});
