/** The image file that an operation reads: one file, or all parts of a split one. */
import { realpath } from 'node:fs/promises';
import type { OperationContext } from '../../../operationContext.ts';
import { findParts, openPart } from '../../../wim/splitParts.ts';
import { WimFile } from '../../../wim/wimFile.ts';
import { checkTables } from '../../../wim/checkTable.ts';
import { namingDamaged } from './owners.ts';

/** An image file that is open, and its other parts. */
export interface ImageSource {
  /** The first part. */
  readonly wim: WimFile;
  readonly otherParts: readonly string[];
  /** Bytes of all parts. */
  readonly sizeBytes: number;
  /** Its content is packed into solid resources. */
  readonly isSolid: boolean;
  /** Sentences for the user. */
  readonly warnings: readonly string[];
}

/**
 * Opens a file; of a split one the first part, whichever is given.
 * @param pattern Where its parts are: as findParts().
 * @throws DismError as WimFile.open() and findParts(). UnsupportedError: an encrypted ESD.
 */
async function openSource(path: string, pattern: string | undefined, what: string): Promise<Omit<ImageSource, 'warnings'>> {
  const real = await realpath(path).catch(() => path);
  const given = await WimFile.open(real, { what });
  let wim = given;
  try {
    const [first = given.path, ...otherParts] = await findParts(given, pattern);
    if (given.header.partNumber > 1) {
      wim = await WimFile.open(first, { what });
      await given.close();
    }
    // What is encrypted says so in its XML data.
    await wim.document();
    let sizeBytes = wim.size;
    for (const part of otherParts) {
      const file = await openPart(part, what);
      sizeBytes += file.size;
      await file.close();
    }
    return { wim, otherParts, sizeBytes, isSolid: (await wim.blobs()).hasSolidResources };
  } catch (error) {
    await wim.close();
    throw error;
  }
}

/** Opens a file for as long as it is used. @param checkIntegrity Compare it, and its parts, with their integrity tables first. */
export async function withSource<T>(
  { imagePath, splitImageFilePattern, checkIntegrity }: {
    readonly imagePath: string; readonly splitImageFilePattern?: string | undefined; readonly checkIntegrity?: boolean | undefined;
  },
  what: string, context: OperationContext, use: (source: ImageSource) => Promise<T>,
): Promise<T> {
  context.signal.throwIfAborted();
  const source = await openSource(imagePath, splitImageFilePattern, what);
  try {
    const warnings = await checkTables(source.wim, source.otherParts, checkIntegrity, context);
    return await namingDamaged(source.wim, async () => await use({ ...source, warnings }));
  } finally {
    await source.wim.close();
  }
}
