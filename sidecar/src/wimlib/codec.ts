/** libwim's compressors and decompressors (wimlib.h, group G_compression), several at work at a time. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { loadWimlib } from './binding.ts';

/** Compression types as wimlib_compression_type numbers them. */
export const CompressionType = { None: 0, Xpress: 1, Lzx: 2, Lzms: 3 } as const;
export type CompressionType = typeof CompressionType[keyof typeof CompressionType];

interface CodecFunctions {
  createCompressor(type: number, maxBlockBytes: number, level: number, out: [unknown]): number;
  freeCompressor(compressor: unknown): void;
  compress(data: Buffer, bytes: number, out: Buffer, outBytes: number, compressor: unknown): Promise<number>;
  createDecompressor(type: number, maxBlockBytes: number, out: [unknown]): number;
  freeDecompressor(decompressor: unknown): void;
  decompress(data: Buffer, bytes: number, out: Buffer, outBytes: number, decompressor: unknown): Promise<number>;
  decompressNow(data: Buffer, bytes: number, out: Buffer, outBytes: number, decompressor: unknown): number;
}

let bound: CodecFunctions | undefined;

function bind(): CodecFunctions {
  if (bound !== undefined) { return bound; }
  const { koffi, path } = loadWimlib();
  const library = koffi.load(path);
  const asynchronous = (call: ReturnType<typeof library.func>) => {
    return async (...args: unknown[]): Promise<number> => await new Promise((resolve, reject) => {
      call.async(...args, (error: Error | null, result: number | bigint) => {
        if (error === null) { resolve(Number(result)); } else { reject(error); }
      });
    });
  };
  const compress = library.func('size_t wimlib_compress(const void *data, size_t size, void *out, size_t out_size, void *compressor)');
  const decompress = library.func('int wimlib_decompress(const void *data, size_t size, void *out, size_t out_size, void *decompressor)');
  bound = {
    createCompressor: library.func('int wimlib_create_compressor(int ctype, size_t max_block_size, unsigned int level, _Out_ void **compressor_ret)'),
    freeCompressor: library.func('void wimlib_free_compressor(void *compressor)'),
    compress: asynchronous(compress),
    createDecompressor: library.func('int wimlib_create_decompressor(int ctype, size_t max_block_size, _Out_ void **decompressor_ret)'),
    freeDecompressor: library.func('void wimlib_free_decompressor(void *decompressor)'),
    decompress: asynchronous(decompress),
    decompressNow: decompress as CodecFunctions['decompressNow'],
  };
  return bound;
}

/** As many blocks are worked on at a time as libuv has threads by default. */
export const codecConcurrency = 4;

/** Stands for what libwim takes itself, 50. */
const defaultLevel = 0;
/**
 * For image metadata. A large part of them are hashes, over which the levels above, which weigh up all matches, take ten
 * times as long; what they save is 1 % of an LZX image of 71,000 files, and less than nothing of one of 50,000 equal ones.
 */
export const metadataLevel = 34;

/** A set of compressors of one kind; one block each at a time. Close it when done. */
export class CompressorPool {
  readonly #idle: unknown[] = [];
  readonly #all: unknown[] = [];
  readonly #type: CompressionType;
  readonly #blockBytes: number;
  readonly #level: number;

  constructor(type: CompressionType, blockBytes: number, level = defaultLevel) {
    this.#type = type;
    this.#blockBytes = blockBytes;
    this.#level = level;
  }

  /**
   * Compresses one block.
   * @returns The compressed bytes, or the block itself where compressing would not make it smaller.
   * Never start more than `codecConcurrency` at a time: each needs a compressor of its own (LZX: 1.5 MB).
   */
  async compress(block: Buffer): Promise<Buffer> {
    const compressor = this.#idle.pop() ?? this.#create();
    try {
      const out = Buffer.allocUnsafe(block.length);
      // A result of 0 says that it did not fit into one byte less than the block.
      const size = await bind().compress(block, block.length, out, block.length - 1, compressor);
      return size === 0 ? block : out.subarray(0, size);
    } finally {
      this.#idle.push(compressor);
    }
  }

  close(): void {
    for (const compressor of this.#all) { bind().freeCompressor(compressor); }
    this.#all.length = 0;
    this.#idle.length = 0;
  }

  #create(): unknown {
    const out: [unknown] = [null];
    const code = bind().createCompressor(this.#type, this.#blockBytes, this.#level, out);
    if (code !== 0) {
      throw new DismError(Hresult.E_FAIL, `libwim cannot make a compressor of type ${this.#type} for blocks of ${this.#blockBytes} bytes (code ${code})`);
    }
    this.#all.push(out[0]);
    return out[0];
  }
}

/** So little is decompressed on the spot: to wake other threads up for it takes longer. */
const smallBytes = 128 * 1024;

/** Decompresses blocks of one kind, several at a time, into one buffer. */
export async function decompressBlocks(
  type: CompressionType, blockBytes: number, blocks: readonly { readonly data: Buffer; readonly out: Buffer }[],
): Promise<void> {
  if (blocks.length === 0) { return; }
  const functions = bind();
  const isSmall = blocks.reduce((sum, { out }) => sum + out.length, 0) <= smallBytes;
  let next = 0;
  const work = async (): Promise<void> => {
    const handle: [unknown] = [null];
    const code = functions.createDecompressor(type, blockBytes, handle);
    if (code !== 0) {
      throw new DismError(Hresult.WIM_E_INVALID_CONTAINER, `libwim knows no decompressor of type ${type} for blocks of ${blockBytes} bytes (code ${code})`);
    }
    try {
      for (let block = blocks[next++]; block !== undefined; block = blocks[next++]) {
        const { data, out } = block;
        const failed = isSmall
          ? functions.decompressNow(data, data.length, out, out.length, handle[0])
          : await functions.decompress(data, data.length, out, out.length, handle[0]);
        if (failed !== 0) {
          throw new DismError(Hresult.ERROR_FILE_CORRUPT, 'A compressed block of the WIM file is damaged');
        }
      }
    } finally {
      functions.freeDecompressor(handle[0]);
    }
  };
  await Promise.all(Array.from({ length: isSmall ? 1 : Math.min(codecConcurrency, blocks.length) }, work));
}
