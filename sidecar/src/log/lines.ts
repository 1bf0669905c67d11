/** Reads lines out of log files that other programs write: the end of a large one, or a part that is given in bytes. */
import { open, stat, type FileHandle } from 'node:fs/promises';
import { releaseFile } from '../closing.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { printableLine } from '../printable.ts';

/** No line is given longer than this, in UTF-16 code units. */
export const maxLineLength = 32 * 1024;
const chunkBytes = 1024 * 1024;

/** One line without its break. */
export interface LogLine {
  readonly text: string;
  /** 1-based, counted from the beginning of the file. */
  readonly lineNumber: number;
}

/** Lines of one part of a file. */
export interface LogLines {
  /** Made while they are read, because a file can consist of line breaks. */
  readonly lines: Iterable<LogLine>;
  /** True: the part is larger than was allowed, and these are the lines at its end. */
  readonly truncated: boolean;
}

interface Encoding {
  readonly name: 'utf-8' | 'utf-16le' | 'utf-16be';
  readonly bomLength: number;
  /** Bytes of a line feed. */
  readonly unit: 1 | 2;
}

/** An open log file. */
export class LogFile {
  readonly path: string;
  /** The same for the same file under another name. */
  readonly id: string;
  readonly #handle: FileHandle;
  readonly #encoding: Encoding;
  /** How many line feeds are before an offset: the last one that was asked for. */
  #counted = { offset: 0, lineFeeds: 0 };

  private constructor(path: string, id: string, handle: FileHandle, encoding: Encoding) {
    this.path = path;
    this.id = id;
    this.#handle = handle;
    this.#encoding = encoding;
  }

  /**
   * Opens a file.
   * @throws DismError E_INVALIDARG: it is no regular file. Other failures are those of node:fs.
   */
  static async open(path: string): Promise<LogFile> {
    // Looked at before it is opened: opening a pipe waits for its other end.
    const stats = await stat(path, { bigint: true });
    if (!stats.isFile()) {
      throw new DismError(Hresult.E_INVALIDARG, `Cannot read the log file "${path}": it is not a regular file`, { target: path });
    }
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(3), 0, 3, 0);
      return new LogFile(path, `${stats.dev}:${stats.ino}`, handle, encodingOf(buffer.subarray(0, bytesRead)));
    } catch (error) {
      await releaseFile(handle);
      throw error;
    }
  }

  /**
   * Reads the lines between two offsets in bytes, at most `maxBytes` from the end of that part.
   * @param end Default: the end of the file.
   * @throws the signal's reason; DismError ERROR_READ_FAULT: the file became shorter.
   */
  async read(signal: AbortSignal, maxBytes: number, start = 0, end = Number.MAX_SAFE_INTEGER): Promise<LogLines> {
    const { name, bomLength, unit } = this.#encoding;
    const to = Math.min(end, (await this.#handle.stat()).size);
    const wanted = Math.max(start, bomLength);
    const truncated = to - maxBytes > wanted;
    let from = truncated ? to - maxBytes : wanted;
    from += (from - bomLength) % unit;
    if (from >= to) {
      return { lines: [], truncated: false };
    }
    const bytes = Buffer.allocUnsafe(to - from);
    for (let done = 0; done < bytes.length;) {
      signal.throwIfAborted();
      const { bytesRead } = await this.#handle.read(bytes, done, Math.min(chunkBytes, bytes.length - done), from + done);
      if (bytesRead === 0) {
        throw new DismError(Hresult.ERROR_READ_FAULT, `Cannot read the log file "${this.path}": it became shorter meanwhile`, { target: this.path });
      }
      done += bytesRead;
    }
    const firstLine = 1 + await this.#countLineFeeds(from, signal);
    return { lines: linesOf(new TextDecoder(name).decode(bytes), firstLine, truncated), truncated };
  }

  async close(): Promise<void> {
    await releaseFile(this.#handle);
  }

  /** Line feeds before an offset. Goes on where it was asked last, so that parts read in order cost one pass. */
  async #countLineFeeds(offset: number, signal: AbortSignal): Promise<number> {
    let { offset: at, lineFeeds } = this.#counted;
    if (at > offset || at < this.#encoding.bomLength) {
      [at, lineFeeds] = [this.#encoding.bomLength, 0];
    }
    const chunk = Buffer.allocUnsafe(chunkBytes);
    while (at < offset) {
      signal.throwIfAborted();
      const { bytesRead } = await this.#handle.read(chunk, 0, Math.min(chunkBytes, offset - at), at);
      if (bytesRead === 0) { break; }
      lineFeeds += countLineFeeds(chunk.subarray(0, bytesRead), this.#encoding);
      at += bytesRead;
    }
    this.#counted = { offset: at, lineFeeds };
    return lineFeeds;
  }
}

function encodingOf(beginning: Buffer): Encoding {
  switch (beginning.toString('latin1', 0, 2)) {
    case '\xFF\xFE': return { name: 'utf-16le', bomLength: 2, unit: 2 };
    case '\xFE\xFF': return { name: 'utf-16be', bomLength: 2, unit: 2 };
    default: return { name: 'utf-8', bomLength: beginning.toString('latin1') === '\xEF\xBB\xBF' ? 3 : 0, unit: 1 };
  }
}

function countLineFeeds(bytes: Buffer, { name, unit }: Encoding): number {
  let count = 0;
  const low = name === 'utf-16be' ? 1 : 0;
  for (let at = bytes.indexOf(0x0A); at >= 0; at = bytes.indexOf(0x0A, at + 1)) {
    // In UTF-16 the same byte is a half of other characters.
    if (unit === 1 || (at % 2 === low && bytes[at ^ 1] === 0)) {
      count += 1;
    }
  }
  return count;
}

/** @param cut True: the first line is the end of one. */
function* linesOf(text: string, firstLine: number, cut: boolean): Generator<LogLine> {
  let lineNumber = firstLine;
  for (let start = 0; start < text.length; lineNumber += 1) {
    const lineFeed = text.indexOf('\n', start);
    const end = lineFeed < 0 ? text.length : lineFeed;
    const line = end === start ? '' : printable(text.slice(start, Math.min(end, start + maxLineLength)));
    if (!(cut && lineNumber === firstLine)) {
      yield { text: line, lineNumber };
    }
    start = end + 1;
  }
}

/** A text that does nothing to a terminal. NULs are what a crash leaves at the end of a file. */
function printable(text: string): string {
  return printableLine(text.replace(/^\uFEFF|\r$/g, '').replaceAll('\0', ''));
}
