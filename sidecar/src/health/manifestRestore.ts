/** Brings the manifests of a store back. */
import type { Digest } from '../componentStore/manifest.ts';
import { nothingIfInTrouble } from '../imageFiles/fileTrouble.ts';
import { joinPath } from '../imageFiles/imageFiles.ts';
import { matchDigest } from './digestMatch.ts';
import type { RestoreSession } from './restoreSession.ts';
import type { StoreComponent } from './storeIndex.ts';
import { manifestFolder, manifestPath, maxManifestBytes, storeFolder } from './storePaths.ts';

/** Restores the manifests of these components. @returns Whether any was. */
export async function restoreManifests(session: RestoreSession, components: readonly StoreComponent[]): Promise<boolean> {
  const found: { readonly keyform: string; readonly data: Buffer }[] = [];
  // All are found before the first is written: two that were swapped lie under each other's names.
  for (const component of components) {
    const { keyform, manifestDigest } = component;
    if (manifestDigest === undefined) { continue; }
    await session.attempt(keyform, async () => {
      const data = await findManifest(session, component, { algorithm: 'sha256', hex: manifestDigest });
      if (data !== undefined) { found.push({ keyform, data }); }
    });
  }
  for (const { keyform, data } of found) {
    await session.attempt(keyform, async () => {
      await session.writer.write(manifestPath(session.index, keyform), data);
      session.context.log.info(`(w)\t(Fixed)\tCSI Manifest\t${keyform}`);
      session.touched.components.add(keyform.toLowerCase());
    });
  }
  return found.length > 0;
}

async function findManifest(session: RestoreSession, { keyform }: StoreComponent, wanted: Digest): Promise<Buffer | undefined> {
  const { files, index, sources, bases, own, context: { signal } } = session;
  const manifests = manifestFolder(index);
  const candidates = [
    { files, path: joinPath(storeFolder(index), 'Backup', `${keyform}.manifest`) },
    // A manifest that was swapped with another one lies under the other's name.
    ...(await files.list(manifests).catch(nothingIfInTrouble) ?? [])
      .filter((name) => name.split('_')[1]?.toLowerCase() === keyform.split('_')[1]?.toLowerCase())
      .map((name) => ({ files, path: joinPath(manifests, name) })),
    ...sources.flatMap((source) => source.manifestPaths(keyform).map((path) => ({ files: source.files, path }))),
  ];
  for (const { files: place, path } of candidates) {
    const data = await place.read(path).catch(nothingIfInTrouble);
    if (data === undefined) { continue; }
    const match = await matchDigest(data, bases, wanted, maxManifestBytes, signal);
    if (match.result !== 'match') { continue; }
    // As it is where this image itself can expand it, else expanded: the servicing stack takes both.
    return (await matchDigest(data, own.bases, wanted, maxManifestBytes, signal)).result === 'match' ? data : match.data;
  }
  return undefined;
}
