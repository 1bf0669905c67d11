/** Where a restore takes files from: every form of a source, in their order, and never bytes that are not the recorded ones. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flipByte, replaceFile } from '../../helpers/store/damage.ts';
import { restore, rowsOf, rowText, scan, useStateIn } from '../../helpers/store/healthRun.ts';
import { captureStore, makeStore } from '../../helpers/store/syntheticImage.ts';
import { treeDifferences } from '../../helpers/store/treeComparison.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { captureWim } from '../../helpers/wims.ts';

const store = await makeStore();
const [feature] = store.byName.feature.files;
const [font] = store.byName.font.files;
if (feature === undefined || font === undefined) { throw new Error('The synthetic store lacks a file'); }
const featureRow = rowText({ class: 'CSI Payload Corrupt', component: store.byName.feature.keyform, file: feature.storePath });
const fontRow = rowText({ class: 'CSI Payload Corrupt', component: store.byName.font.keyform, file: font.storePath });

/** A folder of the test with an image in which two files are damaged, and a pristine copy. */
function twoDamagedFiles(): { folder: string; image: string; source: string } {
  const folder = tempFolder();
  useStateIn(folder);
  const [image, source] = [join(folder, 'image'), join(folder, 'source')];
  store.tree.write(image);
  store.tree.write(source);
  flipByte(join(image, feature?.path ?? ''), 100);
  flipByte(join(image, font?.path ?? ''), 100);
  return { folder, image, source };
}

/** Puts a file below a folder, with the folders on its way. */
function put(path: string, data: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
}

describe('a source may be', () => {
  const forms: Readonly<Record<string, (folder: string, source: string) => string | Promise<string>>> = {
    'the root of an image': (_, source) => source,
    'the Windows folder of an image': (_, source) => join(source, 'Windows'),
    'the WinSxS folder of an image': (_, source) => join(source, 'Windows', 'WinSxS'),
    'folders of components': (folder) => {
      for (const file of [feature, font]) { put(join(folder, 'loose', file.path.replace('Windows/WinSxS/', '')), file.spec.data); }
      return join(folder, 'loose');
    },
    'a folder of loose files': (folder) => {
      for (const file of [feature, font]) { put(join(folder, 'loose', file.spec.name), file.spec.data); }
      return join(folder, 'loose');
    },
    'an image in a WIM': async (folder, source) => `WIM:${await captureStore(source, join(folder, 'source.wim'))}:1`,
    'an image in a WIM, spelled in lower case': async (folder, source) => `wim:${await captureStore(source, join(folder, 'source.wim'), 'LZX')}:1`,
    'an image in an ESD': async (folder, source) => `ESD:${await captureWim(source, join(folder, 'source.esd'), { compress: 'LZMS', solid: true })}:1`,
  };

  it.each(Object.entries(forms))('%s', async (_, makeSource) => {
    const { folder, image, source } = twoDamagedFiles();
    const result = await restore(image, [await makeSource(folder, source)]);
    expect({ repaired: rowsOf(result, 'Repaired'), state: result.imageHealthState, failure: result.failure })
      .toEqual({ repaired: [featureRow, fontRow].sort(), state: 'Healthy', failure: null });
    expect(treeDifferences(store, image)).toEqual([]);
  });

  it('an image in a WIM for every kind of damage at once', async () => {
    const { folder, image, source } = twoDamagedFiles();
    for (const { manifestPath } of store.components.slice(0, 5)) { rmSync(join(image, manifestPath)); }
    rmSync(join(image, store.packages.update.mumPath));
    flipByte(join(image, store.byName.coreOlder.files[0]?.path ?? ''), 500);
    const result = await restore(image, [`WIM:${await captureStore(source, join(folder, 'source.wim'))}:1`]);
    expect({ state: result.imageHealthState, repaired: result.counts.totalRepaired, failure: result.failure }).toEqual({ state: 'Healthy', repaired: 9, failure: null });
    const lost = [...store.components.slice(0, 5).map(({ manifestPath }) => manifestPath), store.packages.update.mumPath];
    expect(treeDifferences(store, image, { lost })).toEqual([]);
  });
});

it('a source with the right name and the wrong bytes is refused, and the next one is asked', async () => {
  const { folder, image, source } = twoDamagedFiles();
  const wrong = join(folder, 'wrong');
  store.tree.write(wrong);
  for (const { path, destinations } of [feature, font]) {
    for (const name of [path, ...destinations]) { replaceFile(join(wrong, name), Buffer.from('looks right, and is not')); }
  }
  const refused = await restore(image, [wrong]);
  expect({ left: rowsOf(refused, 'NotRepaired'), code: refused.failure?.data.nativeCode, symbol: refused.failure?.data.symbol })
    .toEqual({ left: [featureRow, fontRow].sort(), code: 0x800f081f | 0, symbol: 'CBS_E_SOURCE_MISSING' });
  expect(refused.findings.map(({ wantedDigest }) => wantedDigest).sort()).toEqual([feature.digest, font.digest].sort());
  const result = await restore(image, [wrong, source]);
  expect({ repaired: rowsOf(result, 'Repaired'), failure: result.failure }).toEqual({ repaired: [featureRow, fontRow].sort(), failure: null });
  expect(treeDifferences(store, image)).toEqual([]);
});

it('a manifest of a source has to expand to the recorded text', async () => {
  const { folder, image, source } = twoDamagedFiles();
  const wrong = join(folder, 'wrong');
  store.tree.write(wrong);
  const { manifestPath, keyform } = store.byName.twin;
  replaceFile(join(wrong, manifestPath), store.tree.read(store.byName.core.manifestPath));
  rmSync(join(image, manifestPath));
  const row = rowText({ class: 'CSI Manifest Corrupt', component: keyform, file: '' });
  expect(rowsOf(await restore(image, [wrong]), 'NotRepaired')).toEqual([row]);
  expect(rowsOf(await restore(image, [source]), 'Repaired')).toEqual([row]);
  expect(treeDifferences(store, image, { lost: [manifestPath] })).toEqual([]);
});

it('what nobody has stays as it was, and everything else is repaired', async () => {
  const { folder, image } = twoDamagedFiles();
  const partial = join(folder, 'partial');
  store.tree.write(partial);
  for (const name of store.tree.namesOf(feature.path)) { rmSync(join(partial, name)); }
  const before = treeDifferences(store, image).filter((text) => text.includes('dtfeature'));
  expect(before).not.toEqual([]);
  const result = await restore(image, [partial]);
  expect({ repaired: rowsOf(result, 'Repaired'), left: rowsOf(result, 'NotRepaired'), state: result.imageHealthState })
    .toEqual({ repaired: [fontRow], left: [featureRow], state: 'Repairable' });
  expect(result.failure?.data).toMatchObject({ nativeCode: 0x800f081f | 0, symbol: 'CBS_E_SOURCE_MISSING', operation: 'health/restore' });
  expect(result.counts).toMatchObject({ totalDetected: 2, totalRepaired: 1, csiPayload: 2, csiPayloadRepaired: 1 });
  expect(treeDifferences(store, image)).toEqual(before);
  const row = result.findings.find(({ state }) => state === 'NotRepaired');
  // The source does have this version, only not the file.
  expect(row).toMatchObject({ wantedDigest: feature.digest, offeredVersions: [store.byName.feature.spec.identity.version] });
});

it('a report names the versions that a source has instead', async () => {
  const { folder, image } = twoDamagedFiles();
  const other = join(folder, 'other', 'Windows', 'WinSxS', 'Manifests');
  for (const version of ['10.0.99999.7', '10.0.99999.12']) {
    put(join(other, `${store.byName.feature.keyform.replace(/_10[\d.]+_/, `_${version}_`).replace(/.{16}$/, '0123456789abcdef')}.manifest`), Buffer.from('another'));
  }
  const result = await restore(image, [join(folder, 'other')]);
  expect(result.findings.find(({ file }) => file === feature.storePath)?.offeredVersions).toEqual(['10.0.99999.12', '10.0.99999.7']);
  expect(result.failure?.data.nativeCode).toBe(0x800f081f | 0);
});

it.each([
  ['a folder that does not exist', (folder: string) => join(folder, 'nowhere'), 'ERROR_PATH_NOT_FOUND'],
  ['a WIM that does not exist', (folder: string) => `WIM:${join(folder, 'no.wim')}:1`, 'ERROR_FILE_NOT_FOUND'],
  ['a relative path', () => 'source', 'E_INVALIDARG'],
])('%s as a source is an error, before anything is changed', async (_, makeSource, symbol) => {
  const { folder, image } = twoDamagedFiles();
  const before = treeDifferences(store, image);
  await expect(restore(image, [makeSource(folder)])).rejects.toMatchObject({ symbol });
  expect(treeDifferences(store, image)).toEqual(before);
});

it('an index that the WIM does not have is an error', async () => {
  const { folder, image, source } = twoDamagedFiles();
  const wim = await captureStore(source, join(folder, 'source.wim'));
  await expect(restore(image, [`WIM:${wim}:2`])).rejects.toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX' });
});

it('a WIM whose blob is damaged is no source for it', async () => {
  const { folder, image, source } = twoDamagedFiles();
  const wim = await captureWim(source, join(folder, 'source.wim'), { compress: 'none' });
  flipByte(wim, readFileSync(wim).indexOf(feature.spec.data) + 100);
  const result = await restore(image, [`WIM:${wim}:1`]);
  expect({ repaired: rowsOf(result, 'Repaired'), left: rowsOf(result, 'NotRepaired') }).toEqual({ repaired: [fontRow], left: [featureRow] });
  expect((await scan(image)).imageHealthState).toBe('Repairable');
});
