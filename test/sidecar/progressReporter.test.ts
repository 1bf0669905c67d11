/** How often progress is passed on. */
import type { ProgressValue } from '@dismts/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ProgressReporter } from '../../sidecar/src/transport/progressReporter.ts';

describe('ProgressReporter', () => {
  let sent: ProgressValue[];
  let reporter: ProgressReporter;

  beforeEach(() => {
    vi.useFakeTimers();
    sent = [];
    reporter = new ProgressReporter((value) => {
      sent.push(value);
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('passes at most ten values a second on, the first at once', () => {
    for (let millisecond = 0; millisecond < 1000; millisecond += 1) {
      reporter.report('Writing', millisecond, 1000);
      vi.advanceTimersByTime(1);
    }
    expect(sent.map(({ current }) => current)).toEqual([0, 99, 199, 299, 399, 499, 599, 699, 799, 899, 999]);
  });

  test('passes the last of many on, though nothing follows it', () => {
    reporter.report('Writing', 1, 10);
    reporter.report('Writing', 2, 10);
    reporter.report('Finishing', 0, 0);
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(100);
    expect(sent.at(-1)).toEqual({ phase: 'Finishing', current: 0, total: 0 });
    vi.advanceTimersByTime(10_000);
    expect(sent).toHaveLength(2);
    reporter.report('Finishing', 1, 1);
    expect(sent).toHaveLength(3);
  });

  test('passes what waits on when it is closed, and nothing after', () => {
    reporter.report('Writing', 1, 10);
    reporter.report('Writing', 10, 10);
    reporter.close();
    expect(sent.map(({ current }) => current)).toEqual([1, 10]);
    reporter.report('Writing', 5, 10);
    reporter.close();
    vi.advanceTimersByTime(10_000);
    expect(sent).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.for([
    [102, 100, 100, 100], [-5, 100, 0, 100], [1.9, 2.9, 1, 2], [Number.NaN, Number.POSITIVE_INFINITY, 0, 0], [7, 0, 7, 0],
    [2 ** 60, 0, Number.MAX_SAFE_INTEGER, 0],
  ] as const)('makes %f of %f into %i of %i', ([current, total, sentCurrent, sentTotal]) => {
    reporter.report('Writing', current, total);
    expect(sent).toEqual([{ phase: 'Writing', current: sentCurrent, total: sentTotal }]);
  });
});
