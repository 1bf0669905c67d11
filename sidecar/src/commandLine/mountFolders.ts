/** The folders of mounts, for completion: quickly, and without a word where they cannot be told. */
import { listMountedImages, type MountedImage } from '@dismts/protocol';
import type { EngineFactory } from '../engine/selectEngine.ts';
import { defaultLogDirectory } from '../log/logFolder.ts';
import { engineOperations, runOperation } from '../operation.ts';

/** Nobody waits longer for a tab. */
const timeoutMs = 2000;

/** Gives none where it takes too long or fails. */
export async function mountFolders(createEngine: EngineFactory): Promise<readonly string[]> {
  const operation = engineOperations.get(listMountedImages.method);
  if (operation === undefined) { return []; }
  try {
    const engine = await createEngine('Auto', {});
    const listed = runOperation({
      operation, engine, params: {}, signal: AbortSignal.timeout(timeoutMs), onProgress: () => undefined,
      defaults: { logPath: '', logLevel: 'Errors', scratchDirectory: '', logDirectory: defaultLogDirectory() },
    }) as Promise<{ mounts: MountedImage[] }>;
    const late = new Promise<{ mounts: MountedImage[] }>((resolve) => { setTimeout(() => { resolve({ mounts: [] }); }, timeoutMs).unref(); });
    const { mounts } = await Promise.race([listed, late]);
    await engine.close?.();
    return mounts.map(({ path }) => path);
  } catch {
    return [];
  }
}
