/** imageFile/capture, imageFile/append: an image of a folder, in a new file or in one that is there. */
import { readdirSync } from 'node:fs';
import type { appendImage as appendMethod, captureImage as captureMethod, ImageFilePlan } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { refuseSolidBoot, setbootableHint, solidFileHint } from '../../../wim/bootChoice.ts';
import { readWimScript } from '../../../wim/readWimScript.ts';
import { WimScript } from '../../../wim/wimScript.ts';
import { WIM_FLAG_NO_RP_FIX, WIM_FLAG_SUPPORT_EA, WIM_FLAG_VERIFY, WIM_FLAG_WIM_BOOT, WimCompression } from '../binding/wimgapi/constants.ts';
import type { WimHandle, WimListener } from '../binding/wimgapi/wimgapi.ts';
import type { Handler } from './handler.ts';
import { scanTree, underFolder } from './imageFile/captureTree.ts';
import { withElements } from './imageFile/imageXml.ts';
import { keepingImages, requireChangeable } from './imageFile/inPlace.ts';
import { withImageFiles } from './imageFile/imageFileWork.ts';
import { makeFile, requireNew, sizeOf } from './imageFile/newFile.ts';
import { documentOf, refuseTakenName, type OpenWim } from './imageFile/openWim.ts';
import { OwnFiles, type OwnPaths } from './imageFile/ownFiles.ts';
import { compressionOf, fileResult, plannedWrite, Troubles } from './imageFile/results.ts';
import type { NativeOperation } from './nativeOperation.ts';
import { requireFile, requireFolder } from './requiredFiles.ts';

/** A message names no more of what was left out; the log has all. */
const maxShown = 5;

/** What capture and append have in common. */
interface Capture {
  readonly imagePath: string;
  readonly capturePath: string;
  readonly imageName: string;
  readonly description?: string | undefined;
  readonly configFilePath?: string | undefined;
  readonly checkIntegrity?: boolean | undefined;
  readonly verify?: boolean | undefined;
  readonly noRpFix?: boolean | undefined;
  readonly setbootable?: boolean | undefined;
  readonly supportEa?: boolean | undefined;
  readonly wimBoot?: boolean | undefined;
}

/** @throws DismError ERROR_PATH_NOT_FOUND, E_INVALIDARG: an image of nothing is refused, as by DISM. */
function requireContent({ capturePath }: Capture, action: string): void {
  requireFolder(capturePath, action);
  if (readdirSync(capturePath).length === 0) {
    throw new DismError(Hresult.E_INVALIDARG, `${action}: the folder is empty`, { target: capturePath, hint: 'Give a folder with something in it.' });
  }
}

function readScript(operation: NativeOperation, configFilePath: string | undefined, action: string): WimScript {
  if (configFilePath === undefined) { return WimScript.default(); }
  const { script, warnings } = readWimScript(configFilePath, action);
  operation.warnings.push(...warnings);
  return script;
}

function flagsOf({ verify, noRpFix, supportEa, wimBoot }: Capture): number {
  return (verify === true ? WIM_FLAG_VERIFY : 0) | (noRpFix === true ? WIM_FLAG_NO_RP_FIX : 0) | (supportEa === true ? WIM_FLAG_SUPPORT_EA : 0)
    | (wimBoot === true ? WIM_FLAG_WIM_BOOT : 0);
}

/** The first few of many paths. */
function someOf(paths: readonly string[]): string {
  const shown = paths.slice(0, maxShown).map((path) => `"${path}"`).join(', ');
  return paths.length > maxShown ? `${shown} and ${paths.length - maxShown} more` : shown;
}

/** What is left out: what the script says, and the files that are written meanwhile. */
function listenerFor(
  operation: NativeOperation, capture: Capture, script: WimScript, own: OwnFiles, onExcluded?: (path: string) => void,
): WimListener {
  const inside = underFolder(capture.capturePath);
  const told = new Set<string>();
  const log = operation.context.log;
  return {
    signal: operation.context.signal,
    onScanned: (count) => { operation.progress('Scanning', count, 0); },
    onProgress: (percent) => { operation.progress('Writing', percent, 100); },
    onTrouble: new Troubles(operation).listener,
    includes: (path) => {
      const relative = inside(path);
      if (relative === undefined || relative === '\\') { return true; }
      if (own.has(relative)) { return false; }
      if (!script.excludes(relative)) { return true; }
      // Each path is asked about twice.
      if (!told.has(relative)) {
        told.add(relative);
        log.info(`Left out: "${relative}"`);
        onExcluded?.(relative);
      }
      return false;
    },
    storesUncompressed: (path) => {
      const relative = inside(path);
      return relative !== undefined && script.storesUncompressed(relative);
    },
  };
}

/** Captures the folder as the last image of the file. The name goes into the file with the image, for it is written when the file is closed. */
async function captureInto(wim: OpenWim, operation: NativeOperation, capture: Capture, script: WimScript, ownPaths: OwnPaths): Promise<number> {
  const { api, handle, relay, errors } = wim;
  const { capturePath: folder, imageName, description, setbootable } = capture;
  const excluded: string[] = [];
  const own = new OwnFiles(operation, folder, ownPaths);
  operation.warnings.push(...own.warnings);
  const listener = listenerFor(operation, capture, script, own, (path) => { excluded.push(path); });
  const image: WimHandle = await api.captureImage(handle, relay, { folder, flags: flagsOf(capture) }, listener);
  if (script.isDefault && excluded.length > 0) { operation.warnings.push(`Left out by the default list of exclusions: ${someOf(excluded)}`); }
  try {
    await api.setInformation(image, withElements(await api.getInformation(image), { NAME: imageName, DESCRIPTION: description }, errors));
  } finally {
    await api.closeHandle(image, errors.what);
  }
  const { imageCount } = await api.getAttributes(handle);
  if (setbootable === true) { await api.setBootImage(handle, imageCount); }
  // What was answered with an abort failed; what was not asked any more did not.
  operation.throwIfCancelled();
  return imageCount;
}

function planFor(operation: NativeOperation, capture: Capture, script: WimScript, change: 'New' | 'Grown'): ImageFilePlan {
  const own = new OwnFiles(operation, capture.capturePath, change === 'Grown' ? { grown: capture.imagePath } : {});
  operation.warnings.push(...own.warnings);
  const { files, directories, bytes } = scanTree(capture.capturePath, (path) => own.has(path) || script.excludes(path), () => {
    operation.throwIfCancelled();
  });
  // Metadata, tables and XML data come on top of the content.
  const overhead = 1024 * (files + directories) + 1024 * 1024;
  return { writes: [plannedWrite(capture.imagePath, change, sizeOf(capture.imagePath) + bytes + overhead)], files, directories, bytes };
}

export const captureImage: Handler<typeof captureMethod> = async (params, operation) => {
  const { imagePath, capturePath, compressionType = 'Fast', wimBoot = false, checkIntegrity = false } = params;
  const action = `Cannot capture "${capturePath}" into "${imagePath}"`;
  requireContent(params, action);
  requireNew(imagePath, action);
  if (wimBoot && compressionType !== 'Fast') {
    throw new DismError(Hresult.E_INVALIDARG, `${action}: an image for WIMBoot is compressed with Fast`, { target: imagePath });
  }
  refuseSolidBoot(compressionType === 'Recovery', params.setbootable === true ? 1 : 0, action, setbootableHint);
  const script = readScript(operation, params.configFilePath, action);
  const outcome = { path: capturePath, imagePath, imageIndex: 1, sizeBefore: 0 };
  if (params.validateOnly === true) { return fileResult(operation, { ...outcome, plan: planFor(operation, params, script, 'New') }); }
  await withImageFiles(operation, action, ({ withWim, temporaryFolder }) => makeFile(
    { path: imagePath, action, beforeMove: () => { operation.throwIfCancelled(); } },
    (temporary) => withWim({ path: temporary, compression: compressionOf[compressionType], verify: checkIntegrity, wimBoot },
      (wim) => captureInto(wim, operation, params, script, { temporary: [temporary, imagePath, temporaryFolder] })),
  ));
  return fileResult(operation, outcome);
};

export const appendImage: Handler<typeof appendMethod> = async (params, operation) => {
  const { imagePath, capturePath, imageName, checkIntegrity = false } = params;
  const action = `Cannot add "${capturePath}" to "${imagePath}"`;
  requireContent(params, action);
  requireFile(imagePath, action);
  const script = readScript(operation, params.configFilePath, action);
  const sizeBefore = sizeOf(imagePath);
  return withImageFiles(operation, action, async (work) => {
    const { temporaryFolder } = work;
    await requireChangeable(work, imagePath, checkIntegrity);
    const imageIndex = await work.withWim({ path: imagePath, verify: checkIntegrity, writable: params.validateOnly !== true }, async (wim) => {
      const document = await documentOf(wim);
      refuseTakenName(document, imageName, wim.errors);
      refuseSolidBoot(wim.info.compression === WimCompression.Lzms, params.setbootable === true ? document.images.length + 1 : 0, action, solidFileHint);
      if (params.validateOnly === true) { return document.images.length + 1; }
      return await keepingImages(wim, work, () => captureInto(wim, operation, params, script, { grown: imagePath, temporary: [temporaryFolder] }));
    });
    const plan = params.validateOnly === true ? planFor(operation, params, script, 'Grown') : undefined;
    return fileResult(operation, { path: capturePath, imagePath, imageIndex, sizeBefore, plan });
  });
};
