/** Writes Content-Length frames, and notes which requests are answered by them. */
import type { Writable } from 'node:stream';
import { maxMessageBytes } from '@dismts/protocol';
import { Message, StreamMessageWriter } from 'vscode-jsonrpc/node';
import type { PendingIds } from './pendingIds.ts';

/** A StreamMessageWriter that keeps the limit on the size of a message: a larger result becomes an error of its request. */
export class FrameWriter extends StreamMessageWriter {
  readonly #pendingIds: PendingIds;

  constructor(output: Writable, pendingIds: PendingIds) {
    super(output, { contentTypeEncoder: { name: 'application/json', encode: encodeWithinLimit } });
    this.#pendingIds = pendingIds;
  }

  override write(message: Message): Promise<void> {
    if (Message.isResponse(message) && message.id !== null) {
      this.#pendingIds.remove(message.id);
    }
    return super.write(message);
  }
}

function encodeWithinLimit(message: Message): Promise<Uint8Array> {
  const body = Buffer.from(JSON.stringify(message), 'utf8');
  return body.length > maxMessageBytes
    ? Promise.reject(new Error(`the answer of ${body.length} bytes is over the limit of ${maxMessageBytes}`))
    : Promise.resolve(body);
}
