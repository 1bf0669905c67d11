/**
 * The test command: sets the clone up, checks types and layout, builds, and runs both suites.
 * The last line is `N passed, N failed, N skipped` over all, the one before it has the module's for each PowerShell, and before that each failed test
 * is named once more; the exit code is not zero when anything failed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orExit, root, setUp } from '../sidecar/build/setup.mjs';
import { failureLine, failureLines } from './failures.mjs';
import { providePowerShell } from './powershell.mjs';

orExit(() => { setUp({ forTests: true, build: false }); });
const whyNoPester = providePowerShell();

const total = { passed: 0, failed: 0, skipped: 0 };
/** What the Pester suite came to in each PowerShell. */
const perHost = [];
/** A line for each thing that failed. */
const failures = [];
const folder = mkdtempSync(join(tmpdir(), 'dismts-run-'));
try {
  check('Lint', process.execPath, ['node_modules/eslint/bin/eslint.js', '.']);
  check('Types', process.execPath, ['node_modules/typescript/bin/tsc', '--build']);
  const built = check('Build', process.execPath, ['sidecar/build/run.mjs', 'build.ts']);
  buildForWine();
  // Without the executable most tests would only say so, one by one.
  if (built) {
    runVitest();
    runPester();
    runWindowsPester();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failures.length > 0) { console.log(`\n${failures.join('\n')}`); }
if (perHost.length > 0) { console.log(`\nOf the module: ${perHost.join('; ')}. Of all suites:`); }
console.log(countsLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;

/** Runs one step that is no suite. It counts only where it fails: the last line must not say that all is well. */
function check(title, program, programArguments) {
  const succeeded = run(title, program, programArguments);
  if (!succeeded) {
    console.log(`${title}: failed`);
    failures.push(failureLine([title], 'see above'));
    total.failed += 1;
  }
  return succeeded;
}

function run(title, program, programArguments, environment = {}) {
  console.log(`\n== ${title}`);
  const { status, error } = spawnSync(program, programArguments, {
    cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...environment },
  });
  if (error) { console.log(error.message); }
  return status === 0;
}

/** Builds the executable for Windows, where there is what runs it: tests that need it would only say that it is missing. */
function buildForWine() {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['sidecar/build/run.mjs', '../../test/helpers/whyNoWine.ts'], { cwd: root, encoding: 'utf8' });
  const missing = status === 0 ? stdout : stderr;
  if (missing === '') {
    check('Build for Wine', process.execPath, ['sidecar/build/run.mjs', 'build.ts', 'win32-x64']);
  } else {
    console.log(`\n== Build for Wine\nThe executable for Windows is not built, and the tests under Wine do not run: ${missing}`);
  }
}

function runVitest() {
  const report = join(folder, 'vitest.json');
  const succeeded = run('vitest', process.execPath, [
    'node_modules/vitest/vitest.mjs', 'run', '--reporter=default', `--reporter=${join(root, 'test', 'vitestReporter.mjs')}`,
  ], { DISMTS_TEST_REPORT: report });
  const result = readReport(report);
  // The reporter leaves these out. A reason is part of the title, or was printed by the file.
  for (const name of result.skippedNames ?? []) { console.log(`skipped: ${name}`); }
  add('vitest', succeeded, result);
}

function runPester() {
  if (whyNoPester !== undefined) {
    console.log(`\n== Pester\nThe Pester suite (test/module) did not run. ${whyNoPester}`);
    if (process.env['DISMTS_REQUIRE_PWSH'] === '1') {
      console.log('DISMTS_REQUIRE_PWSH=1 makes this a failure.');
      failures.push(failureLine(['Pester'], whyNoPester));
      total.failed += 1;
    }
    return;
  }
  const report = join(folder, 'pester.json');
  const succeeded = run('Pester', 'pwsh', [
    '-NoLogo', '-NoProfile', '-NonInteractive', '-File', join(root, 'test', 'Invoke-TestSuite.ps1'), '-ReportPath', report,
  ]);
  const counts = readReport(report);
  perHost.push(`on ${process.platform === 'linux' ? 'Linux' : process.platform} PowerShell ${countsLine(counts)}`);
  add('Pester', succeeded, counts);
}

/** The part of the Pester suite that is worth it, in PowerShell for Windows, where there is what runs that. */
function runWindowsPester() {
  const program = ['sidecar/build/run.mjs', '../../test/windows/windowsSuite.ts'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...program, 'check'], { cwd: root, encoding: 'utf8' });
  const missing = status === 0 ? stdout : stderr;
  if (missing !== '') {
    console.log(`\n== Pester on Windows\nThe tests in PowerShell for Windows under Wine (test/windows) did not run: ${missing}`);
    return;
  }
  const report = join(folder, 'windows.json');
  const succeeded = run('Pester on Windows (PowerShell for Windows, under Wine)', process.execPath, [...program, 'run', report]);
  const counts = readReport(report);
  perHost.push(`on PowerShell for Windows, under Wine, ${countsLine(counts)}`);
  add('Pester on Windows', succeeded, counts);
}

function countsLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // The suite did not come to its end.
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

/** Adds a suite's counts and failures. One that failed without a failed test (a file that does not load, a crash) counts as one. */
function add(title, succeeded, report) {
  const { passed, failed, skipped } = report;
  const lines = failureLines(report, root);
  failures.push(...lines);
  if (!succeeded && lines.length === 0) { failures.push(failureLine([title], 'the run failed, and no test of it: see above')); }
  total.passed += passed;
  total.failed += succeeded ? failed : Math.max(failed, 1);
  total.skipped += skipped;
}
