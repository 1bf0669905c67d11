/** Waiting for work that a signal may end: what is left over of a million readings is nothing. */
import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { untilAborted } from '../../../sidecar/src/imageFiles/cancellableFiles.ts';

it('untilAborted() gives what the work gives, and listens once to a signal', async () => {
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 1000 }, async (_, index) => {
    expect(await untilAborted(signal, Promise.resolve(index))).toBe(index);
    await expect(untilAborted(signal, Promise.reject(new Error(`no ${index}`)))).rejects.toThrow(`no ${index}`);
  }));
  expect(getEventListeners(signal, 'abort').length).toBe(1);
});

it('untilAborted() ends all that waits, and what comes later, with the reason', async () => {
  const controller = new AbortController();
  const reason = new Error('cancelled');
  const waits = Array.from({ length: 3 }, () => expect(untilAborted(controller.signal, new Promise<never>(() => undefined))).rejects.toBe(reason));
  controller.abort(reason);
  await Promise.all(waits);
  await expect(untilAborted(controller.signal, Promise.resolve(1))).rejects.toBe(reason);
  await expect(untilAborted(controller.signal, Promise.reject(new Error('too late')))).rejects.toBe(reason);
});
