/** Compares what a file has as a blob with its hash. */
import { createHash } from 'node:crypto';
import { sha1 } from './hash.ts';
import type { WimFile } from './wimFile.ts';

/** Larger ones are not read whole into memory, but in runs. */
export const maxWholeBytes = 64 * 1024 * 1024;

/**
 * Whether the file has what its table says that it has.
 * @param size Of the blob, in bytes. @param onBytes Is told of large ones how far it is; what it throws ends it.
 * @throws DismError: it cannot be read.
 */
export async function holdsBlob(wim: WimFile, hash: string, size: number, onBytes: (done: number) => void): Promise<boolean> {
  if (size <= maxWholeBytes) {
    const data = await wim.blob(hash, size);
    return data !== undefined && sha1(data) === hash;
  }
  const computed = createHash('sha1');
  let done = 0;
  for await (const run of wim.blobRuns(hash)) {
    computed.update(run);
    done += run.length;
    onBytes(done);
  }
  return computed.digest('binary') === hash;
}
