/** Writes Content-Length frames, and notes which requests are answered by them. */
import type { Writable } from 'node:stream';
import { maxMessageBytes } from '@dismts/protocol';
import { AbstractMessageWriter, Message, type MessageWriter } from 'vscode-jsonrpc/node';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { noteUnwritten } from '../log/fileLog.ts';
import { messageOf } from '../systemErrors.ts';
import type { PendingIds } from './pendingIds.ts';
import { toWireError } from './responseError.ts';

/** What is read of an answer here: whose it is, and where the log of its operation is. */
interface Answer {
  readonly result?: { readonly logPath?: string } | null;
  readonly error?: { readonly data?: { readonly logPath?: string } };
}

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
    const { logPath = '' } = (message as Answer).result ?? (message as Answer).error?.data ?? {};
    // The connection sends it in place of the result.
    if (bytes > maxMessageBytes) { throw tooLarge(bytes, logPath); }
    const error = await new Promise<Error | null | undefined>((resolve) => { this.#output.write(`Content-Length: ${bytes}\r\n\r\n${body}`, resolve); });
    // Rejecting would have the connection answer once more, that the request has failed, which it has not.
    if (error) { noteUnwritten(logPath, 'answer', `The answer of this operation did not reach the client: ${messageOf(error)}`); }
  }

  end(): void {
    this.#output.end();
  }
}

function tooLarge(bytes: number, logPath: string): ReturnType<typeof toWireError> {
  return toWireError(new DismError(Hresult.DISMTS_E_ANSWER_TOO_LARGE,
    `The operation is done, but its answer of ${bytes} bytes is over the limit of ${maxMessageBytes} for a message`), { operation: '', logPath });
}
