/** Reads Content-Length frames from a stream that may hold anything. */
import type { Readable } from 'node:stream';
import { cancelMethod, ErrorCode, maxMessageBytes } from '@dismts/protocol';
import { AbstractMessageReader, type DataCallback, type Disposable, type Message, type MessageReader } from 'vscode-jsonrpc/node';
import type { PendingIds } from './pendingIds.ts';

const maxHeaderBytes = 8 * 1024;
const carriageReturn = 0x0D;
const lineFeed = 0x0A;
const byteOrderMark = Buffer.from([0xEF, 0xBB, 0xBF]);

/** Something in the stream that is no message, and what to answer to it. */
export interface Violation {
  readonly code: typeof ErrorCode.ParseError | typeof ErrorCode.InvalidRequest;
  readonly message: string;
  /** The request's id, where it has a usable one that no other request is using. */
  readonly id: number | string | null;
  /** True: where the next frame begins cannot be known, so nothing more is read. */
  readonly fatal: boolean;
}

type State =
  | { readonly kind: 'headers'; readonly bytes: number[] }
  | { readonly kind: 'body'; readonly length: number; received: number; readonly chunks: Buffer[] }
  | { readonly kind: 'skip'; remaining: number }
  | { readonly kind: 'stopped' };

/**
 * A MessageReader that keeps the promises which StreamMessageReader of vscode-jsonrpc does not: header blocks and bodies have a
 * limit, lengths are checked, an oversized body is skipped without being kept, and only well-formed JSON-RPC messages pass
 * (a cancel notification without parameters, or two requests with one id, would upset the connection).
 */
export class FrameReader extends AbstractMessageReader implements MessageReader {
  readonly #input: Readable;
  readonly #pendingIds: PendingIds;
  readonly #onViolation: (violation: Violation) => void;
  #state: State = { kind: 'headers', bytes: [] };
  #deliver: DataCallback = () => undefined;
  #atStart = true;
  #closed = false;

  constructor(input: Readable, pendingIds: PendingIds, onViolation: (violation: Violation) => void) {
    super();
    this.#input = input;
    this.#pendingIds = pendingIds;
    this.#onViolation = onViolation;
  }

  listen(callback: DataCallback): Disposable {
    this.#deliver = callback;
    const onData = (chunk: Buffer): void => {
      this.#consume(chunk);
    };
    const onEnd = (): void => {
      this.#end();
    };
    this.#input.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onEnd);
    return { dispose: () => {
      // The error listener stays: a late error of a stream that nobody listens to ends the process.
      this.#input.off('data', onData).off('end', onEnd).off('close', onEnd);
    } };
  }

  /** Reads nothing more; what still arrives is thrown away, so that a client is not stuck writing it. */
  stop(): void {
    this.#state = { kind: 'stopped' };
  }

  #end(): void {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    const inFrame = this.#state.kind === 'headers' ? this.#state.bytes.length > 0 : this.#state.kind !== 'stopped';
    if (inFrame) {
      this.#violate(ErrorCode.ParseError, 'The stream ended within a message', null, true);
    }
    this.fireClose();
  }

  #consume(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0 && this.#state.kind !== 'stopped') {
      switch (this.#state.kind) {
        case 'headers': rest = this.#consumeHeaders(this.#state.bytes, rest); break;
        case 'body': rest = this.#consumeBody(this.#state, rest); break;
        case 'skip': {
          const skipped = Math.min(this.#state.remaining, rest.length);
          this.#state.remaining -= skipped;
          rest = rest.subarray(skipped);
          if (this.#state.remaining === 0) {
            this.#state = { kind: 'headers', bytes: [] };
          }
          break;
        }
      }
    }
  }

  #consumeHeaders(bytes: number[], chunk: Buffer): Buffer {
    for (const [position, byte] of chunk.entries()) {
      bytes.push(byte);
      if (this.#atStart && isByteOrderMark(bytes)) {
        // Windows PowerShell 5.1 starts the stream with one when the console's input encoding is UTF-8.
        this.#atStart = bytes.length < byteOrderMark.length;
        if (!this.#atStart) {
          bytes.length = 0;
        }
        continue;
      }
      this.#atStart = false;
      const problem = headerByteProblem(bytes, byte);
      if (problem !== '') {
        this.#violate(ErrorCode.InvalidRequest, problem, null, true);
        return chunk.subarray(chunk.length);
      }
      if (endsHeaders(bytes)) {
        this.#startBody(Buffer.from(bytes).toString('latin1'));
        return chunk.subarray(position + 1);
      }
    }
    return chunk.subarray(chunk.length);
  }

  #startBody(headers: string): void {
    const lengths: string[] = [];
    for (const line of headers.split('\r\n').filter((text) => text !== '')) {
      const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
      if (name === undefined || value === undefined) {
        this.#violate(ErrorCode.InvalidRequest, 'A header line is not of the form "Name: value"', null, true);
        return;
      }
      if (name.toLowerCase() === 'content-length') {
        lengths.push(value);
      }
    }
    const [length] = lengths;
    if (length === undefined || lengths.length > 1 || !/^\d{1,15}$/.test(length)) {
      this.#violate(ErrorCode.InvalidRequest, 'The headers need exactly one Content-Length, a decimal number of bytes', null, true);
      return;
    }
    const bytes = Number(length);
    if (bytes > maxMessageBytes) {
      this.#state = { kind: 'skip', remaining: bytes };
      this.#violate(ErrorCode.InvalidRequest, `A message of ${bytes} bytes is over the limit of ${maxMessageBytes}`, null, false);
    } else if (bytes === 0) {
      this.#state = { kind: 'headers', bytes: [] };
      this.#violate(ErrorCode.ParseError, 'The message is empty', null, false);
    } else {
      this.#state = { kind: 'body', length: bytes, received: 0, chunks: [] };
    }
  }

  #consumeBody(body: Extract<State, { kind: 'body' }>, chunk: Buffer): Buffer {
    const part = chunk.subarray(0, body.length - body.received);
    body.chunks.push(part);
    body.received += part.length;
    if (body.received === body.length) {
      this.#state = { kind: 'headers', bytes: [] };
      this.#handleBody(Buffer.concat(body.chunks));
    }
    return chunk.subarray(part.length);
  }

  #handleBody(body: Buffer): void {
    let message: unknown;
    try {
      message = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    } catch {
      this.#violate(ErrorCode.ParseError, 'The message is not valid JSON in UTF-8', null, false);
      return;
    }
    if (typeof message !== 'object' || message === null || Array.isArray(message)) {
      this.#violate(ErrorCode.InvalidRequest, 'The message is not a JSON object; batches are not supported', null, false);
      return;
    }
    this.#handleMessage(message as Readonly<Record<string, unknown>>);
  }

  #handleMessage(message: Readonly<Record<string, unknown>>): void {
    const own = (key: string): unknown => (Object.hasOwn(message, key) ? message[key] : undefined);
    const id = own('id');
    const method = own('method');
    if (id !== undefined && !isId(id)) {
      // An answer to a request of ours may have id null; we send none, so it is nothing to answer to.
      if (method !== undefined || id !== null) {
        this.#violate(ErrorCode.InvalidRequest, 'The id of a request is a string or a number', null, false);
      }
      return;
    }
    if (method === undefined && (own('result') !== undefined || own('error') !== undefined)) {
      this.#deliver(message as unknown as Message);
      return;
    }
    if (own('jsonrpc') !== '2.0' || typeof method !== 'string') {
      this.#violate(ErrorCode.InvalidRequest, 'The message is not a JSON-RPC 2.0 request or notification', this.#freeId(id), false);
      return;
    }
    if (id === undefined) {
      if (method !== cancelMethod || hasCancelId(own('params'))) {
        this.#deliver(message as unknown as Message);
      }
      return;
    }
    if (!this.#pendingIds.add(id)) {
      this.#violate(ErrorCode.InvalidRequest, `The id ${JSON.stringify(id)} is in use by a request that has not been answered yet`, null, false);
      return;
    }
    this.#deliver(message as unknown as Message);
  }

  /** An error with the id of a running request would be taken for its answer. */
  #freeId(id: number | string | undefined): number | string | null {
    if (id === undefined || !this.#pendingIds.add(id)) {
      return null;
    }
    this.#pendingIds.remove(id);
    return id;
  }

  #violate(code: Violation['code'], message: string, id: Violation['id'], fatal: boolean): void {
    if (fatal) {
      this.stop();
    }
    this.#onViolation({ code, message, id, fatal });
  }
}

function isByteOrderMark(bytes: readonly number[]): boolean {
  return bytes.every((byte, position) => byte === byteOrderMark[position]);
}

/** What is wrong with the last byte of a header block that is still being read, or an empty string. */
function headerByteProblem(bytes: readonly number[], byte: number): string {
  const afterReturn = bytes.at(-2) === carriageReturn;
  if (bytes.length > maxHeaderBytes) {
    return `The headers are over the limit of ${maxHeaderBytes} bytes`;
  }
  if ((byte === lineFeed) !== afterReturn) {
    return 'Header lines end with a carriage return and a line feed';
  }
  // Without this, a client that sends bare JSON would wait for an answer until it has filled the header limit.
  const atLineStart = bytes.length === 1 || bytes.at(-2) === lineFeed;
  if (atLineStart && byte !== carriageReturn && !/[A-Za-z]/.test(String.fromCharCode(byte))) {
    return 'A message starts with its Content-Length header';
  }
  return byte >= 0x7F || (byte < 0x20 && byte !== carriageReturn && byte !== lineFeed && byte !== 0x09) ? 'Headers are in ASCII' : '';
}

function endsHeaders(bytes: readonly number[]): boolean {
  return bytes.at(-1) === lineFeed && (bytes.length === 2 || bytes.at(-3) === lineFeed);
}

function isId(value: unknown): value is number | string {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
}

function hasCancelId(params: unknown): boolean {
  return typeof params === 'object' && params !== null && 'id' in params && isId(params.id);
}
