/** What is read out of the lines of logs. */
import { describe, expect, test } from 'vitest';
import { parseLogLines } from '../../../sidecar/src/log/entries.ts';
import { cpuTimeMs } from '../../helpers/cpuTime.ts';

const { signal } = new AbortController();

function parse(...texts: string[]) {
  return parseLogLines(texts.map((text, index) => ({ text, lineNumber: index + 1 })), '/x.log', signal);
}

/** The time as this machine's clock shows it. */
const at = (milliseconds = 0): string => new Date(2026, 10, 21, 12, 0, 5, milliseconds).toISOString();
const stamp = '2026-11-21 12:00:05';

describe('parseLogLines()', () => {
  test.for<[line: string, expected: object]>([
    [
      `${stamp}.123, Info  DISMTS  PID=7 image/mount: DismTs 0.1.0, Portable engine, {"a":1}`,
      { time: at(123), level: 'Info', source: 'DISMTS', provider: 'image/mount', processId: 7, threadId: null, message: 'DismTs 0.1.0, Portable engine, {"a":1}' },
    ],
    [
      `${stamp}.001, Error  DISMTS  PID=7 health/restore: Cannot restore: no source (CBS_E_SOURCE_MISSING, 0x800F081F)`,
      { time: at(1), level: 'Error', provider: 'health/restore', hresult: 0x800F081F | 0, message: 'Cannot restore: no source (CBS_E_SOURCE_MISSING, 0x800F081F)' },
    ],
    [
      `${stamp}, Info                  DISM   API: PID=1 TID=2 text - Class::Method(hr:0x80070002)`,
      { time: at(), level: 'Info', source: 'DISM', provider: 'API', processId: 1, threadId: 2, message: 'text - Class::Method(hr:0x80070002)', hresult: 0x80070002 | 0 },
    ],
    [
      `${stamp}, Warning               DISM   DISM Provider Store: PID=13 TID=14 Failed: C:\\x.dll - C::M(hr:0x8007007e)`,
      { level: 'Warning', source: 'DISM', provider: 'DISM Provider Store', processId: 13, threadId: 14, message: 'Failed: C:\\x.dll - C::M(hr:0x8007007e)', hresult: 0x8007007E | 0 },
    ],
    [`${stamp}, Info                  DISM   PID=3 TID=4 Scratch directory set to 'C:\\' - C::M`,
      { source: 'DISM', provider: '', processId: 3, threadId: 4, message: `Scratch directory set to 'C:\\' - C::M` }],
    [`${stamp}, Info                  DISM   API: PID=3 TID=4 GetReferenceCount hr: 0x0 - C::M`, { hresult: 0, processId: 3 }],
    [`${stamp}, Info                  DISM   DISM.EXE: Executing command line: dism /x`,
      { provider: 'DISM.EXE', processId: null, message: 'Executing command line: dism /x' }],
    [`${stamp}, Info                  DISM   Initialized Panther logging at C:\\Windows\\Logs\\DISM\\dism.log`,
      { source: 'DISM', provider: '', message: 'Initialized Panther logging at C:\\Windows\\Logs\\DISM\\dism.log' }],
    [`${stamp}, Info                  DISM   Failed to find: what is missing`, { provider: '', message: 'Failed to find: what is missing' }],
    [`${stamp}, Error                 CBS    Failed to open package. [HRESULT = 0x800f0805 - CBS_E_INVALID_PACKAGE]`,
      { level: 'Error', source: 'CBS', provider: '', hresult: 0x800F0805 | 0, message: 'Failed to open package. [HRESULT = 0x800f0805 - CBS_E_INVALID_PACKAGE]' }],
    [`${stamp}, Info                  CSI    00000001 Shim considered [l:123]'\\??\\C:' : got STATUS_SUCCESS`, { source: 'CSI', hresult: null }],
    [`${stamp}, Info                         Arbiter invoked from servicing stack`, { source: '', message: 'Arbiter invoked from servicing stack' }],
    [`${stamp}, Info       [0x090008] PANTHR CBlackboard::Open`, { source: '', message: '[0x090008] PANTHR CBlackboard::Open', hresult: null }],
    [`${stamp}, Perf                  SP     Timing`, { level: 'Perf', source: 'SP', message: 'Timing' }],
    [`${stamp}, Info                  DISM`, { source: 'DISM', message: '' }],
    ['[31692.9108] [0x8007007b] FIOReadFileIntoBuffer:(1454): The file name is incorrect.', {
      time: null, level: 'Error', source: 'WIMGAPI', processId: 31_692, threadId: 9108, hresult: 0x8007007B | 0,
      message: 'FIOReadFileIntoBuffer:(1454): The file name is incorrect.',
    }],
    ['[77] [0x00000000] Func:(1): fine', { level: 'Info', source: 'WIMGAPI', processId: 77, threadId: null, hresult: 0 }],
  ])('reads %s', async ([line, expected]) => {
    expect(await parse(line)).toEqual([expect.objectContaining({ logPath: '/x.log', lineNumber: 1, ...expected })]);
  });

  test('takes other lines for the rest of the message before', async () => {
    const entries = await parse(`${stamp}, Info                  CSI    00000287 Performing 2 operations as follows:`, '  (0)  Uninstall:  tlc', '\t(1)  Install', `${stamp}, Info                  DISM   API: PID=1 TID=2 next`);
    expect(entries.map(({ message, lineNumber }) => [lineNumber, message])).toEqual([
      [1, '00000287 Performing 2 operations as follows:\n  (0)  Uninstall:  tlc\n\t(1)  Install'], [4, 'next'],
    ]);
  });

  test('keeps what is before the first entry as one', async () => {
    expect(await parse('ogram', 'more')).toEqual([
      { time: null, level: 'Info', source: '', provider: '', processId: null, threadId: null, message: 'ogram\nmore', hresult: null, logPath: '/x.log', lineNumber: 1 },
    ]);
  });

  test.for(['2026-02-30 12:00:00', '2026-13-01 12:00:00', '2026-11-21 24:00:00', '2026-11-21 12:60:00', '0000-00-00 00:00:00'])('gives no time for %s', async (time) => {
    expect(await parse(`${time}, Info                  DISM   x`)).toEqual([expect.objectContaining({ time: null, source: 'DISM', message: 'x' })]);
  });

  test('does not let one message grow without end', async () => {
    const [entry, ...rest] = await parse(`${stamp}, Info  CBS    begin`, ...Array<string>(5000).fill('x'.repeat(100)));
    expect(rest).toEqual([]);
    expect(entry?.message.length).toBeLessThan(33_000);
  });

  test('takes no time for what patterns could stumble over', async () => {
    const long = (text: string): string => `${stamp}, Info                  DISM   ${text.repeat(32_000 / text.length)}`;
    const begin = cpuTimeMs();
    await parse(...['hr', 'hr:', '(hr:   ', '[0x8', 'DISM ', 'PID=1 ', ' ', '<-', ': PID=', '(A', '[1'].map(long));
    expect(cpuTimeMs() - begin).toBeLessThan(1000);
  });
});
