/** What the test command says at its end: everything that failed in a real run of vitest, by name, whatever kind of failure it was. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { root } from '../../sidecar/build/paths.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

interface Report { passed: number; failed: number; skipped: number; skippedNames: string[]; failures: { path: string; name: string; message: string }[] }
type FailureLines = (report: Pick<Report, 'failures'>, root: string) => string[];

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const { failureLines } = await import(pathToFileURL(join(root, 'test/failures.mjs')).href) as { failureLines: FailureLines };

/** Runs vitest on files with these sources, which may use all that it exports; gives its report. */
function runVitest(folder: string, files: Record<string, string>): Report {
  for (const [name, source] of Object.entries(files)) {
    writeFileSync(join(folder, `${name}.test.ts`), `import { beforeAll, describe, expect, test } from 'vitest';\n${source}`);
  }
  const report = join(folder, 'report.json');
  // Not what this vitest has told its own processes.
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  const { status, stdout } = spawnSync(process.execPath, [vitest, 'run', '--root', folder, `--reporter=${join(root, 'test/vitestReporter.mjs')}`], {
    env: { ...environment, DISMTS_TEST_REPORT: report }, encoding: 'utf8',
  });
  expect(status, stdout).toBe(1);
  return JSON.parse(readFileSync(report, 'utf8')) as Report;
}

test('each failed test, hook, file, process and forgotten promise has its line, and what passed or was left out has none', () => {
  const folder = tempFolder();
  const report = runVitest(folder, {
    a: `describe('block', () => {
      test('passes', () => {});
      test.skip('is left out', () => {});
      test.for([2, 3])('fails for %d', (number) => { expect(1).toBe(number); });
      describe('inner', () => { beforeAll(() => { throw new Error('no set-up\\nmore'); }); test('never runs', () => {}); });
    });`,
    b: 'await import("./none.ts");',
    c: `test('forgets a promise', async () => {
      void Promise.reject(new Error('nobody waited'));
      await new Promise((resolve) => { setImmediate(resolve); });
    });`,
    d: "test('dies', () => { process.kill(process.pid, 'SIGKILL'); });",
  });
  expect(report).toMatchObject({ passed: 2, failed: 3, skippedNames: ['block > is left out', 'block > inner > never runs'] });
  const lines = failureLines(report, folder);
  expect(lines.sort()).toEqual([
    'Failed: a.test.ts > block > fails for 2: expected 1 to be 2 // Object.is equality',
    'Failed: a.test.ts > block > fails for 3: expected 1 to be 3 // Object.is equality',
    'Failed: a.test.ts > block > inner: no set-up',
    expect.stringMatching(/^Failed: b\.test\.ts: .*none\.ts/) as string,
    'Failed: d.test.ts > dies: it did not end',
    'Failed: outside of tests: Worker exited unexpectedly',
    'Failed: outside of tests: nobody waited',
  ]);
});

test('failureLines() keeps each failure to one short line, without colours, and the list to its first hundred', () => {
  const failures = Array.from({ length: 102 }, (_, index) => ({
    path: `/clone/test/${index}.test.ts`, name: 'x', message: `\n\u001B[31mred\u001B[39m ${'y'.repeat(1000)}\nsecond line`,
  }));
  const lines = failureLines({ failures }, '/clone');
  expect(lines).toHaveLength(101);
  expect(lines[0]).toBe(`Failed: test/0.test.ts > x: red ${'y'.repeat(396)}...`);
  expect(lines[100]).toBe('and 2 more');
});
