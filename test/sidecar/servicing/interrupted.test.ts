/**
 * A change of apps, of what waits for the first start, or by an answer file that is killed leaves all or nothing of it, once the next command has looked.
 * DISMTS_KILL_POINTS is the number of kills of each; test/fuzz/servicingKills.ts sets it.
 */
import { describe, expect, it } from 'vitest';
import { useStateIn } from '../../helpers/store/healthRun.ts';
import { countCalls, killAndLook, killedChanges, makeReference } from '../../helpers/store/servicingKills.ts';
import { bundleChild, canTrace } from '../../helpers/store/tracedHealth.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const program = canTrace ? await bundleChild('test/helpers/store/servicingChild.ts') : '';
const wanted = Number(process.env['DISMTS_KILL_POINTS'] ?? 12);

/** So many of them, the first, the last, and those between in equal steps. */
function someOf<T>(all: readonly T[]): T[] {
  const count = Math.min(all.length, wanted);
  return Array.from({ length: count }, (_, index) => all[Math.round(index * (all.length - 1) / Math.max(1, count - 1))] ?? expect.fail());
}

describe.skipIf(!canTrace)('a killed change', () => {
  it.each(Object.keys(killedChanges))('%s', async (name) => {
    useStateIn(tempFolder());
    const reference = makeReference(program, await killedChanges[name]?.() ?? expect.fail());
    const copy = await killedChanges[name]?.() ?? expect.fail();
    const points = [...countCalls(program, copy)].flatMap(([call, count]) => Array.from({ length: count }, (_, index) => [call, index + 1] as const));
    const chosen = someOf(points);
    for (const [index, [call, when]] of chosen.entries()) {
      expect(await killAndLook(program, reference, call, when, index % 2 === 0 ? 'save' : 'change'), `${call} number ${when}`).toEqual([]);
    }
    expect(chosen.length).toBeGreaterThan(8);
    if (wanted > 12) { process.stderr.write(`${name}: ${chosen.length} kills of ${points.length} places, nothing lost, nothing left\n`); }
  }, 30_000 + 5_000 * wanted);
});
