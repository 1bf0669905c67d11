/** Log files: when they are created, what is in them, what they refuse, which are removed. */
import { chmod, chown, lchown, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { type FileLog, type FileLogOptions, logBug, openFileLog } from '../../../sidecar/src/log/fileLog.ts';
import { defaultLogDirectory, latestLog } from '../../../sidecar/src/log/logFolder.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const root = process.geteuid?.() === 0;

function open(options: Partial<FileLogOptions> & { directory: string }): FileLog {
  const log = openFileLog({ operation: 'image/mount', level: 'WarningsInfo', logPath: '', header: 'header', ...options });
  onTestFinished(() => {
    log.close();
  });
  return log;
}

function writeAll(log: FileLog): void {
  log.error('e');
  log.warning('w');
  log.info('i');
  log.debug('d');
}

describe('a default log', () => {
  test('is created at its first line, in a folder for its user alone', async () => {
    const directory = join(tempFolder(), 'state', 'logs');
    const log = open({ directory });
    log.debug('below the level');
    expect(log.path).toBe('');
    await expect(stat(directory)).rejects.toThrow('ENOENT');
    log.info('first');
    expect(log.path).toMatch(/logs\/\d{8}-\d{6}-image-mount-\d+-\d+\.log$/);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(log.path)).mode & 0o777).toBe(0o600);
  });

  test('has lines as DISM writes them, after a header', async () => {
    const log = open({ directory: tempFolder() });
    log.info('text');
    log.warning('more');
    const start = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}`;
    expect(await readFile(log.path, 'utf8')).toMatch(new RegExp(
      `^${start}, Info {2}DISMTS {2}PID=${process.pid} image/mount: header\n`
      + `${start}, Info {2}DISMTS {2}PID=${process.pid} image/mount: text\n`
      + `${start}, Warning {2}DISMTS {2}PID=${process.pid} image/mount: more\n$`));
  });

  test.for([['Errors', 'e'], ['Warnings', 'ew'], ['WarningsInfo', 'ewi'], ['Debug', 'ewid']] as const)('of level %s has the lines %s', async ([level, lines]) => {
    const log = open({ directory: tempFolder(), level });
    writeAll(log);
    const texts = (await readFile(log.path, 'utf8')).split('\n').map((line) => line.slice(line.indexOf('image/mount: ') + 13));
    expect(texts.slice(1, -1).join('')).toBe(lines);
  });

  test('is a file of its own for each operation', () => {
    const directory = tempFolder();
    const paths = Array.from({ length: 20 }, () => {
      const log = open({ directory });
      log.info('text');
      return log.path;
    });
    expect(new Set(paths).size).toBe(20);
  });

  test('keeps a text on its line, and its tabs', async () => {
    const log = open({ directory: tempFolder() });
    log.info('a\r\nb\u0085c\u2028d\u001B[31me\tf');
    const [, line, rest] = (await readFile(log.path, 'utf8')).split('\n');
    expect(line).toMatch(String.raw`: a\u000d\u000ab\u0085c\u2028d\u001b[31me` + '\tf');
    expect(rest).toBe('');
  });

  test('that cannot be written fails nothing, and says why', async () => {
    const folder = tempFolder();
    await writeFile(join(folder, 'file'), '');
    const log = open({ directory: join(folder, 'file', 'logs') });
    writeAll(log);
    expect(log.path).toBe('');
    expect(log.problem).toContain('a part of the path is no folder');
  });

  test('is not written through a link', async () => {
    const folder = tempFolder();
    await mkdir(join(folder, 'elsewhere'), { mode: 0o700 });
    await symlink(join(folder, 'elsewhere'), join(folder, 'logs'));
    const log = open({ directory: join(folder, 'logs') });
    log.info('text');
    expect(log.problem).toContain('link');
    expect(await readdir(join(folder, 'elsewhere'))).toEqual([]);
  });

  test('is not written into a folder that others may write to', async () => {
    const directory = tempFolder();
    await chmod(directory, 0o777);
    const log = open({ directory });
    log.info('text');
    expect(log.problem).not.toBe('');
    expect(await readdir(directory)).toEqual([]);
  });

  test.runIf(root)('is not written into a folder of somebody else (needs root to give a folder away)', async () => {
    const directory = tempFolder();
    await chown(directory, 12_345, 12_345);
    const log = open({ directory });
    log.info('text');
    expect(log.problem).not.toBe('');
  });

  test('writes nothing after it is closed', async () => {
    const directory = tempFolder();
    const log = open({ directory });
    log.close();
    log.info('late');
    expect(await readdir(directory)).toEqual([]);
  });

  test('removes old ones, and more than 200, and nothing else', async () => {
    const directory = tempFolder();
    const name = (day: number, number: number): string => `202001${String(day).padStart(2, '0')}-120000-image-mount-7-${number}.log`;
    const days = (count: number): Date => new Date(Date.now() - count * 24 * 60 * 60 * 1000);
    for (let number = 0; number < 230; number += 1) {
      await writeFile(join(directory, name(5, number)), '');
    }
    for (const [kept, modified] of [
      ['notes.txt', 90], ['20200101-120000-image-mount-7-1.log.bak', 90], ['x20200101-120000-image-mount-7-1.log', 90],
    ] as const) {
      await writeFile(join(directory, kept), '');
      await utimes(join(directory, kept), days(modified), days(modified));
    }
    for (const [number, modified] of [[1, 31], [2, 29]] as const) {
      await writeFile(join(directory, name(9, number)), '');
      await utimes(join(directory, name(9, number)), days(modified), days(modified));
    }
    await mkdir(join(directory, name(1, 1)));
    // It is looked for old logs at each 50th log of a process.
    for (let count = 0; count < 50; count += 1) {
      const log = open({ directory });
      log.info('text');
      log.close();
    }
    const names = await readdir(directory);
    expect(names).toEqual(expect.arrayContaining([
      'notes.txt', '20200101-120000-image-mount-7-1.log.bak', 'x20200101-120000-image-mount-7-1.log', name(1, 1), name(9, 2),
    ]));
    expect(names).not.toContain(name(9, 1));
    // At most 49 logs were written after the last look.
    expect(names.length).toBeLessThanOrEqual(200 + 49 + 4);
    expect(names.length).toBeGreaterThanOrEqual(200);
  });
});

describe('a log of the caller\'s own', () => {
  test('is appended to, also by two operations at once', async () => {
    const logPath = join(tempFolder(), 'own.log');
    await writeFile(logPath, 'before\n');
    const [first, second] = [open({ directory: '/nowhere', logPath }), open({ directory: '/nowhere', logPath, operation: 'image/commit' })];
    first.info('one');
    second.info('two');
    first.info('three');
    expect(first.path).toBe(logPath);
    const lines = (await readFile(logPath, 'utf8')).split('\n').map((line) => line.replace(/^.*PID=\d+ /, ''));
    expect(lines).toEqual(['before', 'image/mount: header', 'image/mount: one', 'image/commit: header', 'image/commit: two', 'image/mount: three', '']);
  });

  test.for<[string, string]>([
    ['the folder ".*" does not exist', 'none/own.log'], ['a part of the path is no folder', 'file/own.log'], ['it is not a regular file', ''], ['it is not a regular file', '/dev/null'],
    ['it is a file of another kind: no text, but bytes', 'image.wim'],
  ])('is refused when %s: %s', async ([reason, name]) => {
    const folder = tempFolder();
    await writeFile(join(folder, 'file'), '');
    await writeFile(join(folder, 'image.wim'), 'MSWIM\0\0\0');
    const logPath = name.startsWith('/') ? name : join(folder, name);
    let caught: unknown;
    try {
      open({ directory: '/nowhere', logPath });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(DismError);
    expect(caught).toMatchObject({ symbol: 'DISMAPI_E_LOGGING_DISABLED', target: logPath });
    expect((caught as DismError).message).toContain(`Cannot write the log file "${logPath}": `);
    expect((caught as DismError).message).toMatch(new RegExp(`: ${reason}$`));
  });
});

describe('logBug()', () => {
  test('writes the stack and gives the path', async () => {
    const path = logBug(new RangeError('what'), 'server', tempFolder());
    expect(await readFile(path, 'utf8')).toMatch(/server: RangeError: what\n.*server: {5}at /);
  });

  test('gives an empty path where nothing can be written', () => {
    expect(logBug(new Error('what'), 'server', '/dev/null/logs')).toBe('');
  });
});

describe('defaultLogDirectory()', () => {
  test('is below DISMTS_STATE_DIR', () => {
    expect(defaultLogDirectory({ DISMTS_STATE_DIR: '/state' })).toBe('/state/logs');
  });

  test('is that of the system for root, and that of the user otherwise', () => {
    const user = defaultLogDirectory({ XDG_STATE_HOME: '/home/u/state', DISMTS_STATE_DIR: 'not absolute' });
    expect(user).toBe(root ? '/var/log/dismts' : '/home/u/state/dismts/logs');
  });
});

describe.runIf(root)('root', () => {
  test('writes nowhere because of a symbolic link that somebody else made, and where their own leads', async () => {
    const directory = tempFolder();
    const target = join(directory, 'target');
    for (const link of [join(directory, 'planted.log'), join(directory, 'folder')]) {
      await symlink(link.endsWith('.log') ? target : directory, link);
      await lchown(link, 65534, 65534);
    }
    for (const logPath of [join(directory, 'planted.log'), join(directory, 'folder/own.log')]) {
      expect(() => open({ directory, logPath })).toThrow(/symbolic link of user 65534/);
    }
    expect(await readdir(directory)).not.toContain('target');
    await symlink(target, join(directory, 'own.log'));
    writeAll(open({ directory, logPath: join(directory, 'own.log') }));
    expect(await readFile(target, 'utf8')).toContain('header');
  });

  test('puts no logs into a state directory that is refused', async () => {
    const state = join(tempFolder(), 'state');
    await mkdir(state);
    await chown(state, 65534, 65534);
    const before = process.env['DISMTS_STATE_DIR'];
    process.env['DISMTS_STATE_DIR'] = state;
    onTestFinished(() => { if (before === undefined) { delete process.env['DISMTS_STATE_DIR']; } else { process.env['DISMTS_STATE_DIR'] = before; } });
    const log = open({ directory: defaultLogDirectory() });
    writeAll(log);
    expect(log.problem).toContain('belongs to others');
    expect(await readdir(state)).toEqual([]);
  });
});

test('a clock that has jumped ahead makes no log old', async () => {
  const directory = tempFolder();
  for (let number = 100; number < 130; number += 1) { await writeFile(join(directory, `20260101-120000-image-mount-7-${number}.log`), ''); }
  const ahead = new Date('2036-01-01');
  await writeFile(join(directory, '20360101-120000-image-mount-7-1.log'), '');
  await utimes(join(directory, '20360101-120000-image-mount-7-1.log'), ahead, ahead);
  const { now } = Date;
  Date.now = () => ahead.getTime();
  onTestFinished(() => { Date.now = now; });
  // It is looked for old logs at each 50th log of a process.
  for (let count = 0; count < 50; count += 1) {
    const log = open({ directory });
    log.info('text');
    log.close();
  }
  expect((await readdir(directory)).filter((name) => name.startsWith('20260101'))).toHaveLength(30);
});

test('latestLog() is the log that was written to last, whatever the clock of its session, and none of DISM itself', async () => {
  const directory = tempFolder();
  expect(latestLog(directory)).toBeUndefined();
  const seconds = Date.now() / 1000;
  for (const [name, age] of [
    ['20360101-120000-image-mount-7-1.log', 60], ['20260101-120000-image-commit-7-3.log', 20], ['20260101-120000-image-mount-9-2.log', 30],
    ['20260101-120005-dism-9-1.log', 0], ['notes.txt', 0],
  ] as const) {
    await writeFile(join(directory, name), '');
    await utimes(join(directory, name), seconds - age, seconds - age);
  }
  expect(latestLog(directory)).toBe(join(directory, '20260101-120000-image-commit-7-3.log'));
});
