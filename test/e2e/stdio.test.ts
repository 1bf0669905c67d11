/** `dismts --stdio` as a process: frames on its streams, signals, crashes, and what is left when it has ended. */
import { existsSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dismErrorDataSchema, ErrorCode, methods } from '@dismts/protocol';
import { describe, expect, test } from 'vitest';
import { until } from '../helpers/nativeEngine.ts';
import { builtExecutable, bundleProgram, startStdio } from '../helpers/programs.ts';
import { frame, type RawPeer } from '../helpers/rawPeer.ts';
import { sourceCommand } from '../helpers/sourceCommand.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { jobProcesses } from '../helpers/wimJobs.ts';
import { ordinaryWim } from '../helpers/wims.ts';

const fake = await bundleProgram('test/helpers/fakeSidecar.ts');
const real = await bundleProgram('sidecar/src/main.ts');

/** Starts an operation that runs until it is cancelled; gives the folder where it leaves `started` and `cleaned-up`. */
async function startOperation(peer: RawPeer, id = 1): Promise<string> {
  const folder = tempFolder();
  await peer.initialize();
  peer.send({
    jsonrpc: '2.0', id, method: 'image/mount',
    params: { imagePath: '/hang', imageIndex: 1, mountPath: '/mnt', workDoneToken: id, scratchDirectory: folder },
  });
  await peer.waitFor(({ method }) => method === '$/progress');
  await access(join(folder, 'started'));
  return folder;
}

describe('a session', () => {
  test('has frames on stdout, nothing on stderr, and ends with 0', async () => {
    const { peer, exit, stderr, stdout } = startStdio(fake);
    expect(methods.initialize.result.safeParse((await peer.initialize()).result).success).toBe(true);
    const answer = await peer.request(1, 'image/mount', { imagePath: '/progress=100/log', imageIndex: 1, mountPath: '/mnt/é\u{1F600}', workDoneToken: 't' });
    expect(methods.mountImage.result.parse(answer.result).path).toBe('/mnt/é\u{1F600}');
    expect((await peer.request(2, 'shutdown')).result).toBeNull();
    peer.send({ jsonrpc: '2.0', method: 'exit' });
    expect(await exit).toBe(0);
    expect(stderr()).toBe('');
    expect(stdout()).toBe(peer.messages.map((message) => frame(message).toString('utf8')).join(''));
  });

  test('is not disturbed by what an engine prints', async () => {
    const { peer, exit, stderr, stdout } = startStdio(fake);
    await peer.initialize();
    await peer.request(1, 'image/getInfo', { imagePath: '/noise' });
    peer.end();
    expect(await exit).toBe(0);
    expect(stderr()).toBe('');
    expect(stdout()).toBe(peer.messages.map((message) => frame(message).toString('utf8')).join(''));
  });

  test('keeps a process for the next job on an image file, which ends with it', async () => {
    const imagePath = await ordinaryWim(tempFolder());
    // Not bundled: a job needs the addon that calls libwim.
    const [command, ...args] = sourceCommand;
    const { child, peer, exit, stderr } = startStdio({ command, args });
    await peer.initialize();
    expect(jobProcesses(child.pid)).toEqual([]);
    const asked = peer.request(1, 'imageFile/test', { imagePath });
    await until(() => jobProcesses(child.pid).length === 1, 'the process of the job is there');
    const own = jobProcesses(child.pid);
    const answer = await asked;
    expect(methods.testImageFile.result.parse(answer.result).healthy).toBe(true);
    await until(() => jobProcesses(child.pid).length === 1 && !own.some((pid) => jobProcesses(child.pid).includes(pid)), 'another one is there');
    const [kept = 0] = jobProcesses(child.pid);
    peer.end();
    expect(await exit).toBe(0);
    await until(() => !existsSync(`/proc/${kept}`), 'it ends');
    expect(stderr()).toBe('');
  });

  test('of a client that never says anything ends with 0', async () => {
    const { peer, exit, stderr } = startStdio(real);
    peer.end();
    expect(await exit).toBe(0);
    expect(stderr()).toBe('');
  });

  test('that is no session ends with 1 after an answer', async () => {
    const { peer, exit, stderr } = startStdio(real);
    peer.sendBytes('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await exit).toBe(1);
    expect(peer.messages.map(({ error }) => error?.code)).toEqual([ErrorCode.InvalidRequest]);
    expect(stderr()).toBe('');
  });
});

describe('while an operation runs', () => {
  test('the end of stdin cancels it, and it cleans up before the process ends', async () => {
    const { peer, exit, stderr } = startStdio(fake);
    const folder = await startOperation(peer);
    peer.end();
    expect(await exit).toBe(0);
    await access(join(folder, 'cleaned-up'));
    expect((await peer.waitFor(({ id }) => id === 1)).error?.code).toBe(ErrorCode.RequestCancelled);
    expect(stderr()).toBe('');
  });

  test('SIGTERM cancels it, and it cleans up before the process ends with 143', async () => {
    const { child, peer, exit, stderr } = startStdio(fake);
    const folder = await startOperation(peer);
    child.kill('SIGTERM');
    expect(await exit).toBe(143);
    await access(join(folder, 'cleaned-up'));
    expect((await peer.waitFor(({ id }) => id === 1)).error?.code).toBe(ErrorCode.RequestCancelled);
    expect(stderr()).toBe('');
  });

  test.for(['SIGINT', 'SIGHUP'] as const)('%s changes nothing', async (signal) => {
    const { child, peer, exit, stderr } = startStdio(fake);
    const folder = await startOperation(peer);
    child.kill(signal);
    // An answer shows that the process lives and has had time to handle the signal.
    expect((await peer.request(2, 'error/resolve', { code: 5 })).error).toBeUndefined();
    await expect(access(join(folder, 'cleaned-up'))).rejects.toThrow('ENOENT');
    peer.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } });
    expect((await peer.waitFor(({ id }) => id === 1)).error?.code).toBe(ErrorCode.RequestCancelled);
    peer.end();
    expect(await exit).toBe(0);
    expect(stderr()).toBe('');
  });

  test('a client that closes both its ends is noticed', async () => {
    const { child, peer, exit, stderr } = startStdio(fake);
    const folder = await startOperation(peer);
    child.stdout.destroy();
    child.stdin.destroy();
    expect(await exit).toBeTypeOf('number');
    await access(join(folder, 'cleaned-up'));
    expect(stderr()).toBe('');
  });

  test('a client that closes its reading end is noticed at the next answer', async () => {
    const { child, peer, exit, stderr } = startStdio(fake);
    const folder = await startOperation(peer);
    child.stdout.destroy();
    peer.send({ jsonrpc: '2.0', id: 2, method: 'error/resolve', params: { code: 5 } });
    expect(await exit).toBe(1);
    await access(join(folder, 'cleaned-up'));
    expect(stderr()).toBe('');
  });
});

describe('an exception that nothing catches', () => {
  test('answers every request, is in the log, and ends the process with 70', async () => {
    const { peer, exit, stderr } = startStdio(fake);
    const folder = await startOperation(peer);
    const { error } = await peer.request(2, 'image/remount', { mountPath: '/crash' });
    expect(error?.code).toBe(ErrorCode.InternalError);
    expect(error?.message).toBe('Bug in DismTs: crash as asked');
    expect(await exit).toBe(70);
    expect((await peer.waitFor(({ id }) => id === 1)).error?.code).toBe(ErrorCode.InternalError);
    await access(join(folder, 'cleaned-up'));
    expect(await readFile(dismErrorDataSchema.parse(error?.data).logPath ?? '', 'utf8')).toMatch(/Error: crash as asked\n.* at /);
    expect(stderr()).toBe('');
  });
});

const executable = builtExecutable();

describe.for([['the bundle', real], ['the built executable', executable]] as const)('%s', ([name, program]) => {
  test.runIf(program !== undefined)(`${name} serves a session (needs module/bin where it is the executable)`, async () => {
    const { peer, exit, stderr } = startStdio(program ?? real);
    expect(methods.initialize.result.parse((await peer.initialize({ engine: 'Portable' })).result).engine).toBe('Portable');
    expect((await peer.request(1, 'error/resolve', { code: 1223 })).result).toMatchObject({ symbol: 'ERROR_CANCELLED' });
    peer.end();
    expect(await exit).toBe(0);
    expect(stderr()).toBe('');
  });

  test.runIf(program !== undefined)(`${name} loads no native code before it is needed (needs module/bin where it is the executable)`, async () => {
    const { child, peer } = startStdio(program ?? real);
    await peer.initialize();
    const maps = await readFile(`/proc/${child.pid ?? 0}/maps`, 'utf8');
    expect(maps).not.toContain('koffi');
    expect(maps).not.toContain('libwim');
  });
});
