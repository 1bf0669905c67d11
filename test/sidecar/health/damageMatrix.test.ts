/** What a scan reports of each kind of damage, and what a restore makes of it. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { damageCases, oneOfEachKind } from '../../helpers/store/damage.ts';
import { restore, rowsOf, rowText, scan, useStateIn } from '../../helpers/store/healthRun.ts';
import { makeStore } from '../../helpers/store/syntheticImage.ts';
import { treeDifferences } from '../../helpers/store/treeComparison.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const store = await makeStore();
const cases = oneOfEachKind(damageCases(store));
const wholeSourceCodes = { withSource: 0x800f081f | 0, withoutSource: 0x800f0915 | 0 };

/** A damaged image, and a pristine one. */
function damagedImage(apply: (folder: string) => void): { folder: string; image: string; source: string } {
  const folder = tempFolder();
  useStateIn(folder);
  const [image, source] = [join(folder, 'image'), join(folder, 'source')];
  store.tree.write(image);
  store.tree.write(source);
  apply(image);
  return { folder, image, source };
}

it('a pristine image is healthy, and a restore leaves it alone', async () => {
  const { image } = damagedImage(() => undefined);
  const scanned = await scan(image);
  expect({ state: scanned.imageHealthState, findings: scanned.findings, basis: scanned.basis }).toEqual({ state: 'Healthy', findings: [], basis: 'scan' });
  expect(scanned.counts).toMatchObject({ manifestsChecked: store.components.length, packagesChecked: 5, catalogsChecked: 5, payloadRemoved: 1 });
  const restored = await restore(image);
  expect({ state: restored.imageHealthState, failure: restored.failure, findings: restored.findings }).toEqual({ state: 'Healthy', failure: null, findings: [] });
  expect(treeDifferences(store, image)).toEqual([]);
});

describe.each(cases)('$kind', (damage) => {
  const expected = damage.findings.map(rowText).sort();

  it('is found, and changes nothing', async () => {
    const { image } = damagedImage(damage.apply);
    const before = treeDifferences(store, image);
    const result = await scan(image);
    expect(rowsOf(result, 'Found')).toEqual(expected);
    expect(result.imageHealthState).toBe(expected.length === 0 ? 'Healthy' : 'Repairable');
    expect(result.counts.totalDetected).toBe(expected.length);
    expect(treeDifferences(store, image)).toEqual(before);
  });

  it('is repaired from a pristine source', async () => {
    const { image, source } = damagedImage(damage.apply);
    const result = await restore(image, [source]);
    expect(rowsOf(result, 'Repaired')).toEqual(expected);
    expect({ open: rowsOf(result, 'Found', 'NotRepaired'), state: result.imageHealthState, failure: result.failure }).toEqual({ open: [], state: 'Healthy', failure: null });
    expect(treeDifferences(store, image, damage)).toEqual([]);
    expect(treeDifferences(store, source)).toEqual([]);
    expect((await scan(image)).imageHealthState).toBe('Healthy');
  });

  it(damage.isRepairableAlone || expected.length === 0 ? 'is repaired without a source' : 'stays without a source, and is reported', async () => {
    const { image } = damagedImage(damage.apply);
    const before = treeDifferences(store, image);
    const result = await restore(image);
    if (damage.isRepairableAlone || expected.length === 0) {
      expect({ repaired: rowsOf(result, 'Repaired'), state: result.imageHealthState, failure: result.failure }).toEqual({ repaired: expected, state: 'Healthy', failure: null });
      expect(treeDifferences(store, image, damage)).toEqual([]);
    } else {
      expect({ left: rowsOf(result, 'NotRepaired'), state: result.imageHealthState }).toEqual({ left: expected, state: 'Repairable' });
      expect(result.failure?.data.nativeCode).toBe(wholeSourceCodes.withoutSource);
      expect(treeDifferences(store, image, damage)).toEqual(before);
    }
  });
});
