/** Which image a file boots that nobody uses yet: libwim forgets it when it splits a file, and when it joins parts. */
import { open } from 'node:fs/promises';
import { releaseFile } from '../../../closing.ts';
import { changedHeader } from '../../../wim/header.ts';
import { WimFile } from '../../../wim/wimFile.ts';

/** @param bootIndex 1-based; 0: none, and nothing is done. */
export async function setBootImage(path: string, bootIndex: number): Promise<void> {
  if (bootIndex === 0) { return; }
  const wim = await WimFile.open(path);
  let header: Buffer;
  try {
    const bootMetadata = (await wim.blobs()).imageMetadata(bootIndex);
    // An index of no image, as only files have that were made to do harm.
    if (bootMetadata === undefined) { return; }
    header = changedHeader(wim.header, { ...wim.header, bootIndex, bootMetadata });
  } finally {
    await wim.close();
  }
  const file = await open(path, 'r+');
  try {
    await file.write(header, 0, header.length, 0);
    await file.sync();
  } finally {
    await releaseFile(file);
  }
}
