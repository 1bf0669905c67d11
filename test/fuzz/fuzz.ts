/**
 * `npm run fuzz [-- [--seed N] [--mutations N] [--only WHAT]]`: reads 100,000 changed WIM files and parts of them, half as many virtual disks, and 140,000
 * INF files, answer files, lists of apps, .reg files, hives and logs of hives; a few thousand are in `npm test`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzDisks } from '../helpers/diskFuzz.ts';
import { fuzzServicing } from '../helpers/servicingFuzz.ts';
import { fuzzWims } from '../helpers/wimFuzz.ts';

const { values } = parseArgs({ options: {
  seed: { type: 'string', default: '1' }, mutations: { type: 'string', default: '100000' }, only: { type: 'string', default: '' },
} });
const [seed, mutations] = [Number(values.seed), Number(values.mutations)];
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(mutations) || mutations < 1) {
  console.error('--seed and --mutations take whole numbers');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'dismts-fuzz-'));
try {
  const all = [
    ['WIM files', fuzzWims, mutations], ['virtual disks', fuzzDisks, Math.ceil(mutations / 2)], ['servicing files', fuzzServicing, Math.ceil(mutations * 1.4)],
  ] as const;
  for (const [what, fuzz, count] of all.filter(([name]) => name.startsWith(values.only))) {
    const started = performance.now();
    const { read, slowestMs } = await fuzz(folder, seed, count, (done) => {
      if (done % 10_000 === 0) { console.log(`${done} of ${count} ${what}`); }
    });
    console.log(`${count} mutations of ${what}, seed ${seed}, in ${Math.round((performance.now() - started) / 1000)} s; the slowest took ${Math.round(slowestMs)} ms of processor time`);
    console.log('Read to the end:', read);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
