/** log/get: which lines of which files come back, in which order, and what hostile files can do. */
import { appendFile, mkdir, open, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { getLog as declaration, type LogEntry } from '@dismts/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { formatDismLogRange } from '../../../sidecar/src/log/byteRange.ts';
import { CancelledError, DismError } from '../../../sidecar/src/errors.ts';
import { getLog } from '../../../sidecar/src/engineless/getLog.ts';
import { openFileLog } from '../../../sidecar/src/log/fileLog.ts';
import { connectInitialized } from '../../helpers/connection.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

interface Wanted {
  readonly lastOperation?: boolean;
  readonly level?: string;
  readonly last?: number;
}

async function read(logPath: string, wanted: Wanted = {}, { signal } = new AbortController()) {
  const result = declaration.result.parse(await getLog(declaration.params.parse({ logPath, ...wanted }), signal));
  return { ...result, messages: result.entries.map(({ message }) => message) };
}

/** One line of DISM, `second` seconds after noon. */
const dism = (second: number, text: string, level = 'Info'): string =>
  `2026-11-21 12:00:${String(second).padStart(2, '0')}, ${level.padEnd(22)}DISM   API: PID=9 TID=8 ${text}\r\n`;
/** One line of DismTs, `milliseconds` after noon. */
const own = (milliseconds: number, text: string, level = 'Info', processId = 7): string =>
  `2026-11-21 12:00:${String(Math.floor(milliseconds / 1000)).padStart(2, '0')}.${String(milliseconds % 1000).padStart(3, '0')}, ${level}  DISMTS  PID=${processId} image/mount: ${text}\n`;
const header = (milliseconds: number, processId = 7): string => own(milliseconds, 'DismTs 0.1.0, Native engine, {}', 'Info', processId);

/** A dism.log with lines before and after `lines`, and the range of these. */
async function writeDismLog(path: string, lines: string, before = dism(0, 'of another one').repeat(3)) {
  await writeFile(path, before + lines + dism(59, 'later'));
  return formatDismLogRange({ path, start: Buffer.byteLength(before), end: Buffer.byteLength(before + lines) });
}

describe('getLog()', () => {
  test('reads what the log of an operation writes', async () => {
    const logPath = join(tempFolder(), 'own.log');
    const log = openFileLog({ operation: 'image/mount', level: 'Debug', logPath, directory: '', header: 'DismTs 0.1.0, Portable engine, {}' });
    const before = Date.now();
    log.error('a "b" \u001B[31m \u{1F600}');
    log.debug('d');
    log.close();
    const { entries, warnings } = await read(logPath);
    expect(warnings).toEqual([]);
    expect(entries).toEqual([
      expect.objectContaining({ level: 'Info', source: 'DISMTS', provider: 'image/mount', processId: process.pid, message: 'DismTs 0.1.0, Portable engine, {}', lineNumber: 1 }),
      expect.objectContaining({ level: 'Error', message: String.raw`a "b" \u001b[31m ` + '\u{1F600}', logPath, lineNumber: 2 }),
      expect.objectContaining({ level: 'Debug', message: 'd', lineNumber: 3 }),
    ]);
    expect(Math.abs(Date.parse(entries[1]?.time ?? '') - before)).toBeLessThan(5000);
  });

  test('gives the last operation, without the lines of others that write at the same time', async () => {
    const logPath = join(tempFolder(), 'own.log');
    await writeFile(logPath, header(0) + own(1, 'one') + header(2, 5) + own(3, 'two', 'Info', 5) + own(4, 'three') + own(5, 'four', 'Error', 5));
    const { messages, entries } = await read(logPath);
    expect(messages.slice(1)).toEqual(['two', 'four']);
    expect(entries.map(({ lineNumber }) => lineNumber)).toEqual([3, 4, 6]);
    expect((await read(logPath, { lastOperation: false })).messages).toHaveLength(6);
  });

  test('gives the last session of a dism.log', async () => {
    const logPath = join(tempFolder(), 'dism.log');
    const start = 'DismApi.dll: <----- Starting DismApi.dll session -----> - DismInitializeInternal';
    await writeFile(logPath, dism(1, start) + dism(2, 'one') + dism(3, start) + dism(4, 'two'));
    expect((await read(logPath)).messages).toEqual([start, 'two']);
    await writeFile(logPath, dism(2, 'one') + dism(4, 'two'));
    expect((await read(logPath)).messages).toEqual(['one', 'two']);
  });

  test.for<[Wanted, string[]]>([
    [{ level: 'Errors' }, ['e']], [{ level: 'Warnings' }, ['w', 'e']], [{ level: 'WarningsInfo' }, ['w', 'i', 'e', 'p']], [{}, ['w', 'i', 'd', 'e', 'p']],
    [{ last: 2 }, ['e', 'p']], [{ level: 'Warnings', last: 1 }, ['e']], [{ last: 100 }, ['w', 'i', 'd', 'e', 'p']],
  ])('%j gives %j', async ([wanted, expected]) => {
    const logPath = join(tempFolder(), 'dism.log');
    await writeFile(logPath, dism(1, 'w', 'Warning') + dism(1, 'i') + dism(1, 'd', 'Debug') + dism(1, 'e', 'Error') + dism(1, 'p', 'Perf'));
    expect((await read(logPath, wanted)).messages).toEqual(expected);
  });

  test('is a request of its own, with and without results that are too large', async () => {
    const folder = tempFolder();
    const logPath = join(folder, 'own.log');
    await writeFile(logPath, header(1) + own(2, 'x'));
    const { peer } = await connectInitialized();
    expect(await peer.request(1, 'log/get', { logPath })).toMatchObject({ result: { entries: [{}, { message: 'x' }], warnings: [] } });
    expect(await peer.request(2, 'log/get', { logPath: join(folder, 'none') })).toMatchObject({ error: { code: 1, data: { symbol: 'ERROR_FILE_NOT_FOUND', operation: 'log/get' } } });
    expect(await peer.request(3, 'log/get', { logPath: 'own.log' })).toMatchObject({ error: { code: -32602 } });
    await appendFile(logPath, own(3, '\u00E9'.repeat(10_000)).repeat(900));
    const large = await peer.request(4, 'log/get', { logPath }) as { result: { entries: LogEntry[]; warnings: string[] } };
    expect(large.result.entries.length).toBeGreaterThan(500);
    expect(large.result.entries.at(-1)?.lineNumber).toBe(902);
    expect(large.result.warnings).toEqual([expect.stringMatching(/^Only the last \d+ of 902 entries are given/)]);
  });
});

describe('the part of DISM\'s log that an operation names', () => {
  test('is there, in the order of times, and nothing else of the file', async () => {
    const folder = tempFolder();
    const path = join(folder, 'dism.log');
    const range = await writeDismLog(path, dism(1, 'A') + dism(2, 'B') + dism(2, 'C') + dism(4, 'D'));
    const logPath = join(folder, 'own.log');
    // DISM's clock may be read a little before that of the header.
    await writeFile(logPath, header(2010) + own(2100, 'one') + own(3900, 'two') + own(4500, range) + own(4600, 'end', 'Error'));
    const { entries, messages, warnings } = await read(logPath);
    expect(messages).toEqual(['DismTs 0.1.0, Native engine, {}', 'A', 'one', 'B', 'C', 'two', 'D', 'end']);
    expect(entries.filter(({ logPath: from }) => from === path).map(({ lineNumber }) => lineNumber)).toEqual([4, 5, 6, 7]);
    expect(warnings).toEqual([]);
  });

  test('is read in UTF-16, also where it begins within a character', async () => {
    const folder = tempFolder();
    const path = join(folder, 'dism.log');
    await writeFile(path, `\uFEFF${dism(1, 'A')}${dism(2, 'B')}`, 'utf16le');
    const logPath = join(folder, 'own.log');
    await writeFile(logPath, header(1000) + own(2000, formatDismLogRange({ path, start: 3, end: 1000 })));
    expect((await read(logPath)).messages.slice(1)).toEqual(['B']);
  });

  test('is found in dism.log.bak when the file was moved there, also when a new one is as long', async () => {
    const folder = tempFolder();
    const path = join(folder, 'dism.log');
    const logPath = join(folder, 'own.log');
    const range = await writeDismLog(`${path}.bak`, dism(2, 'A') + dism(3, 'B'));
    await writeFile(logPath, header(1500) + own(3500, range.replace('.bak', '')));
    expect((await read(logPath)).messages.slice(1)).toEqual(['A', 'B']);
    await writeFile(path, dism(40, 'of a later time').repeat(20));
    const { entries } = await read(logPath);
    expect(entries.slice(1).map(({ message, logPath: from }) => [message, from])).toEqual([['A', `${path}.bak`], ['B', `${path}.bak`]]);
  });

  test('is of its own operation where one file has many', async () => {
    const folder = tempFolder();
    const path = join(folder, 'dism.log');
    const logPath = join(folder, 'own.log');
    const lines = Array.from({ length: 50 }, (_, second) => dism(second, `line ${second}`));
    await writeFile(path, lines.join(''));
    let start = 0;
    for (const [second, line] of lines.entries()) {
      const end = start + Buffer.byteLength(line);
      await appendFile(logPath, header(second * 1000) + own(second * 1000 + 500, formatDismLogRange({ path, start, end })));
      start = end;
    }
    expect((await read(logPath)).messages).toEqual([expect.anything(), 'line 49']);
    const { entries } = await read(logPath, { lastOperation: false });
    expect(entries.filter(({ source }) => source === 'DISM').map(({ message, lineNumber }) => [message, lineNumber]))
      .toEqual(lines.map((_, index) => [`line ${index}`, index + 1]));
  });

  test('is not there twice when DISM wrote into the same file', async () => {
    const folder = tempFolder();
    const logPath = join(folder, 'dism.log');
    await symlink(logPath, join(folder, 'other name.log'));
    const start = header(1000) + dism(1, 'A');
    await writeFile(logPath, start + own(2000, formatDismLogRange({ path: join(folder, 'other name.log'), start: 10, end: Buffer.byteLength(start) })));
    expect((await read(logPath)).messages.filter((message) => message === 'A')).toHaveLength(1);
  });

  test.for<[string, (folder: string) => string, string]>([
    ['a file that is gone', (folder) => join(folder, 'gone.log'), 'was not found: it does not exist'],
    ['a file of another time', (folder) => join(folder, 'later.log'), 'was not found: it is not there any more'],
    ['a file that is no log', (folder) => join(folder, 'secret'), 'was not found: it is not there any more'],
    ['a folder', (folder) => folder, 'it is not a regular file'],
    ['a device', () => '/dev/zero', 'it is not a regular file'],
    ['a server', () => '\\\\server\\share\\dism.log', 'was not read, because it is not on this machine'],
    ['a server with slashes', () => '//server/share/dism.log', 'was not read, because it is not on this machine'],
  ])('is missing with a warning where it is %s', async ([, pathIn, warning]) => {
    const folder = tempFolder();
    await writeFile(join(folder, 'later.log'), dism(30, 'x').repeat(100));
    await writeFile(join(folder, 'secret'), 'root:x:0:0\nuser:y:1:1\n'.repeat(100));
    const logPath = join(folder, 'own.log');
    await writeFile(logPath, header(1000) + own(2000, formatDismLogRange({ path: pathIn(folder), start: 0, end: 500 })));
    const { entries, warnings } = await read(logPath);
    expect(entries.every(({ source }) => source === 'DISMTS')).toBe(true);
    expect(warnings).toEqual([expect.stringContaining(warning)]);
  });

  test('counts only in lines of DismTs', async () => {
    const folder = tempFolder();
    const range = await writeDismLog(join(folder, 'dism.log'), dism(1, 'A'));
    const logPath = join(folder, 'own.log');
    await writeFile(logPath, header(1000) + dism(1, range) + `  ${range}\n`);
    expect((await read(logPath)).messages).not.toContain('A');
  });

  test('may be named any number of times', async () => {
    const folder = tempFolder();
    const logPath = join(folder, 'own.log');
    const line = own(1000, formatDismLogRange({ path: join(folder, 'none.log'), start: 0, end: 1 }));
    await writeFile(logPath, header(1000) + line.repeat(100_000));
    const { warnings } = await read(logPath, { last: 1 });
    expect(warnings).toHaveLength(2);
  });
});

describe('files that are unlike what is expected', () => {
  test.for<[string, Buffer]>([
    ['UTF-16', Buffer.from(`\uFEFF${dism(1, 'Gr\u00FC\u010A\u0A0D')}${dism(2, 'x')}`, 'utf16le')],
    ['UTF-16 with the high byte first', Buffer.from(`\uFEFF${dism(1, 'Gr\u00FC\u010A\u0A0D')}${dism(2, 'x')}`, 'utf16le').swap16()],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${dism(1, 'Gr\u00FC\u010A\u0A0D')}${dism(2, 'x')}`)],
    ['UTF-8', Buffer.from(`${dism(1, 'Gr\u00FC\u010A\u0A0D')}${dism(2, 'x')}`)],
  ])('are read in %s', async ([, bytes]) => {
    const logPath = join(tempFolder(), 'dism.log');
    await writeFile(logPath, bytes);
    const { entries } = await read(logPath);
    expect(entries.map(({ message, lineNumber, processId }) => [message, lineNumber, processId])).toEqual([['Gr\u00FC\u010A\u0A0D', 1, 9], ['x', 2, 9]]);
  });

  test.for<[string, 'utf8' | 'utf16le', string]>([['UTF-8', 'utf8', ''], ['UTF-16', 'utf16le', '\uFEFF']])(
    'are read from the end, in %s, with the numbers of lines in the whole', async ([, encoding, mark]) => {
      const logPath = join(tempFolder(), 'dism.log');
      const line = dism(1, `${'x'.repeat(100)}\u010A`);
      const lineBytes = Buffer.byteLength(line, encoding);
      const count = Math.ceil(40 * 1024 * 1024 / lineBytes);
      await writeFile(logPath, Buffer.concat([Buffer.from(mark + line.repeat(count) + dism(2, 'the last one'), encoding)]));
      const { entries, messages, warnings } = await read(logPath, { last: 1000 });
      expect(messages.at(-1)).toBe('the last one');
      expect(entries.at(-1)?.lineNumber).toBe(count + 1);
      expect(entries[0]?.lineNumber).toBe(count + 1 - 999);
      expect(warnings).toEqual([`Only the last 32 MB of "${logPath}" were read`]);
    });

  test('begin with a whole line where their beginning is not read', async () => {
    const logPath = join(tempFolder(), 'dism.log');
    await writeFile(logPath, Buffer.concat([Buffer.from('x'.repeat(10_000)), Buffer.from('\n'), Buffer.alloc(32 * 1024 * 1024 - 1000), Buffer.from(`\n${dism(1, 'end')}`)]));
    const { messages, warnings } = await read(logPath);
    expect(messages).toEqual(['end']);
    expect(warnings).toHaveLength(1);
  });

  test('lose the NULs that a crash leaves, and control characters', async () => {
    const logPath = join(tempFolder(), 'dism.log');
    await writeFile(logPath, `${dism(1, 'a\u001B]0;title\u0007b\u2028c')}${'\0'.repeat(100_000)}\r\n${'\0'.repeat(10)}${dism(2, 'x')}`);
    expect((await read(logPath)).messages).toEqual([String.raw`a\u001b]0;title\u0007b\u2028c`, 'x']);
  });

  test.for<[string, Buffer]>([
    ['is empty', Buffer.alloc(0)], ['is a byte order mark', Buffer.from([0xFF, 0xFE])], ['has an odd byte', Buffer.from([0xFF, 0xFE, 0x41])], ['is NULs', Buffer.alloc(1_000_000)],
    ['is line breaks', Buffer.alloc(20_000_000, '\n')],
  ])('one that %s gives next to nothing', async ([, bytes]) => {
    const logPath = join(tempFolder(), 'dism.log');
    await writeFile(logPath, bytes);
    expect((await read(logPath)).entries.length).toBeLessThan(2);
  });

  test('one that is a single line, or random bytes, is cut', async () => {
    const logPath = join(tempFolder(), 'dism.log');
    await writeFile(logPath, Buffer.alloc(20_000_000, 'x'));
    expect((await read(logPath)).messages.map(({ length }) => length)).toEqual([32 * 1024]);
    const bytes = Buffer.alloc(2_000_000);
    for (let at = 0, seed = 1; at < bytes.length; at += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 0x7FFFFFFF;
      bytes[at] = seed >> 8;
    }
    await writeFile(logPath, bytes);
    const { messages } = await read(logPath);
    expect(messages.every((message) => message.length <= 32 * 1024 * 6 && !/[^\P{Cc}\t\n]/u.test(message))).toBe(true);
  });

  test.for<[string, string, string]>([
    ['does not exist', 'none.log', 'ERROR_FILE_NOT_FOUND'], ['is in no folder', 'file/own.log', 'ERROR_PATH_NOT_FOUND'], ['is a folder', 'folder', 'E_INVALIDARG'],
    ['is a pipe', 'pipe', 'E_INVALIDARG'],
  ])('one that %s is an error', async ([, name, symbol]) => {
    const folder = tempFolder();
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'folder'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const logPath = join(folder, name);
    const error = await read(logPath).then(() => undefined, (caught: unknown) => caught);
    expect(error).toBeInstanceOf(DismError);
    expect(error).toMatchObject({ symbol, target: logPath });
    expect((error as DismError).message).toMatch(`Cannot read the log file "${logPath}": `);
  });

  test('one of any size can be cancelled', async () => {
    const logPath = join(tempFolder(), 'dism.log');
    const handle = await open(logPath, 'w');
    onTestFinished(() => handle.close());
    await handle.truncate(2 ** 42);
    const controller = new AbortController();
    const reading = read(logPath, {}, controller);
    setTimeout(() => { controller.abort(); }, 50);
    await expect(reading).rejects.toBeInstanceOf(CancelledError);
  });
});
