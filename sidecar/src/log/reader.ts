/** Reads the entries of a log file, with the parts of DISM's own log that belong to its operations. */
import type { LogEntry } from '@dismts/protocol';
import { parseDismLogRange, type DismLogRange } from './byteRange.ts';
import { messageOf } from '../systemErrors.ts';
import { imagingSource, parseLogLines } from './entries.ts';
import { LogFile } from './lines.ts';

/** Of one file, and of all parts of DISM's log together, no more than about this is read, from the end. */
const maxBytes = 32 * 1024 * 1024;
/** What the smallest part counts for: each costs looking for its file. */
const leastRangeBytes = 4096;
/** JSON of the entries; the rest of the answer fits into what a message may have beside it. */
const maxAnswerBytes = 12 * 1024 * 1024;
/** DISM's times have no fractions, and two clocks are read. */
const toleranceMs = 2000;

/** First line of an operation in a log of DismTs. */
const operationHeader = /^DismTs \d+\.\d+\.\d+/;
/** First line of a program's work in dism.log. */
const sessionHeader = /<-+ Starting .{1,80} session.{0,80} -*>/;

/** Reads log files, each once, and notes what the user should know. */
export class LogReader {
  /** Sentences about what is missing. */
  readonly warnings = new Set<string>();
  readonly #signal: AbortSignal;
  readonly #files = new Map<string, LogFile>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * The entries of a file, in the order of their times.
   * @param lastOperation Only those of the last operation in it.
   * @throws DismError, errors of node:fs: it cannot be read. The signal's reason.
   */
  async read(path: string, lastOperation: boolean): Promise<LogEntry[]> {
    const { lines, truncated } = await (await this.#open(path)).read(this.#signal, maxBytes);
    if (truncated) { this.#warnOfEnd(path); }
    const own = await parseLogLines(lines, path, this.#signal);
    return await this.#withDismLog(lastOperation ? lastOperationOf(own) : own, path);
  }

  /** As many of the last entries as one answer can hold. */
  withinAnswer(entries: readonly LogEntry[]): LogEntry[] {
    let bytes = 0;
    const excess = entries.findLastIndex((entry) => {
      bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
      return bytes > maxAnswerBytes;
    });
    if (excess >= 0) {
      this.warnings.add(`Only the last ${entries.length - excess - 1} of ${entries.length} entries are given, because an answer holds no more`);
    }
    return entries.slice(excess + 1);
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) {
      await file.close();
    }
  }

  async #open(path: string): Promise<LogFile> {
    const file = this.#files.get(path) ?? await LogFile.open(path);
    this.#files.set(path, file);
    return file;
  }

  /** The same entries; the entries of a part of DISM's log, in the order of their times, take the place of the one that names it. */
  async #withDismLog(own: readonly LogEntry[], ownPath: string): Promise<LogEntry[]> {
    const ranges = this.#rangesOf(own);
    const parts: LogEntry[][] = [];
    let before: LogEntry[] = [];
    let since = Number.NEGATIVE_INFINITY;
    for (const entry of own) {
      if (isOperationHeader(entry)) {
        since = timeOf(entry) ?? since;
      }
      const range = ranges.get(entry);
      const named = range === undefined ? [] : await this.#readRange(range, ownPath, since, timeOf(entry) ?? Number.POSITIVE_INFINITY);
      if (named.length > 0) {
        parts.push(mergeByTime(before, named));
        before = [];
      } else {
        before.push(entry);
      }
    }
    return [...parts, before].flat();
  }

  /** The parts that entries name: the last ones, as many as may be read. */
  #rangesOf(entries: readonly LogEntry[]): ReadonlyMap<LogEntry, DismLogRange> {
    const ranges = new Map<LogEntry, DismLogRange>();
    let bytesLeft = maxBytes;
    for (const entry of entries.toReversed()) {
      const range = entry.source === 'DISMTS' ? parseDismLogRange(entry.message) : undefined;
      if (range === undefined || range.start === range.end) { continue; }
      if (bytesLeft <= 0) {
        this.warnings.add('What DISM logged of the first operations was not read, because it is too much');
        break;
      }
      ranges.set(entry, range);
      bytesLeft -= Math.max(range.end - range.start, leastRangeBytes);
    }
    return ranges;
  }

  /** The entries of a part that are from the time of its operation; DISM moves its log away when it has become large. */
  async #readRange({ path, start, end }: DismLogRange, ownPath: string, since: number, until: number): Promise<LogEntry[]> {
    // A log can say anything: asking a server for a file would tell it who asks.
    if (!/^(?:\/(?!\/)|[A-Za-z]:[\\/])/.test(path)) {
      this.warnings.add(`"${path}" was not read, because it is not on this machine`);
      return [];
    }
    const own = await this.#open(ownPath);
    let reason = 'it is not there any more';
    for (const candidate of [path, `${path}.bak`]) {
      try {
        const file = await this.#open(candidate);
        // DISM's lines are already among the others where the caller gave both the same file.
        if (file.id === own.id) { return []; }
        const { lines, truncated } = await file.read(this.#signal, maxBytes, start, end);
        const entries = withinTime(await parseLogLines(lines, candidate, this.#signal), since, until);
        if (entries.length > 0) {
          if (truncated) { this.#warnOfEnd(candidate); }
          return entries;
        }
      } catch (error) {
        this.#signal.throwIfAborted();
        reason = candidate === path ? messageOf(error, path) : reason;
      }
    }
    this.warnings.add(`What DISM wrote into "${path}" was not found: ${reason}`);
    return [];
  }

  #warnOfEnd(path: string): void {
    this.warnings.add(`Only the last ${maxBytes / 1024 / 1024} MB of "${path}" were read`);
  }
}

function isOperationHeader({ source, message }: LogEntry): boolean {
  return source === 'DISMTS' && operationHeader.test(message);
}

/** What is there from the last header on; everything where there is none. */
function lastOperationOf(entries: readonly LogEntry[]): readonly LogEntry[] {
  const first = entries.findLastIndex(isOperationHeader);
  const header = entries[first];
  if (header === undefined) {
    return entries.slice(Math.max(0, entries.findLastIndex(({ source, message }) => source === 'DISM' && sessionHeader.test(message))));
  }
  // Several processes may append to one file.
  return entries.slice(first).filter(
    ({ source, processId, provider }) => source !== 'DISMTS' || (processId === header.processId && provider === header.provider));
}

/** Entries of another time, or of a file that is no log, are not what the operation wrote. */
function withinTime(entries: readonly LogEntry[], since: number, until: number): LogEntry[] {
  // Clocks are set back in autumn.
  const [from, to] = [Math.min(since, until) - toleranceMs, Math.max(since, until) + toleranceMs];
  let within = true;
  return entries.filter((entry, index) => {
    const time = timeOf(entry);
    within = time === undefined ? within && (index > 0 || entry.source === imagingSource) : time >= from && time <= to;
    return within;
  });
}

/** Two lists, each in the order of its lines, in one. Within a second those of DISM come last, for its times have no fractions. */
function mergeByTime(own: readonly LogEntry[], dism: readonly LogEntry[]): LogEntry[] {
  const merged: LogEntry[] = [];
  let next = 0;
  let second = Number.NEGATIVE_INFINITY;
  for (const entry of dism) {
    second = secondOf(entry) ?? second;
    for (let candidate = own[next]; candidate !== undefined && comesFirst(candidate, second); candidate = own[next]) {
      merged.push(candidate);
      next += 1;
    }
    merged.push(entry);
  }
  return [...merged, ...own.slice(next)];
}

function comesFirst(own: LogEntry, second: number): boolean {
  return isOperationHeader(own) || (secondOf(own) ?? second) <= second;
}

function secondOf(entry: LogEntry): number | undefined {
  const time = timeOf(entry);
  return time === undefined ? undefined : Math.floor(time / 1000);
}

/** Milliseconds since 1970. */
function timeOf({ time }: LogEntry): number | undefined {
  return time === null ? undefined : Date.parse(time);
}
