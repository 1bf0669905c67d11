/** Identities of components and packages, as manifests, package files and the registry spell them. */
import { StoreFormatError } from './formatErrors.ts';

/** What makes a component one of its kind; values are as spelled by their source, an attribute that is missing or empty there is missing here. */
export interface ComponentIdentity {
  readonly name: string;
  /** `neutral`, `none`, `*` and a missing one mean the same. */
  readonly culture?: string;
  readonly typeName?: string;
  readonly type?: string;
  readonly version: string;
  readonly publicKeyToken?: string;
  readonly processorArchitecture?: string;
  readonly versionScope?: string;
}

/** An attribute in lower case, and the property that keeps it. */
const properties: Readonly<Partial<Record<string, keyof ComponentIdentity>>> = {
  name: 'name',
  culture: 'culture',
  language: 'culture',
  typename: 'typeName',
  type: 'type',
  version: 'version',
  publickeytoken: 'publicKeyToken',
  processorarchitecture: 'processorArchitecture',
  versionscope: 'versionScope',
};

/** Whether a culture stands for "any". */
export function isNeutralCulture(culture: string | undefined): boolean {
  return culture === undefined || culture === '' || /^(?:neutral|none|\*)$/i.test(culture);
}

function build(attributes: Iterable<readonly [string, string]>, offset: number): ComponentIdentity {
  const found: { -readonly [K in keyof ComponentIdentity]?: string } = {};
  for (const [attribute, value] of attributes) {
    const property = properties[attribute.toLowerCase()];
    if (property === undefined || value === '') { continue; }
    if (found[property] !== undefined) { throw new StoreFormatError(`the identity has two values for "${attribute}"`, offset); }
    found[property] = value;
  }
  const { name, version } = found;
  if (name === undefined) { throw new StoreFormatError('the identity has no name', offset); }
  if (version === undefined || !/^\d{1,10}(?:\.\d{1,10}){0,3}$/.test(version)) {
    throw new StoreFormatError(`the identity of "${name}" has no valid version`, offset);
  }
  return { ...found, name, version };
}

/**
 * The identity that the attributes of an `assemblyIdentity` element spell; attributes that are no part of an identity are passed over.
 * @param offset - Of the element, for the error.
 * @throws StoreFormatError: no name, no version, or one attribute under two names.
 */
export function identityFromAttributes(attributes: ReadonlyMap<string, string>, offset = 0): ComponentIdentity {
  return build(attributes, offset);
}

/** The name of a package, which is its registry key and the stem of its files: `Name~token~architecture~culture~version`. */
export function packageName(identity: ComponentIdentity): string {
  const culture = isNeutralCulture(identity.culture) ? '' : identity.culture;
  return [identity.name, identity.publicKeyToken ?? '', identity.processorArchitecture ?? '', culture, identity.version].join('~');
}

/** Sorts versions such as `10.0.26100.1` by their numbers. */
export function compareVersions(left: string, right: string): number {
  // Something may follow a version, as in "10.0.19041.1 (WinBuild.160101.0800)".
  const [a, b] = [left, right].map((version) => version.split('.', 4).map((part) => Number.parseInt(part, 10) || 0));
  for (let index = 0; index < 4; index++) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) { return difference; }
  }
  return 0;
}
