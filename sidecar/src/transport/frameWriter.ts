/** Writes Content-Length frames, and notes which requests are answered by them. */
import type { Writable } from 'node:stream';
import { maxMessageBytes } from '@dismts/protocol';
import { AbstractMessageWriter, Message, type MessageWriter } from 'vscode-jsonrpc/node';
import type { PendingIds } from './pendingIds.ts';

/**
 * A MessageWriter that keeps the limit on the size of a message (a larger result becomes an error of its request), and writes each frame at
 * once: StreamMessageWriter of vscode-jsonrpc writes header and body one after the other, and a client that waits is woken up for the header alone.
 */
export class FrameWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #output: Writable;
  readonly #pendingIds: PendingIds;

  constructor(output: Writable, pendingIds: PendingIds) {
    super();
    this.#output = output;
    this.#pendingIds = pendingIds;
    output.on('error', (error) => { this.fireError(error); }).on('close', () => { this.fireClose(); });
  }

  async write(message: Message): Promise<void> {
    if (Message.isResponse(message) && message.id !== null) {
      this.#pendingIds.remove(message.id);
    }
    const body = JSON.stringify(message);
    const bytes = Buffer.byteLength(body);
    if (bytes > maxMessageBytes) { throw new Error(`the answer of ${bytes} bytes is over the limit of ${maxMessageBytes}`); }
    await new Promise<void>((resolve, reject) => {
      this.#output.write(`Content-Length: ${bytes}\r\n\r\n${body}`, (error) => {
        if (error) { reject(error); } else { resolve(); }
      });
    });
  }

  end(): void {
    this.#output.end();
  }
}
