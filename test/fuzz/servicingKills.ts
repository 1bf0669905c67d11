/**
 * `node sidecar/build/run.mjs ../../test/fuzz/servicingKills.ts [--kills N] [--only NAME]`: kills each of six changes of apps, of what waits for the first
 * start and by answer files at so many places, 50 by default (216 of the 229 that there are), and looks at what is left. It is the test of the suite
 * with more places.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '50' }, only: { type: 'string' } } });
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const filter = values.only === undefined ? [] : ['-t', values.only];
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/sidecar/servicing/interrupted.test.ts', ...filter], {
  cwd: resolve(import.meta.dirname, '../..'), stdio: 'inherit', env: { ...process.env, DISMTS_KILL_POINTS: values.kills },
});
process.exitCode = status ?? 1;
