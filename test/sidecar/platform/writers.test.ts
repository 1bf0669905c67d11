/** The processes that have a file open for writing. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findWriters } from '../../../sidecar/src/platform/linux/writers.ts';
import { processesWith, until } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { imagex, ordinaryWim } from '../../helpers/wims.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dismts-test-'));
  onTestFinished(async () => { await rm(folder, { recursive: true }); });
  return folder;
}

/** A process that has a file open until the end of the test. */
async function open(path: string, redirection: '<' | '<>'): Promise<number> {
  const child = spawn('sh', ['-c', `exec 3${redirection}"$1"; echo; exec sleep 600`, 'sh', path], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await once(child.stdout, 'data');
  return child.pid ?? expect.fail();
}

describe('findWriters()', () => {
  test('finds who has just that file open for writing, by any name', async () => {
    const folder = await temporaryFolder();
    const [path, other] = [join(folder, 'file'), join(folder, 'other')];
    for (const name of [path, other]) { await writeFile(name, ''); }
    expect(await findWriters(path)).toEqual([]);
    await open(path, '<');
    await open(other, '<>');
    const pid = await open(`/proc/self/root${path}`, '<>');
    expect(await findWriters(path)).toEqual([{ pid, program: 'sleep' }]);
  });

  test.runIf(isRoot)('waits for no file system that does not answer', async () => {
    const folder = await temporaryFolder();
    const [mount, path] = [join(folder, 'mount'), join(folder, 'file')];
    await mkdir(mount);
    await writeFile(path, '');
    await imagex('mountrw', await ordinaryWim(folder), '1', mount);
    onTestFinished(() => { spawnSync('umount', [mount]); });
    const held = join(mount, 'held');
    await writeFile(held, '');
    const holder = await open(held, '<>');
    const [server = expect.fail()] = await processesWith(mount);
    process.kill(server, 'SIGSTOP');
    onTestFinished(() => { process.kill(server, 'SIGCONT'); });
    // The kernel answers in its place as long as it remembers the file.
    const stat = ['--dereference', `/proc/${holder}/fd/3`];
    await until('it does not answer', () => spawnSync('stat', stat, { timeout: 200, killSignal: 'SIGKILL' }).error !== undefined);
    expect(await findWriters(path)).toEqual([]);
  });
});
