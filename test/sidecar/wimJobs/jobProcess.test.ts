/** The process of a job: what it is given, what comes back, and how it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CancelledError, DismError } from '../../../sidecar/src/errors.ts';
import { guarded } from '../../../sidecar/src/systemErrors.ts';
import { wimJobArgument } from '../../../sidecar/src/wimJobs/jobArgument.ts';
import type { ExportImages } from '../../../sidecar/src/wimJobs/exportImages.ts';
import { runWimJob } from '../../../sidecar/src/wimJobs/jobProcess.ts';
import { threadsFor } from '../../../sidecar/src/wimJobs/threads.ts';
import { keepJobsReady, withJobReady } from '../../../sidecar/src/wimJobs/waitingProcess.ts';
import { CompressionType } from '../../../sidecar/src/wimlib/codec.ts';
import { canWrite } from '../../../sidecar/src/wimlib/writingVersion.ts';
import { hostileContents } from '../../helpers/hostileWims.ts';
import { until } from '../../helpers/nativeEngine.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { sourceCommand } from '../../helpers/sourceCommand.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { jobProcesses, stopJobs } from '../../helpers/wimJobs.ts';
import { captureWim, imagex, ordinaryWim, pseudoRandom } from '../../helpers/wims.ts';

const what = 'Cannot use';
/** The number of read() in /proc/PID/syscall. */
const readCalls: Readonly<Partial<Record<string, number>>> = { x64: 0, arm64: 63 };
const exporting = (from: string, to: string, format: Partial<ExportImages['format']> = {}): ExportImages => ({
  source: { path: from }, what, images: [{ index: 1 }], path: to, format: { compressionType: CompressionType.Lzx, ...format }, bootIndex: 0,
});

/** Whether a process does anything any more: one that nobody waits for stays as a name only. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  return error as Error;
}

/** A file that takes libwim long to pack: one chunk of 64 MiB. */
async function slowWim(folder: string): Promise<string> {
  const source = join(folder, 'slow');
  await mkdir(source);
  const words = pseudoRandom(4096, 3).toString('latin1');
  let text = '';
  for (let at = 0; text.length < 64 * 1024 * 1024; at++) { text += words.slice((at * 7919) % 3000, (at * 7919) % 3000 + 900 + at % 90); }
  await writeFile(join(source, 'large.bin'), text, 'latin1');
  return await captureWim(source, join(folder, 'slow.wim'), { compress: 'none' });
}

describe('runWimJob()', () => {
  test('does the job, with progress in bytes', async () => {
    const folder = tempFolder();
    const context = testContext('imageFile/export');
    const path = join(folder, 'new.wim');
    await runWimJob('exportImages', exporting(await ordinaryWim(folder), path, { integrity: true }), context);
    expect(await imagex('info', path)).toMatch(/Compression: +LZX/);
    expect(await imagex('verify', path)).toBeDefined();
    expect(context.progressValues.some(({ phase, total }) => phase === 'Writing' && total > 500_000)).toBe(true);
    await until(() => jobProcesses().length === 0, 'its process ends');
  });

  test('has a process that was started while it was not known yet what there is to do; one that is not needed ends', async () => {
    const path = await ordinaryWim(tempFolder());
    const context = testContext('imageFile/test');
    await withJobReady(true, context, async () => {
      const started = jobProcesses();
      expect(started).toHaveLength(1);
      const work = runWimJob('verifyWim', { path, what }, context);
      expect(jobProcesses()).toEqual(started);
      expect((await work).result.contents).toBeGreaterThan(3);
      // Another one gets its own.
      await runWimJob('verifyWim', { path, what }, context);
    });
    await until(() => jobProcesses().length === 0, 'both processes end');
    for (const isWanted of [true, false]) {
      const error = await failure(withJobReady(isWanted, context, async () => await Promise.reject(new Error(`with ${jobProcesses().length}`))));
      expect(error.message).toBe(`with ${isWanted ? 1 : 0}`);
      await until(() => jobProcesses().length === 0, 'the process ends that nothing was asked of');
    }
  });

  describe('where the process for the next job is kept', () => {
    const context = testContext('imageFile/test');
    const kept = async (): Promise<number> => {
      await until(() => jobProcesses().length === 1, 'the process for the next job is there, and no other');
      return jobProcesses()[0] ?? 0;
    };
    /** Does a job, and waits until its processes have gone: they may still be there when the answer is. No timer: a test may have stopped the clock. */
    const doJob = async (path: string): Promise<number> => {
      const work = runWimJob('verifyWim', { path, what }, context);
      const [own, state] = [new Set<number>(), { isOver: false }];
      void work.finally(() => { state.isOver = true; });
      while (!state.isOver) {
        for (const pid of jobProcesses()) { own.add(pid); }
        await setImmediate();
      }
      while ([...own].some(isRunning)) { await setImmediate(); }
      return (await work).result.contents;
    };
    afterEach(async () => {
      vi.useRealTimers();
      keepJobsReady(false);
      await until(() => jobProcesses().length === 0, 'no process is left');
    });

    test('has that, once', async () => {
      const path = await ordinaryWim(tempFolder());
      keepJobsReady(true);
      expect(jobProcesses()).toEqual([]);
      await doJob(path);
      const first = await kept();
      const work = runWimJob('verifyWim', { path, what }, context);
      expect(jobProcesses()).toEqual([first]);
      await work;
      await until(() => !isRunning(first), 'it is not used again');
      const second = await kept();
      await withJobReady(true, context, async () => {
        expect(jobProcesses()).toEqual([second]);
        await runWimJob('verifyWim', { path, what }, context);
      });
    });

    test('has another one where that has ended', async () => {
      const path = await ordinaryWim(tempFolder());
      keepJobsReady(true);
      await doJob(path);
      process.kill(await kept(), 'SIGKILL');
      await until(() => jobProcesses().length === 0, 'it has ended');
      expect(await doJob(path)).toBeGreaterThan(3);
      // It ends with the call in its pipe.
      const pid = await kept();
      expect(stopJobs()).toBe(1);
      const work = runWimJob('verifyWim', { path, what }, context);
      process.kill(pid, 'SIGKILL');
      expect((await work).result.contents).toBeGreaterThan(3);
    });

    test('ends that after a while', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      keepJobsReady(true);
      await doJob(await ordinaryWim(tempFolder()));
      vi.advanceTimersByTime(1000);
      expect(jobProcesses()).toHaveLength(1);
      vi.advanceTimersByTime(60_000);
      vi.useRealTimers();
      await until(() => jobProcesses().length === 0, 'it ends');
    });
  });

  test('throws what the system answered, for its caller to say what cannot be done', async () => {
    const source = join(tempFolder(), 'missing');
    const job = { source, isVolume: false, name: 'x', format: { compressionType: CompressionType.Xpress }, withoutPaths: [], what: 'Cannot capture' };
    const error = await failure(runWimJob('captureImage', job, testContext('imageFile/capture')));
    expect(error).toMatchObject({ code: 'ENOENT', syscall: expect.any(String) as string, path: source });
    expect(error).not.toBeInstanceOf(DismError);
    const worded = await failure(guarded('Cannot capture "a"', 'a', testContext('imageFile/capture'), async () => await runWimJob('captureImage', job, testContext('imageFile/capture'))));
    expect(worded).toBeInstanceOf(DismError);
    expect(worded).toMatchObject({ target: source, message: expect.stringMatching(/^Cannot capture "a": .* does not exist/) as string });
  });

  test('throws what the job throws, as libwim words it', async () => {
    const folder = tempFolder();
    const path = join(folder, 'bad.wim');
    await writeFile(path, hostileContents.badHash());
    const error = await failure(runWimJob('verifyWim', { path, what }, testContext('imageFile/test')));
    expect(error).toMatchObject({ symbol: 'ERROR_FILE_CORRUPT', target: path });
    expect(await failure(runWimJob('verifyWim', { path: join(folder, 'none.wim'), what }, testContext('imageFile/test')))).toBeInstanceOf(DismError);
  });

  test('is cancelled in the middle of a chunk, though it answers to nothing', async () => {
    const folder = tempFolder();
    const controller = new AbortController();
    const context = testContext('imageFile/export', { signal: controller.signal });
    const path = join(folder, 'new.esd');
    const work = failure(runWimJob('exportImages', exporting(await slowWim(folder), path, { solid: true }), context));
    await until(() => existsSync(path), 'the file is begun');
    const [pid] = jobProcesses();
    const environment = readFileSync(`/proc/${pid ?? 0}/environ`, 'latin1').split('\0').filter((line) => line !== '');
    expect(environment.map((line) => line.split('=')[0]).sort()).toEqual(
      ['GLIBC_TUNABLES', 'LC_ALL', ...['DISMTS_STATE_DIR', 'HOME', 'TMPDIR', 'XDG_STATE_HOME'].filter((name) => process.env[name] !== undefined)].sort());
    // No better than a chunk that takes for ever.
    expect(stopJobs()).toBe(1);
    controller.abort();
    expect(await work).toBeInstanceOf(CancelledError);
    await until(() => jobProcesses().length === 0, 'its process ends');
  });

  test('says so when its process is killed', async () => {
    const folder = tempFolder();
    const path = join(folder, 'new.esd');
    const work = failure(runWimJob('exportImages', exporting(await slowWim(folder), path, { solid: true }), testContext('imageFile/export')));
    await until(() => existsSync(path), 'the file is begun');
    for (const pid of jobProcesses()) { process.kill(pid, 'SIGKILL'); }
    expect(await work).toMatchObject({ symbol: 'DISMTS_E_ENGINE_LOST', hint: expect.stringContaining('memory') as string });
  });

  test('is stopped where what is done meanwhile fails, and waited for where it does not', async () => {
    const folder = tempFolder();
    const path = join(folder, 'new.esd');
    const slow = await slowWim(folder);
    const error = await failure(runWimJob('exportImages', exporting(slow, path, { solid: true }), testContext('imageFile/export'), async () => {
      await until(() => existsSync(path), 'the file is begun');
      expect(stopJobs()).toBe(1);
      throw new Error('it is damaged');
    }));
    expect(error.message).toBe('it is damaged');
    await until(() => jobProcesses().length === 0, 'its process ends');
    let isThrough = false;
    const { result } = await runWimJob('verifyWim', { path: slow, what }, testContext('imageFile/test'), async () => {
      await until(() => jobProcesses().length === 0, 'the job is through');
      isThrough = true;
    });
    expect([result.contents, isThrough]).toEqual([1, true]);
    // What is found meanwhile counts, whatever the job says.
    const none = join(folder, 'none.wim');
    expect(await failure(runWimJob('verifyWim', { path: none, what }, testContext('imageFile/test'), async () => {
      await until(() => jobProcesses().length === 0, 'the job has failed');
      throw new Error('it is damaged');
    }))).toEqual(new Error('it is damaged'));
  });

  test.runIf(Object.hasOwn(readCalls, process.arch))('applies with the consent of what is done meanwhile: until then it has read the image, and written nothing', async () => {
    const folder = tempFolder();
    const [path, target] = [await ordinaryWim(folder), join(folder, 'target')];
    await mkdir(target);
    const job = { source: { path }, imageIndex: 1, target, isVolume: false, what };
    /** That a process has the file open, and reads its stdin. */
    const isWaiting = (pid: number): boolean => {
      try {
        return readdirSync(`/proc/${pid}/fd`).some((name) => readlinkSync(`/proc/${pid}/fd/${name}`) === path)
          && readFileSync(`/proc/${pid}/syscall`, 'latin1').startsWith(`${readCalls[process.arch] ?? ''} 0x0 `);
      } catch {
        // It has ended, or closed a file meanwhile.
        return false;
      }
    };
    const look = async (): Promise<void> => {
      await until(() => readdirSync(target).length > 0 || jobProcesses().some(isWaiting), 'it waits for consent, or has written');
      expect(readdirSync(target)).toEqual([]);
    };
    expect(await failure(runWimJob('applyImage', job, testContext('imageFile/apply'), async () => {
      await look();
      throw new Error('it is hostile');
    }))).toEqual(new Error('it is hostile'));
    expect(readdirSync(target)).toEqual([]);
    await runWimJob('applyImage', job, testContext('imageFile/apply'), look);
    expect(readdirSync(target)).toContain('readme.txt');
  });

  test('does nothing for a signal that is aborted', async () => {
    const folder = tempFolder();
    const path = join(folder, 'new.wim');
    const context = testContext('imageFile/export', { signal: AbortSignal.abort() });
    expect(await failure(runWimJob('exportImages', exporting(await ordinaryWim(folder), path), context))).toBeInstanceOf(CancelledError);
    expect(existsSync(path)).toBe(false);
  });
});

describe('--image-process', () => {
  test('ends with whoever started it', async () => {
    const folder = tempFolder();
    const path = join(folder, 'new.esd');
    const [program, ...args] = sourceCommand;
    const call = { job: 'exportImages', params: exporting(await slowWim(folder), path, { solid: true }), operation: 'imageFile/export' };
    const starter = spawn(process.execPath, ['-e', `
      const job = require('node:child_process').spawn(${JSON.stringify(program)}, ${JSON.stringify([...args, wimJobArgument])}, { stdio: ['pipe', 'ignore', 'inherit'] });
      job.stdin.write(JSON.stringify({ ...${JSON.stringify(call)}, caller: process.pid }) + '\\n');
      process.stdout.write(String(job.pid));
    `], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [pid] = await once(starter.stdout, 'data') as [Buffer];
    await until(() => existsSync(path), 'the file is begun');
    starter.kill('SIGKILL');
    await until(() => !isRunning(Number(pid.toString())), 'the job ends');
    expect((await stat(path)).size).toBeLessThan(1_000_000);
  });

  test('does nothing for a process that has ended before it was tied to it', async () => {
    const folder = tempFolder();
    const path = join(folder, 'new.wim');
    const [program, ...args] = sourceCommand;
    const child = spawn(program, [...args, wimJobArgument], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const call = { job: 'exportImages', params: exporting(await ordinaryWim(folder), path), operation: 'imageFile/export' };
    child.stdin.write(`${JSON.stringify({ ...call, caller: process.pid + 1 })}\n`);
    expect(await ended).toEqual([70, null]);
    expect(existsSync(path)).toBe(false);
  });

  test('does nothing where nobody asks for anything', async () => {
    const [program, ...args] = sourceCommand;
    const child = spawn(program, [...args, wimJobArgument], { stdio: ['ignore', 'ignore', 'inherit'] });
    expect(await once(child, 'exit')).toEqual([70, null]);
  });
});

describe('threadsFor()', () => {
  const GiB = 1024 ** 3;
  test.for([[true, 16 * GiB, 8, 8], [true, 4 * GiB, 8, 5], [true, GiB / 2, 8, 1], [false, GiB / 2, 8, 8]] as const)(
    'solid %s with %i bytes on %i processors: %i', ([isSolid, bytes, processors, threads]) => {
      expect(threadsFor(isSolid, bytes, processors)).toBe(threads);
    });
});

describe('canWrite()', () => {
  test.for([
    ['1.13.3', false], ['1.13.4', true], ['1.13.6', true], ['1.14.0', false], ['1.14.3', false], ['1.14.4', true], ['1.14.5', true], ['1.15.0', true],
    ['1.9.2', false], ['1.14.4-BETA1', true], ['', false],
  ] as const)('%s: %s', ([version, good]) => {
    expect(canWrite(version)).toBe(good);
  });
});
