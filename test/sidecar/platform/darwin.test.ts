/** What runs where the platform says that it is macOS, and what is refused, and how. The rest of the system stays that of the tests. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bundleProgram, start } from '../../helpers/programs.ts';
import { ordinaryWim } from '../../helpers/wims.ts';

const program = await bundleProgram('sidecar/src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'dismts-test-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
const [preload, mount, source] = ['darwin.cjs', 'mount', 'source'].map((name) => join(folder, name)) as [string, string, string];
writeFileSync(preload, 'Object.defineProperty(process, "platform", { value: "darwin" });');
mkdirSync(mount);
mkdirSync(join(source, 'Windows'), { recursive: true });
const wim = await ordinaryWim(folder);

async function run(...words: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const { child, exit, stdout, stderr } = start({ command: program.command, args: ['--require', preload, ...program.args] }, words);
  child.stdin.end();
  const code = await exit;
  return { code, stdout: stdout(), stderr: stderr() };
}

test.for([
  ['--help', /Usage: dismts/], ['mounts', /^$/], ['call error/resolve {"code":-1073479675}', /DISMAPI_E_INVALID_IMAGE_INDEX/],
] as const)('dismts %s runs', async ([line, said]) => {
  const { code, stdout } = await run(...line.split(' '));
  expect(code).toBe(0);
  expect(stdout).toMatch(said);
});

test('dismts info reads a file', async () => {
  expect(await run('info', wim, '--index', '1')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Image index +: 1$/m) as string });
});

test('dismts environment says that mounting is missing, and how libwim is installed', async () => {
  const { code, stdout } = await run('environment');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Ready +: no$/m);
  expect(stdout).toMatch(/libwim +Missing .*brew install wimlib/);
  expect(stdout).toMatch(/Mounting +Missing .*mount on Linux/);
});

test.for([
  ['mount', wim, mount, '--index', '1'], ['mount', wim, mount, '--index', '1', '--read-only'], ['save', mount], ['unmount', mount, '--discard'], ['scan', source],
  ['packages', source], ['drivers', source], ['capture', source, join(folder, 'new.wim'), 'Name'],
])('dismts %s %s is refused as not supported, with a way out, and has done nothing', async (words) => {
  const { code, stderr } = await run(...words);
  expect(code).toBe(1);
  expect(stderr).toMatch(/Linux/);
  expect(stderr).toMatch(/^ERROR_NOT_SUPPORTED \(0x80070032\): ./m);
  expect(readdirSync(mount)).toEqual([]);
  expect(existsSync(join(folder, 'new.wim'))).toBe(false);
});

test('what needs libwim says how to install it', async () => {
  expect(await run('verify', wim)).toMatchObject({ code: 1, stderr: expect.stringContaining('brew install wimlib') as string });
});
