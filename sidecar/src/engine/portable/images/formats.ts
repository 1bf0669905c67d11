/** Chooses the format of an image file. */
import type { ImageFormat } from './imageFormat.ts';
import { wimFormat } from './wim.ts';

/** The format of a mount, or of a file that is to be mounted. There is one so far; opening a file says what it is instead. */
export function imageFormatOf(): ImageFormat {
  return wimFormat;
}
