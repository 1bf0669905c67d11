/** `dismts call` and the other words of the command line, as a shell sees them. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maxMessageBytes, methods } from '@dismts/protocol';
import { describe, expect, test } from 'vitest';
import { verbs } from '../../sidecar/src/commandLine/verbs.ts';
import { Hresult } from '../../sidecar/src/hresult.ts';
import { version } from '../../sidecar/src/version.ts';
import { deadlineMs } from '../helpers/deadline.ts';
import { builtExecutable, bundleProgram, start, type Program } from '../helpers/programs.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

const fake = await bundleProgram('test/helpers/fakeSidecar.ts');

/** Runs to the end. */
async function run(args: readonly string[], input = '', program: Program = fake): Promise<{ exitCode: unknown; stdout: string; stderr: string }> {
  const { child, exit, stdout, stderr } = start(program, args);
  child.stdin.end(input);
  const exitCode = await exit;
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

/** Waits, with a deadline, until a file exists. */
async function appears(path: string): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!await access(path).then(() => true, () => false)) {
    if (Date.now() > deadline) {
      throw new Error(`"${path}" did not appear`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('dismts', () => {
  test('--version', async () => {
    expect(await run(['--version'])).toEqual({ exitCode: 0, stdout: `dismts ${version}\n`, stderr: '' });
  });

  test('--help has the exit codes, and call --help every method', async () => {
    const help = await run(['--help']);
    expect([help.exitCode, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toContain('\n  75    busy, try again later\n');
    const { exitCode, stdout, stderr } = await run(['call', '--help']);
    expect([exitCode, stderr]).toEqual([0, '']);
    for (const { method } of Object.values(methods).filter((declaration) => declaration.method.includes('/'))) {
      expect(stdout).toContain(method);
    }
  });

  test.for([[[]], [['--unheard-of']], [['mount']], [['call']], [['call', 'image/explode']], [['call', 'image/mount', '{}', 'more']]] as const)(
    'refuses %j with a reason, and says where the help is', async ([args]) => {
      const { exitCode, stdout, stderr } = await run(args);
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^dismts: .+\nSee "dismts .*--help"\.\n$/);
    });
});

describe('dismts call', () => {
  test('that has nothing left to wait for and no result is a bug, not a success', async () => {
    expect(await run(['call', 'image/mount', '{"imagePath":"/forget.wim","imageIndex":1,"mountPath":"/m"}']))
      .toEqual({ exitCode: 70, stdout: '', stderr: 'dismts: Bug in DismTs: the work ended without a result\n' });
  });

  test('prints the result as JSON, and nothing else', async () => {
    const { exitCode, stdout, stderr } = await run(['call', 'image/getInfo', '{"imagePath":"/a.wim"}']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(methods.getImageInfo.result.parse(JSON.parse(stdout)).images).toHaveLength(2);
    expect(stdout.endsWith('}\n')).toBe(true);
  });

  test('needs no parameters where the method has none', async () => {
    expect((await run(['call', 'image/listMounted'])).exitCode).toBe(0);
  });

  test('reads parameters from stdin', async () => {
    const { exitCode, stdout } = await run(['call', 'image/getInfo', '-'], '{"imagePath":"/é.wim","imageIndex":2}');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ images: [{ imagePath: '/é.wim', imageIndex: 2 }] });
  });

  test('writes the whole of a large result through a pipe', async () => {
    const { exitCode, stdout } = await run(['call', 'image/getInfo', JSON.stringify({ imagePath: `/${'x'.repeat(32_000)}` })]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ images: [{}, {}] });
  });

  test.for<[string, readonly string[], string, string]>([
    ['no JSON', ['{'], '', 'not valid JSON'], ['no JSON on stdin', ['-'], 'nonsense', 'not valid JSON'], ['nothing on stdin', ['-'], '', 'not valid JSON'],
    ['an unknown parameter', ['{"imagePath":"/a.wim","x":1}'], '', '"x"'], ['an array', ['[]'], '', 'it is a list'],
    ['more than the limit', ['-'], ' '.repeat(maxMessageBytes + 1), 'over the limit'],
  ])('refuses %s', async ([, args, input, reason]) => {
    const { exitCode, stdout, stderr } = await run(['call', 'image/getInfo', ...args], input);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^dismts: The parameters of "image\/getInfo" are invalid: .+\n$/);
    expect(stderr).toContain(reason);
  });

  test('says in lines what failed, what to do and where the log is', async () => {
    const { exitCode, stdout, stderr } = await run(['call', 'image/remount', '{"mountPath":"/busy"}']);
    expect([exitCode, stdout]).toEqual([75, '']);
    const lines = stderr.split('\n');
    expect(lines).toEqual([
      'dismts: Cannot unmount "/busy": 2 processes use it',
      expect.stringMatching(/^WIM_E_UNMOUNT_INCOMPLETE \(0xC1420117\): Close /),
      'In use by: bash (process 4711)',
      'In use by: explorer (process 4712)',
      expect.stringMatching(/^Log: .+\.log$/),
      '',
    ]);
  });

  test.for([['wimerror', 1, 'WIMLIB_ERR_MQUEUE (0x80004005)'], ['unsupported', 1, 'ERROR_NOT_SUPPORTED (0x80070032)'], ['bug', 70, 'E_UNEXPECTED (0x8000FFFF)'],
    ['crash', 70, 'E_UNEXPECTED (0x8000FFFF)']] as const)('ends with the exit code of %s', async ([word, expected, text]) => {
    const { exitCode, stdout, stderr } = await run(['call', 'image/remount', `{"mountPath":"/${word}"}`]);
    expect([exitCode, stdout]).toEqual([expected, '']);
    expect(stderr).toContain(text);
    expect(stderr).not.toContain('    at ');
  });

  test('shows progress on stderr when asked to, and not by itself where that is no terminal', async () => {
    const args = ['call', 'image/remount', '{"mountPath":"/progress=200"}'];
    expect((await run(args)).stderr).toBe('');
    expect((await run([...args, '--progress'])).stderr).toBe('Writing 0%\nWriting 100%\n');
  });

  test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s cancels, cleans up, and ends it with 130', async (signal) => {
    const folder = tempFolder();
    const { child, exit, stdout, stderr } = start(fake, ['call', 'image/remount', JSON.stringify({ mountPath: '/hang', scratchDirectory: folder })]);
    await appears(join(folder, 'started'));
    child.kill(signal);
    expect(await exit).toBe(130);
    expect((await readdir(folder)).sort()).toEqual(['cleaned-up', 'started']);
    expect(stdout()).toBe('');
    expect(stderr()).toMatch(/^dismts: The operation "image\/remount" was cancelled\nERROR_CANCELLED \(0x800704C7\)\nLog: .+\n$/);
  });

  test('a process that is killed leaves the log of its operation, which log shows', async () => {
    const folder = tempFolder();
    const { child, exit, logDirectory } = start(fake, ['call', 'image/remount', JSON.stringify({ mountPath: '/hang', scratchDirectory: folder })]);
    await appears(join(folder, 'started'));
    child.kill('SIGKILL');
    await exit;
    expect(await readdir(logDirectory)).toEqual([expect.stringMatching(/^\d{8}-\d{6}-image-remount-\d+-\d+\.log$/)]);
    const { stdout, status } = spawnSync(fake.command, [...fake.args, 'log'], { encoding: 'utf8', env: { PATH: process.env['PATH'], DISMTS_LOG_DIR: logDirectory } });
    expect([status, stdout]).toEqual([0, expect.stringContaining('"mountPath":"/hang"')]);
  });

  test('is cancelled while it waits for parameters', async () => {
    const { child, exit, stderr } = start(fake, ['call', 'image/remount', '-']);
    child.stdin.write('{');
    // SIGHUP is the first bit of the signals that the process handles; Node by itself does not.
    const handled = async (): Promise<number> => Number.parseInt(/^SigCgt:.*(.)$/m.exec(await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8'))?.[1] ?? '', 16) & 1;
    await expect.poll(handled, { timeout: deadlineMs }).toBe(1);
    child.kill('SIGHUP');
    expect([await exit, stderr()]).toEqual([130, expect.stringContaining('was cancelled')]);
  });

  test('does not mind a reader that goes away', async () => {
    const { child, exit, stderr } = start(fake, ['call', 'image/listMounted']);
    child.stdout.destroy();
    expect(await exit).toBe(0);
    expect(stderr()).toBe('');
  });

  test('writes the log that it is told to', async () => {
    const logPath = join(tempFolder(), 'own.log');
    const { exitCode } = await run(['call', 'image/remount', JSON.stringify({ mountPath: '/log', logPath })]);
    expect(exitCode).toBe(0);
    expect(await readFile(logPath, 'utf8')).toContain('image/remount: An info line');
  });
});

describe('verbs', () => {
  test('print tables, and sentences for what was done', async () => {
    const info = await run(['info', 'a.wim']);
    expect([info.exitCode, info.stderr]).toEqual([0, '']);
    expect(info.stdout.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^Image index {2}Image name {2,}Version {2,}Architecture/),
      expect.stringMatching(/^1 {12}Windows 11 Pro .+ 10\.0\.26100\.1742 {2}x64 .+15\.0 GiB$/),
    ]);
    const { exitCode, stdout } = await run(['mount', 'a.wim', 'mnt', '--index', '0x1']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Mounted image 1 of \/.+\/a\.wim at \/.+\/mnt \(ReadWrite\)\n$/);
    expect((await run(['mount', 'a.wim', 'mnt', '--index', '1', '--quiet'])).stdout).toBe('');
  });

  test('--json prints the result as call does, and an error as one line of JSON with its exit code', async () => {
    expect(JSON.parse((await run(['mounts', '--json'])).stdout)).toMatchObject({ mounts: [{ path: '/mnt/a' }, {}, {}] });
    const { exitCode, stdout, stderr } = await run(['remount', '/busy', '--json']);
    expect([exitCode, stdout]).toEqual([75, '']);
    expect(JSON.parse(stderr)).toMatchObject({ error: { message: expect.any(String) as string, data: { symbol: 'WIM_E_UNMOUNT_INCOMPLETE' } }, exitCode: 75 });
  });

  test('say in their own words what is wrong with parameters, and exit with 2', async () => {
    const { exitCode, stderr } = await run(['mount', 'a.wim', 'mnt']);
    expect([exitCode, stderr]).toEqual([2, 'dismts mount: give either --index or --name\nSee "dismts mount --help".\n']);
  });

  test('leave a value as it is, whatever parameters are called', async () => {
    const { exitCode, stderr } = await run(['split', 'a.wim', '/imagePath.wim', '--file-size', '1']);
    expect([exitCode, stderr.split('\n')[0]]).toEqual([2, expect.stringMatching(/^dismts split: .+: must end with \.swm \(it is "\/imagePath\.wim"\)$/)]);
  });

  test('a scan that found damage exits with 65, one that could not be made with 1', async () => {
    const { exitCode, stdout } = await run(['scan', '/m']);
    expect(exitCode).toBe(65);
    expect(stdout).toContain('Image health state : Repairable\n');
    expect(stdout).toContain('CSI Payload Corrupt');
    expect((await run(['scan', '/error=80070003'])).exitCode).toBe(1);
  });

  test('advise in words of the command line', async () => {
    expect((await run(['error', '0xC1420127'])).exitCode).toBe(0);
    const { stderr } = await run(['call', 'image/remount', '{"mountPath":"/busy"}']);
    expect(stderr).not.toContain('-DismTs');
  });

  test('complete prints what may follow', async () => {
    expect((await run(['complete', '--', 'unm'])).stdout).toBe('unmount\tDismount an image, with its changes or without them\n');
    expect((await run(['complete', '--', 'unmount', ''])).stdout).toBe('/mnt/a\tmounted\n/mnt/b\tmounted\n/mnt/c\tmounted\n');
  });

  test.runIf(existsSync('/usr/bin/groff'))('manual prints a page that groff takes without a warning (needs groff)', async () => {
    const { stdout } = await run(['manual']);
    const { stdout: formatted, stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tascii', '-P-cbou'], { input: stdout, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    for (const { name } of verbs) { expect(formatted).toMatch(new RegExp(`^ {7}${name}\\b`, 'm')); }
  });
});

/** Runs bash with the completion loaded, and gives what it would insert for a line. */
function bashCompletion(folder: string, words: readonly string[]): string[] {
  const program = [fake.command, ...fake.args].map((word) => `'${word}'`).join(' ');
  const script = `dismts() { ${program} "$@"; }\nsource <(dismts completion bash)\nCOMP_WORDS=(dismts ${words.map((word) => `'${word}'`).join(' ')})\n`
    + `COMP_CWORD=${words.length}\n_dismts\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: folder, DISMTS_STATE_DIR: folder } });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe.runIf(process.platform === 'linux')('completion in bash (Linux)', () => {
  test('completes verbs, options, values and mounts', () => {
    const folder = tempFolder();
    expect(bashCompletion(folder, ['mou'])).toEqual(['mount', 'mounts']);
    expect(bashCompletion(folder, ['unmount', '/mnt/a', '--sa'])).toEqual(['--save']);
    expect(bashCompletion(folder, ['scan', '--log-level', 'E'])).toEqual(['Errors']);
    expect(bashCompletion(folder, ['call', 'health/'])).toEqual(['health/check', 'health/cleanComponents', 'health/restore', 'health/scan']);
    expect(bashCompletion(folder, ['mount', ''])).toEqual([]);
  });
});

/** Whether a shell is there to run its completion script, for the title of the test. */
function lackOf(shell: string): string {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0 ? '' : ` (skipped: ${shell} is not installed)`;
}

/** Runs a script in a shell in a folder of its own with an install.wim; gives the lines that it writes. */
function inShell(shell: string, parameter: string, script: string): string[] {
  const folder = tempFolder();
  writeFileSync(join(folder, 'install.wim'), '');
  const { stdout, stderr, status } = spawnSync(shell, [parameter, '-c', script], {
    encoding: 'utf8', cwd: folder, timeout: deadlineMs, env: { PATH: process.env['PATH'], HOME: folder, DISMTS_STATE_DIR: folder },
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n');
}

describe.runIf(process.platform === 'linux')('completion in other shells (Linux)', () => {
  const program = [fake.command, ...fake.args].map((word) => `'${word}'`).join(' ');

  test.skipIf(lackOf('fish') !== '')(`fish completes verbs, options, values, and files where nothing is known${lackOf('fish')}`, () => {
    const lines = inShell('fish', '--no-config', `
      function dismts; ${program} $argv; end
      dismts completion fish | source
      for line in 'dismts mou' 'dismts unmount /mnt/a --sa' 'dismts scan --log-level E' 'dismts call health/' 'dismts info inst'; complete -C $line; end`);
    expect(lines[0]).toMatch(/^mount\tMount /);
    expect(lines.map((line) => line.split('\t')[0])).toEqual([
      'mount', 'mounts', '--save', 'Errors', 'health/check', 'health/cleanComponents', 'health/restore', 'health/scan', 'install.wim', '',
    ]);
  });

  test.skipIf(lackOf('zsh') !== '')(`zsh completes verbs, options, values, and files where nothing is known${lackOf('zsh')}`, () => {
    // An interactive zsh on a terminal of its own, in which Tab is typed, and then a key that shows the line.
    const lines = inShell('zsh', '-f', `
      zmodload zsh/zpty
      zpty shell TERM=xterm zsh -f -i
      wait_for() { local text= part=; while [[ $text != *"$1"* ]]; do zpty -r shell part || exit 1; text+=$part; done; seen=$text }
      zpty -w shell "PS1=; dismts() { ${program} \\"\\$@\\"; }; autoload -Uz compinit; compinit -u -D; source <(dismts completion zsh)"
      zpty -w shell "show() { print -r -- \\"{\\$BUFFER}\\"; BUFFER= }; zle -N show; bindkey '^G' show; print rea''dy"
      wait_for ready
      for line in 'dismts unmo' 'dismts unmount /mnt/a --sa' 'dismts scan --log-level E' 'dismts call health/sc' 'dismts info inst'; do
        zpty -w -n shell "$line"$'\\t\\a'
        wait_for '}'
        print -r -- "\${\${seen##*\\{}%%\\}*}"
      done`);
    expect(lines).toEqual([
      'dismts unmount ', 'dismts unmount /mnt/a --save ', 'dismts scan --log-level Errors ', 'dismts call health/scan ', 'dismts info install.wim ', '',
    ]);
  });
});

/** What is said once for the sources and once for what is built from them. */
function describeProgram(name: string, program: Program | undefined): void {
  describe(name, () => {
    test.runIf(program !== undefined)(`${name}: error/resolve needs no engine (needs module/bin where it is the executable)`, async () => {
      const { child, exit, stdout, stderr } = start(program ?? fake, ['call', 'error/resolve', JSON.stringify({ code: Hresult.WIM_E_ALREADY_MOUNTED_READWRITE | 0 }), '--engine', 'Native']);
      child.stdin.end();
      expect([await exit, stderr()]).toEqual([0, '']);
      expect(JSON.parse(stdout())).toMatchObject({ symbol: 'WIM_E_ALREADY_MOUNTED_READWRITE' });
    });

    test.runIf(program !== undefined)(`${name}: the native engine needs Windows (needs module/bin where it is the executable)`, async () => {
      const { child, exit, stderr } = start(program ?? fake, ['call', 'image/listMounted', '--engine', 'Native']);
      child.stdin.end();
      expect(await exit).toBe(1);
      expect(stderr()).toMatch(/^dismts: The Native engine works on Windows only.*\nERROR_NOT_SUPPORTED/);
    });

    test.runIf(program !== undefined)(`${name}: a file that does not exist (needs module/bin where it is the executable)`, async () => {
      const { child, exit, stderr } = start(program ?? fake, ['call', 'image/getInfo', '{"imagePath":"/nowhere/none.wim"}', '--engine', 'Portable']);
      child.stdin.end();
      expect(await exit).toBe(1);
      expect(stderr()).toMatch(/\nERROR_(?:FILE|PATH)_NOT_FOUND \(0x8007000[23]\)/);
    });
  });
}

describeProgram('the bundle', await bundleProgram('sidecar/src/main.ts'));
describeProgram('the built executable', builtExecutable());
