/** imageFile/getContent on the portable engine. */
import type { z } from 'zod';
import type { getImageContent as method } from '@dismts/protocol';
import type { OperationContext } from '../../../operationContext.ts';
import { guarded } from '../../../systemErrors.ts';
import { isDirectory } from '../../../wim/inode.ts';
import type { Dentry } from '../../../wim/dentry.ts';
import { withSource } from '../imageFiles/sources.ts';

type Params = z.output<typeof method.params>;
type Result = z.input<typeof method.result>;

/** Characters of a portion at most: far from what a message holds, whatever they become in JSON. */
const portionCharacters = 2_000_000;
/** The next portion is usually asked for at once. */
const keepMs = 10_000;

/** The paths that were listed last, so that one list of many portions is not made anew for each. */
let last: { readonly key: string; readonly paths: readonly string[] } | undefined;
let timer: NodeJS.Timeout | undefined;

function keep(key: string, paths: readonly string[]): void {
  clearTimeout(timer);
  last = { key, paths };
  timer = setTimeout(() => { last = undefined; }, keepMs).unref();
}

/** All paths, those of names among them that no path can hold. */
function pathsOf(root: Dentry): string[] {
  const paths = ['\\'];
  const pending: { readonly entry: Dentry; readonly path: string }[] = [{ entry: root, path: '\\' }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.entry !== root) { paths.push(next.path); }
    const children = [...next.entry.children?.values() ?? [], ...next.entry.hidden ?? []];
    for (const child of children.reverse()) {
      pending.push({ entry: child, path: `${next.path}${child.name}${isDirectory(child.inode) ? '\\' : ''}` });
    }
  }
  return paths;
}

/** The paths in an image, in portions. */
export async function getImageContent(params: Params, context: OperationContext): Promise<Result> {
  const { imagePath, first = 0 } = params;
  const what = `Cannot list the content of "${imagePath}"`;
  return await guarded(what, imagePath, context, async () => await withSource(params, what, context, async ({ wim }) => {
    const imageIndex = await wim.chooseImage(params);
    const key = JSON.stringify([wim.path, wim.signature, imageIndex]);
    let paths = last?.key === key ? last.paths : undefined;
    if (paths === undefined) {
      const { root } = await wim.tree(imageIndex);
      context.signal.throwIfAborted();
      paths = pathsOf(root);
    }
    let end = first;
    for (let characters = 0; end < paths.length && characters < portionCharacters; end++) { characters += (paths[end]?.length ?? 0) + 4; }
    const isLast = end >= paths.length;
    if (isLast) { last = undefined; } else { keep(key, paths); }
    return { paths: paths.slice(first, end), next: isLast ? null : end, logPath: context.log.path };
  }));
}
