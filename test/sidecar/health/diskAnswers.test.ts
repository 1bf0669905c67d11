/** What a disk answers beside a scan or repair, or to it: what is done is told, and what is not is told by its reason. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { restoreHealth as restoreMethod } from '@dismts/protocol';
import { restoreHealth } from '../../../sidecar/src/engine/portable/operations/health.ts';
import { WritableFolderImage } from '../../../sidecar/src/imageFiles/writableFolder.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { breakReading } from '../../helpers/store/brokenReading.ts';
import { damageCases } from '../../helpers/store/damage.ts';
import { check, restore, scan, useStateIn } from '../../helpers/store/healthRun.ts';
import { makeStore } from '../../helpers/store/syntheticImage.ts';
import { treeDifferences } from '../../helpers/store/treeComparison.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const store = await makeStore();
const damage = damageCases(store).find(({ kind, isRepairableAlone }) => kind.startsWith('flip a byte of') && kind.includes('payload') && !isRepairableAlone) ?? expect.fail('no such damage');

/** A damaged image, an intact source, and where notes on the image go. */
function scene(): { readonly image: string; readonly source: string; readonly notes: string } {
  const folder = tempFolder();
  useStateIn(folder);
  const [image, source] = [join(folder, 'image'), join(folder, 'source')];
  for (const path of [image, source]) { store.tree.write(path); }
  damage.apply(image);
  return { image, source, notes: join(process.env['DISMTS_STATE_DIR'] ?? '', 'health') };
}

/** Puts a folder in the place of a note, so that nobody can read or write it. */
function obstruct(notes: string, suffix: 'state' | 'journal'): void {
  const [state = ''] = readdirSync(notes).filter((name) => name.endsWith('.state'));
  const path = join(notes, state.replace(/state$/, suffix));
  rmSync(path, { force: true });
  mkdirSync(path);
  writeFileSync(join(path, 'x'), '');
}

const unnoted = expect.stringMatching(/^The result could not be noted for later checks: /) as string;

describe('a note that cannot be written', () => {
  it('is a warning of the scan', async () => {
    const { image, notes } = scene();
    const before = await scan(image);
    expect([before.warnings, before.findings.length]).toEqual([[], damage.findings.length]);
    obstruct(notes, 'state');
    expect(await scan(image)).toMatchObject({ warnings: [unnoted], findings: before.findings, imageHealthState: 'Repairable' });
  });

  it('is a warning of the repair, which is done', async () => {
    const { image, source, notes } = scene();
    await scan(image);
    obstruct(notes, 'state');
    expect(await restore(image, [source])).toMatchObject({ warnings: [unnoted], failure: null, imageHealthState: 'Healthy' });
    expect(treeDifferences(store, image, { strays: damage.strays, lost: damage.lost, kept: damage.kept })).toEqual([]);
  });
});

it('a repair that cannot read what an interrupted one has left fails before it changes anything', async () => {
  const { image, source, notes } = scene();
  const { findings } = await scan(image);
  obstruct(notes, 'journal');
  await expect(restoreHealth(restoreMethod.params.parse({ path: image, sources: [source] }), testContext(restoreMethod.method))).rejects.toMatchObject({
    hresult: expect.any(Number) as number, message: expect.stringContaining(image) as string,
  });
  expect((await scan(image)).findings).toEqual(findings);
});

it('a file that the disk does not take is a failure with the answer of the disk, and not one for want of a source', async () => {
  const { image, source } = scene();
  const broken = vi.spyOn(WritableFolderImage.prototype, 'replace').mockRejectedValue(Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'write' }));
  onTestFinished(() => { broken.mockRestore(); });
  const { failure, imageHealthState } = await restore(image, [source]);
  expect(failure).toMatchObject({ message: expect.stringContaining('could not be repaired: the disk reports an error') as string, data: { symbol: 'ERROR_WRITE_FAULT' } });
  expect(imageHealthState).toBe('Repairable');
  broken.mockRestore();
  expect(await restore(image, [source])).toMatchObject({ failure: null, imageHealthState: 'Healthy' });
});

describe('a source that cannot be read', () => {
  const answers = [['EIO', 'the disk reports an error', 'ERROR_READ_FAULT'], ['EACCES', 'permission is denied', 'E_ACCESSDENIED'], ['ETIMEDOUT', 'the share or disk did not answer in time', 'ERROR_TIMEOUT'],
    ['ESTALE', 'the share does not know the file any more', 'ERROR_FILE_INVALID']] as const;

  it.each(answers)('is said to be so, with its code, where nobody else has the file: %s', async (code, reason, symbol) => {
    const { image, source } = scene();
    breakReading((path) => path.startsWith(source) && !path.endsWith('wcp.dll'), code);
    const { failure, warnings, findings } = await restore(image, [source]);
    expect(failure).toMatchObject({ message: expect.stringContaining(`1 of 1 damaged items are not in what can be read of the sources: ${reason} ("${source}`) as string, data: { symbol } });
    expect(warnings).toEqual([expect.stringMatching(`files or folders of the source "${source}" cannot be read, the first because: ${reason} `)]);
    expect(findings[0]?.reason).toContain(`(not all of the sources can be read: ${reason}`);
  });

  it.each(answers.slice(1, 3))('does not keep the next one from being asked: %s', async (code, reason) => {
    const { image, source } = scene();
    const dead = `${source}-dead`;
    store.tree.write(dead);
    breakReading((path) => path.startsWith(dead), code);
    expect(await restore(image, [dead, source])).toMatchObject({
      failure: null, imageHealthState: 'Healthy', warnings: [expect.stringContaining(`of the source "${dead}" cannot be read, the first because: ${reason} ("${dead}`)],
    });
  });

  it('is not blamed for what could be looked for everywhere', async () => {
    const { image, source } = scene();
    breakReading((path) => path.startsWith(source) && path.endsWith('.cat'), 'EIO');
    rmSync(join(image, store.packages.update.catalogPath));
    for (const name of damage.findings.map(({ file }) => file)) {
      for (const path of store.tree.paths()) { if (path.endsWith(`/${name}`)) { rmSync(join(source, path)); } }
    }
    const { failure } = await restore(image, [source]);
    expect(failure?.message).toMatch(/1 of 2 damaged items are in none of the sources$/);
    expect(failure?.data.symbol).toBe('CBS_E_SOURCE_MISSING');
  });

  it('is an error where it is this process that has run out of something', async () => {
    const { image, source } = scene();
    breakReading((path) => path.startsWith(source), 'EMFILE');
    await expect(restore(image, [source])).rejects.toMatchObject({ symbol: 'ERROR_TOO_MANY_OPEN_FILES', message: expect.stringContaining(source) as string });
  });
});

describe('a registry hive of the image that cannot be read', () => {
  it.each(['COMPONENTS', 'SOFTWARE', 'SYSTEM'])('is what a repair fails for, with the answer of the disk: %s', async (name) => {
    const { image, source } = scene();
    const path = join(image, 'Windows/System32/config', name);
    breakReading((one) => one === path, 'EIO');
    const { failure, imageHealthState } = await restore(image, [source]);
    expect(failure).toMatchObject({
      message: expect.stringContaining(` whole: the registry hive ${name} cannot be read: the disk reports an error ("${path}")`) as string, data: { symbol: 'ERROR_READ_FAULT', target: path },
    });
    expect(failure?.message).not.toContain('in none of the sources');
    expect(imageHealthState).toBe('NonRepairable');
  });

  it('ends the repair where it may not be read', async () => {
    const { image, source } = scene();
    const path = join(image, 'Windows/System32/config/COMPONENTS');
    breakReading((one) => one === path, 'EACCES');
    await expect(restore(image, [source])).rejects.toMatchObject({ symbol: 'E_ACCESSDENIED', message: expect.stringContaining(`permission is denied ("${path}")`) as string });
  });

  it('is named where it is damaged, which no source mends', async () => {
    const { image, source } = scene();
    writeFileSync(join(image, 'Windows/System32/config/DRIVERS'), 'no hive');
    const { failure } = await restore(image, [source]);
    expect(failure?.message).toMatch(/ whole: the registry hive DRIVERS is missing or damaged, which no repair mends: /);
    expect(failure?.data.symbol).not.toBe('CBS_E_SOURCE_MISSING');
  });
});

describe('what a disk does not give', () => {
  const folders = [['Windows/WinSxS/Manifests', 'CSI Manifest Corrupt'], ['Windows/servicing/Packages', 'CBS MUM Missing']] as const;

  it.each(folders)('is no file that is missing, in a check: %s', async (folder, kind) => {
    const { source } = scene();
    const path = join(source, folder);
    const rows = async () => (await check(source)).findings.filter((row) => row.class === kind).map(({ state, reason }) => `${state} ${reason}`);
    breakReading((one) => one === path, 'EIO');
    expect([...new Set(await rows())]).toEqual(['Found its folder cannot be read: the disk reports an error']);
    breakReading((one) => one === path, 'EACCES');
    expect([...new Set(await rows())]).toEqual(['NotChecked its folder cannot be read: permission is denied']);
  });

  it('is no base manifest that is lost, where it may only not be read', async () => {
    const { source } = scene();
    breakReading((one) => one.endsWith('/wcp.dll'), 'EACCES');
    const lost = { class: 'Base Manifest Missing', state: 'NotChecked', reason: expect.stringContaining('permission is denied') as string };
    for (const { findings, imageHealthState } of [await check(source), await scan(source)]) {
      expect(findings).toContainEqual(expect.objectContaining(lost));
      expect(imageHealthState).toBe('Healthy');
    }
    breakReading((one) => one.endsWith('/wcp.dll'), 'EIO');
    expect((await scan(source)).findings).toContainEqual(expect.objectContaining({ ...lost, state: 'Found', reason: expect.stringContaining('the disk reports an error') as string }));
  });

  it('is told where it is what the last scan found', async () => {
    const { image, notes } = scene();
    await scan(image);
    expect((await check(image)).imageHealthState).toBe('Repairable');
    obstruct(notes, 'state');
    const { findings, warnings } = await check(image);
    expect(findings).toContainEqual(expect.objectContaining({ component: 'LastScan', state: 'NotChecked', reason: expect.stringContaining('cannot be read') as string }));
    expect(warnings).toEqual([expect.stringContaining('could not be checked')]);
  });
});
