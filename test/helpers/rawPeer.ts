/** A client without a connection: it sends any bytes, and waits for what comes back. */
import type { Readable, Writable } from 'node:stream';
import { StreamMessageReader } from 'vscode-jsonrpc/node';
import { deadlineMs } from './deadline.ts';

/** Any message, as it was on the wire. */
export interface RawMessage {
  readonly jsonrpc: string;
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** One frame with the right header. */
export function frame(body: unknown): Buffer {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'utf8');
  return Buffer.concat([Buffer.from(`Content-Length: ${bytes.length}\r\n\r\n`, 'ascii'), bytes]);
}

/** Sends bytes and collects messages; every wait has a deadline. */
export class RawPeer {
  /** All messages so far. */
  readonly messages: RawMessage[] = [];
  /** What could not be read as messages; a server that keeps its promises leaves it empty. */
  readonly readErrors: Error[] = [];
  readonly #output: Writable;
  readonly #waiting = new Set<() => void>();

  constructor(input: Readable, output: Writable) {
    this.#output = output;
    output.on('error', () => undefined);
    const reader = new StreamMessageReader(input);
    reader.onError((error) => this.readErrors.push(error));
    reader.listen((message) => {
      this.messages.push(message);
      for (const wake of this.#waiting) {
        wake();
      }
    });
  }

  /** Sends a message in a frame. */
  send(message: unknown): void {
    this.sendBytes(frame(message));
  }

  sendBytes(bytes: Buffer | string): void {
    this.#output.write(bytes);
  }

  /** Closes the stream that the server reads. */
  end(): void {
    this.#output.end();
  }

  /** Sends a request and gives its answer. */
  async request(id: number | string, method: string, params?: unknown): Promise<RawMessage> {
    this.send({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
    return await this.waitFor((message) => message.id === id && message.method === undefined);
  }

  async initialize(params: Readonly<Record<string, unknown>> = {}): Promise<RawMessage> {
    return await this.request('initialize', 'initialize', { client: { name: 'test', version: '0' }, protocolVersion: '1.0', ...params });
  }

  /** The first message, of those that came and those to come, that fits. */
  async waitFor(fits: (message: RawMessage) => boolean, waitMs = deadlineMs): Promise<RawMessage> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      const found = this.messages.find(fits);
      if (found !== undefined) {
        return found;
      }
      const remaining = deadline - Date.now();
      if (remaining <= 0) {
        throw new Error(`no such message within ${waitMs} ms; there were ${JSON.stringify(this.messages).slice(0, 2000)}`);
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, remaining);
        this.#waiting.add(wake);
      });
    }
  }
}
