/** Log files: one for each operation, created at its first line. */
import { constants, lstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LogLevel } from '@dismts/protocol';
import { release } from '../closing.ts';
import type { OperationLog } from '../operationContext.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { printableLine } from '../printable.ts';
import { isRoot } from '../isRoot.ts';
import { isSystemError, messageOf, systemFailure } from '../systemErrors.ts';
import { version } from '../version.ts';
import { levelRanks } from './levels.ts';
import { createDefaultFile, timestamp } from './logFolder.ts';

const maxLineLength = 32 * 1024;

/** An OperationLog with the parts that only its owner, the server, uses. */
export interface FileLog extends OperationLog {
  /** Why nothing (more) can be written to the default log, or an empty string. */
  readonly problem: string;
  close(): void;
}

/** What a log is made of. */
export interface FileLogOptions {
  /** The protocol's method name, or another word for what is going on. */
  readonly operation: string;
  readonly level: LogLevel;
  /** The caller's own file; it is appended to. Empty: a new file in `directory`. */
  readonly logPath: string;
  /** Folder of default logs; created, with parents, when it is needed. */
  readonly directory: string;
  /** Create a default log now, with the header, so that it is there whatever becomes of the operation. */
  readonly atOnce?: boolean;
  /** First line of what this operation writes, with the time at which the log was opened. */
  readonly header: string;
}

/**
 * Opens the log of one operation. A file of the caller's own is opened at once, so that a wrong path fails before anything is
 * changed; a default log is created at its first line, and an operation does not fail because it cannot be.
 * @throws DismError DISMAPI_E_LOGGING_DISABLED: `logPath` cannot be opened for appending, or is no regular file.
 */
export function openFileLog(options: FileLogOptions): FileLog {
  return new LogFile(options);
}

/** Writes an error with its stack, line by line. */
export function logStack(log: OperationLog, error: unknown): void {
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  for (const line of text.split('\n')) {
    log.error(line);
  }
}

/** Writes a bug that no operation's log can take into a log of its own; gives its path, or an empty string where that failed. */
export function logBug(error: unknown, operation: string, directory: string): string {
  const log = openFileLog({ operation, level: 'Errors', logPath: '', directory, header: `DismTs ${version}` });
  logStack(log, error);
  log.close();
  return log.path;
}

/** Adds to the log of an operation that is over that its answer did not reach whoever asked; nothing where it has no log, or none can be written. */
export function noteUnwritten(logPath: string, operation: string, text: string): void {
  if (logPath === '') { return; }
  try {
    const log = openFileLog({ operation, level: 'Errors', logPath, directory: '', header: `DismTs ${version}` });
    log.error(text);
    log.close();
  } catch {
    // There is nobody left to tell.
  }
}

class LogFile implements FileLog {
  readonly level: LogLevel;
  path = '';
  problem = '';
  readonly #options: FileLogOptions;
  readonly #openedAt = new Date();
  #descriptor: number | undefined;
  #headerWritten = false;

  constructor(options: FileLogOptions) {
    this.#options = options;
    this.level = options.level;
    if (options.logPath !== '') {
      this.#descriptor = openOwnFile(options.logPath);
      this.path = options.logPath;
    } else if (options.atOnce === true) {
      this.#begin();
    }
  }

  error(text: string): void {
    this.#write('Errors', 'Error', text);
  }

  warning(text: string): void {
    this.#write('Warnings', 'Warning', text);
  }

  info(text: string): void {
    this.#write('WarningsInfo', 'Info', text);
  }

  debug(text: string): void {
    this.#write('Debug', 'Debug', text);
  }

  close(): void {
    if (this.#descriptor !== undefined) {
      release(this.#descriptor);
      this.#descriptor = undefined;
    }
    // Lines of work that goes on after its answer would otherwise open a second file.
    this.problem ||= 'the log is closed';
  }

  #write(level: LogLevel, label: string, text: string): void {
    if (levelRanks[level] > levelRanks[this.level] || this.problem !== '') {
      return;
    }
    const descriptor = this.#begin();
    if (descriptor === undefined) { return; }
    try {
      writeSync(descriptor, this.#line(label, text, new Date()));
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  /** The open file, with its header in it; undefined where that cannot be had, which `problem` says. */
  #begin(): number | undefined {
    try {
      if (this.#descriptor === undefined) {
        const { directory, operation } = this.#options;
        ({ descriptor: this.#descriptor, path: this.path } = createDefaultFile(directory, operation, this.#openedAt));
      }
      if (!this.#headerWritten) {
        this.#headerWritten = true;
        writeSync(this.#descriptor, this.#line('Info', this.#options.header, this.#openedAt));
      }
      return this.#descriptor;
    } catch (error) {
      this.problem = messageOf(error);
      return undefined;
    }
  }

  #line(label: string, text: string, time: Date): string {
    // File names come from images, which may try to write lines of their own.
    const line = printableLine(text.slice(0, maxLineLength));
    return `${timestamp(time)}, ${label}  DISMTS  PID=${process.pid} ${this.#options.operation}: ${line}\n`;
  }
}

function openOwnFile(path: string): number {
  try {
    // Looked at before it is opened: opening a pipe or a device can block, or end up on the wire.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
      throw new Error('it is not a regular file');
    }
    requireOwnLinks(path);
    requireText(path);
    // Where a link of root's own leads on it is followed; where there is none, none may come in between.
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return openSync(path, constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (isLink ? 0 : constants.O_NOFOLLOW), 0o640);
  } catch (error) {
    throw new DismError(Hresult.DISMAPI_E_LOGGING_DISABLED, loggingFailure(error, `Cannot write the log file "${path}"`, path), { target: path, cause: error });
  }
}

/** An image file given as the log by mistake would get text behind its end. UTF-16, which old logs are in, has a mark. */
function requireText(path: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY);
  } catch {
    // There is none yet, or it is one that may be written only.
    return;
  }
  try {
    const head = Buffer.alloc(64);
    const begin = head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
    const isUtf16 = begin.length > 1 && (begin.readUInt16LE(0) === 0xfeff || begin.readUInt16BE(0) === 0xfeff);
    if (begin.includes(0) && !isUtf16) { throw new Error('it is a file of another kind: no text, but bytes'); }
  } finally {
    release(descriptor);
  }
}

/** Root writes nowhere because of a symbolic link that another user made, in a folder for temporary files for instance. */
function requireOwnLinks(path: string): void {
  if (!isRoot()) { return; }
  for (let part = path; part !== dirname(part); part = dirname(part)) {
    const found = lstatSync(part, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() === true && found.uid !== 0) { throw new Error(`"${part}" is a symbolic link of user ${found.uid}`); }
  }
}

function loggingFailure(error: unknown, what: string, path: string): string {
  return isSystemError(error) ? systemFailure(error, what, path).message : `${what}: ${messageOf(error)}`;
}
