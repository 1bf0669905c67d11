/** Reads the `.mum` files of packages: what a package is called, belongs to, declares and brings. */
import { StoreFormatError } from './formatErrors.ts';
import { identityFromAttributes, type ComponentIdentity } from './identity.ts';
import { childOf, childrenOf, parseXml, type XmlElement } from './xml.ts';

/** Packages that a package or feature belongs to. */
export interface MumParent {
  /** How it belongs to them, such as `delegate`. */
  readonly integrate: string | undefined;
  readonly disposition: string | undefined;
  readonly packages: readonly ComponentIdentity[];
}

/** One update of a package; a selectable one is a feature. */
export interface MumUpdate {
  readonly name: string;
  readonly displayName: string | undefined;
  readonly description: string | undefined;
  /** Whether and when a restart follows, such as `possible`. */
  readonly restart: string | undefined;
  /** Present for a feature: what becomes of it when nobody chose. */
  readonly selectable: { readonly disposition: string | undefined } | undefined;
  readonly parents: readonly MumParent[];
  readonly packages: readonly ComponentIdentity[];
  readonly components: readonly ComponentIdentity[];
  readonly drivers: readonly ComponentIdentity[];
  /** Further properties, by name. */
  readonly customProperties: ReadonlyMap<string, string>;
}

/** A capability. */
export interface MumCapability {
  readonly name: string;
  readonly version: string | undefined;
  /** `neutral` counts as none. */
  readonly language: string | undefined;
}

/** One package. Texts that its file lacks are `undefined`. */
export interface Mum {
  readonly identity: ComponentIdentity;
  readonly displayName: string | undefined;
  readonly description: string | undefined;
  readonly company: string | undefined;
  readonly copyright: string | undefined;
  readonly supportInformation: string | undefined;
  readonly creationTimeStamp: string | undefined;
  readonly lastUpdateTimeStamp: string | undefined;
  readonly identifier: string | undefined;
  readonly releaseType: string | undefined;
  readonly restart: string | undefined;
  readonly permanence: string | undefined;
  readonly psfName: string | undefined;
  readonly parents: readonly MumParent[];
  readonly updates: readonly MumUpdate[];
  /** Those that the package itself declares, not those it needs. */
  readonly capabilities: readonly MumCapability[];
  /** Further properties of the package, by name. */
  readonly customProperties: ReadonlyMap<string, string>;
}

function text(element: XmlElement | undefined, name: string): string | undefined {
  const value = element?.attributes.get(name);
  return value === '' ? undefined : value;
}

function identities(element: XmlElement): ComponentIdentity[] {
  return childrenOf(element, 'assemblyIdentity').map((identity) => identityFromAttributes(identity.attributes, identity.offset));
}

function identitiesOf(element: XmlElement, name: string): ComponentIdentity[] {
  return childrenOf(element, name).flatMap(identities);
}

function readParents(element: XmlElement | undefined): MumParent[] {
  return childrenOf(element, 'parent').map((parent) => ({
    integrate: text(parent, 'integrate'), disposition: text(parent, 'disposition'), packages: identities(parent),
  }));
}

function readCustomProperties(element: XmlElement | undefined): Map<string, string> {
  const properties = new Map<string, string>();
  for (const information of childrenOf(element, 'customInformation')) {
    for (const property of childrenOf(information, 'customProperty')) {
      const name = text(property, 'name');
      if (name !== undefined) { properties.set(name, property.attributes.get('value') ?? property.text); }
    }
  }
  return properties;
}

function readUpdate(update: XmlElement): MumUpdate {
  const name = text(update, 'name');
  if (name === undefined) { throw new StoreFormatError('an update has no name', update.offset); }
  const selectable = childOf(update, 'selectable');
  return {
    name,
    displayName: text(update, 'displayName'),
    description: text(update, 'description'),
    restart: text(update, 'restart'),
    selectable: selectable === undefined ? undefined : { disposition: text(selectable, 'disposition') },
    parents: readParents(update),
    packages: identitiesOf(update, 'package'),
    components: identitiesOf(update, 'component'),
    drivers: identitiesOf(update, 'driver'),
    customProperties: readCustomProperties(update),
  };
}

function readCapabilities(element: XmlElement | undefined): MumCapability[] {
  return childrenOf(element, 'declareCapability')
    .flatMap((declaration) => childrenOf(declaration, 'capability'))
    .flatMap((capability) => childrenOf(capability, 'capabilityIdentity'))
    .map((identity) => {
      const name = text(identity, 'name');
      if (name === undefined) { throw new StoreFormatError('a capability has no name', identity.offset); }
      const language = text(identity, 'language');
      return { name, version: text(identity, 'version'), language: language?.toLowerCase() === 'neutral' ? undefined : language };
    });
}

/**
 * Reads a `.mum` file.
 * @throws StoreFormatError: malformed XML, or without what makes a package.
 */
export function parseMum(xml: Buffer): Mum {
  const assembly = parseXml(xml);
  if (assembly.name !== 'assembly') { throw new StoreFormatError(`"${assembly.name}" is no package`, assembly.offset); }
  const identity = childOf(assembly, 'assemblyIdentity');
  if (identity === undefined) { throw new StoreFormatError('the package has no identity', assembly.offset); }
  const own = childOf(assembly, 'package');
  return {
    identity: identityFromAttributes(identity.attributes, identity.offset),
    displayName: text(assembly, 'displayName'),
    description: text(assembly, 'description'),
    company: text(assembly, 'company'),
    copyright: text(assembly, 'copyright'),
    supportInformation: text(assembly, 'supportInformation'),
    creationTimeStamp: text(assembly, 'creationTimeStamp'),
    lastUpdateTimeStamp: text(assembly, 'lastUpdateTimeStamp'),
    identifier: text(own, 'identifier'),
    releaseType: text(own, 'releaseType'),
    restart: text(own, 'restart'),
    permanence: text(own, 'permanence'),
    psfName: text(own, 'psfName'),
    parents: readParents(own),
    updates: childrenOf(own, 'update').map(readUpdate),
    capabilities: readCapabilities(own),
    customProperties: readCustomProperties(own),
  };
}
