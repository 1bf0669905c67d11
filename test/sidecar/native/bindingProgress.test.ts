/** Progress and cancel of calls, against the double. */
import { performance } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { deadlineMs } from '../../helpers/deadline.ts';
import { sampleCalls } from './bindingCalls.ts';
import { lacksBinding, throwingListener, useBinding, type BindingProcess } from './bindingProcess.ts';

type Report = readonly [current: number, total: number];

/** Mode that holds the call that most of these tests make. */
const block = 'block.DismRestoreImageHealth';

/** Longer than the interval of reports, so that each step is reported. */
const stepDelayMs = 70;

describe.skipIf(lacksBinding !== undefined)('a call with progress', async () => {
  if (lacksBinding !== undefined) { return; }
  const context = await useBinding();
  const { api, double, host } = context;
  const withProgress = Object.entries(sampleCalls).filter(([, sample]) => sample.withProgress === true);

  async function until(condition: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    while (!await condition()) { expect(performance.now()).toBeLessThan(deadline); }
  }

  const restore = (options: { readonly signal?: AbortSignal; readonly onProgress?: (current: number, total: number) => void }) =>
    api.restoreImageHealth(context.session, { sourcePaths: [], limitAccess: false }, options);

  describe.for(['caller', 'helper'])('callbacks on the thread "%s"', (thread) => {
    test.for([
      ['100', '0/100,50/100,100/100', [[0, 100], [50, 100], [100, 100]]],
      ['200', '0/200,100/200,200/200', [[0, 200], [100, 200], [200, 200]]],
      ['1000', '50/1000,1000/1000', [[50, 1000], [1000, 1000]]],
      ['past the total', '75/100,125/100,225/100', [[75, 100], [125, 100], [225, 100]]],
      ['zero', '0/0,4/0', [[0, 0], [4, 0]]],
      ['backwards', '100/100,10/100', [[100, 100], [10, 100]]],
      ['unsigned', '2147483648/4294967295', [[2147483648, 4294967295]]],
    ] as const)('totals of %s arrive as they are', async ([, script, expected]) => {
      let reports: Report[] = [];
      // On a busy machine a step may be over before anybody looks: then each takes longer.
      for (const delayMs of [stepDelayMs, 10 * stepDelayMs, 50 * stepDelayMs]) {
        reports = [];
        await double.setModes({ 'callback-thread': thread, progress: script, 'step-delay': delayMs });
        await restore({ onProgress: (...report) => { reports.push(report); } });
        if (reports.length >= expected.length) { break; }
      }
      expect(reports).toEqual(expected);
    });

    test('every function reports, and the last report is that of the end', async () => {
      for (const [name, sample] of withProgress) {
        await context.reset();
        await double.setModes({ 'callback-thread': thread, progress: '200', mounts: 'fixture' });
        const reports: Report[] = [];
        await sample.call(api, context.session, { onProgress: (...report) => { reports.push(report); } });
        expect(reports.at(-1), name).toEqual([200, 200]);
      }
    });

    test('10,000 callbacks leave the event loop free: pings are answered all the time', async () => {
      await double.setModes({ 'callback-thread': thread, progress: 'many' });
      const reports: Report[] = [];
      const pings = await pingDuring(host, restore({ onProgress: (...report) => { reports.push(report); } }));
      // A busy machine delays every tenth by a turn of its scheduler. Callbacks that hold the event loop up would delay them all, and leave time for few.
      expect(pings[Math.floor(pings.length / 2)]).toBeLessThan(20);
      expect(pings.length).toBeGreaterThan(200);
      expect(reports.at(-1)).toEqual([10_000, 10_000]);
      // As many as the time that it took allows, which is long on a busy machine.
      expect(reports.length).toBeLessThan(5000);
      expect((await double.calls()).find((made) => made.function === 'DismRestoreImageHealth')).toMatchObject({ callbacks: 10_000 });
    });

    test('is cancelled at once, while it blocks', async () => {
      for (const [name, sample] of withProgress) {
        await context.reset();
        await double.setModes({ 'callback-thread': thread, [`block.${name}`]: 'cancel', mounts: 'fixture' });
        const controller = new AbortController();
        const call = sample.call(api, context.session, { signal: controller.signal, onProgress: () => undefined });
        const outcome = call.then(() => undefined, (error: unknown) => error);
        await until(async () => await double.blocked() === 1);
        controller.abort();
        expect(await outcome, name).toMatchObject({ name: 'CancelledError', symbol: 'ERROR_CANCELLED', cause: { hresult: 0x800704D3 } });
        expect(await double.handles()).toBe(0);
      }
    });
  });

  test('no callbacks, no reports', async () => {
    await double.setModes({ progress: 'none' });
    const reports: Report[] = [];
    await restore({ onProgress: (...report) => { reports.push(report); } });
    expect(reports).toEqual([]);
  });

  test('a listener that fails changes nothing', async () => {
    await double.setModes({ progress: '0/100,50/100,100/100', 'step-delay': stepDelayMs });
    await expect(restore({ onProgress: throwingListener })).resolves.toMatchObject({ hresult: 0 });
    expect((await double.calls()).at(-1)).toMatchObject({ function: 'DismRestoreImageHealth', callbacks: 3 });
  });

  describe('cancelled', () => {
    /** Cancels as soon as the call has begun. */
    async function cancelBlocked(): Promise<unknown> {
      const controller = new AbortController();
      const call = restore({ signal: controller.signal }).then((outcome) => outcome, (error: unknown) => error);
      await until(async () => await double.blocked() === 1);
      controller.abort();
      await double.setModes({ [block]: undefined });
      return call;
    }

    test.for([0x800704D3, 0x800704C7, 1223, 0x800F0820, 0x800F0821, 0x80004004])('with result %i', async (code) => {
      await double.setModes({ [block]: 'cancel', 'cancel-result': code });
      const controller = new AbortController();
      const call = restore({ signal: controller.signal });
      const outcome = call.then(() => undefined, (error: unknown) => error);
      await until(async () => await double.blocked() === 1);
      controller.abort();
      expect(await outcome).toMatchObject({ name: 'CancelledError', symbol: 'ERROR_CANCELLED', category: 'OperationStopped', cause: { hresult: code } });
    });

    test('too late: the work is done, and that is success', async () => {
      await double.setModes({ [block]: 'hang', cancel: 'late' });
      expect(await cancelBlocked()).toMatchObject({ hresult: 0 });
      expect((await double.calls()).at(-1)).toMatchObject({ cancelSeen: true });
    });

    test('at the end', async () => {
      await double.setModes({ [block]: 'hang', cancel: 'end' });
      expect(await cancelBlocked()).toMatchObject({ name: 'CancelledError' });
    });

    test('ignored: success', async () => {
      await double.setModes({ [block]: 'hang', cancel: 'ignore' });
      expect(await cancelBlocked()).toMatchObject({ hresult: 0 });
    });

    test('before it begins: the call is not made', async () => {
      const controller = new AbortController();
      const before = (await double.calls()).length;
      await double.setModes({ 'block.DismGetFeatures': 'hang' });
      const first = api.getFeatures(context.session);
      await until(async () => await double.blocked() === 1);
      const second = restore({ signal: controller.signal }).then(() => undefined, (error: unknown) => error);
      controller.abort();
      await host.ping();
      await double.setModes({ 'block.DismGetFeatures': undefined });
      await first;
      expect(await second).toMatchObject({ name: 'CancelledError' });
      expect((await double.calls()).slice(before).map((call) => call.function)).toEqual(['DismGetFeatures', 'DismDelete']);
    });

    test('after it ended: the event is closed, and nothing happens', async () => {
      const controller = new AbortController();
      await restore({ signal: controller.signal });
      controller.abort();
      await host.ping();
      expect(await double.handles()).toBe(0);
    });
  });

  test('the event loop is free while a call without progress blocks', async () => {
    await double.setModes({ 'block.DismGetFeatures': 'hang' });
    const call = api.getFeatures(context.session);
    await until(async () => await double.blocked() === 1);
    await host.ping();
    await double.setModes({ 'block.DismGetFeatures': undefined });
    await call;
  });
});

/** Pings a process until a call is over; how long each answer took, in milliseconds, the shortest first. */
async function pingDuring(host: BindingProcess, call: Promise<unknown>): Promise<number[]> {
  const state = { running: true };
  const end = call.finally(() => { state.running = false; });
  const times: number[] = [];
  while (state.running) {
    const asked = performance.now();
    await host.ping();
    times.push(performance.now() - asked);
  }
  await end;
  return times.sort((one, other) => one - other);
}
