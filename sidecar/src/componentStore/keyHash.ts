/** The names of components and files in the registry and on disk, and the hash in them. */
import { isNeutralCulture, type ComponentIdentity } from './identity.ts';

const multiplier = 0x1fffffff7n;

/**
 * The 64-bit hash of a text, whatever the case of its letters.
 * Every fourth character goes to the same one of four 32-bit sums.
 */
export function hashString(text: string): bigint {
  const lower = text.toLowerCase();
  const lanes = [0, 0, 0, 0];
  for (let index = 0; index < lower.length; index++) {
    const lane = index & 3;
    lanes[lane] = (Math.imul(lanes[lane] ?? 0, 0x1003f) + lower.charCodeAt(index)) >>> 0;
  }
  const [a = 0, b = 0, c = 0, d = 0] = lanes;
  return BigInt.asUintN(64, BigInt(a) * 0x1e5fffffd27n + BigInt(b) * 0xffffffdc00000051n + BigInt(c) * multiplier + BigInt(d));
}

function toHex(hash: bigint): string {
  return hash.toString(16).padStart(16, '0');
}

/** The attributes that count, in their order, with the hash of each name. */
const hashedAttributes = (['name', 'culture', 'typeName', 'type', 'version', 'publicKeyToken', 'processorArchitecture', 'versionScope'] as const)
  .map((name) => ({ name, hash: hashString(name) }));

/** How to name a component. */
export interface KeyformOptions {
  /** Leave the version out, as the families of components do; default false. */
  readonly versionless?: boolean;
}

/** What attributes with their values add to a hash: most components share all but their name. */
const knownTerms = new Map<string, bigint>();
const maxKnownTerms = 4096;

function termOf(name: string, nameHash: bigint, value: string): bigint {
  const key = `${name}=${value}`;
  const known = name === 'name' ? undefined : knownTerms.get(key);
  if (known !== undefined) { return known; }
  const term = nameHash * multiplier + hashString(value);
  if (name !== 'name' && knownTerms.size < maxKnownTerms) { knownTerms.set(key, term); }
  return term;
}

/** The hash of an identity: 16 lower-case hexadecimal digits. */
export function identityHash(identity: ComponentIdentity, options: KeyformOptions = {}): string {
  let sum = 0n;
  for (const { name, hash } of hashedAttributes) {
    const value = identity[name];
    if (value === undefined || (name === 'culture' && isNeutralCulture(value)) || (name === 'version' && options.versionless === true)) { continue; }
    sum = BigInt.asUintN(64, sum * multiplier + termOf(name, hash, value));
  }
  return toHex(sum);
}

/** A text too long keeps its ends, with two dots between. */
function shorten(text: string, limit: number, kept: number): string {
  return text.length > limit ? `${text.slice(0, kept)}..${text.slice(-kept)}` : text;
}

function printedName(identity: ComponentIdentity): string {
  return identity.name.toLowerCase().replace(/[ ()]/g, '');
}

/** The name of a component's key, manifest and folder: `architecture_name_token_version_culture_hash`, in lower case. */
export function keyform(identity: ComponentIdentity, options: KeyformOptions = {}): string {
  return [
    identity.processorArchitecture?.toLowerCase() ?? 'none',
    shorten(printedName(identity), 40, 19),
    identity.publicKeyToken?.toLowerCase() ?? 'none',
    ...options.versionless === true ? [] : [identity.version],
    isNeutralCulture(identity.culture) ? 'none' : shorten(identity.culture?.toLowerCase() ?? '', 8, 3),
    identityHash(identity, options),
  ].join('_');
}

/** The name of the value that holds the flags of a component's file. */
export function fileValueName(name: string): string {
  return `f!${name.length > 25 ? `${name.slice(0, 25)}_${toHex(hashString(name))}` : name}`;
}
