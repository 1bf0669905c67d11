/** A client for a process that answers Content-Length frames on its stdio, with as little work of its own as possible. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

const headerEnd = Buffer.from('\r\n\r\n', 'latin1');

/** The bytes of one message. */
export function frame(message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message), 'utf8');
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`, 'latin1'), body]);
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** One process, one request at a time. */
export class FramePeer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<void>;
  #received: Buffer = Buffer.alloc(0);
  #settle: { resolve: (body: Buffer) => void; reject: (error: Error) => void } | undefined;
  #lastId = 0;

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(command, args, { env });
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.resume();
    this.#child.stdout.on('data', (chunk: Buffer) => { this.#receive(chunk); });
    this.#exit = new Promise((resolve) => {
      const ended = (reason: string): void => {
        this.#settle?.reject(new Error(`${command} ${reason}`));
        resolve();
      };
      this.#child.once('error', (error) => { ended(error.message); });
      this.#child.once('close', (code, signal) => { ended(`ended (${code ?? signal ?? ''})`); });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Sends bytes and gives the body of the next frame that comes back. */
  async exchange(bytes: Buffer): Promise<Buffer> {
    const answer = new Promise<Buffer>((resolve, reject) => { this.#settle = { resolve, reject }; });
    this.#child.stdin.write(bytes);
    return await answer;
  }

  /** Sends a request. @throws Error: it was answered with an error. */
  async request(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    const body = await this.exchange(frame({ jsonrpc: '2.0', id: ++this.#lastId, method, params }));
    const { result, error } = JSON.parse(body.toString('utf8')) as Answer;
    if (error !== undefined) { throw new Error(`${method}: ${error.message}`); }
    return result;
  }

  /** Closes the process's stdin and waits until it has ended. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#exit;
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headerBytes = this.#received.indexOf(headerEnd);
    if (headerBytes === -1) { return; }
    const length = Number(/Content-Length: (\d+)/.exec(this.#received.toString('latin1', 0, headerBytes))?.[1]);
    const bodyStart = headerBytes + headerEnd.length;
    if (this.#received.length < bodyStart + length) { return; }
    const body = this.#received.subarray(bodyStart, bodyStart + length);
    this.#received = this.#received.subarray(bodyStart + length);
    this.#settle?.resolve(body);
  }
}
