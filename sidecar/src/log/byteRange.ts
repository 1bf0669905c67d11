/** The line of an operation's log that says which part of DISM's own log the operation caused. */

/** A part of a log file of DISM, in bytes: `start` is its first one, `end` the first one after it. */
export interface DismLogRange {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

const pattern = /^DISM log "(.+)", bytes (\d{1,15}) to (\d{1,15})$/;

/** The text of the line, as it is given to the operation's log. */
export function formatDismLogRange({ path, start, end }: DismLogRange): string {
  return `DISM log "${path}", bytes ${start} to ${end}`;
}

/** Reads the text of a line, without what a log puts before it; undefined where it is another one. */
export function parseDismLogRange(text: string): DismLogRange | undefined {
  const [, path, start, end] = pattern.exec(text) ?? [];
  return path === undefined || Number(end) < Number(start) ? undefined : { path, start: Number(start), end: Number(end) };
}
