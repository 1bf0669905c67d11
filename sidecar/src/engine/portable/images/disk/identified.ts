/** A virtual disk that was found: all of it is checked by then. */
import type { CheckedImage, IdentifiedImage } from '../imageFormat.ts';
import { contentHash, type OpenDisk } from './openDisk.ts';

/** What identify() gives for a disk, which may be closed meanwhile. */
export function identified(opened: OpenDisk, checked: CheckedImage): IdentifiedImage {
  return {
    path: opened.path, otherFiles: [], imageIndex: 1, hash: contentHash(opened), file: opened.signature, own: checked.own, uncheckedBytes: undefined,
    check: () => Promise.resolve(checked), close: () => Promise.resolve(),
  };
}
