/** Files that are open in wimgapi.dll: each is closed on every path, after its images and its callback. */
import { basename, dirname, join } from 'node:path';
import { readdirSync } from 'node:fs';
import { DismError } from '../../../../errors.ts';
import { escapeRegExp } from '../../../../escapeRegExp.ts';
import { Hresult } from '../../../../hresult.ts';
import { FileErrors } from '../../../../fileErrors.ts';
import { chooseImage, type ImageChoice } from '../../../../wim/imageChoice.ts';
import { imageName, parseDocument, parseXmlNumber, textAt, type WimDocument } from '../../../../wim/imageXml.ts';
import { fileNameMatcher } from '../../../../wildcard.ts';
import { MessageRelay } from '../../binding/wimgapi/messages.ts';
import type { WimInfo } from '../../binding/wimgapi/files.ts';
import type { WimgApi, WimHandle } from '../../binding/wimgapi/wimgapi.ts';
import { requireFile } from '../requiredFiles.ts';

/** A file that is open. */
export interface OpenWim {
  readonly api: WimgApi;
  readonly handle: WimHandle;
  readonly relay: MessageRelay;
  readonly path: string;
  /** When it was opened. */
  readonly info: WimInfo;
  /** Its errors begin with what the operation cannot do. */
  readonly errors: FileErrors;
}

/** How a file is opened, or made where it has a `compression`. */
export interface WimAccess {
  readonly path: string;
  /** What cannot be done without it, such as `Cannot export "C:\a.wim"`. */
  readonly action: string;
  /** Where its images are unpacked. */
  readonly temporaryFolder: string;
  readonly writable?: boolean | undefined;
  /** Compare an existing file with its integrity table first; give a new file one. */
  readonly verify?: boolean | undefined;
  /** Say where it has no table. Default: where it is verified, and not opened for writing, which gives it one. */
  readonly tellsNoTable?: boolean | undefined;
  /** WimCompression of a new file. */
  readonly compression?: number | undefined;
  readonly wimBoot?: boolean | undefined;
  /** The further parts of a split file. */
  readonly parts?: readonly string[] | undefined;
}

/** Closes what `close` closes, whatever happens; where both fail, the first failure counts. */
async function closing<T>(body: () => Promise<T>, close: () => Promise<void>): Promise<T> {
  let result: T;
  try {
    result = await body();
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  await close();
  return result;
}

/** Opens or makes a file for as long as `body` works on it. What was changed is in the file when this is through. */
export async function withWim<T>(api: WimgApi, access: WimAccess, body: (wim: OpenWim) => Promise<T>): Promise<T> {
  const { path, action, writable = false, verify = false, compression, wimBoot = false } = access;
  const handle = compression === undefined
    ? await api.openFile({ path, writable, verify })
    : await api.createFile({ path, compression, verify, wimBoot });
  return closing(async () => {
    await api.setTemporaryPath(handle, access.temporaryFolder);
    for (const part of access.parts ?? []) { await api.setReferenceFile(handle, part); }
    const relay = new MessageRelay();
    return closing(async () => {
      await api.registerMessages(handle, relay);
      return closing(async () => body({ api, handle, relay, path, info: await api.getAttributes(handle), errors: new FileErrors(path, action) }),
        () => api.unregisterMessages(handle, relay));
      // The library has no callback any more, or never had it.
    }, () => { relay.close(); return Promise.resolve(); });
  }, () => api.closeHandle(handle, `${action}: cannot close "${path}"`));
}

/** Opens an image of a file for as long as `body` works on it. */
export async function withImage<T>({ api, handle }: OpenWim, index: number, body: (image: WimHandle) => Promise<T>): Promise<T> {
  const image = await api.loadImage(handle, index);
  return closing(() => body(image), () => api.closeHandle(image, `Cannot close image ${index}`));
}

/** What a file says of its images. @throws DismError WIM_E_INVALID_CONTAINER. UnsupportedError: it is encrypted. */
export async function documentOf({ api, handle, errors }: OpenWim): Promise<WimDocument> {
  return parseDocument(Buffer.from(await api.getInformation(handle), 'utf16le'), errors);
}

/** Index of the image that is meant. @throws DismError DISMAPI_E_INVALID_IMAGE_INDEX, DISMAPI_E_INVALID_IMAGE_NAME */
export function choose(document: WimDocument, choice: ImageChoice, errors: FileErrors): number {
  return chooseImage(document.images.map(imageName), choice, errors);
}

/** Of images, as the file counts them. */
export interface Statistics {
  readonly files: number;
  readonly directories: number;
  readonly bytes: number;
}

/** What some images of a file count together. */
export function statistics(document: WimDocument, indexes: readonly number[]): Statistics {
  const sum = (name: string): number => indexes.reduce((total, index) => total + (parseXmlNumber(textAt(document.images[index - 1], name)) ?? 0), 0);
  return { files: sum('FILECOUNT'), directories: sum('DIRCOUNT'), bytes: sum('TOTALBYTES') };
}

/** Refuses a name that an image of the file has, apart from the image `except`. @throws DismError ERROR_ALREADY_EXISTS */
export function refuseTakenName(document: WimDocument, name: string, errors: FileErrors, except = 0): void {
  const taken = document.images.findIndex((image, at) => at + 1 !== except && imageName(image).toLowerCase() === name.toLowerCase());
  if (taken >= 0) { throw errors.make(Hresult.ERROR_ALREADY_EXISTS, `image ${taken + 1} has the name "${name}" already`); }
}

/**
 * The further parts of a split file, which wimgapi.dll does not look for: those that fit the pattern, or else those with the first one's name and a
 * number. Of a file that is not split: none.
 * @throws DismError ERROR_FILE_NOT_FOUND, E_INVALIDARG: the pattern is none of files in one folder.
 */
export function furtherParts(imagePath: string, pattern: string | undefined, action: string): string[] {
  requireFile(imagePath, action);
  if (pattern === undefined && !/\.swm$/i.test(imagePath)) { return []; }
  const folder = dirname(pattern ?? imagePath);
  const fits = pattern === undefined ? numbered(basename(imagePath)) : fileNameMatcher(basename(pattern));
  const own = basename(imagePath).toLowerCase();
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `${action}: the folder "${folder}" cannot be read`, { target: folder });
  }
  const found = names.filter(fits);
  if (pattern !== undefined && found.length === 0) {
    throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `${action}: no file fits the pattern "${pattern}"`, { target: pattern });
  }
  const order = new Intl.Collator('en', { numeric: true });
  return found.filter((name) => name.toLowerCase() !== own || folder !== dirname(imagePath)).sort((one, other) => order.compare(one, other))
    .map((name) => join(folder, name));
}

/** `install2.swm`, `install3.swm` and so on, for `install.swm`. */
function numbered(first: string): (name: string) => boolean {
  const part = new RegExp(`^${escapeRegExp(first.replace(/\.[^.]*$/, ''))}[1-9]\\d*\\.swm$`, 'i');
  return (name) => part.test(name);
}

/** Refuses a set of which parts are missing: the library would say so in the middle of the work. @throws DismError ERROR_FILE_NOT_FOUND, E_INVALIDARG */
export function requireAllParts({ info, errors }: OpenWim, parts: readonly string[]): void {
  if (info.parts <= 1) { return; }
  if (info.part !== 1) { throw errors.make(Hresult.E_INVALIDARG, `it is part ${info.part} of ${info.parts}: give the first part`); }
  if (parts.length < info.parts - 1) {
    throw errors.make(Hresult.ERROR_FILE_NOT_FOUND, `only ${parts.length + 1} of the ${info.parts} parts of this split WIM are there`, 'Put all parts (.swm) into one folder.');
  }
}
