/** Reads the manifest of a component: its identity, and its files with where they go and what their bytes hash to. */
import { StoreFormatError } from './formatErrors.ts';
import { identityFromAttributes, type ComponentIdentity } from './identity.ts';
import { childOf, childrenOf, parseXml, type XmlElement } from './xml.ts';

/** The hash of a whole file. */
export interface Digest {
  readonly algorithm: 'sha256' | 'sha1';
  /** Lower-case hexadecimal digits. */
  readonly hex: string;
}

/** One file of a component. */
export interface ManifestFile {
  readonly name: string;
  /** Path below the component's folder in the store, with `/`. */
  readonly storePath: string;
  /** Where it is linked to, as `$(runtime.system32)/x.dll`: its own place first, if it has one, then further links. */
  readonly destinations: readonly string[];
  /** Of the plain bytes; missing where the manifest has none, or one of a kind that says nothing about the bytes. */
  readonly digest?: Digest | undefined;
  /** The file may be changed where it is used, so other bytes there are no damage. */
  readonly writeable: boolean;
}

/** One component. */
export interface Manifest {
  readonly identity: ComponentIdentity;
  readonly files: readonly ManifestFile[];
}

/** The parts of a path that mean something; `undefined` where one would lead out of its folder. */
function cleanParts(path: string): string[] | undefined {
  const parts = path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  // Blanks and dots at the end are dropped by Windows, so that ".. " leads out as well.
  return parts.some((part) => /^[. ]+$|[:\0]/.test(part)) ? undefined : parts;
}

/** A path with `/`, without parts that mean nothing; `undefined` where a part would lead out of its folder, or nothing is left. */
function cleanPath(path: string): string | undefined {
  const parts = cleanParts(path);
  return parts === undefined || parts.length === 0 ? undefined : parts.join('/');
}

/** Folders that manifests name again and again, with what is left of them; bounded, since a hostile manifest can name any number. */
const knownFolders = new Map<string, string>();
const maxKnownFolders = 4096;

/** A name that is a part of a path as it is, as nearly all are. */
const plainName = /^[\w~$%&(){}@!#^,;=+-][^\\/:\0]*$/;

/** Does as cleanPath() for a file in a folder, whose path may be empty. */
function cleanFilePath(folder: string, name: string): string | undefined {
  let known = knownFolders.get(folder);
  if (known === undefined) {
    known = cleanParts(folder)?.join('/');
    if (known !== undefined && knownFolders.size < maxKnownFolders) { knownFolders.set(detached(folder), known); }
  }
  if (known === undefined || !plainName.test(name)) { return cleanPath(`${folder}/${name}`); }
  return known === '' ? name : `${known}/${name}`;
}

const hexBytes = { sha256: 32, sha1: 20 } as const;

/** The algorithm that a URI such as `http://www.w3.org/2000/09/xmldsig#sha256`, or the value of `hashalg`, names. */
function algorithmOf(name: string): Digest['algorithm'] | undefined {
  return /(?:^|#)sha-?(256|1)$/i.exec(name)?.[1]?.replace(/^/, 'sha') as Digest['algorithm'] | undefined;
}

function readDigest(file: XmlElement): Digest | undefined {
  const hash = childOf(file, 'hash');
  let algorithm: Digest['algorithm'] | undefined;
  let bytes: Buffer;
  if (hash !== undefined) {
    const transforms = childrenOf(childOf(hash, 'Transforms'), 'Transform').map((transform) => transform.attributes.get('Algorithm') ?? '');
    // Other transforms hash something made of the file, not its bytes.
    if (transforms.some((transform) => !/HashTransforms\.Identity$/i.test(transform))) { return undefined; }
    algorithm = algorithmOf(childOf(hash, 'DigestMethod')?.attributes.get('Algorithm') ?? '');
    bytes = Buffer.from((childOf(hash, 'DigestValue')?.text ?? '').trim(), 'base64');
  } else {
    const value = file.attributes.get('hash');
    if (value === undefined) { return undefined; }
    algorithm = algorithmOf(file.attributes.get('hashalg') ?? 'SHA1');
    bytes = Buffer.from(value, 'hex');
  }
  if (algorithm === undefined) { return undefined; }
  if (bytes.length !== hexBytes[algorithm]) { throw new StoreFormatError(`a digest of ${algorithm} has ${bytes.length} bytes`, file.offset); }
  return { algorithm, hex: bytes.toString('hex') };
}

/** An attribute that is empty counts as missing. */
function attribute(element: XmlElement, name: string): string | undefined {
  const value = element.attributes.get(name);
  return value === '' ? undefined : value;
}

/** A copy of a text: a part of a longer one keeps all of that in memory, and the text of a manifest is not kept. */
function detached(text: string): string {
  return Buffer.from(text).toString();
}

/** Values that nearly all components share, such as their architecture. */
const knownValues = new Map<string, string>();
const maxKnownValues = 4096;

/** One copy of a text for all manifests that have it. */
function shared(text: string): string {
  const known = knownValues.get(text);
  if (known !== undefined) { return known; }
  const copy = detached(text);
  if (knownValues.size < maxKnownValues) { knownValues.set(copy, copy); }
  return copy;
}

function readFile(file: XmlElement): ManifestFile {
  const spelled = attribute(file, 'name');
  if (spelled === undefined) { throw new StoreFormatError('a file has no name', file.offset); }
  const name = detached(spelled);
  const folder = attribute(file, 'destinationPath');
  const destinationName = attribute(file, 'destinationName');
  const own = folder === undefined ? undefined : cleanFilePath(folder, destinationName === undefined ? name : detached(destinationName));
  // A destination that cannot be followed is nobody's damage, and nothing is put there.
  const links = childrenOf(file, 'link').flatMap((link) => cleanPath(attribute(link, 'destination') ?? '') ?? []);
  const [sourcePath, sourceName] = [attribute(file, 'sourcePath') ?? '', attribute(file, 'sourceName') ?? name];
  const storePath = cleanFilePath(sourcePath, sourceName);
  if (storePath === undefined) { throw new StoreFormatError(`the path "${sourcePath}/${sourceName}" is not allowed`, file.offset); }
  return {
    name,
    storePath: storePath === name ? name : detached(storePath),
    destinations: own === undefined ? links : [own, ...links],
    digest: readDigest(file),
    writeable: attribute(file, 'writeableType') !== undefined,
  };
}

/**
 * Reads an expanded manifest.
 * @throws StoreFormatError: malformed XML, no identity, a digest of a wrong length, or a path that leads out of its folder.
 */
export function parseManifest(xml: Buffer): Manifest {
  const assembly = parseXml(xml);
  if (assembly.name !== 'assembly') { throw new StoreFormatError(`"${assembly.name}" is no manifest`, assembly.offset); }
  const identity = childOf(assembly, 'assemblyIdentity');
  if (identity === undefined) { throw new StoreFormatError('the manifest has no identity', assembly.offset); }
  const attributes = new Map(Array.from(identity.attributes, ([key, value]) => [key, key === 'name' ? detached(value) : shared(value)]));
  return {
    identity: identityFromAttributes(attributes, identity.offset),
    files: childrenOf(assembly, 'file').map(readFile),
  };
}
