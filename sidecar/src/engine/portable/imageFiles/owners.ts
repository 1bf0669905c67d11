/** Whose damaged contents are: the files of images that have them. */
import { DismError, reworded } from '../../../errors.ts';
import { printable } from '../../../printable.ts';
import { walk } from '../../../wim/dentry.ts';
import { keyOfHex } from '../../../wim/hash.ts';
import { parseMetadata } from '../../../wim/readMetadata.ts';
import type { WimFile } from '../../../wim/wimFile.ts';
import { pathInImage } from './imagePaths.ts';

const maxPaths = 100;

/** A damaged content, and why it is. */
export interface DamagedContent {
  readonly reason: string;
  /** The first image that has it; null: none has, or it is not known. */
  imageIndex: number | null;
  /** Its paths in that image. */
  readonly paths: string[];
}

/** Finds the files. @param wim The part that the images are in. @param found By their SHA-1. */
export async function findOwners(wim: WimFile, found: ReadonlyMap<string, DamagedContent>): Promise<void> {
  for (const imageIndex of (await wim.document()).images.map((_, at) => at + 1)) {
    try {
      const data = await wim.metadata(imageIndex);
      if (data === undefined) { continue; }
      walk(parseMetadata(data).root, (dentry) => {
        for (const hash of dentry.inode.hashes()) {
          const damage = found.get(hash);
          if (damage === undefined) { continue; }
          damage.imageIndex ??= imageIndex;
          if (damage.imageIndex === imageIndex && damage.paths.length < maxPaths) { damage.paths.push(pathInImage(dentry, '\\')); }
        }
      });
    } catch (error) {
      // Its metadata are damaged, too, which was found before.
      if (!(error instanceof DismError)) { throw error; }
    }
  }
}

/** Runs something that reads the contents of a file. Where one is damaged, which libwim knows by its hash only, the error names the file that has it. */
export async function namingDamaged<T>(wim: WimFile, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof DismError) || error.contentHash === undefined) { throw error; }
    const damage: DamagedContent = { reason: '', imageIndex: null, paths: [] };
    await findOwners(wim, new Map([[keyOfHex(error.contentHash), damage]]));
    const [first] = damage.paths;
    if (first === undefined) { throw error; }
    const others = damage.paths.length === 1 ? '' : ` and ${damage.paths.length - 1} more`;
    throw reworded(error, printable(`${error.message}: that of "${first}"${others} in image ${damage.imageIndex ?? 0}`));
  }
}
