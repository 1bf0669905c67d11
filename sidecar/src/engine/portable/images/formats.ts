/** Chooses the format of an image file. */
import { readImageFileHeader } from '../../../wim/fileHeader.ts';
import type { ImageFormat } from './imageFormat.ts';
import { wimFormat } from './wim.ts';

/** @throws DismError, UnsupportedError: no file, or none of a format that can be mounted. */
export async function imageFormatOf(path: string, what: string): Promise<ImageFormat> {
  await readImageFileHeader(path, what);
  return wimFormat;
}
