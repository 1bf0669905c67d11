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

  test('says of bytes how fast they go, once that can be told', () => {
    const at = (seconds: number): ProgressValue | undefined => sent.findLast(({ current }) => current <= seconds * 50_000_000);
    for (let tenth = 0; tenth <= 200; tenth += 1) {
      // 50 MB a second, and 10 MB after ten seconds.
      reporter.report('Writing', tenth <= 100 ? tenth * 5_000_000 : 500_000_000 + (tenth - 100) * 1_000_000, 1_000_000_000, 'bytes');
      vi.advanceTimersByTime(100);
    }
    expect(at(0.5)).toEqual({ phase: 'Writing', current: 25_000_000, total: 1_000_000_000, unit: 'bytes' });
    expect(at(2)).toMatchObject({ unit: 'bytes', bytesPerSecond: 50_000_000 });
    expect(sent.at(-1)).toMatchObject({ current: 600_000_000, bytesPerSecond: 10_000_000 });
    sent.length = 0;
    // Another phase, and the next of several files, begin anew.
    reporter.report('Verifying', 0, 10, 'bytes');
    vi.advanceTimersByTime(100);
    expect(sent).toEqual([{ phase: 'Verifying', current: 0, total: 10, unit: 'bytes' }]);
    vi.advanceTimersByTime(5000);
    reporter.report('Verifying', 10, 10, 'bytes');
    vi.advanceTimersByTime(5000);
    reporter.report('Verifying', 1, 10, 'bytes');
    expect(sent.slice(1)).toEqual([
      { phase: 'Verifying', current: 10, total: 10, unit: 'bytes', bytesPerSecond: 1 }, { phase: 'Verifying', current: 1, total: 10, unit: 'bytes' },
    ]);
  });

  test.for([
    [102, 100, 100, 100], [-5, 100, 0, 100], [1.9, 2.9, 1, 2], [Number.NaN, Number.POSITIVE_INFINITY, 0, 0], [7, 0, 7, 0],
    [2 ** 60, 0, Number.MAX_SAFE_INTEGER, 0],
  ] as const)('makes %f of %f into %i of %i', ([current, total, sentCurrent, sentTotal]) => {
    reporter.report('Writing', current, total);
    expect(sent).toEqual([{ phase: 'Writing', current: sentCurrent, total: sentTotal }]);
  });
});
