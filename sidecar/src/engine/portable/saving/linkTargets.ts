/** Finds out what the links of an image point to: a renamed link is recognised by its target. */
import { type ImageTree, walk } from '../../../wim/dentry.ts';
import { type Inode, isLink } from '../../../wim/inode.ts';
import { linkTarget, maxReparseBytes } from '../../../wim/reparse.ts';
import type { WimFile } from '../../../wim/wimFile.ts';
import type { UpperEntry, UpperLayer } from './upperLayer.ts';

/** How a mount shows links. */
export interface ShownLinks {
  readonly mountPath: string;
  /** What the links of the image point to; those that matter are enough. */
  readonly targets: ReadonlyMap<Inode, string>;
}

/** What a new link in a mount leads to in the image: one to a path in the mount means that path in the image. */
export function targetInImage(target: string, mountPath: string): { readonly target: string; readonly inMount: boolean } {
  const inMount = target === mountPath || target.startsWith(`${mountPath}/`);
  return { target: inMount ? target.slice(mountPath.length) || '/' : target, inMount };
}

/** What the links of the image point to, as the mount shows them; needed only where the layer has links. */
export async function readLinkTargets(wim: WimFile, tree: ImageTree, layer: UpperLayer, mountPath: string): Promise<ShownLinks> {
  const targets = new Map<Inode, string>();
  const hasLinks = (entry: UpperEntry): boolean => entry.kind === 'symlink' || entry.children.some(hasLinks);
  if (!hasLinks(layer.root)) { return { mountPath, targets }; }
  const blobs = await wim.blobs();
  const links: { readonly inode: Inode; readonly hash: string; readonly offset: number }[] = [];
  walk(tree.root, ({ inode }) => {
    const hash = isLink(inode) ? inode.reparseHash : undefined;
    if (hash !== undefined) { links.push({ inode, hash, offset: blobs.find(hash)?.offset ?? 0 }); }
  });
  // In the order of their places, so that a chunk of a solid file is decompressed once.
  for (const { inode, hash } of links.sort((a, b) => a.offset - b.offset)) {
    const data = await wim.blob(hash, maxReparseBytes);
    if (data === undefined || inode.reparse === undefined) { continue; }
    const target = linkTarget(data, inode.reparse, mountPath);
    if (target !== undefined) { targets.set(inode, target); }
  }
  return { mountPath, targets };
}
