/** What operations on image files answer. */
import { dirname } from 'node:path';
import type { ImageFilePlan, ImageFileResult } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { freeBytesAt } from '../../../freeBytes.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { imageResult } from '../mounting/mountOperation.ts';

/** What an answer says beside what all of them do. */
export interface FileOutcome {
  /** The file that was written. */
  readonly imagePath: string;
  readonly path?: string | undefined;
  readonly imageIndex?: number | null | undefined;
  readonly sizeBefore: number;
  readonly sizeAfter: number;
  readonly plan?: ImageFilePlan | undefined;
  readonly warnings?: readonly string[] | undefined;
}

/** The answer. */
export function fileResult(outcome: FileOutcome, context: OperationContext): ImageFileResult {
  const { imagePath, path = imagePath, imageIndex = null, sizeBefore, sizeAfter, plan, warnings } = outcome;
  return { ...imageResult(path, context, warnings), imagePath, imageIndex, sizeBefore, sizeAfter, plan: plan ?? null };
}

/** Text of a number of bytes for messages: in MB, as -FileSize counts them. */
export function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024).toLocaleString('en')} MB`;
}

/** @throws DismError ERROR_DISK_FULL: what is known to be needed is not free. */
export function requireFree(path: string, bytes: number, what: string): void {
  const free = freeBytesAt(path);
  if (free === null || free >= bytes) { return; }
  throw new DismError(Hresult.ERROR_DISK_FULL, `${what}: it needs ${inMegabytes(bytes)}, and ${inMegabytes(free)} are free in "${dirname(path)}"`, { target: dirname(path) });
}
