/** imageFile/test on the portable engine. */
import type { z } from 'zod';
import type { testImageFile as method } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { sha1 } from '../../../wim/hash.ts';
import { checkTree } from '../../../wim/readMetadata.ts';
import { WimFile } from '../../../wim/wimFile.ts';
import { runWimJob } from '../../../wimJobs/jobProcess.ts';
import { guardedJob } from '../imageFiles/guardedJob.ts';
import { type Damage, findDamagedContents } from '../imageFiles/damage.ts';
import { type ImageSource, withSource } from '../imageFiles/sources.ts';

type Params = z.output<typeof method.params>;
type Result = z.input<typeof method.result>;

/** What says that a file is damaged, rather than that it cannot be looked at. */
const damageCodes: ReadonlySet<number> = new Set<number>([Hresult.WIM_E_INVALID_CONTAINER, Hresult.ERROR_FILE_CORRUPT]);

/** @returns The error that says so. @throws all others. */
function damageOf(error: unknown): DismError {
  if (error instanceof DismError && damageCodes.has(error.hresult)) { return error; }
  throw error;
}

/** The second half of a message. */
function reasonOf({ message }: DismError): string {
  return message.replace(/^Cannot [^:]*?"[^"]*": /, '');
}

/** The tables of all parts. */
async function testTables({ wim, otherParts }: ImageSource, context: OperationContext, damage: Damage[]): Promise<Result['integrityTable']> {
  let state: Result['integrityTable'] = 'None';
  const test = async (file: WimFile): Promise<void> => {
    try {
      const hasTable = await file.verifyIntegrity(context.signal, (done, total) => { context.progress('Verifying integrity', done, total, 'bytes'); });
      if (hasTable && state === 'None') { state = 'Ok'; }
    } catch (error) {
      damage.push({ kind: 'Integrity', reason: `"${file.path}": ${reasonOf(damageOf(error))}`, imageIndex: null, paths: [] });
      state = 'Damaged';
    }
  };
  await test(wim);
  for (const part of otherParts) {
    const file = await WimFile.open(part);
    try { await test(file); } finally { await file.close(); }
  }
  return state;
}

/** That libwim cannot be asked: it follows a tree that runs in a circle until there is no memory left. */
class DamagedTrees extends Error {}

/** The trees of all images. @throws DamagedTrees once all are looked at. */
async function testMetadata({ wim }: ImageSource, { signal }: OperationContext, damage: Damage[]): Promise<void> {
  const { images } = await wim.document();
  const hashes = (await wim.blobs()).imageHashes();
  const before = damage.length;
  for (const imageIndex of images.map((_, at) => at + 1)) {
    signal.throwIfAborted();
    try {
      const data = await wim.metadata(imageIndex);
      if (data === undefined) { throw wim.errors.damaged('it has no metadata for the image'); }
      if (sha1(data) !== hashes[imageIndex - 1]) { throw wim.errors.corrupt('the metadata of the image do not match their hash'); }
      checkTree(data);
    } catch (error) {
      damage.push({ kind: 'Metadata', reason: reasonOf(damageOf(error)), imageIndex, paths: [] });
    }
  }
  if (damage.length > before) { throw new DamagedTrees(); }
}

/** The trees, and everything stored: that by libwim, which stops at the first damage; where there is one, all of it is looked for. */
async function testImages(source: ImageSource, context: OperationContext, damage: Damage[]): Promise<{ contents: number; bytes: number }> {
  try {
    // libwim takes longer for what is stored than we do for the trees.
    const { result } = await runWimJob(
      'verifyWim', { path: source.wim.path, otherParts: source.otherParts, what: source.wim.errors.what }, context, async () => { await testMetadata(source, context, damage); });
    return result;
  } catch (error) {
    if (error instanceof DamagedTrees) {
      const all = await findDamagedContents(source, context);
      damage.push(...all.damage);
      return all;
    }
    // A table that lies about a size makes libwim ask for more memory than there is.
    const isMemory = error instanceof DismError && error.hresult === Hresult.E_OUTOFMEMORY;
    const found = isMemory ? error : damageOf(error);
    const all = await findDamagedContents(source, context);
    if (isMemory && all.damage.length === 0 && damage.length === 0) { throw error; }
    damage.push(...all.damage.length > 0 || damage.length > 0
      ? all.damage : [{ kind: 'Content' as const, reason: reasonOf(found), imageIndex: null, paths: [] }]);
    return all;
  }
}

/** Reads a file to the last byte. Damage is a result. */
export async function testImageFile(params: Params, context: OperationContext): Promise<Result> {
  const { imagePath } = params;
  const what = `Cannot test "${imagePath}"`;
  const answer = (damage: readonly Damage[], checked: { contents: number; bytes: number }, integrityTable: Result['integrityTable']): Result => ({
    imagePath, healthy: damage.length === 0, integrityTable, contentsChecked: checked.contents, bytesChecked: checked.bytes,
    damage: damage.slice(0, 1000).map((found) => ({ ...found, paths: [...found.paths] })), logPath: context.log.path, warnings: [],
  });
  return await guardedJob(what, imagePath, true, context, async () => {
    try {
      return await withSource(params, what, context, async (source) => {
        const damage: Damage[] = [];
        const table = await testTables(source, context, damage);
        return answer(damage, await testImages(source, context, damage), table);
      });
    } catch (error) {
      // It is an image file, but for its structure.
      if (!(error instanceof DismError) || error.hresult !== Hresult.WIM_E_INVALID_CONTAINER) { throw error; }
      return answer([{ kind: 'Structure', reason: reasonOf(error), imageIndex: null, paths: [] }], { contents: 0, bytes: 0 }, 'None');
    }
  });
}
