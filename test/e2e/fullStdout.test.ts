/** Stdout that takes no answer, or not all of it: what was done is done, and is told in another way. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bundleProgram } from '../helpers/programs.ts';
import { frame } from '../helpers/rawPeer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

const fake = await bundleProgram('test/helpers/fakeSidecar.ts');
const isRoot = process.geteuid?.() === 0;
const mount = (imagePath: string): object => ({ imagePath, imageIndex: 1, mountPath: '/mnt' });

/** Runs dismts with stdout in a file. @param input Where it is given, stdin stays open after it. */
async function runInto(path: string, args: readonly string[], input?: Buffer): Promise<{ exitCode: unknown; stderr: string; logs: string }> {
  const folder = tempFolder();
  const stdout = openSync(path, 'w');
  const child = spawn(fake.command, [...fake.args, ...args], { env: { HOME: folder, DISMTS_STATE_DIR: folder }, stdio: ['pipe', stdout, 'pipe'] });
  closeSync(stdout);
  if (input === undefined) { child.stdin?.end(); } else { child.stdin?.on('error', () => undefined).write(input); }
  onTestFinished(() => { child.kill('SIGKILL'); });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const exitCode = await new Promise((resolve) => { child.once('close', resolve); });
  const logs = execFileSync('find', [folder, '-name', '*.log'], { encoding: 'utf8' }).split('\n').filter((log) => log !== '');
  return { exitCode, stderr, logs: logs.map((log) => readFileSync(log, 'utf8')).join('') };
}

/** A file on a disk that has room for a part of an answer. */
function smallFile(): string {
  const small = tempFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', small]);
  onTestFinished(() => { execFileSync('umount', [small]); });
  return join(small, 'out.txt');
}

describe.runIf(process.platform === 'linux')('with stdout on a full disk (Linux)', () => {
  test('a change says that it is done and its answer is not written, in its exit code, on stderr and in its log', async () => {
    const { exitCode, stderr, logs } = await runInto('/dev/full', ['call', 'image/mount', JSON.stringify(mount('/log'))]);
    expect([exitCode, stderr.split('\n')]).toEqual([74, [
      'dismts: "image/mount" is done, but its result cannot be written to stdout: no space is left on its disk',
      'ERROR_DISK_FULL (0x80070070): Its log says what it has done; it need not run again for that.',
      expect.stringMatching(/^Log: .+\.log$/), '',
    ]]);
    expect(logs).toMatch(/image\/mount: done after [^]*Error .*"image\/mount" is done, but its result cannot be written to stdout/);
  });

  test('a question is to be asked again', async () => {
    const { exitCode, stderr } = await runInto('/dev/full', ['info', '/a.wim']);
    expect([exitCode, stderr]).toEqual([74, expect.stringContaining('Run it again with its output elsewhere.')]);
  });

  test('what is JSON for programs has the same exit code', async () => {
    const { exitCode, stderr } = await runInto('/dev/full', ['mount', '/log', '/mnt', '--index', '1', '--json']);
    expect([exitCode, JSON.parse(stderr)]).toEqual([74, expect.objectContaining({ exitCode: 74 })]);
  });

  test('damage that a scan has found stays in the exit code', async () => {
    expect(await runInto('/dev/full', ['scan', '/m'])).toMatchObject({ exitCode: 65, stderr: expect.stringContaining('"health/scan" is done, but') as string });
  });

  test.for([['--version'], ['--help'], ['manual'], ['completion', 'bash'], ['complete', '--', 'mou']])('%s fails', async (...[args]) => {
    expect(await runInto('/dev/full', args)).toMatchObject({ exitCode: 74, stderr: 'dismts: Cannot write to stdout: no space is left on its disk\n' });
  });

  test.runIf(isRoot)('an answer that is written in part fails like one that is not (needs root)', async () => {
    const out = smallFile();
    const path = `/${'x'.repeat(5000)}`;
    expect(await runInto(out, ['call', 'image/getInfo', JSON.stringify({ imagePath: path })])).toMatchObject({ exitCode: 74 });
    expect(statSync(out).size).toBe(4096);
    expect(await runInto(out, ['manual'])).toMatchObject({ exitCode: 74 });
  });

  test.runIf(isRoot)('a server whose answer is written in part ends with 1, and the log of the operation says so (needs root)', async () => {
    const out = smallFile();
    const frames = [
      { jsonrpc: '2.0', id: 0, method: 'initialize', params: { client: { name: 'test', version: '0' }, protocolVersion: '1.0', engine: 'Portable' } },
      { jsonrpc: '2.0', id: 1, method: 'image/mount', params: { ...mount('/log'), mountPath: `/${'x'.repeat(5000)}` } },
    ].map(frame);
    const { exitCode, stderr, logs } = await runInto(out, ['--stdio'], Buffer.concat(frames));
    expect([exitCode, stderr]).toEqual([1, '']);
    expect(logs).toMatch(/image\/mount: done after [^]*Error .*answer: The answer of this operation did not reach the client: no space is left on its disk/);
    expect(readFileSync(out, 'utf8')).not.toContain('-32603');
  });
});
