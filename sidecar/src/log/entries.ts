/** Parses the lines of operation logs of DismTs, of dism.log, and of what other programs write into it. */
import type { LogEntry } from '@dismts/protocol';
import { Breather } from '../breather.ts';
import { maxLineLength, type LogLine } from './lines.ts';

/** `2026-11-21 12:00:00, Info                  DISM   text`; DismTs adds milliseconds. */
const stampedLine = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:[.,:](\d{3}))?, ([A-Za-z]+)(\s*)(.*)$/s;
/** Level and source are columns: text this far behind the beginning of the level has no source before it. */
const textColumn = 29;
const sourceAndText = /^([A-Za-z][A-Za-z0-9_]{0,15})(?:\s+(.*))?$/s;
/** `PID=1 image/mount: text` */
const dismTsText = /^PID=(\d{1,10}) ([A-Za-z/]+): (.*)$/s;
/** `API: PID=1 TID=2 text`, `PID=1 TID=2 text`, `DISM.EXE: text` */
const dismText = /^(?:([^:=]{1,64}): (?=PID=)|(DISM[^:=]{0,60}): )?(?:PID=(\d{1,10})\s+)?(?:TID=(\d{1,10})\s+)?(.*)$/s;
/** `[1234.5678] [0x80070002] Function:(line): text`, as the imaging library writes, with no time. */
const imagingLine = /^\[(\d{1,10})(?:\.(\d{1,10}))?\] \[(0x[0-9a-f]{8})\] (.*)$/is;
/** Where lines tell an HRESULT, the surest first. */
const hresults = [
  /\(hr:\s*(0x[0-9a-f]{1,8})\)/i, /\b(?:HRESULT|hr)\s*[=:]\s*(0x[0-9a-f]{1,8})\b/i, /\([A-Z][A-Z0-9_]*, (0x[0-9A-F]{8})\)/, /\[(0x[89a-f][0-9a-f]{7})\b/i,
];

/** Who writes lines that have no source: the imaging library of Windows. */
export const imagingSource = 'WIMGAPI';

const linesBetweenBreaths = 256;

type MutableEntry = { -readonly [K in keyof LogEntry]: LogEntry[K] };

/**
 * The entries of lines that follow each other. A line that begins no entry continues the message of the one before.
 * @throws the signal's reason.
 */
export async function parseLogLines(lines: Iterable<LogLine>, logPath: string, signal: AbortSignal): Promise<LogEntry[]> {
  const entries: MutableEntry[] = [];
  const breather = new Breather();
  for (const { text, lineNumber } of lines) {
    if (lineNumber % linesBetweenBreaths === 0) {
      await breather.breathe(signal);
    }
    if (text.trim() === '') { continue; }
    const parsed = parseLine(text);
    const previous = entries.at(-1);
    if (parsed !== undefined) {
      entries.push({ ...parsed, logPath, lineNumber });
    } else if (previous === undefined) {
      entries.push({ ...plain, message: text, logPath, lineNumber });
    } else if (previous.message.length + text.length < maxLineLength) {
      previous.message += `\n${text}`;
    }
  }
  return entries;
}

type Parsed = Omit<LogEntry, 'logPath' | 'lineNumber'>;

const plain: Parsed = { time: null, level: 'Info', source: '', provider: '', processId: null, threadId: null, message: '', hresult: null };

function parseLine(line: string): Parsed | undefined {
  const stamped = stampedLine.exec(line);
  if (stamped === null) {
    return parseImagingLine(line);
  }
  const [, year, month, day, hour, minute, second, milliseconds = '0', level = '', gap = '', rest = ''] = stamped;
  const time = localTime([year, month, day, hour, minute, second, milliseconds].map(Number));
  const [, source = '', text = source === '' ? rest : ''] = level.length + gap.length >= textColumn ? [] : sourceAndText.exec(rest) ?? [];
  return { ...plain, time, level, source, message: text, hresult: hresultOf(text), ...partsOf(source, text) };
}

function parseImagingLine(line: string): Parsed | undefined {
  const [matched, processId, threadId, code, message = ''] = imagingLine.exec(line) ?? [];
  if (matched === undefined) { return undefined; }
  const hresult = Number(code) | 0;
  return { ...plain, level: hresult < 0 ? 'Error' : 'Info', source: imagingSource, processId: toNumber(processId), threadId: toNumber(threadId), message, hresult };
}

/** What a source writes before its text. */
function partsOf(source: string, text: string): Partial<Parsed> {
  if (source === 'DISMTS') {
    const [matched, processId, provider = '', message = ''] = dismTsText.exec(text) ?? [];
    return matched === undefined ? {} : { provider, processId: toNumber(processId), message };
  }
  if (source === 'DISM') {
    const [, withProcess, dism, processId, threadId, message = ''] = dismText.exec(text) ?? [];
    return { provider: withProcess ?? dism ?? '', processId: toNumber(processId), threadId: toNumber(threadId), message };
  }
  return {};
}

function hresultOf(text: string): number | null {
  for (const pattern of hresults) {
    const code = pattern.exec(text)?.[1];
    if (code !== undefined) {
      return Number(code) | 0;
    }
  }
  return null;
}

function toNumber(digits: string | undefined): number | null {
  return digits === undefined ? null : Number(digits);
}

/** ISO 8601 in UTC of a time on this machine's clock; null for one that no clock shows. */
function localTime([year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, milliseconds = 0]: readonly number[]): string | null {
  const date = new Date(year, month - 1, day, hour, minute, second, milliseconds);
  const shown = year >= 1601 && date.getMonth() === month - 1 && date.getDate() === day && hour < 24 && minute < 60 && second < 60;
  return shown ? date.toISOString() : null;
}
