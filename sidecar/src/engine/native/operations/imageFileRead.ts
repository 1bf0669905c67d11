/** imageFile/getContent, imageFile/test: what is in a file, and whether it is whole. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { getImageContent as contentMethod, testImageFile as testMethod } from '@dismts/protocol';
import { CancelledError, DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { WimAttribute } from '../binding/wimgapi/constants.ts';
import { WimgapiError } from '../binding/wimgapi/wimLibrary.ts';
import type { WimHandle } from '../binding/wimgapi/wimgapi.ts';
import type { Handler } from './handler.ts';
import { listPaths } from './imageFile/imagePaths.ts';
import { withImageFiles, type ImageFileWork } from './imageFile/imageFileWork.ts';
import { choose, documentOf, furtherParts, requireAllParts, statistics, withImage, type OpenWim } from './imageFile/openWim.ts';

/** Characters of the paths of one answer: far below what a message holds. */
const portionCharacters = 4 * 1024 * 1024;

/** The paths of the image that was listed last: a list is fetched in portions. */
let lastList: { readonly key: string; readonly paths: readonly string[] } | undefined;

export const getImageContent: Handler<typeof contentMethod> = async (params, operation) => {
  const { imagePath, first = 0 } = params;
  const action = `Cannot list the content of "${imagePath}"`;
  const parts = furtherParts(imagePath, params.splitImageFilePattern, action);
  const { size, mtimeMs } = statSync(imagePath);
  const key = JSON.stringify([imagePath, size, mtimeMs, params.imageIndex ?? null, params.imageName ?? null]);
  if (lastList?.key !== key || first === 0) {
    lastList = { key, paths: await withImageFiles(operation, action, ({ withWim }) => withWim({ path: imagePath, parts }, async (wim) => {
      requireAllParts(wim, parts);
      const imageIndex = choose(await documentOf(wim), params, wim.errors);
      const paths = await withImage(wim, imageIndex, (image) => listPaths(wim, image, operation, 'Reading'));
      return ['\\', ...paths.map(({ path, isFolder }) => (isFolder ? `${path}\\` : path))];
    })) };
  }
  const { paths } = lastList;
  let [next, characters] = [first, 0];
  while (next < paths.length && (next === first || characters < portionCharacters)) {
    characters += paths[next]?.length ?? 0;
    next += 1;
  }
  const portion = paths.slice(first, next);
  if (next >= paths.length) { lastList = undefined; }
  return { paths: portion, next: next < paths.length ? next : null, logPath: '' };
};

type TestResult = Awaited<ReturnType<Handler<typeof testMethod>>>;
type Damage = TestResult['damage'][number];
type Access = Parameters<ImageFileWork['withWim']>[0];

const maxDamage = 1000;
const maxPathsOfDamage = 100;
const bufferBytes = 1024 * 1024;

/** What the files of all images have shown so far. */
class Findings {
  readonly damage: Damage[] = [];
  contentsChecked = 0;
  bytesChecked = 0;
  /** By hash; true of what is whole. */
  readonly #contents = new Map<string, Damage | true>();

  add(damage: Damage): void {
    if (this.damage.length < maxDamage) { this.damage.push(damage); }
  }

  /** Notes a further path of content that was looked at; false where it was not. */
  knows(hash: string, path: string): boolean {
    const known = this.#contents.get(hash);
    if (known !== undefined && known !== true && known.paths.length < maxPathsOfDamage) { known.paths.push(path); }
    return known !== undefined;
  }

  found(hash: string, damage: Damage | true): void {
    this.#contents.set(hash, damage);
    if (damage !== true) { this.add(damage); }
  }
}

/** Damage is a result: what says so by an error is no failure of the test. */
function isDamage(error: unknown): error is DismError {
  return error instanceof DismError && !(error instanceof CancelledError)
    && ([Hresult.ERROR_FILE_CORRUPT, Hresult.ERROR_CRC, Hresult.WIM_E_INVALID_CONTAINER] as readonly number[]).includes(error.hresult);
}

/** Opens the file with a check of its integrity table; gives what that says. */
async function checkTable({ withWim }: ImageFileWork, access: Access, findings: Findings): Promise<'None' | 'Ok' | 'Damaged'> {
  try {
    return await withWim({ ...access, verify: true, tellsNoTable: false }, ({ info }) => Promise.resolve((info.attributes & WimAttribute.VerifyData) !== 0 ? 'Ok' : 'None'));
  } catch (error) {
    if (!(error instanceof WimgapiError) || error.hresult !== Hresult.ERROR_FILE_CORRUPT) { throw error; }
    findings.add({ kind: 'Integrity', reason: 'A part of the file differs from its integrity table', imageIndex: null, paths: [] });
    return 'Damaged';
  }
}

interface Content {
  /** SHA-1. */
  readonly hash: string;
  readonly size: number;
}

/** Reads a file of an image to its end. */
async function hashFile(wim: OpenWim, image: WimHandle, path: string, buffer: Buffer, signal: AbortSignal): Promise<Content> {
  const file = await wim.api.openImageFile(image, path);
  try {
    const hash = createHash('sha1');
    let size = 0;
    for (let read = await wim.api.readImageFile(file, buffer); read > 0; read = await wim.api.readImageFile(file, buffer)) {
      if (signal.aborted) { throw new CancelledError('imageFile/test'); }
      hash.update(buffer.subarray(0, read));
      size += read;
    }
    return { hash: hash.digest('hex'), size };
  } finally {
    await wim.api.closeHandle(file, `Cannot close "${path}"`);
  }
}

async function checkImage({ operation }: ImageFileWork, wim: OpenWim, imageIndex: number, findings: Findings, onBytes: (bytes: number) => void): Promise<void> {
  const { signal } = operation.context;
  const buffer = Buffer.alloc(bufferBytes);
  await withImage(wim, imageIndex, async (image) => {
    const paths = await listPaths(wim, image, operation, 'Scanning');
    for (const { path, isFolder, isReparsePoint } of paths) {
      operation.throwIfCancelled();
      if (isFolder || isReparsePoint) { continue; }
      const wanted = await wim.api.findFile(image, path);
      onBytes(wanted.size);
      // Without content, or known.
      if (/^0*$/.test(wanted.hash) || findings.knows(wanted.hash, path)) { continue; }
      findings.contentsChecked += 1;
      findings.bytesChecked += wanted.size;
      findings.found(wanted.hash, await damageOf(wim, image, { path, imageIndex, wanted, buffer, signal }));
    }
  });
}

/** A file to look at. */
interface Candidate {
  readonly path: string;
  readonly imageIndex: number;
  readonly wanted: Content;
  readonly buffer: Buffer;
  readonly signal: AbortSignal;
}

async function damageOf(wim: OpenWim, image: WimHandle, { path, imageIndex, wanted, buffer, signal }: Candidate): Promise<Damage | true> {
  const damage = (reason: string): Damage => ({ kind: 'Content', reason, imageIndex, paths: [path] });
  try {
    const found = await hashFile(wim, image, path, buffer, signal);
    if (found.size !== wanted.size) { return damage(`It has ${found.size} bytes in place of ${wanted.size}`); }
    return found.hash === wanted.hash ? true : damage('Its content differs from its hash');
  } catch (error) {
    if (error instanceof WimgapiError) { return damage(`It cannot be read: ${error.message}`); }
    throw error;
  }
}

export const testImageFile: Handler<typeof testMethod> = async (params, operation) => {
  const { imagePath } = params;
  const action = `Cannot check "${imagePath}"`;
  const parts = furtherParts(imagePath, params.splitImageFilePattern, action);
  return withImageFiles(operation, action, async (work) => {
    const findings = new Findings();
    const access = { path: imagePath, parts };
    let integrityTable: TestResult['integrityTable'] = 'None';
    try {
      integrityTable = await checkTable(work, access, findings);
      await work.withWim(access, async (wim) => {
        requireAllParts(wim, parts);
        const document = await documentOf(wim);
        const indexes = document.images.map((_, at) => at + 1);
        const total = statistics(document, indexes).bytes;
        let done = 0;
        for (const index of indexes) {
          try {
            await checkImage(work, wim, index, findings, (bytes) => {
              done += bytes;
              operation.progress('Verifying', Math.min(done, total), total, 'bytes');
            });
          } catch (error) {
            if (!isDamage(error)) { throw error; }
            findings.add({ kind: 'Metadata', reason: error.message, imageIndex: index, paths: [] });
          }
        }
      });
    } catch (error) {
      if (!isDamage(error)) { throw error; }
      findings.add({ kind: 'Structure', reason: error.message, imageIndex: null, paths: [] });
    }
    return {
      imagePath, healthy: findings.damage.length === 0, integrityTable, contentsChecked: findings.contentsChecked, bytesChecked: findings.bytesChecked,
      damage: findings.damage, logPath: '', warnings: [...operation.warnings, 'Windows reads the main content of files alone: named streams were not checked'],
    };
  });
};
