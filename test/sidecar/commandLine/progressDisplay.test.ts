/** How progress looks on a terminal and elsewhere. */
import { describe, expect, test, vi } from 'vitest';
import type { ProgressValue } from '@dismts/protocol';
import { progressDisplay } from '../../../sidecar/src/commandLine/progressDisplay.ts';

const values: readonly ProgressValue[] = [
  { phase: 'Collecting changes', current: 0, total: 0 },
  ...[0, 1, 5, 11, 12, 50, 100].map((current): ProgressValue => ({ phase: 'Writing', current, total: 100 })),
];

function shown(isTTY: boolean, options: { quiet?: boolean; progress?: boolean } = {}): string {
  let text = '';
  const display = progressDisplay({ isTTY, columns: 80, write: (part: string) => { text += part; } }, { quiet: false, progress: false, ...options });
  for (const value of values) { display.show(value); }
  display.end();
  return text;
}

describe('progressDisplay()', () => {
  test('draws one line of a terminal over again, and gives it back', () => {
    vi.stubEnv('TERM', 'xterm');
    const text = shown(true);
    expect(text).not.toContain('\n');
    expect(text.split('\r\u001b[K').slice(1)).toEqual([
      'Collecting changes', ...['  0', '  1', '  5', ' 11', ' 12', ' 50', '100'].map((percent) => expect.stringMatching(new RegExp(`^Writing +\\[#*\\.*\\] ${percent} %$`)) as string), '',
    ]);
    vi.unstubAllEnvs();
  });

  test('makes lines elsewhere, one for each ten percent, where it was asked for', () => {
    expect(shown(false)).toBe('');
    expect(shown(false, { progress: true })).toBe('Collecting changes\nWriting 0%\nWriting 11%\nWriting 50%\nWriting 100%\n');
  });

  test('makes lines on a terminal that cannot go back', () => {
    vi.stubEnv('TERM', 'dumb');
    expect(shown(true)).toContain('Writing 50%\n');
    vi.unstubAllEnvs();
  });

  test('--quiet shows none', () => { expect([shown(true, { quiet: true }), shown(false, { quiet: true, progress: true })]).toEqual(['', '']); });
});
