/** Results of operations on image files. */
import type { CompressionTypeName, ImageFilePlan, ImageFileResult } from '@dismts/protocol';
import { freeBytesAt } from '../../../../freeBytes.ts';
import { WimCompression } from '../../binding/wimgapi/constants.ts';
import type { NativeOperation } from '../nativeOperation.ts';
import { sizeOf } from './newFile.ts';

/** WimCompression by its name in the protocol. */
export const compressionOf = {
  None: WimCompression.None, Fast: WimCompression.Xpress, Max: WimCompression.Lzx, Recovery: WimCompression.Lzms,
} as const satisfies Record<CompressionTypeName, number>;

/** What an operation says at its end. */
export interface FileOutcome {
  /** Folder that was captured or applied to, or the file. */
  readonly path: string;
  readonly imagePath: string;
  readonly imageIndex: number | null;
  readonly sizeBefore: number;
  /** Default: what the file has now. */
  readonly sizeAfter?: number | undefined;
  readonly plan?: ImageFilePlan | undefined;
}

/** The in-box OfflineImageObject. The server adds the path of the log. */
export function fileResult(operation: NativeOperation, outcome: FileOutcome): ImageFileResult {
  const { path, imagePath, imageIndex, sizeBefore, sizeAfter = sizeOf(imagePath), plan } = outcome;
  return { ...operation.mountResult(path), imagePath, imageIndex, sizeBefore, sizeAfter, plan: plan ?? null };
}

/** One file that an operation would write. */
export function plannedWrite(path: string, change: ImageFilePlan['writes'][number]['change'], maximumBytes: number): ImageFilePlan['writes'][number] {
  return { path, change, maximumBytes: Math.min(maximumBytes, Number.MAX_SAFE_INTEGER), freeBytes: freeBytesAt(path) };
}

/** At most so many sentences about single files reach the user; the log has all. */
const maxTroubles = 50;

/** Collects what the library says of single files. */
export class Troubles {
  readonly #operation: NativeOperation;
  #count = 0;

  constructor(operation: NativeOperation) {
    this.#operation = operation;
  }

  readonly listener = (kind: 'retry' | 'warning' | 'info', path: string, code: number): void => {
    const text = kind === 'retry' ? `"${path}" was tried again after error ${code}` : `Windows says of "${path}": error ${code}`;
    if (kind !== 'warning') {
      this.#operation.context.log.info(text);
      return;
    }
    this.#operation.context.log.warning(text);
    this.#count += 1;
    if (this.#count <= maxTroubles) { this.#operation.warnings.push(text); }
    if (this.#count === maxTroubles + 1) { this.#operation.warnings.push('There were more such warnings; the log has all of them.'); }
  };
}
