/** Which image a file boots that images are put into: one rule for both engines. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';

/** Nothing boots from solid files but Windows Setup, which does not boot by them. @param hint What to do instead. @throws DismError E_INVALIDARG. */
export function refuseSolidBoot(isSolid: boolean, bootIndex: number, what: string, hint: string): void {
  if (!isSolid || bootIndex === 0) { return; }
  throw new DismError(Hresult.E_INVALIDARG, `${what}: image ${bootIndex} would be the one to boot, and no boot manager reads a solid file (compression type Recovery)`, { hint });
}

/** What to do for each command. */
export const setbootableHint = 'Choose -CompressionType Max for images that are booted, or leave -Setbootable out.';
export const optimizeHint = 'Choose -CompressionType Max, or have the file boot none first: Set-DismTsImage -BootIndex 0.';
export const solidFileHint = 'Have the file written anew first: Optimize-DismTsImageFile -CompressionType Max.';

/** An export, as far as what is booted goes. */
export interface ExportedBoot {
  readonly sourcePath: string;
  /** Boot index of the source; 0: none. */
  readonly sourceBoots: number;
  /** The images that are exported, in the order that they get. */
  readonly indexes: readonly number[];
  /** All of them were asked for, not these. */
  readonly isAll: boolean;
  /** The first of them is to be the one that is booted. */
  readonly setbootable: boolean;
  readonly destinationPath: string;
  /** Boot index of the destination so far; 0: none. */
  readonly destinationBoots: number;
  /** Whether the destination gets solid, or more so than it is. */
  readonly isSolid: boolean;
  /** First half of messages. */
  readonly what: string;
}

/** What comes of the boot index of a destination. */
export interface BootChoice {
  /** Place of the image that is to be booted among those that are exported, from 1; 0: the boot index stays as it is. */
  readonly place: number;
  /** A sentence for the user. */
  readonly warning?: string;
}

/**
 * The image that the source boots is the one that the destination boots, unless that has one already or another one is asked for.
 * @throws DismError E_INVALIDARG: the destination is solid, and the image was not left out of what is to be kept.
 */
export function chooseBootImage(boot: ExportedBoot): BootChoice {
  const { sourcePath, sourceBoots, indexes, isAll, setbootable, destinationPath, destinationBoots, isSolid, what } = boot;
  if (setbootable) {
    refuseSolidBoot(isSolid, 1, what, setbootableHint);
    return { place: 1 };
  }
  if (sourceBoots === 0 || destinationBoots !== 0) { return { place: 0 }; }
  const place = indexes.indexOf(sourceBoots) + 1;
  if (place === 0) {
    // Of a damaged boot index nothing can be kept.
    if (isAll) { return { place }; }
    return { place, warning: `"${sourcePath}" boots image ${sourceBoots}, which is not exported here: "${destinationPath}" boots none so far. -Setbootable or Set-DismTsImage -BootIndex chooses one` };
  }
  if (!isSolid) { return { place }; }
  if (isAll) {
    const list = indexes.length > 1 ? `${indexes[0] ?? 1},${indexes[1] ?? 2}${indexes.length > 2 ? ',...' : ''}` : `${indexes[0] ?? 1}`;
    refuseSolidBoot(isSolid, place, what, `Choose -CompressionType Max for images that are booted, or name the images (-SourceIndex ${list}) to have them in a solid file that boots none.`);
  }
  return { place: 0, warning: `"${sourcePath}" boots image ${sourceBoots}, and "${destinationPath}" boots none: no boot manager reads a solid file (compression type Recovery)` };
}
