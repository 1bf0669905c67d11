/** The folder of default logs: where it is, the names in it, and how they age. */
import { constants, lstatSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { makeFolders } from '../makeFolders.ts';
import { isElevated } from '../platform/elevation.ts';
import { isRefusedStateFolder, posixLogFolder } from '../stateFolder.ts';

/** How long, and how many, default log files are kept, unless the environment says otherwise (DISMTS_LOG_DAYS, DISMTS_LOG_FILES). */
const [keepDays, keepFiles] = [30, 200];
/** Age counts from the log that is this far down from the newest: a clock that has jumped ahead is not believed before as many logs say so. */
const ageFrom = 20;
/** The folder is looked through for old logs at the first default log of a process, and then at each one of this many. */
const pruneEvery = 50;

/** `<yyyyMMdd-HHmmss>-<operation>-<pid>-<n>.log`: nothing else is ever pruned. */
const logNamePattern = /^\d{8}-\d{6}-[A-Za-z][A-Za-z-]*-\d+-\d+\.log$/;

/** Counts the default logs of this process, so that no two have one name. */
let defaultLogCount = 0;

/**
 * The folder of default log files: `DISMTS_LOG_DIR`; else `<DISMTS_STATE_DIR>/logs`; else `/var/log/dismts` for root and the user's XDG state folder
 * otherwise; on Windows below ProgramData when elevated and below LOCALAPPDATA otherwise.
 */
export function defaultLogDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const logDirectory = absoluteIn(env, 'DISMTS_LOG_DIR');
  if (logDirectory !== undefined) { return logDirectory; }
  if (process.platform !== 'win32') { return posixLogFolder(env); }
  const stateDirectory = absoluteIn(env, 'DISMTS_STATE_DIR');
  return stateDirectory === undefined ? join(windowsDataFolder(env), 'Logs') : join(stateDirectory, 'logs');
}

/** Where Windows programs keep what is theirs: below ProgramData when elevated and below LOCALAPPDATA otherwise. */
export function windowsDataFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(isElevated() ? absoluteIn(env, 'ProgramData') ?? 'C:\\ProgramData' : absoluteIn(env, 'LOCALAPPDATA') ?? localFolder(), 'DismTs');
}

function absoluteIn(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name];
  return value !== undefined && isAbsolute(value) ? value : undefined;
}

/** The user's own folder; that for temporary files where Windows does not know the user's, as in some services and task sequences. */
function localFolder(): string {
  try {
    return join(homedir(), 'AppData', 'Local');
  } catch {
    return tmpdir();
  }
}

/** A state directory that is refused gets no folder of logs, either; and an account without a home has none. */
function requireOwnParent(directory: string): void {
  if (directory === '') { throw new Error('the account has no home folder; name a file with -LogPath, or set DISMTS_STATE_DIR'); }
  if (process.platform !== 'win32' && isRefusedStateFolder(dirname(directory))) {
    throw new Error(`the state directory "${dirname(directory)}" is a link, or belongs to others, or others may write to it`);
  }
}

/**
 * Creates an empty log file with a name of its own, and the folder for it; old logs there are removed now and then.
 * @throws Error: the folder cannot be made or written, is a link, or can be written by others.
 */
export function createDefaultFile(directory: string, operation: string, began = new Date()): { readonly descriptor: number; readonly path: string } {
  requireOwnParent(directory);
  makeFolders(directory, 0o700);
  const stats = lstatSync(directory);
  const foreign = process.geteuid !== undefined && (stats.uid !== process.geteuid() || (stats.mode & 0o022) !== 0);
  if (!stats.isDirectory() || foreign) {
    throw new Error(`the log folder "${directory}" is a link, or others may write to it`);
  }
  if (defaultLogCount % pruneEvery === 0) {
    prune(directory);
  }
  const flags = constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
  for (;;) {
    defaultLogCount += 1;
    const time = timestamp(began).replace(/[-:]/g, '').replace(' ', '-').slice(0, 15);
    const path = join(directory, `${time}-${operation.replace(/[^A-Za-z]+/g, '-')}-${process.pid}-${defaultLogCount}.log`);
    try {
      return { descriptor: openSync(path, flags, 0o600), path };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
    }
  }
}

/** A whole number from 1 that the environment names; anything else counts for nothing. */
function limitOf(name: string, otherwise: number): number {
  const value = Number(process.env[name]);
  return Number.isInteger(value) && value >= 1 ? value : otherwise;
}

/**
 * The default log of the operation that ran last, whether it ended or not; undefined where there is none. It is the one that was written to last: the
 * times in names are of clocks that another session may have had in another zone. What DISM wrote is read with the operation that made it do so.
 */
export function latestLog(directory: string): string | undefined {
  try {
    const logs = readdirSync(directory).filter((name) => logNamePattern.test(name) && !/^[\d-]+-dism-[\d-]+\.log$/.test(name)).flatMap((name) => {
      const stats = lstatSync(join(directory, name), { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? [] : [{ name, time: stats.mtimeNs }];
    });
    const latest = logs.sort((a, b) => (a.time === b.time ? byStart(a.name, b.name) : a.time < b.time ? -1 : 1)).at(-1);
    return latest === undefined ? undefined : join(directory, latest.name);
  } catch {
    return undefined;
  }
}

/** Of one second, and one process, the higher number is the later one. */
function byStart(a: string, b: string): number {
  const [[timeA = '', pidA, numberA], [timeB = '', pidB, numberB]] = [a, b].map((name) => [name.slice(0, 15), ...name.replace('.log', '').split('-').slice(-2)]) as
    [string[], string[]];
  if (timeA !== timeB) { return timeA < timeB ? -1 : 1; }
  return pidA === pidB ? Number(numberA) - Number(numberB) : Number(pidA) - Number(pidB);
}

/** Removes default logs that are too old or too many. A log that cannot be removed is no reason to fail. */
function prune(directory: string): void {
  // Names begin with the time, so the newest come first.
  const names = readdirSync(directory).filter((name) => logNamePattern.test(name)).sort().reverse();
  const reference = lstatSync(join(directory, names[Math.min(ageFrom, names.length) - 1] ?? ''), { throwIfNoEntry: false });
  const [days, files] = [limitOf('DISMTS_LOG_DAYS', keepDays), limitOf('DISMTS_LOG_FILES', keepFiles)];
  const oldest = Math.min(Date.now(), reference?.mtimeMs ?? 0) - days * 24 * 60 * 60 * 1000;
  for (const [position, name] of names.entries()) {
    const path = join(directory, name);
    try {
      const stats = lstatSync(path);
      if (stats.isFile() && (position >= files - 1 || stats.mtimeMs < oldest)) {
        unlinkSync(path);
      }
    } catch {
      // Another process prunes the same folder, or the file belongs to somebody else.
    }
  }
}

/** Local time as in dism.log: `2026-11-21 12:00:00.123`. */
export function timestamp(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
