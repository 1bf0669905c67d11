/** Reads the staged changes of a mount: the upper directory of an overlay, as overlayfs left it. */
import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { DismError, type DismErrorOptions } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { Breather } from '../../../breather.ts';
import { getAttribute, listAttributeNames } from '../../../platform/linux/attributes.ts';
import { isSystemError } from '../../../systemErrors.ts';
import { copiedAttribute } from './originMarks.ts';

/**
 * Where overlayfs keeps its own attributes. What other overlay file systems would use is an attribute like any other:
 * whoever made the image or works in the mount can set it.
 */
const overlayPrefix = 'trusted.overlay.';
const streamPrefix = 'user.';

/** One name in the upper directory. */
export interface UpperEntry {
  readonly name: string;
  /** Where it is, absolute. */
  readonly path: string;
  /** Path within the mount, `/` first; for messages. */
  readonly imagePath: string;
  readonly kind: 'whiteout' | 'directory' | 'file' | 'symlink';
  readonly stat: BigIntStats;
  /** A directory that hides what the image has at its place. */
  readonly opaque: boolean;
  /** Where the entry was before it was renamed: a name in the same directory, or a path from the root. */
  readonly redirect: string | undefined;
  /** A file whose bytes are still those of the image. */
  readonly metadataOnly: boolean;
  /** It was copied from the image, so an attribute that it lacks has been removed. */
  readonly copied: boolean;
  /** Names of the named streams, without `user.`. */
  readonly streamNames: readonly string[];
  readonly linkTarget: string | undefined;
  readonly children: readonly UpperEntry[];
}

/** That a WIM has no place for something. */
export class UnstorableError extends DismError {
  /** As imagePath of UpperEntry; a very long one is cut short. */
  readonly imagePath: string;
  /** The second half of the message. */
  readonly reason: string;

  constructor(hresult: number, imagePath: string, reason: string, options: DismErrorOptions) {
    super(hresult, `Cannot store "${imagePath}": ${reason}`, { target: imagePath, ...options });
    this.imagePath = imagePath;
    this.reason = reason;
  }
}

const maxShownPath = 200;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A WIM has names in UTF-16, so what is no UTF-8 has no place in it. */
function decode(bytes: Buffer, imagePath: string, what: string, hint: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new UnstorableError(Hresult.E_INVALIDARG, imagePath, `${what} is not valid UTF-8`, { hint, cause });
  }
}

function decodeName(name: Buffer, directory: string): string {
  return decode(name, `${directory === '/' ? '' : directory}/${name.toString('latin1')}`, 'its name', 'Rename or delete the file in the mount folder, then try again.');
}

function decodeStreamName(name: Buffer, imagePath: string): string {
  return decode(name, imagePath, `the name of its named stream "${name.toString('latin1')}"`,
    'Remove the attribute of that name in the mount folder (setfattr -x), then try again.');
}

function decodeLinkTarget(target: Buffer, imagePath: string): string {
  return decode(target, imagePath, `the target of the symbolic link, "${target.toString('latin1')}",`, 'Change or delete the link in the mount folder, then try again.');
}

function kindOf(stat: BigIntStats, imagePath: string): UpperEntry['kind'] {
  if (stat.isDirectory()) { return 'directory'; }
  if (stat.isSymbolicLink()) { return 'symlink'; }
  if (stat.isCharacterDevice() && stat.rdev === 0n) { return 'whiteout'; }
  if (stat.isFile()) { return 'file'; }
  throw new UnstorableError(Hresult.ERROR_NOT_SUPPORTED, imagePath, 'a WIM holds files, folders and symbolic links only', {
    hint: 'Delete the device, pipe or socket in the mount folder, then try again.',
  });
}

/** Reads the overlay's attributes and the named streams of one entry. */
function readAttributes(path: string, imagePath: string): Pick<UpperEntry, 'redirect' | 'metadataOnly' | 'copied' | 'streamNames' | 'opaque'> {
  let opaque = false;
  let redirect: string | undefined;
  let metadataOnly = false;
  let copied = false;
  const streamNames: string[] = [];
  for (const name of listAttributeNames(path)) {
    const attribute = name.toString('utf8');
    if (attribute === copiedAttribute) {
      copied = true;
      continue;
    }
    if (!attribute.startsWith(overlayPrefix)) {
      if (attribute.startsWith(streamPrefix)) { streamNames.push(decodeStreamName(name.subarray(streamPrefix.length), imagePath)); }
      continue;
    }
    switch (attribute.slice(overlayPrefix.length)) {
      case 'opaque': opaque = getAttribute(path, attribute).toString('latin1') === 'y'; break;
      case 'redirect': redirect = decodeName(getAttribute(path, attribute), imagePath); break;
      case 'metacopy': metadataOnly = true; copied = true; break;
      case 'origin': copied = true; break;
      default: break;
    }
  }
  return { opaque, redirect, metadataOnly, copied, streamNames };
}

/** A tree deeper than a path can say: the place in the mount tells the user more than where its changes are kept. */
function tooDeep(error: unknown, upperPath: string): unknown {
  if (!isSystemError(error) || error.code !== 'ENAMETOOLONG' || error.path?.startsWith(`${upperPath}/`) !== true) { return error; }
  const imagePath = error.path.slice(upperPath.length);
  const shown = imagePath.length > maxShownPath ? `${imagePath.slice(0, maxShownPath)}...` : imagePath;
  return new UnstorableError(Hresult.ERROR_FILENAME_EXCED_RANGE, shown, `its path is too long (${Buffer.byteLength(imagePath)} bytes)`, {
    target: imagePath, hint: 'Move what is in it nearer to the root of the mount folder, or delete it there, then try again.', cause: error,
  });
}

/** Totals of a layer, for progress. */
export interface UpperLayer {
  readonly root: UpperEntry;
  readonly entryCount: number;
}

/**
 * Reads the whole upper directory. Nobody may change it meanwhile: the overlay is frozen or unmounted.
 * @throws UnstorableError ERROR_NOT_SUPPORTED: a device, pipe or socket; E_INVALIDARG: a name or link target that is no UTF-8;
 * ERROR_FILENAME_EXCED_RANGE: a path that is too long where the changes are kept.
 */
export async function readUpperLayer(upperPath: string, signal: AbortSignal): Promise<UpperLayer> {
  const breather = new Breather();
  let entryCount = 0;
  const readEntry = async (path: string, name: string, imagePath: string): Promise<UpperEntry> => {
    await breather.breathe(signal);
    const stat = lstatSync(path, { bigint: true });
    const kind = kindOf(stat, imagePath);
    if (kind === 'whiteout') {
      entryCount++;
      return {
        name, path, imagePath, kind, stat, opaque: false, redirect: undefined, metadataOnly: false, copied: false,
        streamNames: [], linkTarget: undefined, children: [],
      };
    }
    const attributes = readAttributes(path, imagePath);
    const children: UpperEntry[] = [];
    if (kind === 'directory') {
      for (const bytes of readdirSync(path, { encoding: 'buffer' })) {
        const childName = decodeName(bytes, imagePath);
        children.push(await readEntry(`${path}/${childName}`, childName, imagePath === '/' ? `/${childName}` : `${imagePath}/${childName}`));
      }
    }
    entryCount++;
    return {
      name, path, imagePath, kind, stat, ...attributes,
      linkTarget: kind === 'symlink' ? decodeLinkTarget(readlinkSync(path, { encoding: 'buffer' }), imagePath) : undefined, children,
    };
  };
  const root = await readEntry(upperPath, '', '/').catch((error: unknown) => { throw tooDeep(error, upperPath); });
  return { root, entryCount: entryCount - 1 };
}
