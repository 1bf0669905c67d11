/** Counts the files that nothing can be said of, because the manifest that knows them is damaged. */
import { fileValueName } from '../componentStore/keyHash.ts';
import { nothingIfInTrouble } from '../imageFiles/fileTrouble.ts';
import { type ImageFiles, joinPath } from '../imageFiles/imageFiles.ts';
import { readRecordedFiles } from './componentsHive.ts';
import type { ScanSession } from './scanSession.ts';
import { StoreHives } from './storeHives.ts';
import type { StoreComponent } from './storeIndex.ts';
import { payloadPath } from './storePaths.ts';

/** Folders nest no deeper in a component; a hostile image ends here. */
const maxDepth = 32;

/** Adds a row for each file of the components: those in the store, and those that the registry names beside them. */
export async function noteUncheckedFiles({ files, index, context, scan }: ScanSession, components: readonly StoreComponent[]): Promise<void> {
  if (components.length === 0) { return; }
  const recorded = await readRecordedFiles(new StoreHives(files, index.windows), components.map(({ keyform }) => keyform));
  for (const { keyform, payloadDeleted } of components) {
    context.signal.throwIfAborted();
    const found: string[] = [];
    await findFilesBelow(files, payloadPath(index, keyform, ''), '', 0, found);
    const present = new Set(found.map((path) => fileValueName(path.split('/').at(-1) ?? '').toLowerCase()));
    const names = payloadDeleted ? [] : [...recorded.get(keyform)?.keys() ?? []];
    // One that the store keeps under another name is there all the same: names are added only up to the number that is recorded.
    const missing = names.filter((name) => !present.has(name)).slice(0, Math.max(0, names.length - found.length)).map((name) => name.slice(2));
    for (const file of [...found, ...missing]) {
      scan.findings.add({ class: 'CSI Payload Corrupt', component: keyform, file, state: 'NotChecked', reason: 'the manifest that records its digest is damaged' });
    }
  }
}

/** Adds the paths of the files below a folder of a component, without its differentials. */
async function findFilesBelow(files: ImageFiles, folder: string, below: string, depth: number, found: string[]): Promise<void> {
  for (const name of await files.list(folder).catch(nothingIfInTrouble) ?? []) {
    const [path, file] = [joinPath(folder, name), joinPath(below, name)];
    if (await files.stat(path).catch(nothingIfInTrouble) !== undefined) {
      found.push(file);
    } else if (depth < maxDepth && !(depth === 0 && /^[frn]$/i.test(name))) {
      await findFilesBelow(files, path, file, depth + 1, found);
    }
  }
}
