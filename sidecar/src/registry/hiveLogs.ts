/**
 * Replays the logs of a hive that was not closed properly, as Windows does when it loads it: the HvLE entries of Windows 8.1 and newer, the dirty
 * pages of earlier versions. By M. Suhanov's specification of the regf format; judged on hives that Windows itself has recovered.
 */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { baseBlockBytes, hasRightChecksum, HiveCells, pageBytes, sealBaseBlock } from './cells.ts';
import { surveyHive } from './hiveSurvey.ts';
import { marvin32 } from './marvin32.ts';

const sectorBytes = 512;
const entryHeadBytes = 40;
const referenceBytes = 8;

/** Of base blocks, hives and logs alike. */
const Base = { Primary: 4, Secondary: 8, Written: 12, Type: 28, BinBytes: 40, Flags: 144 } as const;
const typeOfHive = 0;
const typeOfNewLog = 6;
const typesOfOldLogs: ReadonlySet<number> = new Set([1, 2]);

interface Page {
  /** From the start of the bins. */
  readonly offset: number;
  readonly data: Buffer;
}

/** One step of a log. */
interface LogEntry {
  readonly sequence: number;
  readonly binBytes: number;
  readonly flags: number;
  readonly pages: readonly Page[];
}

interface ReadLog {
  readonly base: Buffer;
  readonly isOld: boolean;
  readonly entries: readonly LogEntry[];
}

/** A hive with its logs replayed. */
export interface ReplayedHive {
  /** The file, closed properly. */
  readonly file: Buffer;
  /** Number of entries that were replayed. */
  readonly entries: number;
}

/**
 * @param logs Content of the .LOG1, .LOG2 and .LOG files that there are.
 * @returns undefined: the hive is closed properly, and its logs mean nothing.
 * @throws DismError ERROR_FILE_CORRUPT: the logs do not fit the hive, or are damaged, or what comes of them is.
 */
export function replayLogs(hive: Buffer, logs: readonly Buffer[], path: string): ReplayedHive | undefined {
  const isValid = hive.length >= baseBlockBytes && hive.toString('latin1', 0, 4) === 'regf' && hasRightChecksum(hive);
  if (isValid && hive.readUInt32LE(Base.Primary) === hive.readUInt32LE(Base.Secondary)) { return undefined; }
  const usable = logs.map(readLog).filter((log) => log !== undefined);
  const plan = planReplay(hive, isValid, usable);
  if (plan === undefined) {
    throw new DismError(Hresult.ERROR_FILE_CORRUPT, `Cannot replay the logs of the registry hive "${path}": there are none that continue it`, {
      target: path, hint: 'Start the Windows in the image once so that it recovers the hive, or take the hive from an intact copy of the image.',
    });
  }
  const file = applyEntries(hive, plan.base, plan.entries);
  const cells = new HiveCells(file, path);
  cells.check();
  surveyHive(cells);
  return { file, entries: plan.entries.length };
}

interface Plan {
  readonly base: Buffer;
  readonly entries: readonly LogEntry[];
}

/** Which entries to apply to which base block. */
function planReplay(hive: Buffer, isValid: boolean, logs: readonly ReadLog[]): Plan | undefined {
  const base = hive.subarray(0, baseBlockBytes);
  const old = logs.find((log) => log.isOld && (!isValid || log.base.readBigUInt64LE(Base.Written) === base.readBigUInt64LE(Base.Written)));
  const fresh = logs.filter((log) => !log.isOld).sort((a, b) => (a.entries[0]?.sequence ?? 0) - (b.entries[0]?.sequence ?? 0));
  if (fresh.length === 0) { return old === undefined ? undefined : { base: isValid ? base : fullBase(base, old.base), entries: old.entries }; }
  if (!isValid) {
    const last = fresh.at(-1);
    return last === undefined ? undefined : { base: fullBase(base, last.base), entries: last.entries };
  }
  const secondary = base.readUInt32LE(Base.Secondary);
  const entries: LogEntry[] = [];
  for (const log of fresh.filter(({ base: own }) => own.readUInt32LE(Base.Primary) >= secondary)) {
    const last = entries.at(-1);
    if (last !== undefined && log.entries[0]?.sequence !== last.sequence + 1) { break; }
    entries.push(...log.entries);
  }
  return entries.length === 0 ? undefined : { base, entries };
}

/** The base block of a hive whose own is damaged: the first sector is in the log. */
function fullBase(base: Buffer, log: Buffer): Buffer {
  const whole = Buffer.alloc(baseBlockBytes);
  base.copy(whole);
  log.copy(whole, 0, 0, sectorBytes);
  whole.writeUInt32LE(typeOfHive, Base.Type);
  return whole;
}

function applyEntries(hive: Buffer, base: Buffer, entries: readonly LogEntry[]): Buffer {
  const binBytes = Math.max(base.readUInt32LE(Base.BinBytes), ...entries.map((entry) => entry.binBytes));
  const file = Buffer.alloc(Math.max(hive.length, baseBlockBytes + binBytes));
  hive.copy(file);
  base.copy(file);
  for (const { pages } of entries) {
    for (const { offset, data } of pages) { data.copy(file, baseBlockBytes + offset); }
  }
  const last = entries.at(-1);
  // Above the number of every entry, so that none of them continues this hive.
  const sequence = (Math.max(base.readUInt32LE(Base.Primary), last?.sequence ?? 0) + 1) >>> 0;
  file.writeUInt32LE(sequence, Base.Primary);
  file.writeUInt32LE(sequence, Base.Secondary);
  file.writeUInt32LE(last?.binBytes ?? binBytes, Base.BinBytes);
  file.writeUInt32LE(((base.readUInt32LE(Base.Flags) & ~1) | ((last?.flags ?? 0) & 1)) >>> 0, Base.Flags);
  return sealBaseBlock(file);
}

/** @returns undefined for what is no log, or an empty one. */
function readLog(log: Buffer): ReadLog | undefined {
  if (log.length < 2 * sectorBytes || log.toString('latin1', 0, 4) !== 'regf' || !hasRightChecksum(log)) { return undefined; }
  const base = log.subarray(0, sectorBytes);
  const isOld = typesOfOldLogs.has(base.readUInt32LE(Base.Type));
  if (!isOld && base.readUInt32LE(Base.Type) !== typeOfNewLog) { return undefined; }
  const entries = isOld ? readDirtyPages(log, base) : readEntries(log, base);
  return entries.length === 0 ? undefined : { base, isOld, entries };
}

/** The entries up to the first that is damaged or does not follow: what stands behind it is of an earlier round. */
function readEntries(log: Buffer, base: Buffer): LogEntry[] {
  const entries: LogEntry[] = [];
  let expected = base.readUInt32LE(Base.Primary);
  for (let offset = sectorBytes; offset + entryHeadBytes <= log.length;) {
    const size = log.readUInt32LE(offset + 4);
    const isWhole = log.toString('latin1', offset, offset + 4) === 'HvLE' && size % sectorBytes === 0 && size >= sectorBytes && size <= log.length - offset;
    const entry = isWhole ? readEntry(log.subarray(offset, offset + size)) : undefined;
    if (entry?.sequence !== expected) { break; }
    entries.push(entry);
    expected++;
    offset += size;
  }
  return entries;
}

function readEntry(entry: Buffer): LogEntry | undefined {
  const binBytes = entry.readUInt32LE(16);
  const count = entry.readUInt32LE(20);
  if (binBytes % pageBytes !== 0 || binBytes > 0x7fffffff || entryHeadBytes + count * referenceBytes > entry.length
    || entry.readBigUInt64LE(24) !== marvin32(entry.subarray(entryHeadBytes)) || entry.readBigUInt64LE(32) !== marvin32(entry.subarray(0, 32))) {
    return undefined;
  }
  const pages: Page[] = [];
  let position = entryHeadBytes + count * referenceBytes;
  for (let index = 0; index < count; index++) {
    const offset = entry.readUInt32LE(entryHeadBytes + index * referenceBytes);
    const bytes = entry.readUInt32LE(entryHeadBytes + index * referenceBytes + 4);
    if (position + bytes > entry.length || offset + bytes > binBytes) { return undefined; }
    pages.push({ offset, data: entry.subarray(position, position + bytes) });
    position += bytes;
  }
  return { sequence: entry.readUInt32LE(12), binBytes, flags: entry.readUInt32LE(8), pages };
}

/** The one step of an old log: a map of pages, then the pages. */
function readDirtyPages(log: Buffer, base: Buffer): LogEntry[] {
  const binBytes = base.readUInt32LE(Base.BinBytes);
  const mapStart = sectorBytes + 4;
  const mapBytes = binBytes / sectorBytes / 8;
  if (base.readUInt32LE(Base.Primary) !== base.readUInt32LE(Base.Secondary) || binBytes % pageBytes !== 0
    || log.toString('latin1', sectorBytes, mapStart) !== 'DIRT' || mapStart + mapBytes > log.length) {
    return [];
  }
  const pages: Page[] = [];
  let position = Math.ceil((mapStart + mapBytes) / sectorBytes) * sectorBytes;
  for (let page = 0; page < mapBytes * 8; page++) {
    if (((log[mapStart + (page >> 3)] ?? 0) >> (page & 7) & 1) === 0) { continue; }
    if (position + sectorBytes > log.length) { return []; }
    pages.push({ offset: page * sectorBytes, data: log.subarray(position, position + sectorBytes) });
    position += sectorBytes;
  }
  return pages.length === 0 ? [] : [{ sequence: base.readUInt32LE(Base.Primary), binBytes, flags: base.readUInt32LE(Base.Flags), pages }];
}
