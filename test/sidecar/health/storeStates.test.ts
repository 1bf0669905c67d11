/** Stores that are special as a whole: without a base manifest, pending, dirty, broken or read-only ones; and files that are special. */
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { damageBaseManifest, destroyWcp, flipByte, makeHiveDirty, makePending, replaceFile } from '../../helpers/store/damage.ts';
import { check, restore, rowsOf, rowText, scan, useStateIn } from '../../helpers/store/healthRun.ts';
import { writeHive } from '../../helpers/store/hiveWriter.ts';
import { softwareHive } from '../../helpers/store/storeHives.ts';
import { makeStore, type SyntheticComponent } from '../../helpers/store/syntheticImage.ts';
import { treeDifferences } from '../../helpers/store/treeComparison.ts';
import { asNobody, isRoot } from '../../helpers/nobody.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const store = await makeStore();
const [stack] = store.components;
const stackRow = rowText({ class: 'CSI Payload Corrupt', component: stack?.keyform ?? '', file: 'wcp.dll' });

/** An image, a pristine source beside it, and what of the image differs from the pristine one. */
function makeImage(): { folder: string; image: string; source: string; differences: () => string[] } {
  const folder = tempFolder();
  useStateIn(folder);
  const [image, source] = [join(folder, 'image'), join(folder, 'source')];
  store.tree.write(image);
  store.tree.write(source);
  return { folder, image, source, differences: () => treeDifferences(store, image) };
}

function fileOf(component: SyntheticComponent): { readonly path: string; readonly destinations: readonly string[]; readonly row: string } {
  const [file] = component.files;
  if (file === undefined) { throw new Error(`${component.keyform} has no file`); }
  return { path: file.path, destinations: file.destinations, row: rowText({ class: 'CSI Payload Corrupt', component: component.keyform, file: file.storePath }) };
}

describe('the base manifest', () => {
  it('with a bad byte: manifests that need it differ, and a source mends all by mending wcp.dll', async () => {
    const { image, source, differences } = makeImage();
    damageBaseManifest(image, store);
    const scanned = await scan(image);
    expect(scanned.imageHealthState).toBe('Repairable');
    expect(rowsOf(scanned, 'Found').length).toBeGreaterThan(0);
    const result = await restore(image, [source]);
    expect({ state: result.imageHealthState, open: rowsOf(result, 'Found', 'NotRepaired', 'NotChecked'), failure: result.failure }).toEqual({ state: 'Healthy', open: [], failure: null });
    expect(rowsOf(result, 'Repaired')).toContain(stackRow);
    expect(differences()).toEqual([]);
  });

  it('lost: is the one finding, compressed manifests are not checked, and a source mends it', async () => {
    const { image, source, differences } = makeImage();
    destroyWcp(image, store);
    const scanned = await scan(image);
    expect(rowsOf(scanned, 'Found')).toEqual(['Base Manifest Missing | microsoft-windows-servicingstack | wcp.dll']);
    const compressed = store.components.filter(({ spec }) => spec.manifestForm !== 'plain').map(({ keyform }) => rowText({ class: 'CSI Manifest Corrupt', component: keyform, file: '' }));
    expect(rowsOf(scanned, 'NotChecked')).toEqual(compressed.sort());
    const result = await restore(image, [source]);
    expect({ state: result.imageHealthState, open: rowsOf(result, 'Found', 'NotRepaired', 'NotChecked'), failure: result.failure }).toEqual({ state: 'Healthy', open: [], failure: null });
    expect(differences()).toEqual([]);
    expect((await scan(image)).imageHealthState).toBe('Healthy');
  });

  it('lost, without a source: nothing can be told, and nothing is changed', async () => {
    const { image, differences } = makeImage();
    destroyWcp(image, store);
    const before = differences();
    const result = await restore(image);
    expect({ state: result.imageHealthState, code: result.failure?.data.nativeCode }).toEqual({ state: 'NonRepairable', code: 0x800f0915 | 0 });
    expect(differences()).toEqual(before);
  });
});

describe('a restore is refused, a scan is not, and nothing changes, where', () => {
  it.each([
    ['pending.xml waits', (image: string) => { makePending(image); }, 'CBS_E_PENDING'],
    ['the COMPONENTS hive is dirty', (image: string) => { makeHiveDirty(image, 'COMPONENTS'); }, 'ERROR_FILE_CORRUPT'],
    ...['SOFTWARE', 'SYSTEM', 'DRIVERS'].map((name): [string, (image: string) => void, string] => (
      [`the ${name} hive is dirty`, (image: string) => { makeHiveDirty(image, name); }, 'ERROR_FILE_CORRUPT'])),
    ['a session is pending', (image: string) => {
      const root = softwareHive(Object.values(store.packages), store.components);
      root.key('Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\SessionsPending\\30000000_1').dword('Complete', 0);
      replaceFile(join(image, 'Windows/System32/config/SOFTWARE'), writeHive(root));
    }, 'CBS_E_PENDING'],
    ['a package is pending', (image: string) => {
      const root = softwareHive(Object.values(store.packages), store.components);
      root.key('Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\PackagesPending\\Some~~~~1.0').dword('x', 0);
      replaceFile(join(image, 'Windows/System32/config/SOFTWARE'), writeHive(root));
    }, 'CBS_E_PENDING'],
    ['a restart is pending', (image: string) => {
      const root = softwareHive(Object.values(store.packages), store.components);
      root.key('Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending');
      replaceFile(join(image, 'Windows/System32/config/SOFTWARE'), writeHive(root));
    }, 'CBS_E_PENDING'],
  ])('%s', async (_, prepare, symbol) => {
    const { image, source, differences } = makeImage();
    prepare(image);
    const { path, row } = fileOf(store.byName.feature);
    flipByte(join(image, path), 100);
    const before = differences();
    expect(rowsOf(await scan(image), 'Found')).toEqual([row]);
    await expect(restore(image, [source])).rejects.toMatchObject({ symbol });
    expect(differences()).toEqual(before);
  });

  it.skipIf(!isRoot)('the image cannot be written to', async () => {
    const { folder, image, source, differences } = makeImage();
    flipByte(join(image, fileOf(store.byName.feature).path), 100);
    const before = differences();
    chmodSync(folder, 0o755);
    const state = process.env['DISMTS_STATE_DIR'] ?? '';
    mkdirSync(state, { mode: 0o700 });
    chownSync(state, 65534, 65534);
    for (const path of store.tree.paths()) { chmodSync(join(image, path), 0o644); }
    await asNobody(async () => {
      expect((await scan(image)).imageHealthState).toBe('Repairable');
      await expect(restore(image, [source])).rejects.toMatchObject({ symbol: expect.stringMatching(/ACCESS|READ_?ONLY|WRITE_PROTECT/) as string });
    });
    expect(differences().filter((text) => !text.includes(' has mode '))).toEqual(before);
  });
});

describe('a hive', () => {
  it.each(['COMPONENTS', 'SOFTWARE'])('%s that cannot be read makes the image NonRepairable', async (name) => {
    const { image, source, differences } = makeImage();
    truncateSync(join(image, 'Windows/System32/config', name), 5000);
    const before = differences();
    for (const result of [await check(image), await scan(image)]) {
      expect({ state: result.imageHealthState, rows: rowsOf(result, 'Found') }).toEqual({ state: 'NonRepairable', rows: [`CSI Store Metadata Corrupt | ${name} | `] });
    }
    const result = await restore(image, [source]).catch((error: unknown) => error);
    if (!(result instanceof Error)) { expect(result).toMatchObject({ imageHealthState: 'NonRepairable' }); }
    expect(differences()).toEqual(before);
  });

  it('that is dirty is noted by a scan', async () => {
    const { image } = makeImage();
    makeHiveDirty(image, 'COMPONENTS');
    const result = await scan(image);
    expect({ state: result.imageHealthState, rows: rowsOf(result, 'Noted') }).toEqual({ state: 'Healthy', rows: ['Note | COMPONENTS | '] });
  });
});

describe('a fast check', () => {
  it('says Healthy of a healthy image, on the basis of markers', async () => {
    const { image } = makeImage();
    expect(await check(image)).toMatchObject({ imageHealthState: 'Healthy', basis: 'markers', findings: [] });
  });

  const visible: [string, (image: string) => void][] = [
    ['a manifest that is missing', (image: string) => { rmSync(join(image, store.byName.core.manifestPath)); }],
    ['a .mum that is missing', (image: string) => { rmSync(join(image, store.packages.update.mumPath)); }],
    ['a .cat that is missing', (image: string) => { rmSync(join(image, store.packages.update.catalogPath)); }],
    ['a base manifest that is lost', (image: string) => { destroyWcp(image, store); }],
    ...['Corrupt', 'Unserviceable'].map((marker): [string, (image: string) => void] => [`the marker ${marker}`, (image) => {
      const root = softwareHive(Object.values(store.packages), store.components);
      root.key('Microsoft\\Windows\\CurrentVersion\\Component Based Servicing').dword(marker, 1);
      replaceFile(join(image, 'Windows/System32/config/SOFTWARE'), writeHive(root));
    }]),
  ];

  it.each(visible)('sees %s', async (_, prepare) => {
    const { image } = makeImage();
    prepare(image);
    expect((await check(image)).imageHealthState).toBe('Repairable');
  });

  it('does not see a flipped byte, until a scan has', async () => {
    const { image, source } = makeImage();
    flipByte(join(image, fileOf(store.byName.feature).path), 100);
    expect((await check(image)).imageHealthState).toBe('Healthy');
    expect((await scan(image)).imageHealthState).toBe('Repairable');
    expect((await check(image)).imageHealthState).toBe('Repairable');
    expect((await restore(image, [source])).imageHealthState).toBe('Healthy');
    expect((await check(image)).imageHealthState).toBe('Healthy');
  });
});

describe('a file', () => {
  it('that may change is no damage where it did', async () => {
    const { image, differences } = makeImage();
    const [file] = store.byName.mutable.files;
    const path = file?.path ?? '';
    replaceFile(join(image, file?.unlinkedDestinations[0] ?? ''), Buffer.from('[changed]\r\nagain=1\r\n'));
    writeFileSync(join(image, path), 'changed in the store');
    const before = differences();
    const result = await restore(image);
    expect({ state: result.imageHealthState, open: rowsOf(result, 'Found', 'NotRepaired', 'Repaired') }).toEqual({ state: 'Healthy', open: [] });
    expect(differences()).toEqual(before);
  });

  it('of an older version may be anything where the newer one is used', async () => {
    const { image } = makeImage();
    const older = fileOf(store.byName.coreOlder);
    flipByte(join(image, older.path), 300);
    expect(rowsOf(await scan(image), 'Found')).toEqual([older.row]);
  });

  it('of a component that is not installed claims no destination', async () => {
    const { image } = makeImage();
    writeFileSync(join(image, 'Windows/System32/dtstaged.exe'), 'not of the store');
    writeFileSync(join(image, 'Windows/System32/dtdelta.txt'), 'not of the store either');
    expect(await scan(image)).toMatchObject({ imageHealthState: 'Healthy', findings: [] });
  });

  it('with differentials that is lost comes back from its destination', async () => {
    const { image, differences } = makeImage();
    const { path } = fileOf(store.byName.differential);
    rmSync(join(image, path));
    expect((await scan(image)).imageHealthState).not.toBe('Healthy');
    const result = await restore(image);
    expect({ state: result.imageHealthState, failure: result.failure, open: rowsOf(result, 'NotChecked', 'NotRepaired', 'Found') }).toEqual({ state: 'Healthy', failure: null, open: [] });
    expect(differences()).toEqual([]);
  });

  it('of which only differentials are left is not checked, and counted', async () => {
    const { image, source } = makeImage();
    const { path, destinations, row } = fileOf(store.byName.differential);
    for (const name of [path, ...destinations]) { rmSync(join(image, name)); }
    const result = await scan(image);
    expect(rowsOf(result, 'NotChecked')).toEqual([row]);
    expect(result.counts.notChecked).toBe(1);
    expect(result.warnings).toEqual([expect.stringContaining('1 item could not be checked')]);
    expect((await restore(image, [source])).failure).toBeNull();
    expect(readFileSync(join(image, path))).toEqual(store.tree.read(path));
  });

  it('of which only a differential with a wrong checksum is left says so', async () => {
    const { image } = makeImage();
    const { path, destinations } = fileOf(store.byName.differential);
    for (const name of [path, ...destinations]) { rmSync(join(image, name)); }
    flipByte(join(image, path.replace(/\/([^/]+)$/, '/r/$1')), 40);
    const result = await scan(image);
    expect(rowsOf(result, 'Noted', 'Found')).toEqual([`Differential Corrupt | ${store.byName.differential.keyform} | r/dtpatched.dll`]);
  });

  it('has its differentials checked while it is there, too', async () => {
    const { image, source, differences } = makeImage();
    const { path } = fileOf(store.byName.differential);
    const { keyform } = store.byName.differential;
    for (const kind of ['f', 'r']) { flipByte(join(image, path.replace(/\/([^/]+)$/, `/${kind}/$1`)), 40); }
    const rows = ['f', 'r'].map((kind) => `Differential Corrupt | ${keyform} | ${kind}/dtpatched.dll`);
    const scanned = await scan(image);
    expect({ state: scanned.imageHealthState, rows: rowsOf(scanned, 'Noted'), other: scanned.findings.length - 2 }).toEqual({ state: 'Healthy', rows, other: 0 });
    const before = differences();
    // Nothing records what it should be, so that a source cannot prove that it has it.
    const restored = await restore(image, [source]);
    expect({ failure: restored.failure, rows: rowsOf(restored, 'Noted') }).toEqual({ failure: null, rows });
    expect(differences()).toEqual(before);
  });

  it('that is gone from where it is used is only not checked where nothing shows what its macro means', async () => {
    const { image, source } = makeImage();
    const { destinations } = fileOf(store.byName.font);
    rmSync(join(image, destinations[0] ?? ''));
    const row = `Projection Differs | ${store.byName.font.keyform} | Windows/Fonts/dtfont.ttf`;
    const scanned = await scan(image);
    expect({ state: scanned.imageHealthState, found: rowsOf(scanned, 'Found'), rows: rowsOf(scanned, 'NotChecked') }).toEqual({ state: 'Healthy', found: [], rows: [row] });
    expect(rowsOf(await restore(image, [source]), 'NotChecked')).toEqual([row]);
    expect(existsSync(join(image, destinations[0] ?? ''))).toBe(false);
  });

  it('that is gone with its folder from where it is used comes back with the folder', async () => {
    const { image, differences } = makeImage();
    const { destinations } = fileOf(store.byName.resources);
    rmSync(join(image, destinations[0] ?? '', '..'), { recursive: true });
    const rows = [`Projection Differs | ${store.byName.resources.keyform} | Windows/System32/en-US/dtcore.dll.mui`];
    expect(rowsOf(await scan(image), 'Found')).toEqual(rows);
    expect(rowsOf(await restore(image), 'Repaired')).toEqual(rows);
    expect(differences()).toEqual([]);
  });

  it('of 32 bits beside 64 bits is looked for where such programs find it', async () => {
    const { image } = makeImage();
    // The file of 64 bits has the same name, and is another file.
    const { destinations } = fileOf(store.byName.coreWow64);
    expect(destinations).toEqual(['Windows/SysWOW64/dtcore.dll']);
    replaceFile(join(image, destinations[0] ?? ''), Buffer.from('something else'));
    expect(rowsOf(await scan(image), 'Found')).toEqual([`Projection Differs | ${store.byName.coreWow64.keyform} | Windows/SysWOW64/dtcore.dll`]);
  });

  it('whose manifest is bad is found when the manifest is mended', async () => {
    const { image, source } = makeImage();
    const { path, row } = fileOf(store.byName.feature);
    flipByte(join(image, path), 100);
    flipByte(join(image, store.byName.feature.manifestPath), 5);
    const manifestRow = rowText({ class: 'CSI Manifest Corrupt', component: store.byName.feature.keyform, file: '' });
    expect(rowsOf(await scan(image), 'Found')).toEqual([manifestRow]);
    expect(rowsOf(await restore(image, [source]), 'Repaired')).toEqual([manifestRow, row].sort());
  });

  it('that is lost comes back with the mode of what is around it, not that of a private file', async () => {
    const { image, source } = makeImage();
    const { path, destinations } = fileOf(store.byName.feature);
    for (const name of [path, ...destinations]) { rmSync(join(image, name)); }
    await restore(image, [source]);
    expect(lstatSync(join(image, path)).mode & 0o777).toBe(lstatSync(join(image, path, '..')).mode & 0o666);
  });
});
