/** A change of apps, of what waits for the first start, or by an answer file that is killed leaves all or nothing of it, once the next command has looked. */
import { describe, expect, it } from 'vitest';
import { countCalls, killAndLook, killedChanges, makeReference } from '../../helpers/store/servicingKills.ts';
import { bundleChild, canTrace } from '../../helpers/store/tracedHealth.ts';
import { useStateIn } from '../../helpers/store/healthRun.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const program = canTrace ? await bundleChild('test/helpers/store/servicingChild.ts') : '';

/** Points in each kind of call: the first, the last, and those between in equal steps. `npm run fuzz` has all of them. */
function points(count: number, wanted: number): number[] {
  const number = Math.min(count, wanted);
  return Array.from({ length: number }, (_, index) => 1 + Math.round(index * (count - 1) / Math.max(1, number - 1)));
}

describe.skipIf(!canTrace)('a killed change', () => {
  it.each(Object.keys(killedChanges))('%s', async (name) => {
    useStateIn(tempFolder());
    const reference = makeReference(program, await killedChanges[name]?.() ?? expect.fail());
    const copy = await killedChanges[name]?.() ?? expect.fail();
    let kills = 0;
    for (const [call, count] of countCalls(program, copy)) {
      for (const when of points(count, call === 'rename' ? 3 : 2)) {
        expect(await killAndLook(program, reference, call, when, kills++ % 2 === 0 ? 'save' : 'change'), `${call} number ${when}`).toEqual([]);
      }
    }
    expect(kills).toBeGreaterThan(5);
  }, 120_000);
});
