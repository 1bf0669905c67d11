/** Results as a person reads them: tables, a line for each property, or a sentence. */
import { printable, printableText } from '../printable.ts';
import { inShellWords } from './shellWords.ts';
import type { Verb } from './verbs.ts';

/** What goes to stdout, and what is said beside it. */
export interface ResultText {
  readonly text: string;
  /** Warnings, and that there is nothing to list: sentences for stderr. */
  readonly notes: readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

/** @param quiet Without the sentence that only says that the work is done. */
export function resultText({ shown }: Verb, result: unknown, quiet: boolean): ResultText {
  const row = (result ?? {}) as Row;
  const warnings = (Array.isArray(row['warnings']) ? row['warnings'] : []).map((warning) => `warning: ${printableText(inShellWords(String(warning)))}`);
  if ('say' in shown) {
    const say = row['changed'] === false ? shown.say.replace(/^Done:/, 'Nothing to change:') : shown.say;
    const sentence = say.replace(/\{(\w+)\}/g, (_, name: string) => valueText(name, row[name]));
    return { text: quiet ? '' : `${sentence}\n${row['restartNeeded'] === true ? 'A restart of Windows is needed to complete it\n' : ''}`, notes: warnings };
  }
  if ('properties' in shown) { return { text: propertyLines(row, shown.properties), notes: warnings }; }
  const rows = Array.isArray(row[shown.list]) ? row[shown.list] as unknown[] : [];
  const [first] = rows;
  if (first === undefined) { return { text: '', notes: [shown.none, ...warnings] }; }
  if (shown.columns.length === 0 || typeof first !== 'object') { return { text: rows.map((value) => `${valueText('', value)}\n`).join(''), notes: warnings }; }
  if (rows.length === 1 && Object.keys(first as Row).length > shown.columns.length + 2) { return { text: propertyLines(first as Row), notes: warnings }; }
  return { text: table(rows as Row[], shown.columns), notes: warnings };
}

function table(rows: readonly Row[], columns: readonly string[]): string {
  const cells = [columns.map(heading), ...rows.map((row) => columns.map((name) => valueText(name, row[name])))];
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => (line[column] ?? '').length)));
  return cells.map((line) => `${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()}\n`).join('');
}

function propertyLines(row: Row, names: readonly string[] = Object.keys(row)): string {
  const present = names.filter((name) => Array.isArray(row[name]) || valueText(name, row[name]) !== '');
  const width = Math.max(0, ...present.map((name) => heading(name).length));
  return present.flatMap((name) => {
    const value = row[name];
    if (Array.isArray(value) && value.some((item) => typeof item === 'object')) {
      return value.length === 0 ? [] : ['', `${heading(name)}:`, ...value.map((item) => `  ${itemText(item as Row)}`)];
    }
    if (Array.isArray(value) && value.length === 0) { return []; }
    return [`${heading(name).padEnd(width)} : ${valueText(name, value)}`];
  }).map((line) => `${line}\n`).join('');
}

/** One object of a list within a result: its values that say something, in one line. */
function itemText(item: Row): string {
  return Object.entries(item).map(([name, value]) => valueText(name, value)).filter((text) => text !== '').join('  ');
}

/** `imageIndex` as `Image index`. */
function heading(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** PROCESSOR_ARCHITECTURE_*. */
const architectures: ReadonlyMap<unknown, string> = new Map([[0, 'x86'], [5, 'ARM'], [6, 'ia64'], [9, 'x64'], [11, 'neutral'], [12, 'ARM64']]);

function valueText(name: string, value: unknown): string {
  if (value === null || value === undefined) { return ''; }
  if (typeof value === 'number') {
    if (name === 'architecture') { return architectures.get(value) ?? String(value); }
    return /(?:Size|Bytes|bytesChecked)$/.test(name) ? sizeText(value) : String(value);
  }
  if (Array.isArray(value)) { return value.map((item) => valueText(name, item)).join(', '); }
  if (typeof value === 'object') {
    // A failure has its message, a driver its name; of numbers only those count that are not zero.
    const { message, driver } = value as Row;
    if (typeof message === 'string' || typeof driver === 'string') { return printableText(String(message ?? driver)); }
    return Object.entries(value).filter(([, part]) => part !== 0).map(([key, part]) => `${heading(key).toLowerCase()} ${valueText(key, part)}`).join(', ');
  }
  if (typeof value !== 'string') { return typeof value === 'boolean' ? (value ? 'yes' : 'no') : ''; }
  if (name === 'hint') { return printableText(inShellWords(value)); }
  return name.toLowerCase().endsWith('path') ? printable(value) : printableText(value);
}

/** Bytes with three digits or so: `15.0 GiB`. */
function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const unit = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${unit === 0 ? bytes : (bytes / 1024 ** unit).toFixed(1)} ${units[unit] ?? ''}`;
}
