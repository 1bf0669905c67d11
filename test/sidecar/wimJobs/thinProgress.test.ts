/** Progress of a job is sent as often as it can be seen, and the last of it always. */
import { expect, test } from 'vitest';
import { thinProgress } from '../../../sidecar/src/wimJobs/thinProgress.ts';

test('thinProgress() sends the first and the last of each phase, and not every one between', () => {
  const sent: unknown[] = [];
  let now = 0;
  const { report, flush } = thinProgress((...args) => { sent.push(args); }, () => now);
  for (let count = 0; count < 1000; count++) {
    report('Scanning', count, 0);
    now += 1;
  }
  expect(sent.length).toBe(20);
  report('Writing', 1, 10, 'bytes');
  report('Writing', 9, 10, 'bytes');
  expect(sent.slice(20)).toEqual([['Scanning', 999, 0], ['Writing', 1, 10, 'bytes']]);
  flush();
  flush();
  expect(sent.slice(22)).toEqual([['Writing', 9, 10, 'bytes']]);
});

test('thinProgress() does not send what is older than what was sent', () => {
  const sent: unknown[] = [];
  let now = 0;
  const { report, flush } = thinProgress((...args) => { sent.push(args[1]); }, () => now);
  report('Writing', 1, 3);
  report('Writing', 2, 3);
  now = 1000;
  report('Writing', 3, 3);
  flush();
  expect(sent).toEqual([1, 3]);
});
