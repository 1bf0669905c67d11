/** libwim's LZMS decompressor (wimlib.h, group G_compression), called directly: workers use it too, which have no other use for libwim. */
import { existsSync } from 'node:fs';
import { wimlibCandidates, wimlibInstallHint } from '../engine/portable/wimlibBinding.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { loadKoffi } from '../native/koffi.ts';
import { CompressionType } from '../wim/header.ts';

/** The most that one block may have; libwim's own limit. */
export const maxLzmsBlockBytes = 2 ** 30;

type Decompress = (data: Buffer, bytes: number, out: Buffer, outBytes: number) => number;

let loaded: Decompress | undefined;

function load(): Decompress {
  const path = wimlibCandidates().find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new DismError(Hresult.ERROR_MOD_NOT_FOUND, 'Cannot expand LZMS data: libwim is not installed', { hint: wimlibInstallHint });
  }
  const library = loadKoffi().load(path);
  const create = library.func('int wimlib_create_decompressor(int ctype, size_t max_block_size, _Out_ void **decompressor_ret)');
  const decompress = library.func('int wimlib_decompress(const void *data, size_t size, void *out, size_t out_size, void *decompressor)');
  const handle: [unknown] = [null];
  const code = create(CompressionType.Lzms, maxLzmsBlockBytes, handle) as number;
  if (code !== 0) { throw new DismError(Hresult.E_FAIL, `libwim cannot make an LZMS decompressor (code ${code})`); }
  // Kept as long as the thread: its size does not depend on the size of the blocks.
  return (data, bytes, out, outBytes) => decompress(data, bytes, out, outBytes, handle[0]) as number;
}

/**
 * Expands one block of LZMS data into `out`, which has exactly its plain size.
 * @returns Whether that worked; if not, the data is damaged.
 * @throws DismError ERROR_MOD_NOT_FOUND: libwim is not installed.
 */
export function expandLzms(data: Buffer, out: Buffer): boolean {
  loaded ??= load();
  return loaded(data, data.length, out, out.length) === 0;
}
