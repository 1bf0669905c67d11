/** The single-file executable against what surrounds it: environment, planted files, a changed or exposed addon. */
import { execFile, spawn, type ExecFileException } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync, chmodSync, chownSync, closeSync, copyFileSync, existsSync, lstatSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync,
  rmSync, statSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageFile } from '../../sidecar/build/npmPackage.ts';
import { findTarget } from '../../sidecar/build/targets.ts';
import { isRoot, letAllRead, nobodyId } from '../helpers/nobody.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

/** The Node.js that the executable is made of, as it was. */
const stockNode = packageFile(findTarget().nodePackage, findTarget().nodeBinary);
const root = join(import.meta.dirname, '..', '..');
const built = join(root, 'module', 'bin', `${process.platform}-${process.arch}`, 'dismts');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
/** A user without rights (nobody), where this runs as root. */
const user = isRoot ? { uid: nobodyId, gid: nobodyId } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** Where the executable is, readable by all: the clone may be in a home that is not. */
let shared: string;
let executable: string;

beforeAll(() => {
  if (!existsSync(built)) { throw new Error(`There is no ${built}: run "npm run build"`); }
  shared = mkdtempSync(join(tmpdir(), 'dismts-test-'));
  executable = join(shared, 'module', 'bin', 'linux-x64', 'dismts');
  mkdirSync(join(executable, '..'), { recursive: true });
  copyFileSync(built, executable);
  letAllRead(shared);
});
afterAll(() => { rmSync(shared, { recursive: true, force: true }); });

interface Outcome { readonly exitCode: number | string; readonly stdout: string; readonly stderr: string }

interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly asRoot?: boolean;
}

/** Runs a program with no more environment than PATH and what is given, as a user without rights. */
async function run(program: string, args: readonly string[], { environment = {}, cwd = shared, asRoot = false }: RunOptions = {}): Promise<Outcome> {
  return await new Promise((resolve) => {
    execFile(program, args, { cwd, env: { PATH: process.env['PATH'], ...environment }, ...(asRoot ? {} : user) },
      (error: ExecFileException | null, stdout, stderr) => { resolve({ exitCode: error === null ? 0 : error.code ?? error.signal ?? -1, stdout, stderr }); });
  });
}

/** An empty home that belongs to the user. */
function newHome(): string {
  const home = tempFolder();
  chownSync(home, user.uid, user.gid);
  return home;
}

/** Asks for something that needs the native addon and writes nothing else: whether libwim can be loaded. */
async function useAddon(environment: Readonly<Record<string, string>>, options: RunOptions = {}): Promise<Outcome> {
  return await run(executable, ['call', 'environment/get'], { ...options, environment });
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** The extracted addon of a state folder, which must be the only thing there. */
function extractedAddon(stateHome: string, own = 'dismts'): string {
  const folder = join(stateHome, own, 'addon');
  const [hash = '', ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect(readdirSync(join(folder, hash))).toEqual(['koffi.node']);
  return join(folder, hash, 'koffi.node');
}

const answers = (libwim: RegExp) => ({ exitCode: 0, stderr: '', stdout: expect.stringMatching(libwim) as string });
const loadsAddon = answers(/"name": "libwim",\s+"state": "Ok"/);
const refusesAddon = (reason: string) => answers(new RegExp(`"name": "libwim",\\s+"state": "Missing",\\s+"detail": ".*${reason}`));

test('--version prints the version of package.json and nothing else', async () => {
  expect(await run(executable, ['--version'])).toEqual({ exitCode: 0, stdout: `dismts ${version}\n`, stderr: '' });
});

test('has its own name in lists of processes where it is started by a descriptor', async () => {
  const descriptor = openSync(executable, 'r');
  const child = spawn(`/proc/self/fd/${descriptor}`, ['--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  closeSync(descriptor);
  try {
    // Not JSON-RPC: the answer shows that it runs.
    child.stdin.write('Content-Length: 1\r\n\r\nx');
    await once(child.stdout, 'data');
    expect(readFileSync(`/proc/${child.pid}/comm`, 'utf8')).toBe('dismts\n');
    expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').replaceAll('\0', '')).toBe('dismts');
  } finally {
    child.kill();
  }
});

test('SHA256SUMS in module/bin fits the executables', async () => {
  const bin = join(root, 'module', 'bin');
  expect(await run('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: bin, asRoot: true })).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(readFileSync(join(bin, 'SHA256SUMS'), 'utf8')).toContain(`  ${process.platform}-${process.arch}/dismts\n`);
});

describe('variables that change a Node.js process', () => {
  /** Each names a variable, and says what it did to a process; a stock Node.js shows that it does it at all. */
  const variables: Readonly<Record<string, (folder: string) => { readonly value: string; readonly effect: (outcome: Outcome) => boolean }>> = {
    NODE_OPTIONS: (folder) => {
      writeFileSync(join(folder, 'evil.cjs'), `require('fs').writeFileSync(${JSON.stringify(join(folder, 'marker'))}, '')`);
      return { value: `--require ${join(folder, 'evil.cjs')}`, effect: () => existsSync(join(folder, 'marker')) };
    },
    OPENSSL_CONF: (folder) => {
      writeFileSync(join(folder, 'openssl.cnf'), 'nodejs_conf = nodejs\n[nodejs]\nproviders = no_such_section\n');
      return { value: join(folder, 'openssl.cnf'), effect: ({ exitCode }) => exitCode !== 0 };
    },
    NODE_EXTRA_CA_CERTS: () => ({ value: '/no/such/file', effect: ({ stderr }) => stderr.includes('Ignoring extra certs') }),
    // Not only written: what is there is run in place of the script.
    NODE_COMPILE_CACHE: (folder) => ({ value: join(folder, 'cache'), effect: () => existsSync(join(folder, 'cache')) }),
    NODE_DEBUG: () => ({ value: '*', effect: ({ stderr }) => stderr !== '' }),
  };

  test.each(Object.keys(variables))('%s has no effect', async (name) => {
    const control = newHome();
    writeFileSync(join(control, 'control.cjs'), 'require("tls").createSecureContext(); require("url")');
    const onNode = variables[name]?.(control);
    const controlOutcome = await run(stockNode, [join(control, 'control.cjs')], { environment: { [name]: onNode?.value ?? '' }, asRoot: true });
    expect(onNode?.effect(controlOutcome), JSON.stringify(controlOutcome)).toBe(true);

    const folder = newHome();
    const onExecutable = variables[name]?.(folder);
    const outcome = await run(executable, ['--version'], { environment: { [name]: onExecutable?.value ?? '' } });
    expect(outcome).toEqual({ exitCode: 0, stdout: `dismts ${version}\n`, stderr: '' });
    expect(onExecutable?.effect(outcome)).toBe(false);
  });
});

describe('koffi planted where its own loader, or Node.js, would look', () => {
  const packageName = `@koromix/koffi-${process.platform}-${process.arch}`;
  /** Folders to plant it in, seen from the executable and from the current folder. */
  const places: Readonly<Record<string, (home: string) => string>> = {
    'three levels up': () => join(executable, '..', '..', '..', '..'),
    'three levels up from the file': () => join(executable, '..', '..', '..'),
    'node_modules beside the executable': () => join(executable, '..', 'node_modules'),
    'node_modules of the current folder': (home) => join(home, 'node_modules'),
    NODE_PATH: (home) => join(home, 'modules'),
  };

  test.each(Object.keys(places))('is not loaded: %s', async (name) => {
    const home = newHome();
    const marker = join(home, 'marker');
    const folder = places[name]?.(home) ?? '';
    const planted = [join(folder, packageName), join(folder, 'koffi')];
    for (const path of planted) {
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'index.js'), `require('fs').writeFileSync(${JSON.stringify(marker)}, '')`);
    }
    try {
      expect(await useAddon({ HOME: home, NODE_PATH: folder }, { cwd: home })).toEqual(loadsAddon);
      expect(existsSync(marker)).toBe(false);
    } finally {
      for (const path of planted) { rmSync(path, { recursive: true }); }
    }
  });
});

describe('the extracted addon', () => {
  test('is in folders and a file of this user alone, under its hash', async () => {
    const home = newHome();
    expect(await useAddon({ HOME: home })).toEqual(loadsAddon);
    const addon = extractedAddon(join(home, '.local', 'state'));
    expect(addon).toContain(`/${sha256(addon)}/`);
    expect(statSync(addon)).toMatchObject({ uid: user.uid, mode: 0o100600 });
    for (const path of ['..', '../..', '../../..']) {
      expect(statSync(join(addon, path))).toMatchObject({ uid: user.uid, mode: 0o40700 });
    }
  });

  test('goes to XDG_STATE_HOME, unless that is no absolute path', async () => {
    const home = newHome();
    expect(await useAddon({ HOME: home, XDG_STATE_HOME: join(home, 'state') })).toEqual(loadsAddon);
    extractedAddon(join(home, 'state'));
    expect(await useAddon({ HOME: home, XDG_STATE_HOME: 'relative' }, { cwd: home })).toEqual(loadsAddon);
    extractedAddon(join(home, '.local', 'state'));
    expect(existsSync(join(home, 'relative'))).toBe(false);
  });

  test('is used again without being written', async () => {
    const home = newHome();
    await useAddon({ HOME: home });
    const before = statSync(extractedAddon(join(home, '.local', 'state')));
    expect(await useAddon({ HOME: home })).toEqual(loadsAddon);
    expect(statSync(extractedAddon(join(home, '.local', 'state')))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  test('is extracted once when many start at a time', async () => {
    const home = newHome();
    const outcomes = await Promise.all(Array.from({ length: 6 }, async () => await useAddon({ HOME: home })));
    expect(outcomes).toEqual(outcomes.map(() => loadsAddon));
    extractedAddon(join(home, '.local', 'state'));
  });

  /** What may have become of the file. */
  const damages: Readonly<Record<string, (addon: string, home: string) => void>> = {
    'has other content': (addon) => { appendFileSync(addon, 'x'); },
    'is cut off': (addon) => { writeFileSync(addon, ''); },
    'can be written by others': (addon) => { chmodSync(addon, 0o666); },
    'is a link to the right content': (addon, home) => {
      copyFileSync(addon, join(home, 'elsewhere'));
      rmSync(addon);
      symlinkSync(join(home, 'elsewhere'), addon);
    },
  };

  test.each(Object.keys(damages))('is replaced when it %s', async (name) => {
    const home = newHome();
    await useAddon({ HOME: home });
    const addon = extractedAddon(join(home, '.local', 'state'));
    const good = sha256(addon);
    damages[name]?.(addon, home);
    const { ino } = lstatSync(addon);
    expect(await useAddon({ HOME: home })).toEqual(loadsAddon);
    expect(sha256(extractedAddon(join(home, '.local', 'state')))).toBe(good);
    const now = lstatSync(addon);
    expect(now).toMatchObject({ mode: 0o100600 });
    expect(now.ino).not.toBe(ino);
  });

  test.each(['dismts', 'dismts/addon'])('is not put below "%s" when others can write that', async (path) => {
    const home = newHome();
    await useAddon({ XDG_STATE_HOME: home });
    const addon = extractedAddon(home);
    rmSync(addon);
    chmodSync(join(home, path), 0o770);
    expect(await useAddon({ XDG_STATE_HOME: home })).toEqual(loadsAddon);
    expect(existsSync(addon)).toBe(false);
    expect(await useAddon({ XDG_STATE_HOME: home, TMPDIR: join(home, 'none') })).toEqual(refusesAddon('can be written by others'));
  });

  test.each(['dismts', 'dismts/addon'])('is not put below "%s" when that is a link', async (path) => {
    const home = newHome();
    await useAddon({ XDG_STATE_HOME: join(home, 'real') });
    mkdirSync(join(home, 'state', path, '..'), { recursive: true, mode: 0o700 });
    for (const made of ['state', 'state/dismts'].slice(0, path.split('/').length)) { chownSync(join(home, made), user.uid, user.gid); }
    symlinkSync(join(home, 'real', path), join(home, 'state', path));
    const addon = extractedAddon(join(home, 'real'));
    rmSync(addon);
    expect(await useAddon({ XDG_STATE_HOME: join(home, 'state') })).toEqual(loadsAddon);
    expect(existsSync(addon)).toBe(false);
    expect(await useAddon({ XDG_STATE_HOME: join(home, 'state'), TMPDIR: join(home, 'none') })).toEqual(refusesAddon('is a link'));
  });

  test.skipIf(!isRoot)('is not put below a folder of another user (needs root to make one)', async () => {
    const home = newHome();
    mkdirSync(join(home, 'dismts'), { mode: 0o755 });
    expect(await useAddon({ XDG_STATE_HOME: home })).toEqual(loadsAddon);
    expect(readdirSync(join(home, 'dismts'))).toEqual([]);
    expect(await useAddon({ XDG_STATE_HOME: home, TMPDIR: join(home, 'none') })).toEqual(refusesAddon('belongs to user 0'));
  });

  test('is reported when there is no place for it', async () => {
    const home = newHome();
    writeFileSync(join(home, 'file'), '');
    const outcome = await useAddon({ XDG_STATE_HOME: join(home, 'file'), TMPDIR: join(home, 'none') });
    expect(outcome).toEqual(refusesAddon('Cannot extract the native library'));
  });

  test.skipIf(!isRoot)('is kept where the variables of the user have no say, for root (needs root)', async () => {
    const home = newHome();
    expect(await useAddon({ HOME: home, XDG_STATE_HOME: home }, { asRoot: true })).toEqual(loadsAddon);
    expect(readdirSync(home, { recursive: true }).filter((path) => String(path).includes('koffi'))).toEqual([]);
  });

  test.skipIf(!isRoot)('goes below DISMTS_STATE_DIR, for root, too (needs root)', async () => {
    const state = join(tempFolder(), 'state');
    expect(await useAddon({ DISMTS_STATE_DIR: state }, { asRoot: true })).toEqual(loadsAddon);
    extractedAddon(state, '.');
  });
});
