/** Writes the image of a folder, or of an NTFS volume, into a new file. */
import { DismError, reworded } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { printable } from '../printable.ts';
import { WimScript } from '../wim/wimScript.ts';
import { CompressionType } from '../wimlib/codec.ts';
import { AddFlag, WriteFlag } from '../wimlib/flags.ts';
import { createWim } from '../wimlib/openWim.ts';
import { requireWritingVersion } from '../wimlib/writingVersion.ts';
import type { WimHandle } from '../wimlib/wimHandle.ts';
import { awkwardLinks } from './awkwardLinks.ts';
import { type JobContext, watching } from './jobContext.ts';
import { Noted } from './noted.ts';
import { type OutputFormat, writeAs } from './outputFormat.ts';
import { refuseNames } from './refuseNames.ts';
import { type FolderScan, scanFolder } from './scanFolder.ts';
import { openSource } from './sourceFile.ts';
import { refuseUnreadable } from './unreadable.ts';

/** What to capture, and how. */
export interface CaptureImage {
  /** Canonical path of a folder, or of a device or file with an NTFS volume. */
  readonly source: string;
  readonly isVolume: boolean;
  readonly name: string;
  readonly description?: string | undefined;
  /** Text of a WimScript.ini; default: the default lists. */
  readonly script?: string | undefined;
  readonly noRpFix?: boolean | undefined;
  readonly wimBoot?: boolean | undefined;
  readonly bootable?: boolean | undefined;
  readonly format: OutputFormat;
  /** The file to write, which nobody needs yet: it is overwritten. Undefined: nothing is written. */
  readonly path?: string | undefined;
  /** Absolute paths in the source that are not captured. */
  readonly withoutPaths: readonly string[];
  /** A file whose data is left out of the new one. */
  readonly base?: string | undefined;
  /** Read back what was written. */
  readonly verify?: boolean | undefined;
  /** The first half of messages, such as `Cannot capture "/a"`. */
  readonly what: string;
}

/** What was, or would be, captured. */
export interface Captured {
  readonly files: number;
  readonly directories: number;
  /** Each content once. Of a folder only where nothing is written: who captures it knows the size of the file. */
  readonly bytes: number;
}

/** Says what stands in the way of a folder, and what will not be as the user may think. @throws DismError E_ACCESSDENIED, ERROR_INVALID_NAME, E_INVALIDARG. */
function judge(scan: FolderScan, { source, what, script }: CaptureImage, context: JobContext): void {
  const { awkward, special, byScript, outwardLinks, unreadable } = scan;
  refuseUnreadable(unreadable, what, source, 'Run it as a user who may, or leave them out with -ConfigFilePath.');
  refuseNames(scan, what, source, 'Rename them, or leave them out with -ConfigFilePath.');
  if (scan.files + scan.directories === 1) {
    throw new DismError(Hresult.E_INVALIDARG, `${what}: there is nothing in the folder`, { target: source, hint: 'Give the folder that holds what is to be captured.' });
  }
  if (byScript.count > 0 && script === undefined) { context.warn(printable(`Left out by the default list of exclusions: ${String(byScript)}`)); }
  if (awkward.count > 0) { context.warn(printable(`Few programs of Windows can open files with these names: ${String(awkward)}`)); }
  const links = awkwardLinks(scan.awkwardLinks);
  if (links !== undefined) { context.warn(links); }
  if (special.count > 0) { context.warn(printable(`Left out, because an image holds no sockets, pipes and devices: ${String(special)}`)); }
  if (outwardLinks.count > 0) {
    context.warn(printable(`Left out, because they lead out of the captured folder (-NoRpFix keeps them): ${String(outwardLinks)}`));
  }
}

/**
 * That a list of what is to be stored uncompressed has no effect: libwim compresses all of a file or nothing. Nothing is said of the default list, which
 * nobody has asked for. @param found What is on the list.
 */
export function compressedAllTheSame(found: Noted, { script, format }: Pick<CaptureImage, 'script' | 'format'>): string | undefined {
  if (found.count === 0 || script === undefined || format.compressionType === CompressionType.None) { return undefined; }
  return printable(`Compressed all the same, because the Portable engine cannot leave single files uncompressed ([CompressionExclusionList]): ${String(found)}`);
}

/** What DISM's own lists show of an image, and libwim does not set. */
export function describe(wim: WimHandle, image: number, { name, description }: Pick<CaptureImage, 'name' | 'description'>): void {
  wim.setImageProperty(image, 'DISPLAYNAME', name);
  if (description !== undefined && description !== '') {
    wim.setImageDescription(image, description);
    wim.setImageProperty(image, 'DISPLAYDESCRIPTION', description);
  }
  // Windows Setup asks for the edition; where there is a Windows, libwim has read it from its registry.
  const edition = wim.imageProperty(image, 'WINDOWS/EDITIONID');
  if (edition !== undefined) { wim.setImageProperty(image, 'FLAGS', edition); }
}

function addFlags({ noRpFix, isVolume, wimBoot, bootable }: CaptureImage): number {
  return (noRpFix === true || isVolume ? AddFlag.NORPFIX : AddFlag.RPFIX) | (wimBoot === true ? AddFlag.WIMBOOT : 0) | (bootable === true ? AddFlag.BOOT : 0);
}

/** What was found, and a WIM that is not written yet with the image of it, where it is to be written. */
interface Added {
  readonly captured: Captured;
  readonly wim?: WimHandle;
}

/** Adds all that is in a folder, on another thread. @returns undefined: it cannot be, whyever. */
async function addAll(wim: WimHandle, capture: CaptureImage): Promise<WimHandle | undefined> {
  try {
    await wim.addImage(capture.source, capture.name, addFlags(capture));
    return wim;
  } catch {
    wim.close();
    return undefined;
  }
}

/** Makes the image. @param create Makes a new WIM. */
async function add(create: () => WimHandle, capture: CaptureImage, context: JobContext): Promise<Added> {
  const { source, isVolume, name, what } = capture;
  const script = capture.script === undefined ? WimScript.default() : WimScript.parse(capture.script).script;
  let found: Captured = { files: 0, directories: 0, bytes: 0 };
  let flags = addFlags(capture);
  let excludes: ((path: string) => boolean) | undefined;
  const uncompressed = new Noted();
  const tellUncompressed = (noted: Noted): void => {
    const warning = compressedAllTheSame(noted, capture);
    if (warning !== undefined) { context.warn(warning); }
  };
  if (isVolume) {
    // Without VERBOSE nothing is counted there. Paths of a volume begin with its root.
    flags |= AddFlag.NTFS | AddFlag.TEST_FILE_EXCLUSION | AddFlag.STRICT_ACLS | AddFlag.VERBOSE;
    excludes = (path) => {
      const isExcluded = script.excludes(path);
      if (!isExcluded && script.storesUncompressed(path)) { uncompressed.add(path); }
      return isExcluded;
    };
  } else {
    // libwim looks through a folder for as long as we do, which together takes as long as one of them. Mostly there is nothing to leave out.
    const all = capture.path === undefined ? undefined : addAll(create(), capture);
    const scan = scanFolder(source, {
      script, withBytes: capture.path === undefined, withoutPaths: capture.withoutPaths, withoutOutwardLinks: capture.noRpFix !== true,
    }, (count) => { context.progress('Scanning', count, 0); });
    judge(scan, capture, context);
    tellUncompressed(scan.uncompressed);
    found = { files: scan.files, directories: scan.directories, bytes: scan.bytes };
    if (all === undefined) { return { captured: found }; }
    const wim = await all;
    if (wim !== undefined && scan.excluded.size === 0) { return { wim, captured: found }; }
    // Something is to be left out, or stands in the way: libwim looks again, asks about each file, and says which it is.
    wim?.close();
    if (scan.excluded.size > 0) {
      flags |= AddFlag.TEST_FILE_EXCLUSION;
      excludes = (path) => scan.excluded.has(path);
    }
  }
  const wim = create();
  let unreadable: string | undefined;
  try {
    await wim.addImage(source, name, flags, {
      excludes, onThisThread: true,
      ignores: (path) => { unreadable = path; return false; },
      onProgress: (progress) => {
        if (progress.kind !== 'scanBegin' && progress.kind !== 'scan' && progress.kind !== 'scanEnd') { return; }
        context.progress('Scanning', progress.files + progress.folders, 0);
        if (isVolume) { found = { files: progress.files, directories: progress.folders, bytes: progress.bytes }; }
      },
    });
  } catch (error) {
    if (unreadable === undefined || !(error instanceof DismError) || error.message.includes(`"${unreadable}"`)) { throw error; }
    throw reworded(error, printable(`${error.message} ("${unreadable}")`), { target: unreadable });
  }
  if (isVolume) { tellUncompressed(uncompressed); }
  if (isVolume && found.files + found.directories <= 1) { throw new DismError(Hresult.E_INVALIDARG, `${what}: the volume is empty`, { target: source }); }
  return { wim, captured: found };
}

/** Captures. */
export async function captureImage(capture: CaptureImage, context: JobContext): Promise<Captured> {
  const { operation } = context;
  const { format, path, base } = capture;
  requireWritingVersion(capture.what);
  const other = base === undefined ? undefined : await openSource({ path: base }, capture.what, context);
  const create = (): WimHandle => {
    const wim = createWim(path ?? capture.source, format.compressionType, { what: capture.what, operation });
    if (other !== undefined) { wim.referenceWims([other]); }
    return wim;
  };
  const { wim, captured } = await add(create, capture, context);
  if (path === undefined || wim === undefined) { return captured; }
  describe(wim, 1, capture);
  await writeAs(format, wim, path, context, base === undefined ? 0 : WriteFlag.SKIP_EXTERNAL_WIMS);
  if (capture.verify === true) { await verifyWritten(path, other, capture.what, context); }
  return captured;
}

/** Reads a file that was just written, with what the image has in another one, and compares it with its hashes. */
export async function verifyWritten(path: string, other: WimHandle | undefined, what: string, context: JobContext): Promise<void> {
  const wim = await openSource({ path }, what, context);
  if (other !== undefined) { wim.referenceWims([other]); }
  await wim.verify(watching(context));
}
