/** What a disk answers beside a scan or repair, or to it: what is done is told, and what is not is told by its reason. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { restoreHealth as restoreMethod } from '@dismts/protocol';
import { restoreHealth } from '../../../sidecar/src/engine/portable/operations/health.ts';
import { WritableFolderImage } from '../../../sidecar/src/imageFiles/writableFolder.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { damageCases } from '../../helpers/store/damage.ts';
import { restore, scan, useStateIn } from '../../helpers/store/healthRun.ts';
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
