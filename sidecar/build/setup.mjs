/**
 * Makes a fresh clone ready to use: Debian packages, npm packages, the executable. Does nothing that is already done.
 * Needs Node.js 20.19 and nothing else, so it is no TypeScript and imports only what Node has.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const table = JSON.parse(readFileSync(join(root, 'sidecar', 'src', 'platform', 'linux', 'packages.json'), 'utf8'));
/** What the portable engine needs. */
const debianPackages = [...new Set(Object.values(table.programs).map(({ debian }) => debian))];
/**
 * What only the tests need: attributes, a C compiler that says how wimlib.h lays out its structs, hivexml, strace, two shells with completion,
 * and Wine with a C compiler for Windows.
 */
const debianTestPackages = table.debianForTests;

/** What stops the set-up, in words for the user. */
export class SetupError extends Error {}

/**
 * Sets everything up that is missing.
 * @param {{ forTests: boolean, build: boolean }} options
 */
export function setUp({ forTests, build }) {
  checkNode();
  if (process.platform === 'linux') { installDebianPackages(forTests ? [...debianPackages, ...debianTestPackages] : debianPackages); }
  installNpmPackages();
  if (build) { run('Building the executable', process.execPath, [join(root, 'sidecar', 'build', 'run.mjs'), 'build.ts']); }
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) { throw new SetupError(`This needs Node.js 20.19 or newer; it runs under ${process.version}`); }
}

/** @param {string[]} wanted */
function installDebianPackages(wanted) {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\n', ...wanted], { encoding: 'utf8' });
  if (query.error) {
    console.log(`This is no Debian system: what these packages hold must be there already: ${wanted.join(' ')}`);
    return;
  }
  const installed = new Set(query.stdout.split('\n').filter((line) => line.startsWith('installed ')).map((line) => line.split(' ')[1]));
  const missing = wanted.filter((name) => !installed.has(name));
  if (missing.length === 0) { return; }
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (process.getuid() !== 0) {
    throw new SetupError(`Debian packages are missing. Run this, then try again:\n\n  sudo apt-get update && sudo apt-get ${install.join(' ')}\n`);
  }
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Waits for another apt instead of failing.
  const options = ['-qq', '-o', 'DPkg::Lock::Timeout=300'];
  runQuietly('Updating the list of Debian packages', 'apt-get', [...options, 'update'], environment);
  runQuietly(`Installing ${missing.join(' ')}`, 'apt-get', [...options, ...install], environment);
}

function installNpmPackages() {
  const stamp = join(root, 'node_modules', '.package-lock.json');
  const lockfile = join(root, 'package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lockfile).mtimeMs) { return; }
  const options = ['ci', '--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npmScript = process.env['npm_execpath'];
  // npm's own script, which `npm run` names: on Windows "npm" is a batch file, which needs a shell.
  if (npmScript === undefined) { runQuietly('Installing npm packages', 'npm', options); } else {
    runQuietly('Installing npm packages', process.execPath, [npmScript, ...options]);
  }
}

/** Runs a program whose output matters only when it fails. */
export function runQuietly(what, program, programArguments, environment = process.env) {
  console.log(what);
  const { status, stdout, stderr, error } = spawnSync(program, programArguments, {
    cwd: root, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) { throw new SetupError(`${what} failed: ${error?.message ?? `${stdout}${stderr}`.trim()}`); }
}

function run(what, program, programArguments) {
  const { status, error } = spawnSync(program, programArguments, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) { throw new SetupError(`${what} failed${error ? `: ${error.message}` : ''}`); }
}

/** Runs `action` and ends the process with a plain message where it cannot go on. */
export function orExit(action) {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof SetupError)) { throw error; }
    console.error(error.message);
    return process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  orExit(() => { setUp({ forTests: false, build: true }); });
}
