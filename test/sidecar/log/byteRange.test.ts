/** The line about DISM's log is read back as it was written. */
import { describe, expect, test } from 'vitest';
import { formatDismLogRange, parseDismLogRange } from '../../../sidecar/src/log/byteRange.ts';

describe('parseDismLogRange()', () => {
  test.for([
    { path: 'C:\\ProgramData\\DismTs\\Logs\\20261121-120000-dism-4711-1.log', start: 0, end: 4096 },
    { path: '/tmp/a "quoted", bytes 1 to 2/dism.log', start: 7, end: 7 },
  ])('reads what formatDismLogRange() wrote of $path', (range) => {
    expect(parseDismLogRange(formatDismLogRange(range))).toEqual(range);
  });

  test.for([
    'DISM log "", bytes 0 to 1', 'DISM log "/a", bytes 5 to 4', 'DISM log "/a", bytes -1 to 4', 'DISM log "/a", bytes 0 to 1 and more', 'Mounting "/a"',
  ])('takes no other line: %s', (text) => {
    expect(parseDismLogRange(text)).toBeUndefined();
  });
});
