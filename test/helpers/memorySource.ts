/** Bytes in memory as a source of bytes, which notes what was read. */
import { ByteSource } from '../../sidecar/src/disk/byteSource.ts';
import { FileErrors } from '../../sidecar/src/fileErrors.ts';

export class MemorySource extends ByteSource {
  readonly #data: Buffer;

  constructor(data: Buffer, errors = new FileErrors('/memory', 'Cannot read "/memory"')) {
    super(data.length, errors);
    this.#data = data;
  }

  protected async readInside(position: number, length: number): Promise<Buffer> {
    // A copy: what a reader does to it must not change the next reading.
    return await Promise.resolve(Buffer.from(this.#data.subarray(position, position + length)));
  }
}
