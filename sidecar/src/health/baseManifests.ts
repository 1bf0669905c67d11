/** Finds the base manifests of an image, which its compressed manifests are expanded with. */
import { readBaseManifest } from '../componentStore/baseManifest.ts';
import { DismError } from '../errors.ts';
import { type ImageFiles, joinPath } from '../imageFiles/imageFiles.ts';

/** Base manifests of every servicing stack of an image, the newest last in name first. @param store Its component store. */
export async function readBases(files: ImageFiles, store: string): Promise<Buffer[]> {
  const bases: Buffer[] = [];
  for (const name of (await files.list(store)).sort().reverse()) {
    if (!/_microsoft-windows-servicingstack_/i.test(name)) { continue; }
    const dll = await files.read(joinPath(store, name, 'wcp.dll'));
    if (dll === undefined) { continue; }
    try {
      bases.push(readBaseManifest(dll));
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
    }
  }
  return bases;
}
