/**
 * Whatever is damaged at random in a store of which half is made up, a restore from a pristine source makes the image what it was,
 * and leaves alone what is nobody's damage. DISMTS_DAMAGE_ROUNDS says how many times it is tried.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DamageCase, damageCases } from '../../helpers/store/damage.ts';
import { restore, rowsOf, rowText, scan, useStateIn } from '../../helpers/store/healthRun.ts';
import { randomComponents } from '../../helpers/store/randomStore.ts';
import { seededRandom } from '../../helpers/store/seededRandom.ts';
import { makeStore } from '../../helpers/store/syntheticImage.ts';
import { treeDifferences } from '../../helpers/store/treeComparison.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const rounds = Number(process.env['DISMTS_DAMAGE_ROUNDS'] ?? '100');
const roundsOfStore = 10;

/** Up to thirty cases that do not touch the same file. */
function someCases(cases: readonly DamageCase[], random: () => number): DamageCase[] {
  const touched = new Set<string>();
  const chosen: DamageCase[] = [];
  for (let count = 1 + Math.floor(random() * 30); count > 0; count--) {
    const candidate = cases[Math.floor(random() * cases.length)];
    if (candidate === undefined || candidate.touches.some((path) => touched.has(path))) { continue; }
    for (const path of candidate.touches) { touched.add(path); }
    chosen.push(candidate);
  }
  return chosen;
}

describe('restore makes an image what it was', () => {
  it.each(Array.from({ length: Math.ceil(rounds / roundsOfStore) }, (_, index) => index + 1))('after ten kinds of damage to the store of seed %i', async (seed) => {
    const folder = tempFolder();
    useStateIn(folder);
    const random = seededRandom(seed);
    const store = await makeStore(randomComponents(random));
    const cases = damageCases(store);
    const [image, source] = [join(folder, 'image'), join(folder, 'source')];
    store.tree.write(source);
    expect((await scan(source)).findings).toEqual([]);
    for (let round = 0; round < roundsOfStore; round++) {
      const chosen = someCases(cases, random);
      mkdirSync(image);
      store.tree.write(image);
      for (const damage of chosen) { damage.apply(image); }
      const context = { seed, round, damage: chosen.map(({ name }) => name) };
      const found = rowsOf(await scan(image), 'Found');
      const result = await restore(image, [source]);
      const differences = treeDifferences(store, image, {
        strays: chosen.flatMap(({ strays }) => strays), lost: chosen.flatMap(({ lost }) => lost), kept: chosen.flatMap(({ kept }) => kept),
      });
      expect({ ...context, differences, state: result.imageHealthState, failure: result.failure }).toEqual({ ...context, differences: [], state: 'Healthy', failure: null });
      // What hides behind a bad manifest is found only when the manifest is whole again, and is then reported too.
      const expected = [...new Set(chosen.flatMap(({ findings }) => findings.map(rowText)))].sort();
      expect({ ...context, rows: rowsOf(result, 'Repaired') }).toEqual({ ...context, rows: expected });
      expect({ ...context, unexpected: found.filter((row) => !expected.includes(row)) }).toEqual({ ...context, unexpected: [] });
      rmSync(image, { recursive: true });
    }
    expect(treeDifferences(store, source)).toEqual([]);
  });
});
