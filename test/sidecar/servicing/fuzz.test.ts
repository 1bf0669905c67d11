/** Some thousands of changed INF files, answer files, lists of apps, .reg files and hives; `npm run fuzz` reads 140,000. */
import { expect, test } from 'vitest';
import { fuzzServicing } from '../../helpers/servicingFuzz.ts';

test('a changed file ends in a value or a typed error, in bounded time and memory', async () => {
  const { read } = await fuzzServicing('', 20_261, 7000);
  // Were all refused at once, this would prove little; were none, too.
  for (const name of ['INF', 'answer file', 'list of apps', '.reg file', 'hive, read', 'hive, changed', 'log of a hive']) {
    expect(read[name], name).toBeGreaterThan(15);
    expect(read[name], name).toBeLessThan(1000);
  }
});
