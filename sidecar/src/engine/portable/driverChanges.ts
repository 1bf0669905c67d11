/** What commands have in common that change the drivers of an image. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DriverChange } from '../../drivers/driverChange.ts';
import { missingInf } from '../../drivers/missingInf.ts';
import { imageLanguage, imageTarget } from '../../inventory/imageTarget.ts';
import type { WritableFolderImage } from '../../imageFiles/writableFolder.ts';
import { WindowsImage } from '../../inventory/windowsImage.ts';
import type { OperationContext } from '../../operationContext.ts';

/** Folders of drivers are not deeper; one that is goes on for ever. */
const maxDepth = 64;

/**
 * The INF files that a path stands for, sorted.
 * @param recurse Whether to look in the folders below as well; undefined: nobody can ask for that.
 * @param what What cannot be done without one, such as `Cannot add the driver "/d"`.
 * @throws DismError ERROR_FILE_NOT_FOUND: there is none.
 */
export function requireInfFiles(path: string, { recurse, what }: { readonly recurse?: boolean; readonly what: string }, signal: AbortSignal): string[] {
  const paths = infFiles(path, recurse ?? false, signal);
  if (paths.length === 0) { throw missingInf(path, what, recurse); }
  return paths;
}

/** Links are not followed: a loop of them would never end. */
function infFiles(path: string, recurse: boolean, signal: AbortSignal, depth = 0): string[] {
  signal.throwIfAborted();
  if (!lstatSync(path).isDirectory()) { return [path]; }
  return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) { return recurse && depth < maxDepth ? infFiles(inside, true, signal, depth + 1) : []; }
    return entry.isFile() && /\.inf$/i.test(entry.name) ? [inside] : [];
  });
}

/** What changes of drivers have among their parameters. */
export interface ChangeParams {
  readonly path: string;
  readonly validateOnly?: boolean | undefined;
  readonly replayLog?: boolean | undefined;
}

/** How drivers of an image are changed. */
export async function changeOf(
  { files, windows }: { readonly files: WritableFolderImage; readonly windows: string }, params: ChangeParams, warnings: string[], context: OperationContext,
): Promise<DriverChange> {
  const image = await WindowsImage.open(files, params.path, windows);
  return {
    image: files, windows, target: await imageTarget(image), language: await imageLanguage(image), context,
    validateOnly: params.validateOnly === true, replayLog: params.replayLog === true,
    warn: (text) => {
      warnings.push(text);
      context.log.warning(text);
    },
  };
}
