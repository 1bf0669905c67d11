/** Repair restores what was there, and only that: whose the files in use are, what is damage, and that one bad thing hides no other. */
import { lstatSync, readFileSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { destroyWcp, flipByte, replaceFile } from '../../helpers/store/damage.ts';
import { check, restore, rowsOf, rowText, scan, useStateIn } from '../../helpers/store/healthRun.ts';
import { KeyBuilder, writeHive } from '../../helpers/store/hiveWriter.ts';
import { baseManifestText, type ComponentSpec } from '../../helpers/store/manifestText.ts';
import { writeWcp } from '../../helpers/store/peWriter.ts';
import { olderVersion, sampleVersion, servicingStack } from '../../helpers/store/sampleStore.ts';
import { componentsHive, softwareHive } from '../../helpers/store/storeHives.ts';
import { makeStore, type SyntheticComponent, type SyntheticFile, type SyntheticStore } from '../../helpers/store/syntheticImage.ts';
import { listTree, treeDifferences, type TreeAllowances } from '../../helpers/store/treeComparison.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const plain = await makeStore();

interface Scene {
  readonly image: string;
  readonly source: string;
  readonly differences: (allowances?: TreeAllowances) => string[];
}

function makeScene(store: SyntheticStore = plain): Scene {
  const folder = tempFolder();
  useStateIn(folder);
  const [image, source] = [join(folder, 'image'), join(folder, 'source')];
  store.tree.write(image);
  store.tree.write(source);
  return { image, source, differences: (allowances) => treeDifferences(store, image, allowances) };
}

function fileNamed({ files }: SyntheticComponent, name: string): SyntheticFile {
  const file = files.find(({ spec }) => spec.name === name);
  if (file === undefined) { throw new Error(`There is no "${name}"`); }
  return file;
}

const payloadRow = ({ keyform }: SyntheticComponent, file: SyntheticFile): string => rowText({ class: 'CSI Payload Corrupt', component: keyform, file: file.storePath });
const manifestRow = ({ keyform }: SyntheticComponent): string => rowText({ class: 'CSI Manifest Corrupt', component: keyform, file: '' });
const projectionRow = ({ keyform }: SyntheticComponent, path: string): string => rowText({ class: 'Projection Differs', component: keyform, file: path });
const nameRow = (kind: 'Note' | 'CBS Catalog Missing' | 'CBS MUM Missing' | 'CSI Store Metadata Corrupt', component: string): string => rowText({ class: kind, component, file: '' });

/** A component in use of our own. */
function ownComponent(name: string, more: Omit<ComponentSpec, 'identity'>): ComponentSpec {
  return { identity: { name, version: sampleVersion, publicKeyToken: '31bf3856ad364e35', processorArchitecture: 'amd64', versionScope: 'nonSxS' }, ...more };
}

describe('the files of a component that is not in use', () => {
  const { featureStaged, pairNewer, pairOlder, deltaPayload } = plain.byName;

  it('come back to the store alone, and never to their destinations', async () => {
    const { image, source, differences } = makeScene();
    const files = [featureStaged, pairNewer, pairOlder, deltaPayload].flatMap((component) => component.files.map((file) => ({ component, file })));
    for (const { file } of files) { rmSync(join(image, file.path)); }
    const result = await restore(image, [source]);
    expect(rowsOf(result, 'Repaired')).toEqual(files.map(({ component, file }) => payloadRow(component, file)).sort());
    expect(differences({ lost: files.map(({ file }) => file.path) })).toEqual([]);
  });

  it('share no inode with a destination that happens to have their bytes', async () => {
    const { image, differences } = makeScene();
    const file = fileNamed(featureStaged, 'dtsame.dll');
    rmSync(join(image, file.path));
    expect(rowsOf(await restore(image), 'Repaired')).toEqual([payloadRow(featureStaged, file)]);
    expect(lstatSync(join(image, file.path)).nlink).toBe(1);
    expect(differences({ lost: [file.path] })).toEqual([]);
  });

  it('are not in use where the deployments that pin it are only staged, though the registry of versions says so', async () => {
    const { image } = makeScene();
    const root = softwareHive(Object.values(plain.packages), plain.components.map((component) => (
      component === featureStaged ? { ...component, spec: { ...component.spec, isNotProjected: false } } : component)));
    replaceFile(join(image, 'Windows/System32/config/SOFTWARE'), writeHive(root));
    expect(rowsOf(await scan(image), 'Found', 'NotChecked')).toEqual([]);
  });
});

describe('a file that may change', () => {
  const { mutable } = plain.byName;

  it('is told by the file, not by its component', async () => {
    const { image, source, differences } = makeScene();
    const fixed = fileNamed(mutable, 'dtfixed.dll');
    flipByte(join(image, fixed.path), 100);
    expect(rowsOf(await scan(image), 'Found')).toEqual([payloadRow(mutable, fixed)]);
    expect(rowsOf(await restore(image, [source]), 'Repaired')).toEqual([payloadRow(mutable, fixed)]);
    expect(differences()).toEqual([]);
  });

  it('stays as the administrator left it when the store loses its copy', async () => {
    const { image, source, differences } = makeScene();
    const files = mutable.files.filter(({ spec }) => spec.isWriteable === true);
    for (const { path } of files) { rmSync(join(image, path)); }
    expect(rowsOf(await restore(image, [source]), 'Repaired')).toEqual(files.map((file) => payloadRow(mutable, file)).sort());
    for (const { path } of files) { expect(lstatSync(join(image, path)).nlink).toBe(1); }
    expect(differences({ lost: files.map(({ path }) => path) })).toEqual([]);
  });
});

it('a file that the store keeps compressed stays another one than that in use', async () => {
  const data = Buffer.alloc(70_000, 'what is compressed in the store, and plain where it is used\r\n');
  const store = await makeStore([ownComponent('DismTs-Compressed', { flags: 0x200, files: [
    { name: 'dtpacked.dll', data, destination: '$(runtime.system32)', form: 'DCS', inUse: data },
    { name: 'dtpacked2.dll', data: data.subarray(1), destination: '$(runtime.system32)', form: 'DCS', inUse: data.subarray(1) },
  ] })]);
  const component = store.components.find(({ spec }) => spec.identity.name === 'DismTs-Compressed');
  if (component === undefined) { throw new Error('The component is missing'); }
  const [lost, used] = [fileNamed(component, 'dtpacked.dll'), fileNamed(component, 'dtpacked2.dll')];
  const { image, source, differences } = makeScene(store);
  rmSync(join(image, lost.path));
  replaceFile(join(image, used.unlinkedDestinations[0] ?? ''), Buffer.from('something else'));
  const result = await restore(image, [source]);
  expect(rowsOf(result, 'Repaired')).toEqual([payloadRow(component, lost), projectionRow(component, used.unlinkedDestinations[0] ?? '')].sort());
  expect(differences({ lost: [lost.path] })).toEqual([]);
});

it('a file in use is judged though the store has lost or damaged its own', async () => {
  const { image, source, differences } = makeScene();
  const { feature, capability } = plain.byName;
  const [gone, bad] = [fileNamed(feature, 'dtfeature.exe'), fileNamed(capability, 'dttool.exe')];
  rmSync(join(image, gone.path));
  replaceFile(join(image, bad.path), Buffer.from('bad'));
  const names = [gone, bad].map(({ destinations }) => destinations[0] ?? '');
  for (const name of names) { replaceFile(join(image, name), Buffer.from(`bad ${name}`)); }
  const rows = [payloadRow(feature, gone), payloadRow(capability, bad), projectionRow(feature, names[0] ?? ''), projectionRow(capability, names[1] ?? '')].sort();
  expect(rowsOf(await scan(image), 'Found')).toEqual(rows);
  expect(rowsOf(await restore(image, [source]), 'Repaired')).toEqual(rows);
  expect(differences({ lost: [gone.path, ...names] })).toEqual([]);
});

describe('a manifest of which the digest is recorded', () => {
  const { core } = plain.byName;
  // The version of the delta, its file type (behind its time), its magic, and forms that nobody can expand.
  const damages: Readonly<Record<string, (data: Buffer) => Buffer>> = {
    'another version of delta': (data) => { data.write('1', 7); return data; },
    'another type of file': (data) => { data.fill(0xff, 16, 18); return data; },
    'a form that is not known': (data) => { data.write('DCX', 0); return data; },
    'a form that needs another file': (data) => { data.write('DCD', 0); return data; },
    'no delta behind the magic': (data) => data.subarray(0, 4),
    nothing: () => Buffer.alloc(0),
  };

  it.each(Object.entries(damages))('and that has %s is damaged, and looked for in the sources', async (_, change) => {
    const { image, source, differences } = makeScene();
    replaceFile(join(image, core.manifestPath), change(Buffer.from(plain.tree.read(core.manifestPath))));
    expect(rowsOf(await scan(image), 'Found')).toEqual([manifestRow(core)]);
    expect(rowsOf(await restore(image, [source]), 'Repaired')).toEqual([manifestRow(core)]);
    expect(differences()).toEqual([]);
  });

  it('and that is damaged leaves its files unchecked, each of which is counted', async () => {
    const { image, source } = makeScene();
    rmSync(join(image, core.manifestPath));
    const rows = core.files.map((file) => payloadRow(core, file)).sort();
    const result = await scan(image);
    expect({ rows: rowsOf(result, 'NotChecked'), count: result.counts.notChecked }).toEqual({ rows, count: rows.length });
    // One that is lost as well is known from the registry.
    rmSync(join(image, fileNamed(core, 'dtcore.dll').path));
    expect(rowsOf(await scan(image), 'NotChecked')).toEqual(rows);
    expect(rowsOf(await restore(image), 'NotChecked')).toEqual(rows);
    expect(rowsOf(await restore(image, [source]), 'NotChecked')).toEqual([]);
  });
});

describe('the base manifest of the newest servicing stack', async () => {
  const otherBase = Buffer.from(baseManifestText().toString().replaceAll('DismTs', 'Former').replaceAll('runtime', 'earlier'));
  const older = servicingStack(writeWcp(otherBase));
  const store = await makeStore([{ ...older, identity: { ...older.identity, version: olderVersion }, isNotProjected: true }]);
  const compressed = store.components.filter(({ spec }) => spec.manifestForm !== 'plain');

  it.each([true, false])('when it is lost is the finding, and no manifest is called damaged (the whole file: %s)', async (isWhole) => {
    const { image, source, differences } = makeScene(store);
    if (isWhole) { rmSync(join(image, store.wcpPath)); } else { destroyWcp(image, store); }
    const scanned = await scan(image);
    expect(rowsOf(scanned, 'Found')).toEqual(['Base Manifest Missing | microsoft-windows-servicingstack | wcp.dll']);
    expect(rowsOf(scanned, 'NotChecked')).toEqual(compressed.map(manifestRow).sort());
    expect((await check(image)).imageHealthState).toBe('Repairable');
    const result = await restore(image, [source]);
    expect({ state: result.imageHealthState, open: rowsOf(result, 'Found', 'NotRepaired', 'NotChecked'), failure: result.failure }).toEqual({ state: 'Healthy', open: [], failure: null });
    expect(differences({ lost: isWhole ? [store.wcpPath] : [] })).toEqual([]);
  });

  it('when it is lost does not keep a damaged manifest from its repair', async () => {
    const { image, source, differences } = makeScene(store);
    destroyWcp(image, store);
    flipByte(join(image, store.byName.core.manifestPath), 40);
    const result = await restore(image, [source]);
    expect({ state: result.imageHealthState, failure: result.failure }).toEqual({ state: 'Healthy', failure: null });
    expect(differences()).toEqual([]);
  });
});

/** Damage that a restore has to mend, whatever else is wrong. */
const { font, feature } = plain.byName;
const fontFile = fileNamed(font, 'dtfont.ttf');

describe('one bad thing keeps nothing else from repair', () => {
  const inImage: Readonly<Record<string, (image: string) => void>> = {
    'a link in Backup': (image) => { symlinkSync('/nowhere', join(image, 'Windows/WinSxS/Backup/a link')); },
    'a folder and a link in Catalogs': (image) => {
      mkdirSync(join(image, 'Windows/WinSxS/Catalogs/folder.cat'));
      symlinkSync('/nowhere', join(image, 'Windows/WinSxS/Catalogs/link.cat'));
    },
    'a link in Manifests': (image) => { symlinkSync('/nowhere', join(image, 'Windows/WinSxS/Manifests/amd64_dismts-font_1_2_3_4.manifest')); },
    'a folder in place of a payload file': (image) => {
      rmSync(join(image, fileNamed(feature, 'dtfeature.exe').path));
      mkdirSync(join(image, fileNamed(feature, 'dtfeature.exe').path, 'not empty'), { recursive: true });
    },
  };

  it.each(Object.entries(inImage))('%s', async (_, prepare) => {
    const { image, source } = makeScene();
    prepare(image);
    for (const name of [fontFile.path, ...fontFile.destinations]) { rmSync(join(image, name)); }
    rmSync(join(image, font.manifestPath));
    rmSync(join(image, plain.packages.update.storeCatalogPath));
    const result = await restore(image, [source]);
    expect(rowsOf(result, 'Repaired')).toEqual(expect.arrayContaining([
      payloadRow(font, fontFile), manifestRow(font), nameRow('CBS Catalog Missing', plain.packages.update.catalogDigest),
    ]));
  });

  it('a source in which everything that is wanted is a link, a folder or a folder that cannot be listed', async () => {
    const { image, source } = makeScene();
    const bad = join(tempFolder(), 'bad');
    plain.tree.write(bad);
    for (const path of [fontFile.path, ...fontFile.destinations]) {
      rmSync(join(bad, path));
      symlinkSync('/nowhere', join(bad, path));
    }
    rmSync(join(bad, font.manifestPath));
    mkdirSync(join(bad, font.manifestPath));
    rmSync(join(bad, plain.wcpPath));
    symlinkSync('/nowhere', join(bad, plain.wcpPath));
    for (const path of [plain.packages.update.mumPath, plain.packages.update.storeCatalogPath]) {
      rmSync(join(bad, path));
      symlinkSync('loop', join(bad, path));
    }
    const linked = join(tempFolder(), 'linked');
    mkdirSync(linked);
    symlinkSync('/nowhere', join(linked, 'Windows'));
    flipByte(join(image, fontFile.path), 100);
    rmSync(join(image, font.manifestPath));
    rmSync(join(image, plain.packages.update.mumPath));
    const result = await restore(image, [bad, linked, source]);
    expect({ state: result.imageHealthState, failure: result.failure }).toEqual({ state: 'Healthy', failure: null });
  });
});

describe('the registry', () => {
  const config = 'Windows/System32/config';

  it.each(['COMPONENTS', 'SOFTWARE', 'SYSTEM', 'DRIVERS'])('hive %s with damage inside makes the image NonRepairable', async (name) => {
    const { image, source, differences } = makeScene();
    const hive = readFileSync(join(image, config, name));
    // The size of a cell in the middle, and so of what comes behind it.
    const middle = hive.indexOf('nk', hive.length >>> 1) - 4;
    hive.writeInt32LE(-8, middle);
    replaceFile(join(image, config, name), hive);
    const before = differences();
    for (const result of [await check(image), await scan(image)]) {
      expect({ state: result.imageHealthState, rows: rowsOf(result, 'Found') }).toEqual({ state: 'NonRepairable', rows: [nameRow('CSI Store Metadata Corrupt', name)] });
    }
    expect(await restore(image, [source])).toMatchObject({ imageHealthState: 'NonRepairable' });
    expect(differences()).toEqual(before);
  });

  it('with a damaged key is NonRepairable, and the components that can be read are checked', async () => {
    const { image } = makeScene();
    const path = join(image, config, 'COMPONENTS');
    const hive = readFileSync(path);
    // The list of values of the key of a component: that of another key.
    const key = hive.indexOf(plain.byName.core.keyform) - 76;
    hive.writeUInt32LE(0x7ffffff8, key + 40);
    replaceFile(path, hive);
    flipByte(join(image, fontFile.path), 100);
    const result = await scan(image);
    expect({ state: result.imageHealthState, rows: rowsOf(result, 'Found') })
      .toEqual({ state: 'NonRepairable', rows: [payloadRow(font, fontFile), nameRow('CSI Store Metadata Corrupt', 'COMPONENTS')].sort() });
  });

  it('that knows of no packages says so', async () => {
    const { image } = makeScene();
    const root = new KeyBuilder();
    root.key('Microsoft\\Windows NT\\CurrentVersion').string('EditionID', 'Professional');
    replaceFile(join(image, config, 'SOFTWARE'), writeHive(root));
    const result = await scan(image);
    expect(rowsOf(result, 'NotChecked')).toEqual([nameRow('CSI Store Metadata Corrupt', 'SOFTWARE'), 'Projection Differs | SOFTWARE | '].sort());
    expect(result.warnings).toEqual([expect.stringContaining('2 items could not be checked')]);
  });

  it('that names a component with characters that steer a terminal has them escaped', async () => {
    const { image } = makeScene();
    const root = componentsHive(plain.components, Object.values(plain.packages));
    root.key('DerivedData\\Components').subkey('amd64_\u001b]0;title\u0007_\u202e').binary('S256H', Buffer.alloc(32));
    replaceFile(join(image, config, 'COMPONENTS'), writeHive(root));
    const result = await scan(image);
    expect(rowsOf(result, 'Found')).toEqual([String.raw`CSI Manifest Corrupt | amd64_\u001b]0;title\u0007_\u202e | `]);
    expect(JSON.stringify(result)).not.toContain(String.raw`\u001b]0`.replace('\\u', '\u0000'));
  });
});

it('a fast check forgets what was found of another image at the same path', async () => {
  const { image } = makeScene();
  flipByte(join(image, fontFile.path), 100);
  expect((await scan(image)).imageHealthState).toBe('Repairable');
  expect((await check(image)).imageHealthState).toBe('Repairable');
  rmSync(image, { recursive: true });
  plain.tree.write(image);
  expect(await check(image)).toMatchObject({ imageHealthState: 'Healthy', findings: [] });
});

it('a catalog and a manifest that nothing knows of are noted', async () => {
  const { image } = makeScene();
  writeFileSync(join(image, 'Windows/WinSxS/Catalogs/stray.cat'), 'not recorded');
  writeFileSync(join(image, 'Windows/WinSxS/Manifests/stray\u001b[2J.manifest'), 'not recorded');
  const result = await scan(image);
  expect({ state: result.imageHealthState, rows: rowsOf(result, 'Noted') })
    .toEqual({ state: 'Healthy', rows: [nameRow('Note', 'stray.cat'), nameRow('Note', String.raw`stray\u001b[2J.manifest`)].sort() });
  expect(listTree(image)).toContain('Windows/WinSxS/Catalogs/stray.cat');
});
