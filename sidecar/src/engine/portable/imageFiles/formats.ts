/** How a file is to be compressed that is written anew. */
import type { CompressionTypeName } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { WimFile } from '../../../wim/wimFile.ts';
import { CompressionType } from '../../../wimlib/codec.ts';
import type { OutputFormat } from '../../../wimJobs/outputFormat.ts';

/** What Windows reads; of other sizes some of its readers make nothing. */
const usualChunkBytes: Readonly<Record<CompressionType, readonly number[]>> = { 0: [0], 1: [32768, 4096], 2: [32768], 3: [131072] };
const wimBootChunkBytes = 4096;

const types: Readonly<Record<CompressionTypeName, Pick<OutputFormat, 'compressionType' | 'solid'>>> = {
  None: { compressionType: CompressionType.None, solid: false },
  Fast: { compressionType: CompressionType.Xpress, solid: false },
  Max: { compressionType: CompressionType.Lzx, solid: false },
  Recovery: { compressionType: CompressionType.Lzms, solid: true },
};

/** A file that is open, and whether its content is packed into solid resources. */
interface OpenFile {
  readonly wim: WimFile;
  readonly isSolid: boolean;
}

/** The format that a file has, as far as Windows reads it. */
function formatOf({ wim: { header: { compressionType, chunkSize } }, isSolid }: OpenFile): OutputFormat {
  const isUsual = usualChunkBytes[compressionType].includes(chunkSize);
  return { compressionType, solid: isSolid, ...isUsual && chunkSize !== 0 && { chunkBytes: chunkSize } };
}

/** The format of a new file. @param name Default: that of the source. */
export function outputFormat(source: OpenFile, name: CompressionTypeName | undefined, integrity: boolean): OutputFormat {
  const own = formatOf(source);
  const chosen = name === undefined ? own : types[name];
  // Chunks of another size would all have to be compressed anew.
  const isSame = chosen.compressionType === own.compressionType && chosen.solid === own.solid;
  return { ...isSame ? own : chosen, integrity };
}

/** The format of a new file for WIMBoot. @throws DismError E_INVALIDARG: another type was asked for. */
export function wimBootFormat(name: CompressionTypeName | undefined, integrity: boolean, what: string): OutputFormat {
  if (name !== undefined && name !== 'Fast') {
    throw new DismError(Hresult.E_INVALIDARG, `${what}: WIMBoot needs the compression type Fast, not ${name}`);
  }
  return { compressionType: CompressionType.Xpress, chunkBytes: wimBootChunkBytes, integrity };
}

/** Whether what is stored is copied as it is, without being compressed anew. */
export function isCopied(source: OpenFile, format: OutputFormat): boolean {
  const own = formatOf(source);
  return format.recompress !== true && format.compressionType === own.compressionType && (format.solid === true) === (own.solid === true)
    && (format.chunkBytes ?? source.wim.header.chunkSize) === source.wim.header.chunkSize;
}
