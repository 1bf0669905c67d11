/** Reading a resource of a WIM file in runs, for those that are too large to be in memory. */
import type { ResourceHeader, WimHeader } from './header.ts';
import { chunkEntryBytes, type ChunkPlace, decompress, isCompressed, type ReadableFile, readFully, tableEntries } from './resourceReader.ts';

const runBytes = 4 * 1024 * 1024;

async function* readPlain(file: ReadableFile, { offset, uncompressedSize }: ResourceHeader): AsyncGenerator<Buffer, undefined> {
  for (let done = 0; done < uncompressedSize; done += runBytes) {
    const run = Buffer.allocUnsafe(Math.min(runBytes, uncompressedSize - done));
    await readFully(file, run, offset + done);
    yield run;
  }
}

/** Where stored chunks begin and end, in order. */
type Places = AsyncGenerator<ChunkPlace, undefined>;

async function* tablePlaces(file: ReadableFile, { offset, sizeInWim, uncompressedSize }: ResourceHeader, chunkSize: number): Places {
  const [count, entryBytes] = [Math.ceil(uncompressedSize / chunkSize), chunkEntryBytes(uncompressedSize)];
  const table = Buffer.allocUnsafe((count - 1) * entryBytes);
  if (table.length > sizeInWim) { throw file.errors.damaged('a chunk table is larger than its resource'); }
  await readFully(file, table, offset);
  yield* tableEntries(table, count, entryBytes, sizeInWim);
}

async function* inlinePlaces(file: ReadableFile, { offset, uncompressedSize }: ResourceHeader, chunkSize: number): Places {
  const size = Buffer.alloc(4);
  for (let [index, at] = [0, 0]; index < Math.ceil(uncompressedSize / chunkSize); index++) {
    await readFully(file, size, offset + at);
    const begin = at + size.length;
    at = begin + size.readUInt32LE(0);
    yield { begin, end: at };
  }
}

/**
 * Reads a resource that is not solid.
 * @throws DismError WIM_E_INVALID_CONTAINER or ERROR_FILE_CORRUPT: the file is cut short or damaged.
 */
export async function* readRuns(file: ReadableFile, header: WimHeader, resource: ResourceHeader): AsyncGenerator<Buffer, undefined> {
  const { errors } = file;
  const { offset, sizeInWim, uncompressedSize } = resource;
  if (!isCompressed(file, header, resource)) {
    yield* readPlain(file, resource);
    return;
  }
  const { chunkSize, compressionType, isPipable } = header;
  let [done, gathered] = [0, 0];
  let blocks: { data: Buffer; out: Buffer }[] = [];
  let outs: Buffer[] = [];
  for await (const { begin, end } of (isPipable ? inlinePlaces : tablePlaces)(file, resource, chunkSize)) {
    const out = Buffer.allocUnsafe(Math.min(chunkSize, uncompressedSize - done));
    if (begin > end || end > sizeInWim || end - begin > out.length) { throw errors.damaged('a chunk table has impossible offsets'); }
    const data = end - begin === out.length ? out : Buffer.allocUnsafe(end - begin);
    await readFully(file, data, offset + begin);
    if (data !== out) { blocks.push({ data, out }); }
    outs.push(out);
    [done, gathered] = [done + out.length, gathered + out.length];
    if (gathered < runBytes && done < uncompressedSize) { continue; }
    await decompress(compressionType, chunkSize, blocks, errors);
    yield* outs;
    [blocks, outs, gathered] = [[], [], 0];
  }
}
